// Calls

export { type OutboundCall, outboundCallSchema } from './answers/outbound-call.ts';
export { LibbyClient, type LibbyClientOptions, type PlaceCallOptions } from './libby-client.ts';

// What became of them

export type { ApiSighting } from './answers/api-sighting.ts';
export type { CallAnswer } from './answers/call-answer.ts';
export { withoutPerson } from './answers/provider-message.ts';
export { type Delivery, type Verdict, type VerdictCode, verdictOf } from './answers/verdict.ts';

// Tokens

export { AccessToken } from './tokens/access-token.ts';
export { MemoryTokenCache, type TokenCache } from './tokens/token-cache.ts';
export { type TokenEvent, TokenSource, type TokenSourceOptions } from './tokens/token-source.ts';

// Errors

export { ConfigError } from './config-error.ts';
export { LibbyError, type LibbyErrorCode } from './libby-error.ts';
export { TokenError, type TokenErrorCode } from './tokens/token-error.ts';

// HTTP, for whoever speaks to other services as well

export { retryAfterMs } from './http/retry-after.ts';
