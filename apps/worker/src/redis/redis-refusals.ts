import type { Keys, RedisConnection } from '@libby-dialer/dial-queue';
import {
  explainRedisError,
  isRedisAway,
  isRedisRefusal,
  Outage,
  writeRefusal,
} from '@libby-dialer/runtime';

/**
 * A refusal of one key or command shows only when that is tried again, which is rarer than the
 * looks.
 */
const QUIET_MS = 6_000;

export interface RedisRefusalsParts {
  readonly redis: RedisConnection;
  readonly keys: Keys;
  /** Where Redis is, for people. */
  readonly description: string;
  readonly monotonic: () => number;
}

/**
 * Collects when Redis refuses commands, is away, or has another master. Whoever meets that reports
 * it here, and hears whether it is news.
 */
export class RedisRefusals {
  readonly #parts: RedisRefusalsParts;
  readonly #outage = new Outage();
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(parts: RedisRefusalsParts) {
    this.#parts = parts;
  }

  /** A sentence on what Redis objects to and what to do; undefined while it takes everything. */
  get reason(): string | undefined {
    return this.#outage.reason;
  }

  /**
   * The reason, and whether the refusals begin with this one; undefined if the error is something
   * else.
   */
  note(error: unknown): { readonly reason: string; readonly isNews: boolean } | undefined {
    if (!isRedisRefusal(error) && !isRedisAway(error)) return undefined;
    const reason = explainRedisError(error, this.#parts.description);
    this.#lastAt = this.#parts.monotonic();
    return { reason, isNews: this.#outage.began(reason, this.#lastAt) };
  }

  /** How long it has lasted, if it is over now. */
  async end(): Promise<number | undefined> {
    if (this.reason === undefined) return undefined;
    const { redis, keys, monotonic } = this.#parts;
    const objection = await writeRefusal(redis, keys.writeCheck);
    if (objection !== undefined) this.note(objection);
    return monotonic() - this.#lastAt < QUIET_MS ? undefined : this.#outage.ended(monotonic());
  }
}
