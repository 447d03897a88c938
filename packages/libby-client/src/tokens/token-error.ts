/** Those of RFC 6749, section 5.2, as the endpoint gave them. */
export const OAUTH_ERROR_CODES = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
] as const;

export type TokenErrorCode =
  | (typeof OAUTH_ERROR_CODES)[number]
  | 'token_endpoint_unreachable'
  | 'token_endpoint_timeout'
  | 'token_rate_limited'
  | 'token_bad_response'
  | 'token_server_error'
  | 'token_source_closed';

const SENTENCES: Record<TokenErrorCode, string> = {
  invalid_request:
    'The token endpoint finds the request malformed; check the token URL and the XSRF token.',
  invalid_client:
    'The token endpoint does not know this client; check client id and client secret.',
  invalid_grant:
    'The token endpoint refuses the grant; check that the client may use client credentials.',
  unauthorized_client: 'The token endpoint does not let this client use client credentials.',
  unsupported_grant_type:
    'The token endpoint does not offer client credentials; check the token URL.',
  invalid_scope: 'The token endpoint does not grant this scope to this client; check the scope.',
  token_endpoint_unreachable:
    'The token endpoint cannot be reached; check the token URL and the network.',
  token_endpoint_timeout: 'No token came in time.',
  token_rate_limited: 'The token endpoint asks for fewer requests.',
  token_bad_response:
    'The token endpoint answered something that is not a token; check the token URL.',
  token_server_error: 'The token endpoint reports a fault of its own.',
  token_source_closed: 'The token source is closed.',
};

/** No token could be had. Never carries a secret: causes are stripped to what is safe to print. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenErrorCode;
  /** HTTP status of the endpoint's answer, if there was one. */
  readonly status?: number;
  /** When it may be worth another try. */
  readonly retryAfterMs?: number;

  constructor(
    code: TokenErrorCode,
    seen: { status?: number; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(SENTENCES[code], seen.cause === undefined ? undefined : { cause: seen.cause });
    this.code = code;
    if (seen.status !== undefined) this.status = seen.status;
    if (seen.retryAfterMs !== undefined) this.retryAfterMs = seen.retryAfterMs;
  }
}
