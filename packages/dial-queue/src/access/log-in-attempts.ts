import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';

/** How many failures of an address are allowed within the time, over all processes. */
const MOST = 10;
const WITHIN_MS = 60_000;

/** Failed log-ins, by the address they came from. */
export class LogInAttempts {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Counts an attempt as failed before it is checked, so that many at once do not all pass. Returns
   * in how many ms it may be tried again; 0: now.
   */
  async begin(address: string): Promise<number> {
    const key = this.#keyOf(address);
    const step = this.#redis.multi().set(key, 0, 'PX', WITHIN_MS, 'NX').incr(key).pttl(key);
    const [, count, leftMs] = await repliesOf(step);
    return Number(count) > MOST ? Math.max(1, Number(leftMs)) : 0;
  }

  /** The attempt succeeded, and does not count. */
  async succeeded(address: string): Promise<void> {
    await this.#redis.unlink(this.#keyOf(address));
  }

  #keyOf(address: string): string {
    return `${this.#keys.logInAttempts}${address}`;
  }
}
