import type { FrequencyCap, HoldReason, HoldScope, Outcome, Reason } from '@libby-dialer/dialing';
import type { HoldCause, HoldRequest } from '../holds/holds.ts';
import type { CompletedJob, JobInHand } from '../jobs/job-completion.ts';
import type { Person } from '../people/identity.ts';
import type { Claim, ClaimedPlaces } from './claim.ts';

/** What the gate is asked: may this call go out now? Times are epoch ms of Redis's clock. */
export interface ClaimRequest {
  readonly callId: string;
  /** A fresh id per run of the handler: only the owner of a claim may send. */
  readonly owner: string;
  readonly campaign: string;
  readonly person: Person;
  /**
   * Other people the row names: if one of them is on the do-not-call list, the call does not go
   * out.
   */
  readonly others?: readonly Person[] | undefined;
  /** The lines that may carry the call. The one with the fewest calls does. */
  readonly lines: readonly string[];
  /** The recipient's hours: the span that is open now, or else the next. */
  readonly opensAt: number;
  readonly closesAt: number;
  /** The record's own times, if it has any; otherwise the campaign's count. */
  readonly startsAt?: number | undefined;
  readonly expiresAt?: number | undefined;
  readonly limits: Limits;
  /**
   * The edition of the campaign (`CampaignStore.edition`) that hours and limits are taken from. If
   * another one is stored, the answer is `outdated`. Left out: that is not checked.
   */
  readonly edition?: string | undefined;
  /** No other line may carry it, so the call waits by itself while that one is full. */
  readonly isOwnLine?: boolean | undefined;
  /**
   * Its hours are its own, not its campaign's: calls that wait for the same hour are spread out.
   */
  readonly isOwnTime?: boolean | undefined;
  /**
   * Whether everything needed to send is in hand. If not, nothing is claimed, and the answer is
   * `unready` instead of `dial`.
   */
  readonly ready: boolean;
  /**
   * Set if the owner of a claim asks to send again: everything is checked anew. It is the
   * `attempts` of that claim, which tells a repeated question (its answer was lost) from a further
   * one.
   */
  readonly renews?: number | undefined;
  /** Nothing has been sent under that claim: it missed its slot and asks for another. */
  readonly isUnsent?: boolean | undefined;
  /**
   * How far ahead a slot has to be for the answer to arrive before it; see pace.lua for the bounds.
   */
  readonly leadMs?: number | undefined;
  /**
   * What the asker takes Redis's clock for as it asks: much earlier shows that it was set ahead.
   */
  readonly takesItFor?: number | undefined;
  /**
   * How many claims on its server the asker knows of. If Redis knows of fewer it has lost some, and
   * nothing is claimed.
   */
  readonly seen?: number;
}

/** What a campaign allows. Left out: no limit. */
export interface Limits {
  /** How long a call that is taken is assumed to occupy its line. */
  readonly conversationMs: number;
  /** Per person, over all campaigns. */
  readonly caps?: readonly FrequencyCap[] | undefined;
  /** From one call's slot to the next one's. */
  readonly intervalMs?: number | undefined;
  readonly maxInFlight?: number | undefined;
  readonly maxPerLine?: number | undefined;
}

/**
 * `line`: all calls of the campaign do; `own_line`: this one by itself, others may have another
 * line that is free. `cap`: what is in flight to the same person decides whether it is over the
 * cap. Set by the caller, the script never returns them: `comparison`: on a server that is new
 * nobody claims before all have compared (see Evidence); `clocks`: Redis's and the asker's are too
 * far apart.
 */
export type WaitFor =
  | 'redial'
  | 'starts_at'
  | 'calling_window'
  | 'line'
  | 'own_line'
  | 'cap'
  | 'in_flight'
  | 'pace'
  | 'comparison'
  | 'clocks';

export type GateVerdict =
  | { readonly kind: 'dial'; readonly claim: Claim }
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'busy'; readonly until: number }
  | { readonly kind: 'in_doubt'; readonly lost: Claim }
  | {
      readonly kind: 'skip';
      readonly outcome: Outcome;
      readonly reason: Reason;
      readonly attempts: number;
    }
  /** The campaign's definition is another by now: read it anew, and ask again. */
  | { readonly kind: 'outdated' }
  | { readonly kind: 'paused' }
  | {
      readonly kind: 'held';
      readonly scope: HoldScope;
      readonly reason: HoldReason;
      /** Undefined when only a person lifts the hold. */
      readonly until: number | undefined;
      /** This very call opened the hold; another should probe. */
      readonly isOpener: boolean;
    }
  | { readonly kind: 'wait'; readonly until: number; readonly waitFor: WaitFor }
  | { readonly kind: 'unready' }
  /** Too few replicas have the claim: it must be given back unused. */
  | { readonly kind: 'unfenced'; readonly claim: Claim };

