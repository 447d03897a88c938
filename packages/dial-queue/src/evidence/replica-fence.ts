import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { type Fence, Script } from '../redis/script.ts';

const WRITE = new Script({
  lua: new URL('./fence.lua', import.meta.url),
  shared: ['ledger'],
  keys: ['claimCounts'],
});

/**
 * Waits until replicas have what was written. A WAIT keeps its connection busy, so only one is on
 * its way at a time: all claims made meanwhile share the next.
 */
export class ReplicaFence {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #fence: Fence;
  #bound: ReturnType<typeof WRITE.boundTo> | undefined;
  #next: { readonly server: string; readonly isCovered: Promise<boolean> } | undefined;
  #last: Promise<boolean> = Promise.resolve(true);

  constructor(redis: RedisConnection, keys: Keys, fence: Fence) {
    this.#redis = redis;
    this.#keys = keys;
    this.#fence = fence;
  }

  /** Makes that server the one to watch. Resolves to false if another answers. */
  async introduce(server: string): Promise<boolean> {
    const bound = WRITE.boundTo(server);
    if (!(await bound.teach(this.#redis, this.#keys.claimCounts))) return false;
    this.#bound = bound;
    return true;
  }

  /**
   * Whether enough replicas have all that was written before on that server. A script writes once
   * more and WAIT waits for that write: replicas get a server's writes in order, whatever
   * connection they came by.
   */
  covers(server: string): Promise<boolean> {
    if (this.#next?.server !== server) {
      this.#next = { server, isCovered: this.#wait(server, this.#last) };
      this.#last = this.#next.isCovered;
    }
    return this.#next.isCovered;
  }

  async #wait(server: string, before: Promise<boolean>): Promise<boolean> {
    await before;
    // What is written from now on needs another WAIT.
    if (this.#next?.server === server) this.#next = undefined;
    if (this.#bound?.server !== server) return false;
    try {
      const had = await this.#bound.runAndWait(this.#redis, this.#keys, {}, this.#fence);
      return had >= this.#fence.replicas;
    } catch {
      // It is not known, so nothing goes out.
      return false;
    }
  }
}
