import type { CompletedJob } from '@libby-dialer/dial-queue';

/**
 * How a run of the handler ends, for the queue. The call's own fate stands in the ledger; this says
 * only what becomes of its job. Times are epoch ms of Redis's clock.
 */
export type JobEnd =
  /**
   * The call is settled. `completed`: so is its job, and BullMQ need not be asked. `isCanceled`:
   * with its whole campaign, of which nothing goes out any more. `isEarly`: it got its slot long
   * before it was due, so enough calls are in hand for the pace.
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
   * The job goes back to the queue, and the whole campaign waits until `sleepUntil`. With a `turn`
   * it waits only for its turn, not because of trouble. `isOutdated`: the gate was asked by a
   * definition that has changed.
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
