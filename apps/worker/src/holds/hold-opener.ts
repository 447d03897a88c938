import type { HoldCause, HoldRequest, Holds } from '@libby-dialer/dial-queue';
import type { CallRun } from '../calls/call-run.ts';
import type { JobEnd } from '../calls/job-end.ts';
import type { RedisClock } from '../redis/redis-clock.ts';
import type { WorkerEvents } from '../worker-events.ts';
import { holdRequest } from './trouble.ts';

export interface HoldOpenerParts {
  readonly holds: Holds;
  readonly clock: RedisClock;
  readonly events: WorkerEvents;
}

/**
 * Stops dialing when something is missing that every call needs. The call that noticed keeps its
 * place.
 */
export class HoldOpener {
  readonly #parts: HoldOpenerParts;

  constructor(parts: HoldOpenerParts) {
    this.#parts = parts;
  }

  async open(run: CallRun, hold: HoldRequest, cause?: HoldCause): Promise<JobEnd> {
    const { holds, clock, events } = this.#parts;
    await holds.open(hold, run.callId, cause);
    events.holdAsked(hold);
    return {
      kind: 'give_back',
      sleepUntil: clock.now() + Math.max(hold.firstPauseMs, hold.retryAfterMs),
    };
  }

  /** No call of its campaign has all that this asks for. */
  async openIncomplete({ campaign, context, callId }: CallRun, cause: HoldCause): Promise<void> {
    const { holds, events } = this.#parts;
    const hold = holdRequest(`campaign:${campaign}`, 'campaign_incomplete');
    await holds.openFor({ campaign, edition: context.edition }, hold, callId, cause);
    events.holdAsked(hold);
  }
}
