import { type OpenCall, readCall } from '@libby-dialer/dial-queue';
import type { Outcome } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';
import { resultsPage } from '../results/results-page.ts';
import { type CallJson, openCallJson, settledCallJson } from './call-json.ts';

export interface CallPageRequest {
  readonly state: 'queued' | 'in_flight' | 'settled';
  /** Of settled ones. */
  readonly outcome?: Outcome | undefined;
  /** `next` of the page before; left out: the first page. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface CallPage {
  readonly calls: readonly CallJson[];
  /** Undefined: this is the last page. */
  readonly next: string | undefined;
}

/**
 * Some of a campaign's calls: settled ones in the order of settling, others in that of the queue.
 * Throws `DialerError` (`no_such_campaign`, `bad_cursor`).
 */
export async function callPage(
  context: Context,
  id: string,
  { state, outcome, after, limit }: CallPageRequest,
): Promise<CallPage> {
  if (state === 'settled') {
    const { results, upTo, isLast } = await resultsPage(context, id, { after, limit, outcome });
    return { calls: results.map(settledCallJson), next: isLast ? undefined : upTo };
  }
  await context.campaign(id);
  const { openCalls } = context.queue;
  if (state === 'in_flight')
    return { calls: await readable(context, id, await openCalls.inFlight(id)), next: undefined };
  const from = placeOf(after);
  const found = await openCalls.waiting(id, from, limit);
  // A call that was taken since it was listed has no job any more, and is in none of both.
  const next = found.length === 0 ? undefined : String(from + limit);
  return { calls: await readable(context, id, found), next };
}

async function readable(
  { queue: { campaigns } }: Context,
  id: string,
  calls: readonly OpenCall[],
): Promise<CallJson[]> {
  const read = calls.map(({ job }) => readCall(job.data));
  const sources = await campaigns.sourcesOf(id, read);
  return calls.map((call, index) => openCallJson(id, call, sources[index] ?? {}));
}

function placeOf(after: string | undefined): number {
  if (after === undefined) return 0;
  if (/^\d{1,9}$/.test(after)) return Number(after);
  const message = 'The cursor is none of this list; begin again without it.';
  throw new DialerError('bad_cursor', message, { kind: 'invalid' });
}
