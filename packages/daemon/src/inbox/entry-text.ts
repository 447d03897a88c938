import { isUtf8 } from 'node:buffer';
import { badEncoding, jsonRow, type ListRow, MAX_ROW_LENGTH } from '@libby-dialer/call-list';
import type { InboxEntry, InboxReject } from '@libby-dialer/dial-queue';
import type { RecordProblem } from '@libby-dialer/operations';

/**
 * What of a rejected record is kept, in UTF-16 units: rejects must not fill Redis, whatever is
 * pushed.
 */
const KEPT_LENGTH = 4000;
/** An entry is one record, so it is always the first row. */
const PLACE = { row: 1, line: 1, column: 1 };

/** An entry's record as the row of a list. */
export function rowOf({ call }: InboxEntry): ListRow | RecordProblem {
  if (call === undefined)
    return { code: 'bad_json', reason: 'The entry has no field "call" with a record as JSON.' };
  if (call.length > MAX_ROW_LENGTH)
    return { code: 'row_too_large', reason: 'The record is larger than 1 MB.' };
  return isUtf8(call) ? jsonRow(call.toString(), PLACE, 'UTF-8') : badEncoding('UTF-8');
}

/** What is kept of an entry that cannot be called. */
export function rejectOf(
  { campaign = '', call }: InboxEntry,
  { code, reason }: RecordProblem,
): InboxReject {
  // A reason names fields, which are as long as the sender made them.
  return { code, reason: cut(reason), campaign: cut(campaign), call: cut(textOf(call)) };
}

function textOf(bytes: Buffer | undefined): string {
  return bytes?.toString('utf8', 0, 4 * KEPT_LENGTH) ?? '';
}

function cut(text: string): string {
  return text.length <= KEPT_LENGTH ? text : `${text.slice(0, KEPT_LENGTH)}…`;
}
