import { z } from 'zod';
import type { AccessToken } from './access-token.ts';
import type { PostFailure, PostOutcome } from './http-origin.ts';
import { parseJson } from './parse-json.ts';
import { retryAfterMs } from './retry-after.ts';

/** All that was seen of one request to place a call. What it means is `verdictOf`'s to say. */
export type CallAnswer =
  | {
      kind: 'answered';
      status: number;
      /** The `message` of the provider's JSON, made fit to print. Only where the answer was a refusal and had one. */
      providerMessage?: string;
      retryAfterMs?: number;
      /** A 2xx that is not JSON. Accepted all the same, but perhaps this is not Libby at all: worth a warning. */
      foreign?: true;
    }
  | PostFailure;

const MESSAGE_LIMIT = 200;
const providerBody = z.object({ message: z.string() });

export function readAnswer(outcome: PostOutcome, token: AccessToken, now: number): CallAnswer {
  if (outcome.kind === 'failed') return outcome;
  const { status, headers, body } = outcome;
  if (status >= 200 && status <= 299) {
    const isJson = /^application\/(\w+\+)?json\b/i.test(String(headers['content-type']));
    return isJson ? { kind: 'answered', status } : { kind: 'answered', status, foreign: true };
  }
  const message = providerMessage(body, token);
  const waitMs = retryAfterMs(headers['retry-after'], headers['date'], now);
  return {
    kind: 'answered',
    status,
    ...(message === undefined ? undefined : { providerMessage: message }),
    ...(waitMs === undefined ? undefined : { retryAfterMs: waitMs }),
  };
}

/** A server may say back what it was told, so token and phone numbers are blanked before the text gets about. */
function providerMessage(body: string, token: AccessToken): string | undefined {
  const parsed = providerBody.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  return parsed.data.message
    .replaceAll(token.reveal(), '[token]')
    .replaceAll(/\+?\d[\d ().-]{5,}\d/g, '[number]')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, MESSAGE_LIMIT);
}
