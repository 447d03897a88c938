import type { RedisClock } from './redis-clock.ts';
import type { WorkerEvents } from './worker-events.ts';

/** Nothing depends on it, but times in logs begin to mislead. */
const SKEW_WORTH_A_WARNING_MS = 2_000;
/** Less than that, so that a clock on the edge is not reported again and again. */
const SKEW_WORTH_NO_WORD_MS = 1_000;

/**
 * Says when this machine's clock and Redis's part, and when they agree again. Every instant that matters is one of Redis's
 * clock, so a skew changes nothing; who reads logs of several machines side by side should know of it.
 */
export class ClockSkewWatch {
  readonly #clock: RedisClock;
  readonly #events: WorkerEvents;
  #isSkewed = false;

  constructor(clock: RedisClock, events: WorkerEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** To be called now and then, after Redis has told its time. */
  look(): void {
    const skew = this.#clock.skew();
    if (skew === undefined) return;
    this.#events.clockCompared(skew.ms);
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
