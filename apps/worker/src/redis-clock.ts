import { type Clock, sleep } from '@libby-dialer/runtime';

/** Clocks drift apart slowly; a better observation is kept this long. */
const OBSERVATION_LASTS_MS = 10_000;

/** Ms of each local clock. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/**
 * Redis's clock as this process can know it. All instants that several processes share are Redis's; this one estimates
 * them between two answers, and turns them into local ones where a local timer or BullMQ needs that.
 */
export class RedisClock {
  readonly #local: Clock;
  #offsetMs = 0;
  #uncertaintyMs = Number.POSITIVE_INFINITY;
  #observedAt = 0;

  constructor(local: Clock) {
    this.#local = local;
  }

  monotonic(): number {
    return this.#local.monotonic();
  }

  /** Epoch ms of Redis's clock, about. */
  now(): number {
    return Math.round(this.#local.monotonic() + this.#offsetMs);
  }

  /**
   * Notes what Redis's clock read in an answer to a question asked at `askedAt` (monotonic ms). A slow answer tells less, so
   * the quickest of the last seconds counts.
   */
  observe(redisNow: number, askedAt: number): void {
    const answeredAt = this.#local.monotonic();
    const uncertaintyMs = (answeredAt - askedAt) / 2;
    if (uncertaintyMs > this.#uncertaintyMs && answeredAt - this.#observedAt < OBSERVATION_LASTS_MS) return;
    this.#offsetMs = redisNow - (askedAt + answeredAt) / 2;
    this.#uncertaintyMs = uncertaintyMs;
    this.#observedAt = answeredAt;
  }

  /** This moment by both local clocks: the monotonic one stands still while the machine is suspended. */
  moment(): Moment {
    return { monotonic: this.#local.monotonic(), wall: this.#local.now() };
  }

  /**
   * Tells when a time is up that was counted from a question to Redis asked at `asked`, which was before the instant Redis
   * answered for: rather too early than too late.
   */
  timeIsUp(asked: Moment, timeLeftMs: number): () => boolean {
    const until = asked.monotonic + timeLeftMs;
    const untilByWall = asked.wall + timeLeftMs;
    return () => this.#local.monotonic() >= until || this.#local.now() >= untilByWall;
  }

  /** How far this machine's wall clock is ahead of Redis's, give or take; undefined before Redis has told its time. */
  skew(): { readonly ms: number; readonly uncertaintyMs: number } | undefined {
    if (this.#uncertaintyMs === Number.POSITIVE_INFINITY) return undefined;
    return { ms: this.#local.now() - this.now(), uncertaintyMs: this.#uncertaintyMs };
  }

  /** How long until that instant of Redis's clock; never negative. */
  msUntil(redisInstant: number): number {
    return Math.max(0, redisInstant - this.#local.monotonic() - this.#offsetMs);
  }

  /** Resolves at that instant of Redis's clock, or at once when the signal aborts. */
  async sleepUntil(redisInstant: number, signal: AbortSignal): Promise<void> {
    await sleep(Math.ceil(this.msUntil(redisInstant)), signal).catch(() => {});
  }

  /** An instant of Redis's clock on this machine's wall clock, as BullMQ wants its delays: a skewed host would spin. */
  toLocal(redisInstant: number): number {
    return this.#local.now() + (redisInstant - this.now());
  }
}
