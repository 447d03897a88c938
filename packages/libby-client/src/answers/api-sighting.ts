import type { PostFailure, PostOutcome } from '../http/http-origin.ts';
import { messageIn } from './provider-message.ts';

/** What a request that cannot place a call showed of whoever stands at the API's address. */
export type ApiSighting =
  | {
      kind: 'answered';
      status: number;
      /** The `message` of its JSON: so the provider speaks, and gateways before it. */
      message?: string;
      /** Where it sends us instead, without query and fragment. */
      location?: string;
      /** Its clock, epoch ms. */
      at?: number;
    }
  | PostFailure;

/** @param url who was asked */
export function readSighting(outcome: PostOutcome, url: string): ApiSighting {
  if (outcome.kind === 'failed') return outcome;
  const { status, headers, body } = outcome;
  const message = messageIn(body);
  const location = placeOf(headers['location'], url);
  const at = Date.parse(String(headers['date']));
  return {
    kind: 'answered',
    status,
    ...(message === undefined ? undefined : { message }),
    ...(location === undefined ? undefined : { location }),
    ...(Number.isNaN(at) ? undefined : { at }),
  };
}

function placeOf(location: unknown, base: string): string | undefined {
  const url = typeof location === 'string' ? URL.parse(location, base) : null;
  return url === null ? undefined : `${url.origin}${url.pathname}`;
}
