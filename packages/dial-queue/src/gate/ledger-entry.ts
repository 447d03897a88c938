import type { Outcome } from '@libby-dialer/dialing';

/**
 * A call's entry as the scripts keep it in the ledger, as far as it is read here
 * (`lua/ledger.lua`).
 */
export interface LedgerEntry {
  readonly state: Outcome | 'open' | 'claimed';
  readonly owner: string;
  readonly line?: string;
  /** Instants are epoch ms of Redis's clock. */
  readonly claimedAt?: number;
  readonly deadline?: number;
  readonly attempts: number;
  readonly failures?: number;
  readonly redials?: number;
  readonly redialAt?: number;
  readonly revision: number;
  /** Stream ids of its results, the latest last. Older versions did not note these. */
  readonly results?: readonly string[];
  /** Of a call in doubt: when its result was written. */
  readonly writtenAt?: number;
  readonly decided?: DoubtDecision;
  /** For a first attempt: what its owner reported after the redial was claimed. */
  readonly lateOutcome?: Outcome;
}

/** What a person has decided on a call in doubt. */
export interface DoubtDecision {
  readonly as: 'accepted' | 'redial';
  readonly by: string;
  readonly at: number;
  readonly note?: string;
}
