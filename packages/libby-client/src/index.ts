// Calls

export { LibbyClient, type LibbyClientOptions, type PlaceCallOptions } from './libby-client.ts';
export { type OutboundCall, outboundCallSchema } from './outbound-call.ts';

// What became of them

export type { ApiSighting } from './api-sighting.ts';
export type { CallAnswer } from './call-answer.ts';
export { withoutPerson } from './provider-message.ts';
export { type Delivery, type Verdict, type VerdictCode, verdictOf } from './verdict.ts';

// Tokens

export { AccessToken } from './access-token.ts';
export { MemoryTokenCache, type TokenCache } from './token-cache.ts';
export { type TokenEvent, TokenSource, type TokenSourceOptions } from './token-source.ts';

// Errors

export { ConfigError } from './config-error.ts';
export { LibbyError, type LibbyErrorCode } from './libby-error.ts';
export { TokenError, type TokenErrorCode } from './token-error.ts';

// HTTP, for whoever speaks to other services as well

export { retryAfterMs } from './retry-after.ts';
