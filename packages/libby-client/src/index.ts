// Calls

// Tokens
export { AccessToken } from './access-token.ts';
export type { ApiSighting } from './api-sighting.ts';
// What became of them
export type { CallAnswer } from './call-answer.ts';
// Errors
export { ConfigError } from './config-error.ts';
export { LibbyClient, type LibbyClientOptions, type PlaceCallOptions } from './libby-client.ts';
export { LibbyError, type LibbyErrorCode } from './libby-error.ts';
export { type OutboundCall, outboundCallSchema } from './outbound-call.ts';
export { retryAfterMs } from './retry-after.ts';
export { MemoryTokenCache, type TokenCache } from './token-cache.ts';
export { TokenError, type TokenErrorCode } from './token-error.ts';
export { type TokenEvent, TokenSource, type TokenSourceOptions } from './token-source.ts';
export { type Delivery, type Verdict, type VerdictCode, verdictOf } from './verdict.ts';
