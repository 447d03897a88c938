import type { PassedOver, RejectCode, RowPlace } from '@libby-dialer/call-list';
import type { CallTime, FrequencyCap, Outcome } from '@libby-dialer/dialing';

/**
 * What would become of a row. Queued, but never called: `suppressed` (on the do-not-call list now),
 * `capped` (at its earliest instant the calls made so far still reach a frequency cap),
 * `would_expire` (its time is out already or before its hours open) and `never_opens` (its hours do
 * not open at all).
 */
export type RowFate =
  | 'queued'
  | 'suppressed'
  | 'capped'
  | 'would_expire'
  | 'never_opens'
  | 'already_queued'
  | 'already_settled'
  | 'duplicate'
  | 'rejected';

/** When a row's call would go out at the earliest, as far as its hours decide. */
export type RowVerdict = 'now' | 'at' | 'never';

export interface RowForesight extends Readonly<RowPlace> {
  readonly verdict: RowVerdict;
  readonly fate: RowFate;
  /**
   * Epoch ms: the earliest instant. Undefined for `never`, and where the hours open only after more
   * than 15 days.
   */
  readonly at?: number;
  /** Of every row that is no reject and no duplicate. */
  readonly time?: CallTime;
  /** Where the campaign names several columns of phones: whose number would be dialed. */
  readonly phoneColumn?: string;
  /** And those before it, with why their numbers would not. */
  readonly passedOver?: readonly PassedOver[];
  /** Of a rejected row. */
  readonly code?: RejectCode;
  readonly reason?: string;
  /** Of a capped row. */
  readonly cap?: FrequencyCap;
  /** Of a settled call. */
  readonly outcome?: Outcome;
}
