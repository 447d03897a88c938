import { isUtf8 } from 'node:buffer';
import {
  badEncoding,
  isProblem,
  jsonRow,
  MAX_ROW_LENGTH,
  RecordChecker,
  type RejectCode,
} from '@libby-dialer/call-list';
import type { InboxEntry, InboxReject } from '@libby-dialer/dial-queue';
import type { Campaign, QueuedCall } from '@libby-dialer/dialing';

/** Why an entry cannot be called, beside the codes of a list. Stable as those are. */
export const INBOX_REJECT_CODES = [
  'unknown_campaign',
  'campaign_canceled',
  'campaign_archived',
  'campaign_unsupported',
] as const;
type InboxRejectCode = RejectCode | (typeof INBOX_REJECT_CODES)[number];

export interface EntryProblem {
  readonly code: InboxRejectCode;
  /** A sentence that repeats nothing of the entry. */
  readonly reason: string;
}

/** A call that may be queued, and what it is the same by. */
export interface CheckedEntry {
  readonly call: QueuedCall;
  readonly dedupeKey: string;
}

/**
 * What of a rejected record is kept, in UTF-16 units: rejects must not fill Redis, whatever is
 * pushed.
 */
const KEPT_LENGTH = 4000;
/** An entry is one record, so it begins where it begins. */
const PLACE = { row: 1, line: 1, column: 1 };

/**
 * Decides whether entries of the inbox can be called for a campaign, by the checks of a JSON list's
 * rows.
 */
export class EntryCheck {
  readonly #records: RecordChecker;
  readonly #isKeyedByRow: boolean;

  constructor(campaign: Campaign) {
    this.#isKeyedByRow = campaign.dedupeBy === 'row';
    // An entry stands in no list: its own id is what only it has.
    this.#records = new RecordChecker(
      this.#isKeyedByRow ? { ...campaign, dedupeBy: 'phone' } : campaign,
    );
  }

  /** The same entry is the same call, however often it is delivered. */
  check({ id, call }: InboxEntry): CheckedEntry | EntryProblem {
    const text = readText(call);
    if (typeof text !== 'string') return text;
    const { record, problem } = jsonRow(text, PLACE, 'UTF-8');
    if (problem !== undefined) return problem;
    if (record === undefined) throw new Error('an entry has a record or a problem');
    const verdict = this.#records.check(record, record.formInfo);
    if (isProblem(verdict)) return verdict;
    return this.#isKeyedByRow ? { call: verdict.call, dedupeKey: `row:inbox:${id}` } : verdict;
  }
}

function readText(call: Buffer | undefined): string | EntryProblem {
  if (call === undefined)
    return { code: 'bad_json', reason: 'The entry has no field "call" with a record as JSON.' };
  if (call.length > MAX_ROW_LENGTH)
    return { code: 'row_too_large', reason: 'The record is larger than 1 MB.' };
  return isUtf8(call) ? call.toString() : badEncoding('UTF-8');
}

/** What is kept of an entry that cannot be called. */
export function rejectOf(
  { campaign = '', call }: InboxEntry,
  { code, reason }: EntryProblem,
): InboxReject {
  // A reason names fields, and these are as long as whoever pushed it likes.
  return { code, reason: cut(reason), campaign: cut(campaign), call: cut(textOf(call)) };
}

function textOf(bytes: Buffer | undefined): string {
  return bytes?.toString('utf8', 0, 4 * KEPT_LENGTH) ?? '';
}

function cut(text: string): string {
  return text.length <= KEPT_LENGTH ? text : `${text.slice(0, KEPT_LENGTH)}…`;
}
