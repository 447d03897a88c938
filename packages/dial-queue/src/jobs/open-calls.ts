import type { LedgerEntry } from '../gate/ledger-entry.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { type QueuedJob, readJob } from './call-job.ts';
import { instantOfScore } from './delayed-score.ts';

/** A call without an outcome. */
export interface OpenCall {
  readonly job: QueuedJob;
  /** Epoch ms: BullMQ does not hand it out before then. */
  readonly notBefore: number | undefined;
  /** Undefined while nothing was tried. */
  readonly entry: LedgerEntry | undefined;
}

/** The calls of a campaign that have no outcome yet, by their place in the queue. */
export class OpenCalls {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Calls that wait, from a place on: the next first, then the delayed by their instant. What goes
   * out meanwhile moves the rest up, so two looks may miss a call or see it twice.
   */
  async waiting(campaign: string, from: number, count: number): Promise<OpenCall[]> {
    const queue = this.#keys.queue(campaign);
    const list = (await this.#redis.exists(`${queue}paused`)) === 1 ? 'paused' : 'wait';
    const length = await this.#redis.llen(`${queue}${list}`);
    // The next job is last in the list.
    const ready = await this.#redis.lrange(`${queue}${list}`, -from - count, -from - 1);
    const left = count - ready.length;
    const start = Math.max(0, from - length);
    const delayed =
      left === 0
        ? []
        : await this.#redis.zrange(
            `${queue}delayed`,
            String(start),
            String(start + left - 1),
            'WITHSCORES',
          );
    const places = [
      ...ready.toReversed().map((id) => [id, undefined] as const),
      ...pairs(delayed).map(([id, score]) => [id, instantOfScore(score)] as const),
    ];
    return await this.#read(campaign, places);
  }

  /** Those that are claimed: at most as many as workers have slots. */
  async inFlight(campaign: string): Promise<OpenCall[]> {
    const ids = await this.#redis.zrange(this.#keys.campaign(campaign).claims, '0', '-1');
    return await this.#read(
      campaign,
      ids.map((id) => [id, undefined] as const),
    );
  }

  async #read(
    campaign: string,
    places: readonly (readonly [id: string, notBefore: number | undefined])[],
  ): Promise<OpenCall[]> {
    if (places.length === 0) return [];
    const queue = this.#keys.queue(campaign);
    const { ledger } = this.#keys.campaign(campaign);
    const [entries, jobs] = await Promise.all([
      this.#redis.hmget(ledger, ...places.map(([id]) => id)),
      Promise.all(places.map(([id]) => readJob(this.#redis, queue, id))),
    ]);
    return places.flatMap(([, notBefore], index) => {
      const job = jobs[index];
      const raw = entries[index];
      const entry = typeof raw === 'string' ? (JSON.parse(raw) as LedgerEntry) : undefined;
      // It may have gone since it was listed.
      return job === undefined ? [] : [{ job, notBefore, entry }];
    });
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((each, index) => (index % 2 === 0 ? [[each, flat[index + 1] ?? '']] : []));
}
