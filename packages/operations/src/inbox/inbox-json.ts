import type { RejectedEntry } from '@libby-dialer/dial-queue';
import { isoInstant } from '@libby-dialer/dialing';
import type { InboxEntryReport } from './inbox.ts';

/** What became of an entry, as programs read it. */
export function entryJson(id: string, { status, call }: InboxEntryReport) {
  if (status === 'waiting') return { entry: id, fate: status };
  const { kind, ...rest } = status;
  return { entry: id, fate: kind, ...rest, ...(call !== undefined && { call }) };
}

/** A rejected entry as programs read it. */
export function rejectedJson({ rejectedAt, ...entry }: RejectedEntry) {
  return { ...entry, rejectedAt: isoInstant(rejectedAt) };
}
