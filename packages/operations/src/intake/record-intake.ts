import { isProblem, type ListRow, RecordChecker, type RejectCode } from '@libby-dialer/call-list';
import type { Campaign, QueuedCall } from '@libby-dialer/dialing';

/** Why a pushed record cannot be called, beside the codes of a list. Stable as those are. */
export const INBOX_REJECT_CODES = [
  'unknown_campaign',
  'campaign_canceled',
  'campaign_archived',
  'campaign_unsupported',
] as const;
type RecordRejectCode = RejectCode | (typeof INBOX_REJECT_CODES)[number];

export interface RecordProblem {
  readonly code: RecordRejectCode;
  /** A sentence that repeats nothing of the record. */
  readonly reason: string;
}

/** A call that may be queued, and what tells a repeat of it. */
export interface CheckedRecord {
  readonly call: QueuedCall;
  readonly dedupeKey: string;
}

/**
 * Decides whether records that other services push can be called for a campaign, by the checks of a
 * JSON list's rows.
 */
export class RecordIntake {
  /** The same record may be two calls: only a key of its own tells a repeat. */
  readonly isKeyedByRow: boolean;
  readonly #records: RecordChecker;

  constructor(campaign: Campaign) {
    this.isKeyedByRow = campaign.dedupeBy === 'row';
    // A pushed record stands in no list.
    this.#records = new RecordChecker(
      this.isKeyedByRow ? { ...campaign, dedupeBy: 'phone' } : campaign,
    );
  }

  /** @param ownKey what only this record has, however often it is delivered */
  check({ record, problem }: ListRow, ownKey: string): CheckedRecord | RecordProblem {
    if (problem !== undefined) return problem;
    if (record === undefined) throw new Error('a row of JSON has a record or a problem');
    const verdict = this.#records.checkRecord(record);
    if (isProblem(verdict)) return verdict;
    return this.isKeyedByRow ? { call: verdict.call, dedupeKey: `row:${ownKey}` } : verdict;
  }
}
