import type { Outcome, ResultRecord } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';
import { requireStreamCursor } from '../stream-cursor.ts';

const MOST_READ = 20_000;

export interface ResultsPageRequest {
  /** As `upTo` of the page before; left out: the first page. */
  readonly after?: string | undefined;
  readonly limit: number;
  /** Only calls that ended so. */
  readonly outcome?: Outcome | undefined;
}

export interface ResultsPage {
  readonly results: readonly ResultRecord[];
  /** Undefined while there is no result. */
  readonly upTo: string | undefined;
  readonly isLast: boolean;
}

/**
 * Some of a campaign's results, the latest of each call, in the order of settling. A page may hold
 * fewer than the limit. Throws `DialerError` (`no_such_campaign`, `bad_cursor`).
 */
export async function resultsPage(
  context: Context,
  id: string,
  { after, limit, outcome }: ResultsPageRequest,
): Promise<ResultsPage> {
  await context.campaign(id);
  requireStreamCursor(after);
  const request = { after, limit, mostRead: MOST_READ, outcome };
  const { entries, upTo, isLast } = await context.queue.results.page(id, request);
  return { results: entries.map(([, record]) => record), upTo, isLast };
}

/**
 * Notes that all results of a campaign up to a cursor are kept elsewhere: it may be archived then.
 * Throws `DialerError` (`no_such_campaign`, `bad_cursor`).
 */
export async function noteExport(context: Context, id: string, cursor: string): Promise<void> {
  await context.campaign(id);
  requireStreamCursor(cursor);
  if (await context.queue.results.noteExport(id, cursor)) return;
  const message = 'There are no results up to this cursor yet: give that of an export.';
  throw new DialerError('bad_cursor', message, { kind: 'invalid' });
}
