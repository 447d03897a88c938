import { z } from 'zod';
import { type ApiSighting, readSighting } from './answers/api-sighting.ts';
import { type CallAnswer, readAnswer } from './answers/call-answer.ts';
import { type OutboundCall, outboundCallSchema, wireBody } from './answers/outbound-call.ts';
import { verdictOf } from './answers/verdict.ts';
import { HttpOrigin } from './http/http-origin.ts';
import {
  checkOptions,
  connectionOptionsSchema,
  parseProxyUrl,
  parseServiceUrl,
} from './http/service-url.ts';
import { USER_AGENT } from './http/user-agent.ts';
import { LibbyError } from './libby-error.ts';
import type { AccessToken } from './tokens/access-token.ts';
import { TokenError } from './tokens/token-error.ts';
import type { TokenSource } from './tokens/token-source.ts';

const optionsSchema = connectionOptionsSchema.extend({
  apiUrl: z.string(),
  /**
   * Connections at once. A call beyond them waits, within `connectTimeoutMs`: allow as many as
   * calls in flight.
   */
  maxConnections: z.int().min(1).max(10_000).default(1024),
  /**
   * How long an idle connection is kept. Longer than the server's own patience makes calls
   * doubtful.
   */
  keepAliveMs: z.int().min(1).max(60_000).default(2000),
  userAgent: z
    .string()
    .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII')
    .default(USER_AGENT),
});

export interface LibbyClientOptions extends z.input<typeof optionsSchema> {
  /** Not closed with the client. */
  tokens: TokenSource;
}

export interface PlaceCallOptions {
  /**
   * Before the request's first byte it stops the call; after it, it ends the wait and the call is
   * in doubt.
   */
  signal?: AbortSignal | undefined;
  /**
   * Asked once, synchronously, right before the first byte. A string stops the call there: nothing
   * was sent.
   */
  veto?: (() => string | undefined) | undefined;
}

/** Places calls at `POST {apiUrl}/outbound`; an `apiUrl` may also end in `/outbound` itself. */
export class LibbyClient {
  /** Where calls go. */
  readonly url: string;
  readonly #origin: HttpOrigin;
  readonly #path: string;
  readonly #userAgent: string;
  readonly #tokens: TokenSource;

  /** Throws `ConfigError`. */
  constructor(options: LibbyClientOptions) {
    const checked = checkOptions(optionsSchema, options);
    const url = parseServiceUrl('apiUrl', checked.apiUrl, checked.allowInsecureHttp);
    this.#origin = new HttpOrigin(url.origin, { ...checked, proxy: parseProxyUrl(checked.proxy) });
    this.#path = pathOf(url);
    this.url = `${url.origin}${this.#path}`;
    this.#userAgent = checked.userAgent;
    this.#tokens = options.tokens;
  }

  /**
   * Exactly one request, never repeated. Tells what was seen and never throws for what a network or
   * a server does; `verdictOf` says what it means. The call must be one that `outboundCallSchema`
   * accepts.
   */
  async placeCall(
    call: OutboundCall,
    token: AccessToken,
    options: PlaceCallOptions = {},
  ): Promise<CallAnswer> {
    const outcome = await this.#origin.post({
      path: this.#path,
      headers: [
        'content-type',
        'application/json',
        'accept',
        'application/json',
        'authorization',
        `Bearer ${token.reveal()}`,
        'user-agent',
        this.#userAgent,
      ],
      body: wireBody(call),
      signal: options.signal,
      veto: options.veto,
      bodyless2xx: true,
    });
    return readAnswer(outcome, token, call, Date.now());
  }

  /**
   * Asks without a token and without a number, so that nobody can be called: the API refuses it,
   * anything else may not.
   */
  async examine(signal?: AbortSignal): Promise<ApiSighting> {
    const headers = [
      'content-type',
      'application/json',
      'accept',
      'application/json',
      'user-agent',
      this.#userAgent,
    ];
    return readSighting(
      await this.#origin.post({ path: this.#path, headers, body: '{}', signal }),
      this.url,
    );
  }

  /**
   * Places a call and returns once the provider has taken it. A token that is refused is replaced
   * and the call sent once more (a refusal proves that the phone did not ring); nothing else is
   * ever repeated.
   *
   * Throws `LibbyError` for every other end, `ZodError` for a call that is none.
   */
  async call(
    call: OutboundCall,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    const checked = outboundCallSchema.parse(call);
    const token = await this.#token(options.signal);
    let answer = await this.placeCall(checked, token, options);
    if (verdictOf(answer).code === 'forbidden') {
      await this.#tokens.invalidate(token);
      answer = await this.placeCall(checked, await this.#token(options.signal), options);
    }
    throwUnlessAccepted(answer);
  }

  /** Lets the calls under way come to their end, within the timeouts. */
  async close(): Promise<void> {
    await this.#origin.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #token(signal: AbortSignal | undefined): Promise<AccessToken> {
    try {
      return await this.#tokens.get(signal);
    } catch (error) {
      if (signal?.aborted) throw new LibbyError('not_sent', 'not_sent', { cause: error });
      if (!(error instanceof TokenError)) throw error;
      const { retryAfterMs } = error;
      const seen = retryAfterMs === undefined ? { cause: error } : { cause: error, retryAfterMs };
      throw new LibbyError('token_unavailable', 'not_sent', seen);
    }
  }
}

/** The provider's page shows the whole address, so that is taken for what it is. */
function pathOf({ pathname }: URL): string {
  const path = pathname.replace(/\/+$/, '');
  return path.endsWith('/outbound') ? path : `${path}/outbound`;
}

function throwUnlessAccepted(answer: CallAnswer): void {
  const { delivery, code } = verdictOf(answer);
  if (delivery === 'accepted' || code === 'accepted') return;
  throw new LibbyError(
    code,
    delivery,
    answer.kind === 'answered' ? answer : { cause: answer.cause },
  );
}
