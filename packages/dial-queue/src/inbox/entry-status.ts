import type { LoadVerdict } from '../calls/call-loader.ts';

/**
 * What became of an entry of the inbox. `already_queued` is also used if a daemon died after
 * queueing the call and the entry was delivered again. `duplicate` repeats another entry of the
 * same batch.
 */
export type EntryStatus =
  | { readonly kind: LoadVerdict | 'duplicate'; readonly campaign: string; readonly callId: string }
  | { readonly kind: 'rejected'; readonly code: string }
  | { readonly kind: 'erased' };

/** Counted from when the last entry of that day has got its status. */
export const STATUSES_KEPT_SECONDS = 7 * 24 * 3600;

const LATEST_MS = 8.64e15;

/** A word, then campaign and call id, or the code. None of them has a blank. */
export function statusText(status: EntryStatus): string {
  if (status.kind === 'erased') return status.kind;
  return status.kind === 'rejected'
    ? `rejected ${status.code}`
    : `${status.kind} ${status.campaign} ${status.callId}`;
}

export function readStatus(text: string): EntryStatus {
  const [kind = '', first = '', callId = ''] = text.split(' ');
  if (kind === 'erased') return { kind };
  if (kind === 'rejected') return { kind, code: first };
  return { kind: kind as LoadVerdict | 'duplicate', campaign: first, callId };
}

/** The UTC day of a stream id (`2026-12-01`), even if its producer has made up the instant. */
export function dayOf(id: string): string {
  const ms = Math.min(Number.parseInt(id, 10) || 0, LATEST_MS);
  return new Date(ms).toISOString().split('T', 1)[0] ?? '';
}