/** A verdict with the clock it was given by and the number of claims made on this server. */
export type GateAnswer = GateVerdict & { readonly now: number; readonly sequence: number };

/**
 * The server is not the one that the gate was introduced to, or has lost claims: compare,
 * introduce, and ask again.
 */
export interface Uncompared {
  readonly kind: 'uncompared';
}

export interface ClaimTimes {
  readonly sendWithinMs: number;
  readonly claimMs: number;
}

/**
 * What a probe showed of the hold it tested: bring it nearer to its end, lengthen its pause, or
 * nothing.
 */
export interface ProbeResult {
  readonly scope: HoldScope;
  readonly verdict: 'close' | 'grow' | 'keep';
}

/** One more of a kind of trouble; at the threshold the hold opens. */
export interface TroubleRun {
  readonly name: string;
  readonly threshold: number;
  readonly hold: HoldRequest;
}

/** Who asks about which call. */
export type Question = Pick<ClaimRequest, 'callId' | 'owner' | 'campaign'>;

interface Ending extends Question {
  /** The API gave an answer that says something about it, not only about us. */
  readonly answered: boolean;
  readonly probes: readonly ProbeResult[];
  readonly run?: TroubleRun | undefined;
  /** What was seen, for a hold that opens or grows by it. */
  readonly cause?: HoldCause | undefined;
}

/** How a claim ends in an outcome. */
export interface Settlement extends Ending {
  readonly outcome: Outcome;
  readonly attempts: number;
  /**
   * What the claim took: Redis may have lost it, or it may have been written off and keeps its
   * places until its owner speaks.
   */
  readonly claimed?: ClaimedPlaces | undefined;
  /**
   * Results written for the call before the claim that this settles: an outcome of that time does
   * not stand in its way.
   */
  readonly resultsBefore?: number | undefined;
  /**
   * Given when a call in doubt is to be dialed once more: so long after the deadline of its claim.
   */
  readonly redialAfterMs?: number | undefined;
  /** The claim's own: this settles a redial. */
  readonly redials?: number | undefined;
  /** Under this claim provably nothing rang, though the call is `unknown`. */
  readonly unrung?: boolean | undefined;
  /** It has an expiry of its own, of which nobody need be reminded any more. */
  readonly expires?: boolean | undefined;
  /** Left out: its job is not in hand, or is completed otherwise. */
  readonly job?: JobInHand | undefined;
}

export interface SettleRequest extends Settlement {
  /** The result record as JSON, without `revision` and the closing brace. */
  readonly resultHead: string;
  /** The call as queued, kept while it may still be wanted; empty for none. */
  readonly payload: string;
}

/** How a claim is given back. */
export interface ReleaseRequest extends Ending {
  readonly attempts: number;
  readonly failures: number;
  /**
   * The API refused it for a reason that should concern all calls; refused again while others pass,
   * it is at fault itself.
   */
  readonly faultAfter?: number | undefined;
  readonly hold?: HoldRequest | undefined;
}

/** Nothing was sent under the claim, if there is one. */
export interface Withdrawal extends Question {
  readonly withdraws: true;
}

/** A call that waits, and its end with its canceled campaign. */
export interface UntriedCall extends Pick<SettleRequest, 'callId' | 'resultHead' | 'payload'> {}

/** What a call that has its outcome leaves of its job. */
interface Settled {
  /** The call is in doubt and is to be dialed once more then, so its job must wait. */
  readonly redialAt?: number;
  /** The job is completed. This is what BullMQ's script answered to it: the next job, if any. */
  readonly completed?: CompletedJob;
}

export type SettleAnswer =
  | (Settled & { readonly kind: 'settled'; readonly revision: number })
  | (Settled & { readonly kind: 'already'; readonly outcome: Outcome })
  | { readonly kind: 'lost' };
export type ReleaseAnswer = 'released' | 'at_fault' | 'late' | 'lost';
