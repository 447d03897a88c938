import type { PostFailure, PostOutcome } from '../http/http-origin.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import type { AccessToken } from '../tokens/access-token.ts';
import type { OutboundCall } from './outbound-call.ts';
import { providerMessage } from './provider-message.ts';

/** All that was seen of one request to place a call. What it means is `verdictOf`'s to say. */
export type CallAnswer =
  | {
      kind: 'answered';
      status: number;
      /**
       * The provider's own words, fit to be kept and shown. Only where the answer was no 2xx and
       * had some.
       */
      providerMessage?: string;
      retryAfterMs?: number;
      /**
       * A 2xx that is not JSON. Accepted all the same, but perhaps this is not Libby at all: worth
       * a warning.
       */
      foreign?: true;
    }
  | PostFailure;

export function readAnswer(
  outcome: PostOutcome,
  token: AccessToken,
  call: OutboundCall,
  now: number,
): CallAnswer {
  if (outcome.kind === 'failed') return outcome;
  const { status, headers } = outcome;
  if (status >= 200 && status <= 299) {
    const isJson = /^application\/(\w+\+)?json\b/i.test(String(headers['content-type']));
    return isJson ? { kind: 'answered', status } : { kind: 'answered', status, foreign: true };
  }
  const message = providerMessage(outcome, token, call);
  const waitMs = retryAfterMs(headers['retry-after'], headers['date'], now);
  return {
    kind: 'answered',
    status,
    ...(message === undefined ? undefined : { providerMessage: message }),
    ...(waitMs === undefined ? undefined : { retryAfterMs: waitMs }),
  };
}
