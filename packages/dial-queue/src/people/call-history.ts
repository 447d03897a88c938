import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';
import type { Identity } from './identity.ts';

/** What is asked of one person's calls. */
export interface HistoryQuestion {
  /** In E.164 form. */
  readonly number: string;
  /** Epoch ms. */
  readonly since: number;
}

/**
 * The calls that people have had recently, over all campaigns: frequency caps are judged by them.
 */
export class CallHistory {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #identity: () => Promise<Identity>;

  constructor(redis: RedisConnection, keys: Keys, identity: () => Promise<Identity>) {
    this.#redis = redis;
    this.#keys = keys;
    this.#identity = identity;
  }

  /**
   * For each question, how many calls were let out to that number after that instant. Calls that
   * provably did not ring do not count.
   */
  async callsSince(questions: readonly HistoryQuestion[]): Promise<number[]> {
    if (questions.length === 0) return [];
    const identity = await this.#identity();
    const pipeline = this.#redis.pipeline();
    for (const { number, since } of questions) {
      pipeline.zcount(this.#keys.person(identity.person(number)), `(${since}`, '+inf');
    }
    return (await repliesOf(pipeline)).map(Number);
  }
}
