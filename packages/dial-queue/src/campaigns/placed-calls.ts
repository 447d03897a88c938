import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';

const STEP_MS = 10_000;
const HOUR_MS = 3_600_000;
const STEPS_AN_HOUR = HOUR_MS / STEP_MS;
const SHOWN_STEPS = STEPS_AN_HOUR / 2;
/** By then all workers have written what they have placed. */
const WRITTEN_WITHIN_MS = 6_000;

/** How many requests of a campaign went out in ten seconds. */
export interface PlacedStep {
  /** Epoch ms of the ten seconds' end. */
  readonly at: number;
  readonly perSecond: number;
}

/**
 * How many requests of each campaign went out when. Kept for an hour or two, for people to see.
 * Nothing depends on it, so what a worker has counted but not written when it dies is just missing.
 */
export class PlacedCalls {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  /** By campaign and step. */
  #counted = new Map<string, Map<number, number>>();

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** @param at epoch ms of Redis's clock */
  count(campaign: string, at: number): void {
    const step = Math.floor(at / STEP_MS);
    const steps = this.#counted.get(campaign) ?? new Map<number, number>();
    steps.set(step, (steps.get(step) ?? 0) + 1);
    this.#counted.set(campaign, steps);
  }

  /**
   * Writes what was counted since the last time. If that fails it is not repeated, as Redis may
   * have taken it.
   */
  async write(): Promise<void> {
    const counted = this.#counted;
    if (counted.size === 0) return;
    this.#counted = new Map();
    const pipeline = this.#redis.pipeline();
    for (const [campaign, steps] of counted) {
      for (const [step, calls] of steps) {
        const key = this.#keyOf(campaign, step);
        pipeline.hincrby(key, String(step), calls);
        pipeline.pexpire(key, 2 * HOUR_MS);
      }
    }
    await repliesOf(pipeline);
  }

  /**
   * The last half hour, the oldest first, without the last seconds, of which workers may not have
   * written yet.
   * @param now epoch ms of Redis's clock
   */
  async lastHalfHour(campaign: string, now: number): Promise<PlacedStep[]> {
    const end = Math.floor((now - WRITTEN_WITHIN_MS) / STEP_MS);
    const steps = Array.from({ length: SHOWN_STEPS }, (_, index) => end - SHOWN_STEPS + index);
    const keys = [...new Set(steps.map((step) => this.#keyOf(campaign, step)))];
    const hours = await Promise.all(keys.map((key) => this.#redis.hgetall(key)));
    const counts: Record<string, string> = Object.assign({}, ...hours);
    return steps.map((step) => ({
      at: (step + 1) * STEP_MS,
      perSecond: (Number(counts[step] ?? 0) * 1000) / STEP_MS,
    }));
  }

  #keyOf(campaign: string, step: number): string {
    return `${this.#keys.campaign(campaign).placed}:${Math.floor(step / STEPS_AN_HOUR)}`;
  }
}
