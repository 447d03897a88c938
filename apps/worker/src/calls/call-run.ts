import type { JobInHand } from '@libby-dialer/dial-queue';
import type { CallRules, QueuedCall } from '@libby-dialer/dialing';
import type { CampaignContext } from './campaign-context.ts';
import type { JobEnd } from './job-end.ts';

/** How a stop reaches the calls. */
export interface StopSignals {
  /** From here on no call begins; those in flight go on. */
  readonly stop: AbortSignal;
  /**
   * Breaks off requests in flight. Before its first byte a call is given back; after that it is in
   * doubt.
   */
  readonly abort: AbortSignal;
}

/** One run of the handler: everything about its call that does not change while it runs. */
export interface CallRun {
  readonly context: CampaignContext;
  readonly callId: string;
  readonly campaign: string;
  readonly call: QueuedCall;
  /** When and how often this person may be called. */
  readonly rules: CallRules;
  /** Epoch ms. */
  readonly queuedAt: number;
  /** Fresh for every run: what another run of the same call claims is not ours. */
  readonly owner: string;
  readonly signals: StopSignals;
  /** Gives the job away to whoever settles the call. Left out: it is in nobody's hand. */
  readonly giveJob?: (() => JobInHand) | undefined;
}

/** The job goes back to its place; nothing is known that would make its campaign wait. */
export const GIVE_BACK: JobEnd = { kind: 'give_back', sleepUntil: 0 };

/**
 * The job waits until an instant of Redis's clock, but not beyond its call's expiry, or the call
 * would expire too late.
 */
export function delayedEnd(run: CallRun, until: number, sleepUntil?: number): JobEnd {
  const expiresAt =
    run.call.expiresAt ?? run.context.campaign.expiresAt ?? Number.POSITIVE_INFINITY;
  const end = { kind: 'delay', until: Math.min(until, expiresAt) } as const;
  return sleepUntil === undefined ? end : { ...end, sleepUntil };
}

/** No other line may carry it. */
export function hasOwnLine({ call }: CallRun): boolean {
  return call.from !== undefined;
}
