import type { RedisConnection } from '../redis/redis-connection.ts';
import type { BoundScript, Fence } from '../redis/script.ts';

/**
 * Waits until replicas have what was written. A WAIT keeps its connection busy, so only one is on
 * its way at a time: all claims made meanwhile share the next.
 */
export class ReplicaFence {
  readonly #redis: RedisConnection;
  readonly #key: string;
  readonly #fence: Fence;
  #next: { readonly script: BoundScript; readonly isCovered: Promise<boolean> } | undefined;
  #last: Promise<boolean> = Promise.resolve(true);

  /** @param key the scripts' */
  constructor(redis: RedisConnection, key: string, fence: Fence) {
    this.#redis = redis;
    this.#key = key;
    this.#fence = fence;
  }

  /**
   * Whether enough replicas have all that was written before on the script's server. The script
   * writes once more and the WAIT is for that: replicas get all writes of a server in their order,
   * whichever connection they came by.
   */
  covers(script: BoundScript): Promise<boolean> {
    if (this.#next?.script !== script) {
      this.#next = { script, isCovered: this.#wait(script, this.#last) };
      this.#last = this.#next.isCovered;
    }
    return this.#next.isCovered;
  }

  async #wait(script: BoundScript, before: Promise<boolean>): Promise<boolean> {
    await before;
    // What is written from here on needs another.
    if (this.#next?.script === script) this.#next = undefined;
    try {
      const acknowledged = await script.runAndWait(
        this.#redis,
        [this.#key],
        ['fence'],
        this.#fence,
      );
      return acknowledged >= this.#fence.replicas;
    } catch {
      // Nobody knows, and so nothing goes out.
      return false;
    }
  }
}
