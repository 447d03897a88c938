import type { HoldScope } from '@libby-dialer/dialing';

/** The right to send one call once, written down before anything is sent. */
export interface Claim {
  readonly owner: string;
  readonly line: string;
  /** See `Person.member`. */
  readonly person: string;
  readonly conversationMs: number;
  readonly claimedAt: number;
  /** Nothing may be sent before this: the slot of a paced campaign. */
  readonly sendFrom?: number;
  /** Nor after this, by Redis's clock as the owner knows it. */
  readonly slotEnds?: number;
  /** Nothing may be sent after this. */
  readonly sendBy: number;
  /** After this, a claim without an outcome counts as in doubt for everybody. */
  readonly deadline: number;
  /** Requests begun, and provable failures to begin one, before this claim. */
  readonly attempts: number;
  /** Only the provable failures: these use up the campaign's `retry.attempts`. */
  readonly failures: number;
  /** Results written for this call before. */
  readonly revision: number;
  /** Given (1) when the call is dialed once more, after it was in doubt. */
  readonly redials?: number;
  /** Holds for which this call is the probe. */
  readonly probes?: readonly HoldScope[];
  /** It has a place of its campaign's canary. */
  readonly isCanary?: boolean;
  /** How many calls the person had had within the time of each cap. */
  readonly placed?: readonly number[];
  /** The version of the do-not-call list that was checked: the person was not on it. */
  readonly doNotCall: number;
}

/** What a claim has taken: its place on its line, and among the calls of its person. */
export type ClaimedPlaces = Pick<
  Claim,
  'line' | 'person' | 'conversationMs' | 'claimedAt' | 'deadline'
>;
