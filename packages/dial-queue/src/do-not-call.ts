import type { Identity } from './identity.ts';
import type { Keys } from './keys.ts';
import type { RedisConnection } from './redis-connection.ts';

/** The do-not-call list over all campaigns: keyed hashes only, so that the list itself names nobody. */
export class DoNotCallList {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #identity: Identity;

  constructor(redis: RedisConnection, keys: Keys, identity: Identity) {
    this.#redis = redis;
    this.#keys = keys;
    this.#identity = identity;
  }

  /** From the moment this returns, no call to these numbers passes the gate. Returns how many were not on the list. */
  async add(numbers: readonly string[]): Promise<number> {
    return this.#each(numbers, 'sadd');
  }

  /** Returns how many were on the list. */
  async remove(numbers: readonly string[]): Promise<number> {
    return this.#each(numbers, 'srem');
  }

  /** For each number, whether it is on the list. */
  async check(numbers: readonly string[]): Promise<boolean[]> {
    const replies = await this.#send(numbers, 'sismember');
    return replies.map((reply) => reply === 1);
  }

  async #each(numbers: readonly string[], command: 'sadd' | 'srem'): Promise<number> {
    const replies = await this.#send(numbers, command);
    return replies.reduce<number>((sum, reply) => sum + Number(reply), 0);
  }

  async #send(numbers: readonly string[], command: 'sadd' | 'srem' | 'sismember'): Promise<unknown[]> {
    const pipeline = this.#redis.pipeline();
    for (const number of numbers) {
      const { bucket, member } = this.#identity.person(number);
      pipeline.call(command, this.#keys.doNotCall(bucket), member);
    }
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([error, reply]) => {
      if (error !== null) throw error;
      return reply;
    });
  }
}
