import {
  allowInsecureRequests,
  ClientSecretPost,
  type CustomFetchOptions,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
} from 'oauth4webapi';
import { z } from 'zod';
import { verdictOf } from '../answers/verdict.ts';
import {
  HttpOrigin,
  type HttpOriginOptions,
  type PostFailure,
  type PostOutcome,
} from '../http/http-origin.ts';
import { parseJson } from '../http/parse-json.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import type { Secret } from '../secret.ts';
import { BEARER_TOKEN } from './access-token.ts';
import { OAUTH_ERROR_CODES, TokenError, type TokenErrorCode } from './token-error.ts';

const grantSchema = z.object({
  access_token: z.string().max(16_384).regex(BEARER_TOKEN),
  token_type: z.literal('bearer'),
  /** Seconds, a millisecond at least. Optional by RFC 6749, section 5.1. */
  expires_in: z.number().min(0.001).optional(),
});
const refusalSchema = z.object({ error: z.enum(OAUTH_ERROR_CODES) });

export interface Grant {
  value: string;
  expiresInMs?: number;
}

export interface TokenEndpointOptions
  extends Omit<HttpOriginOptions, 'maxConnections' | 'keepAliveMs'> {
  url: URL;
  clientId: string;
  clientSecret: Secret;
  scope: string;
  xsrfToken?: Secret | undefined;
  userAgent: string;
  now: () => number;
}

/** The OAuth 2.0 client credentials grant (RFC 6749, section 4.4) at one token endpoint. */
export class TokenEndpoint {
  readonly #options: TokenEndpointOptions;
  readonly #origin: HttpOrigin;

  constructor(options: TokenEndpointOptions) {
    this.#options = options;
    // Grants are rare; a connection kept between two of them would only be found dead.
    this.#origin = new HttpOrigin(options.url.origin, {
      ...options,
      maxConnections: 2,
      keepAliveMs: 1000,
    });
  }

  get url(): string {
    return this.#options.url.href;
  }

  /** One request. Throws `TokenError`. */
  async grant(signal: AbortSignal): Promise<Grant> {
    const { url, clientId, clientSecret, scope, xsrfToken, userAgent } = this.#options;
    const issuer = { issuer: url.origin, token_endpoint: url.href };
    const client = { client_id: clientId };
    const headers = {
      'user-agent': userAgent,
      ...(xsrfToken && { cookie: `XSRF-TOKEN=${xsrfToken.reveal()}` }),
    };
    try {
      const answer = await clientCredentialsGrantRequest(
        issuer,
        client,
        ClientSecretPost(clientSecret.reveal()),
        { scope },
        {
          headers,
          // Which http:// is allowed has been decided where the options were checked.
          [allowInsecureRequests]: true,
          [customFetch]: (_url, init) => this.#fetch(init, signal),
        },
      );
      const grant = grantSchema.parse(
        await processClientCredentialsResponse(issuer, client, answer),
      );
      const { access_token: value, expires_in: seconds } = grant;
      return seconds === undefined ? { value } : { value, expiresInMs: Math.floor(seconds * 1000) };
    } catch (error) {
      throw error instanceof TokenError
        ? error
        : new TokenError('token_bad_response', { status: 200 });
    }
  }

  async close(): Promise<void> {
    await this.#origin.destroy();
  }

  async #fetch(
    init: CustomFetchOptions<'POST', URLSearchParams>,
    signal: AbortSignal,
  ): Promise<Response> {
    const outcome = await this.#origin.post({
      path: this.#options.url.pathname,
      headers: Object.entries(init.headers).flat(),
      body: init.body.toString(),
      signal,
    });
    if (outcome.kind === 'failed') throw lostError(outcome);
    if (outcome.status !== 200) throw refusalError(outcome, this.#options.now());
    return new Response(outcome.body, {
      headers: { 'content-type': String(outcome.headers['content-type'] ?? '') },
    });
  }
}

function lostError(failure: PostFailure): TokenError {
  const { trouble, cause } = failure;
  if (trouble === 'ABORTED') return new TokenError('token_source_closed');
  const { code } = verdictOf(failure);
  if (code === 'no_response') return new TokenError('token_endpoint_timeout', { cause });
  if (code === 'bad_response') return new TokenError('token_bad_response', { cause });
  return new TokenError('token_endpoint_unreachable', { cause });
}

function refusalError(answer: PostOutcome & { kind: 'answered' }, now: number): TokenError {
  const { status, headers } = answer;
  return new TokenError(refusalCode(status, answer.body), {
    status,
    retryAfterMs: retryAfterMs(headers['retry-after'], headers['date'], now),
  });
}

function refusalCode(status: number, body: string): TokenErrorCode {
  if (status === 429) return 'token_rate_limited';
  if (status >= 500) return 'token_server_error';
  const refusal = refusalSchema.safeParse(parseJson(body));
  if (refusal.success) return refusal.data.error;
  return status === 401 ? 'invalid_client' : 'token_bad_response';
}
