import type { CompletedJob } from '@libby-dialer/dial-queue';

/**
 * How a run of the handler ends, for the queue. The call's own fate stands in the ledger; this says
 * only what becomes of its job. Times are epoch ms of Redis's clock.
 */
export type JobEnd =
  /**
   * The call is settled. `completed`: its job with it, and BullMQ need not be asked any more.
   * `isCanceled`: with its campaign, and nothing of that goes out any more. `isEarly`: its slot was
   * far off when it got it, so that there is enough in hand for the pace.
   */
  | {
      readonly kind: 'complete';
      readonly accepted: boolean;
      readonly completed?: CompletedJob | undefined;
      readonly isCanceled?: boolean;
      readonly isEarly?: boolean;
    }
  /** This job waits for its own instant. */
  | { readonly kind: 'delay'; readonly until: number; readonly sleepUntil?: number }
  /**
   * The job goes back; everything of the campaign has to wait, if known until when. With a `turn`
   * not for trouble, but for its turn. `isOutdated`: it was asked for by a definition that has
   * changed.
   */
  | {
      readonly kind: 'give_back';
      readonly sleepUntil: number;
      readonly turn?: Turn;
      readonly isOutdated?: true;
    };

/** What all calls of a campaign take turns for. */
export type Turn = 'line' | 'in_flight' | 'pace';

/** As far ahead as a campaign worker sleeps without a look; announcements wake it earlier. */
export const LONGEST_SLEEP_MS = 15_000;
