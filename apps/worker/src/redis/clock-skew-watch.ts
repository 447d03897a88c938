import { CLOCKS_MAY_DIFFER_MS } from '@libby-dialer/runtime';
import type { WorkerEvents } from '../worker-events.ts';
import type { RedisClock } from './redis-clock.ts';

/** Only hours at their edges depend on it, but times in logs begin to mislead. */
const SKEW_WORTH_A_WARNING_MS = 2_000;
/** Less than that, so that a clock on the edge is not reported again and again. */
const SKEW_WORTH_NO_WORD_MS = 1_000;

const CLOCKS_TOO_FAR_APART =
  'nothing is dialed here: the clock of this machine and that of Redis differ by more than 15 minutes, and calling hours follow them; set the one that is wrong';

/**
 * Reports when the clocks of this machine and Redis drift apart, and when they agree again. Shared
 * instants are Redis's, and hours must be open by both clocks. If they differ by more than
 * `CLOCKS_MAY_DIFFER_MS`, nothing is dialed here.
 */
export class ClockSkewWatch {
  readonly #clock: RedisClock;
  readonly #events: WorkerEvents;
  #isSkewed = false;
  #isTooFar = false;

  constructor(clock: RedisClock, events: WorkerEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** Why nothing is dialed here, in a sentence; undefined while the clocks are near enough. */
  get trouble(): string | undefined {
    return this.#isTooFar ? CLOCKS_TOO_FAR_APART : undefined;
  }

  /** To be called now and then, after Redis has told its time. */
  look(): void {
    const skew = this.#clock.skew();
    if (skew === undefined) return;
    this.#events.clockCompared(skew.ms);
    const isTooFar = Math.abs(this.#clock.aheadMs()) > CLOCKS_MAY_DIFFER_MS;
    if (isTooFar && !this.#isTooFar) this.#events.clocksTooFarApart(skew.ms);
    if (!isTooFar && this.#isTooFar) this.#events.clocksNearEnough(skew.ms);
    this.#isTooFar = isTooFar;
    const leastMs = Math.abs(skew.ms) - skew.uncertaintyMs;
    const mostMs = Math.abs(skew.ms) + skew.uncertaintyMs;
    if (!this.#isSkewed && leastMs > SKEW_WORTH_A_WARNING_MS) {
      this.#isSkewed = true;
      this.#events.clockSkewed(skew.ms);
    } else if (this.#isSkewed && mostMs <= SKEW_WORTH_NO_WORD_MS) {
      this.#isSkewed = false;
      this.#events.clockAgrees(skew.ms);
    }
  }
}
