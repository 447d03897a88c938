import type { AccessTokens } from './access-tokens.ts';
import { type Answer, jsonAnswer, mediaType } from './answer.ts';
import type { Endpoint, ReceivedRequest, Reply } from './endpoint.ts';
import { plainAnswer, type Script, scriptedAnswer, strikesFirst, takes } from './script.ts';

export interface TokenClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** What this client may ask for. */
  readonly scopes: readonly string[];
}

/**
 * Error codes of RFC 6749 section 5.2, which Cognito answers as `{"error": code}` with status 400.
 */
type GrantError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'invalid_scope';

const FIELDS = ['grant_type', 'client_id', 'client_secret', 'scope'] as const;
/** Cognito's headers: a token must not be cached on its way. */
const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };

/**
 * `POST /oauth2/token`: the client-credentials grant, form-encoded. A cookie is allowed and not
 * looked at.
 */
export class TokenEndpoint implements Endpoint {
  readonly #client: TokenClient;
  readonly #tokens: AccessTokens;
  readonly #lifetimeS: number;
  readonly #script: Script;
  #requests = 0;

  constructor(client: TokenClient, tokens: AccessTokens, lifetimeS: number, script: Script) {
    this.#client = client;
    this.#tokens = tokens;
    this.#lifetimeS = lifetimeS;
    this.#script = script;
  }

  get requests(): number {
    return this.#requests;
  }

  receive(request: ReceivedRequest): Reply {
    this.#requests += 1;
    const action = this.#script.actionFor({ endpoint: 'token', nth: this.#requests }) ?? {};
    const error = strikesFirst(action) ? undefined : grantError(request, this.#client);
    if (error !== undefined) {
      return {
        answer: jsonAnswer(400, { error }, NO_STORE),
        fault: undefined,
        latencyMs: action.latencyMs,
      };
    }
    const granted = takes(action) ? this.#grant(request) : undefined;
    const answer = scriptedAnswer(action, (status) =>
      status === 200 && granted ? granted : plainAnswer(status),
    );
    return { answer, fault: action.fault, latencyMs: action.latencyMs };
  }

  #grant({ body }: ReceivedRequest): Answer {
    const token = this.#tokens.grant(scopesIn(new URLSearchParams(body)));
    return jsonAnswer(
      200,
      { access_token: token, expires_in: this.#lifetimeS, token_type: 'Bearer' },
      NO_STORE,
    );
  }
}

function grantError(request: ReceivedRequest, client: TokenClient): GrantError | undefined {
  if (mediaType(request.contentType) !== 'application/x-www-form-urlencoded')
    return 'invalid_request';
  const form = new URLSearchParams(request.body);
  // RFC 6749 section 3.2: a parameter must not be sent twice.
  if (FIELDS.some((field) => form.getAll(field).length > 1)) return 'invalid_request';
  if (!form.get('grant_type') || !form.get('client_id')) return 'invalid_request';
  if (
    form.get('client_id') !== client.clientId ||
    form.get('client_secret') !== client.clientSecret
  ) {
    return 'invalid_client';
  }
  return grantTypeError(form.get('grant_type')) ?? scopeError(scopesIn(form), client.scopes);
}

function grantTypeError(grantType: string | null): GrantError | undefined {
  if (grantType === 'client_credentials') return undefined;
  // Cognito knows these two; no code and no refresh token that one could send was ever given out
  // here.
  const known = grantType === 'authorization_code' || grantType === 'refresh_token';
  return known ? 'invalid_grant' : 'unsupported_grant_type';
}

function scopeError(asked: readonly string[], allowed: readonly string[]): GrantError | undefined {
  if (asked.length === 0) return 'invalid_request';
  return asked.every((scope) => allowed.includes(scope)) ? undefined : 'invalid_scope';
}

function scopesIn(form: URLSearchParams): string[] {
  return (form.get('scope') ?? '').split(' ').filter(Boolean);
}
