import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { list, text } from '../redis/script-inputs.ts';

/**
 * Jobs that wait in the queues of campaigns. The ledger says whether one is still needed, in the
 * same step that removes it.
 */
export class WaitingJobs {
  static readonly #drop = new Script({
    lua: new URL('./drop-jobs.lua', import.meta.url),
    shared: ['ledger', 'redial', 'remove-job'],
    keys: ['ledger', 'state', 'expiries'],
    args: { queue: text, callIds: list(text) },
    answer: Number,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Removes the jobs of those of these calls that are over. A job that a worker has in hand goes
   * when its run ends.
   * @returns how many it removed
   */
  async drop(campaign: string, callIds: readonly string[]): Promise<number> {
    const queue = this.#keys.queue(campaign);
    return WaitingJobs.#drop.run(this.#redis, this.#keys.campaign(campaign), { queue, callIds });
  }
}
