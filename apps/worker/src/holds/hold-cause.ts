import type { HoldCause } from '@libby-dialer/dial-queue';
import { type CallAnswer, type TokenError, verdictOf } from '@libby-dialer/libby-client';

/** What the end of a request to place a call showed. @param url who was asked */
export function causeOfAnswer(answer: CallAnswer, url: string): HoldCause {
  if (answer.kind === 'failed') return { code: answer.trouble, url };
  const { status, providerMessage } = answer;
  const seen = { code: verdictOf(answer).code, url, status };
  return providerMessage === undefined ? seen : { ...seen, message: providerMessage };
}

/** Why there is no token. @param url who was asked */
export function causeOfTokenError(
  { code, status, message, cause }: TokenError,
  url: string,
): HoldCause {
  const below = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const seen = { code: typeof below === 'string' ? below : code, url, message };
  return status === undefined ? seen : { ...seen, status };
}
