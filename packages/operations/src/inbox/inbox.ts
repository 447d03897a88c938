import type {
  CallProgress,
  EntryStatus,
  InboxStatus,
  RejectedPage,
} from '@libby-dialer/dial-queue';
import { DialerError } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';
import { requireStreamCursor } from '../stream-cursor.ts';

export interface InboxReport extends Omit<InboxStatus, 'oldestAt'> {
  /** Left out where nothing waits or is in hand. */
  readonly oldestAgeMs?: number;
}

/** How much waits, who takes it in, and how much was rejected. */
export async function inboxStatus(context: Context): Promise<InboxReport> {
  const { oldestAt, ...status } = await context.queue.inbox.status();
  if (oldestAt === undefined) return status;
  return { ...status, oldestAgeMs: Math.max(0, (await context.now()) - oldestAt) };
}

/** What became of an entry, and of its call so far. */
export interface InboxEntryReport {
  readonly status: EntryStatus | 'waiting';
  readonly call: CallProgress | undefined;
}

/** Throws `DialerError` (`no_such_entry`). @param id stream id of the entry */
export async function inboxEntry(
  { queue: { inbox } }: Context,
  id: string,
): Promise<InboxEntryReport> {
  const status = /^\d{1,20}-\d{1,20}$/.test(id) ? await inbox.entryStatus(id) : undefined;
  if (status === undefined) throw noSuchEntry(id);
  if (status === 'waiting') return { status, call: undefined };
  const call =
    'callId' in status ? await inbox.progress(status.campaign, status.callId) : undefined;
  return { status, call };
}

function noSuchEntry(id: string): DialerError {
  const message = `${id} is no entry of the inbox that is known: it was never there, or its status is older than a week.`;
  return new DialerError('no_such_entry', message, { kind: 'not_found' });
}

/** Entries that could not be called, and why. Throws `DialerError` (`bad_cursor`). */
export async function rejectedEntries(
  { queue }: Context,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<RejectedPage> {
  requireStreamCursor(cursor);
  return await queue.inbox.rejected(limit, cursor);
}
