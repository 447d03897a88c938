import { CLOCKS_MAY_DIFFER_MS, type Clock, sleep } from '@libby-dialer/runtime';

/** Clocks drift apart slowly; a better observation is kept this long. */
const OBSERVATION_LASTS_MS = 10_000;

/** How far two good observations may differ through the clocks' drift and resolution. */
const DRIFT_MS = 5;
/** Hosts that follow a time server differ by less. */
const AGREE_WITHIN_MS = 2_000;
/**
 * See `slotSpan`. At most half of the time that a call may be late (14 ms and half an interval).
 */
const MOST_NARROWED_MS = 3;
/** Redis tells its time in whole ms, rounded down. */
const RESOLUTION_MS = 1;
/** See `leadMs`: what lies between an answer's arrival and its being acted on. */
const TO_ACT_MS = 25;

/** Instants of Redis's clock. */
export interface Slot {
  readonly sendFrom: number;
  readonly slotEnds: number;
}

/** Ms of each local clock. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/**
 * Redis's clock, as well as this process can know it. All instants that processes share are
 * Redis's. This estimates Redis's time between two answers, and converts it where a local timer or
 * BullMQ needs local time.
 */
export class RedisClock {
  readonly #local: Clock;
  #offsetMs = 0;
  #uncertaintyMs = Number.POSITIVE_INFINITY;
  #observedAt = 0;
  #answerMs: { readonly usual: number; readonly deviation: number } | undefined;

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

  /** The same; undefined before Redis has told its time. */
  get estimate(): number | undefined {
    return this.#uncertaintyMs === Number.POSITIVE_INFINITY ? undefined : this.now();
  }

  /**
   * Notes Redis's time from an answer to a question asked at `askedAt` (monotonic ms). A slow
   * answer tells less, so the quickest of the last seconds counts, unless the two contradict each
   * other: then Redis's clock was set.
   */
  observe(redisNow: number, askedAt: number): void {
    const answeredAt = this.#local.monotonic();
    const uncertaintyMs = (answeredAt - askedAt) / 2;
    const offsetMs = redisNow - (askedAt + answeredAt) / 2;
    this.#noteAnswer(answeredAt - askedAt);
    const isNoBetter =
      uncertaintyMs > this.#uncertaintyMs && answeredAt - this.#observedAt < OBSERVATION_LASTS_MS;
    const fits =
      Math.abs(offsetMs - this.#offsetMs) <= uncertaintyMs + this.#uncertaintyMs + DRIFT_MS;
    if (isNoBetter && fits) return;
    this.#offsetMs = offsetMs;
    this.#uncertaintyMs = uncertaintyMs;
    this.#observedAt = answeredAt;
  }

  /**
   * How long after Redis gave an answer it can be acted on here, judged by the last ones. It is
   * rarely longer.
   */
  get leadMs(): number {
    const { usual, deviation } = this.#answerMs ?? { usual: 0, deviation: 0 };
    return Math.ceil(usual + 4 * deviation + TO_ACT_MS);
  }

  /** From a question to its answer, as a rule. */
  get roundTripMs(): number {
    return Math.round(this.#answerMs?.usual ?? 0);
  }

  /** A running mean and its deviation, as TCP keeps them of round trips (RFC 6298). */
  #noteAnswer(tookMs: number): void {
    const { usual, deviation } = this.#answerMs ?? { usual: tookMs, deviation: 0 };
    this.#answerMs = {
      usual: usual + (tookMs - usual) / 8,
      deviation: deviation + (Math.abs(tookMs - usual) - deviation) / 4,
    };
  }

  /**
   * This moment by both local clocks: the monotonic one stands still while the machine is
   * suspended.
   */
  moment(): Moment {
    return { monotonic: this.#local.monotonic(), wall: this.#local.now() };
  }

  /**
   * Tells when a time is up that is counted from a question to Redis asked at `asked`. That was
   * before Redis answered, so this is rather too early than too late.
   */
  timeIsUp(asked: Moment, timeLeftMs: number): () => boolean {
    const until = asked.monotonic + timeLeftMs;
    const untilByWall = asked.wall + timeLeftMs;
    return () => this.#local.monotonic() >= until || this.#local.now() >= untilByWall;
  }

  /**
   * The monotonic ms of an instant in an answer given at `redisNow` and just received. However
   * wrong the estimate of Redis's clock is, it is never later than that instant lies after the
   * answer.
   */
  monotonicAt(redisInstant: number, redisNow: number): number {
    return (
      this.#local.monotonic() +
      Math.min(this.msUntil(redisInstant), Math.max(0, redisInstant - redisNow))
    );
  }

  /**
   * From when until when (monotonic ms) a slot in an answer given at `redisNow` is open here. It is
   * narrowed on both sides by what is uncertain about Redis's clock, so that several workers
   * together keep to their slots by that clock. Over a slow link not all uncertainty can be allowed
   * for: then both ways are assumed to take about as long.
   */
  slotSpan({ sendFrom, slotEnds }: Slot, redisNow: number): { opensAt: number; closesAt: number } {
    const narrowedMs = Math.min(this.#uncertaintyMs, MOST_NARROWED_MS);
    return {
      opensAt: this.monotonicAt(sendFrom, redisNow) + narrowedMs,
      closesAt: this.monotonicAt(slotEnds, redisNow) - narrowedMs - RESOLUTION_MS,
    };
  }

  /**
   * How far this machine's wall clock is ahead of Redis's, at best estimate; undefined before Redis
   * has told its time.
   */
  skew(): { readonly ms: number; readonly uncertaintyMs: number } | undefined {
    if (this.#uncertaintyMs === Number.POSITIVE_INFINITY) return undefined;
    return { ms: this.#local.now() - this.now(), uncertaintyMs: this.#uncertaintyMs };
  }

  /** How far this machine's wall clock is ahead of Redis's; 0 while they agree, or may. */
  aheadMs(): number {
    const skew = this.skew();
    return skew === undefined || Math.abs(skew.ms) - skew.uncertaintyMs <= AGREE_WITHIN_MS
      ? 0
      : skew.ms;
  }

  /** Tells whether either clock has been set since. */
  setSince(): () => boolean {
    const before = this.skew();
    return () => {
      const after = this.skew();
      if (before === undefined || after === undefined) return false;
      return (
        Math.abs(after.ms - before.ms) - after.uncertaintyMs - before.uncertaintyMs >
        AGREE_WITHIN_MS
      );
    };
  }

  /** How long until that instant of Redis's clock; never negative. */
  msUntil(redisInstant: number): number {
    return Math.max(0, redisInstant - this.#local.monotonic() - this.#offsetMs);
  }

  /** Resolves at those monotonic ms and not before, or at once when the signal aborts. */
  async sleepUntil(monotonicMs: number, signal: AbortSignal): Promise<void> {
    // Node's timers may come up to a ms early.
    while (!signal.aborted && this.#local.monotonic() < monotonicMs) {
      await sleep(Math.ceil(monotonicMs - this.#local.monotonic()), signal).catch(() => {});
    }
  }

  /**
   * An instant of Redis's clock on this machine's wall clock, as BullMQ needs it for delays;
   * without this a host with a wrong clock would spin. If the clocks are so far apart that nothing
   * is dialed, it is rather early: if this worker ended, other hosts would keep the job waiting
   * until their own clocks got there.
   */
  toLocal(redisInstant: number): number {
    const local = this.#local.now() + (redisInstant - this.now());
    const isTooFar = Math.abs(this.#local.now() - this.now()) > CLOCKS_MAY_DIFFER_MS;
    return isTooFar ? Math.min(local, redisInstant) : local;
  }
}
