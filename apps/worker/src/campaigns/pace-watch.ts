import type { RedisClock } from '../redis/redis-clock.ts';
import type { WorkerEvents } from '../worker-events.ts';

/** How many slots it takes to judge. */
const SLOTS_TO_JUDGE = 10;
/** After so long without any nothing is known any more. */
const JUDGED_FOR_MS = 60_000;

/**
 * Notices when this worker cannot keep to the pace of its campaigns: most slots are over before
 * their calls can begin, because Redis answers too late, or too unevenly, for any promise about the
 * pace.
 */
export class PaceWatch {
  readonly #clock: RedisClock;
  readonly #events: WorkerEvents;
  #used = 0;
  #missed = 0;
  #judgedAt = Number.NEGATIVE_INFINITY;
  #isTooSlow = false;

  constructor(clock: RedisClock, events: WorkerEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  slotUsed(): void {
    this.#used += 1;
  }

  slotMissed(): void {
    this.#missed += 1;
    this.#events.slotMissed();
  }

  /** What keeps it from its pace, in a sentence; undefined if nothing does. */
  get trouble(): string | undefined {
    if (!this.#isTooSlow) return undefined;
    return `campaigns with callsPerSecond hardly get on here: Redis answers too late for their slots (a round trip takes ${this.#clock.roundTripMs} ms)`;
  }

  /** To be called now and then. */
  look(): void {
    const now = this.#clock.monotonic();
    if (this.#used + this.#missed < SLOTS_TO_JUDGE) {
      if (now - this.#judgedAt > JUDGED_FOR_MS) this.#judge(false);
      return;
    }
    this.#judge(this.#missed > this.#used);
    this.#used = 0;
    this.#missed = 0;
    this.#judgedAt = now;
  }

  #judge(isTooSlow: boolean): void {
    if (isTooSlow === this.#isTooSlow) return;
    this.#isTooSlow = isTooSlow;
    if (isTooSlow) this.#events.paceNotKept(this.#clock.roundTripMs);
    else this.#events.paceKept();
  }
}
