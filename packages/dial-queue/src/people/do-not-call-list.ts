import { EarlierClaims } from '../evidence/earlier-claims.ts';
import type { Keys } from '../redis/keys.ts';
import { stepsOf } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';
import { Script } from '../redis/script.ts';
import { list, text } from '../redis/script-inputs.ts';
import { type Identity, personBuckets } from './identity.ts';

/** How many people one script handles: it keeps Redis busy for some 2 ms. */
const PEOPLE_PER_CHANGE = 1000;
const BUCKETS_PER_LOOK = 4096;

/**
 * The do-not-call list over all campaigns: keyed hashes only, so that the list itself names nobody.
 */
export class DoNotCallList {
  static readonly #changeScript = new Script({
    lua: new URL('./do-not-call.lua', import.meta.url),
    keys: ['claimCounts', '...buckets'],
    args: { command: text, members: list(text) },
    answer: Number,
  });
  static readonly #countScript = new Script({
    lua: new URL('./count-people.lua', import.meta.url),
    keys: ['...buckets'],
    answer: Number,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #identity: () => Promise<Identity>;

  constructor(redis: RedisConnection, keys: Keys, identity: () => Promise<Identity>) {
    this.#redis = redis;
    this.#keys = keys;
    this.#identity = identity;
  }

  /**
   * Once this returns, no call to these numbers passes the gate. One that has passed it before may
   * still begin until `outlastEarlierClaims` returns. Returns how many were not on the list.
   */
  async add(numbers: readonly string[]): Promise<number> {
    return this.#change('SADD', numbers);
  }

  /** Returns how many were on the list. */
  async remove(numbers: readonly string[]): Promise<number> {
    return this.#change('SREM', numbers);
  }

  /**
   * Returns once every claim made so far is settled, given back or too old to be sent: after that
   * no call begins to anybody added before.
   */
  async outlastEarlierClaims(signal?: AbortSignal): Promise<void> {
    await new EarlierClaims(this.#redis, this.#keys).outlastAll(signal);
  }

  /** For each number, whether it is on the list. */
  async check(numbers: readonly string[]): Promise<boolean[]> {
    const identity = await this.#identity();
    const pipeline = this.#redis.pipeline();
    for (const number of numbers) {
      const { bucket, member } = identity.person(number);
      pipeline.sismember(this.#keys.doNotCall(bucket), member);
    }
    return (await repliesOf(pipeline)).map((reply) => reply === 1);
  }

  /** Grows with every change, in the same step as it; 0 before the first. */
  async version(): Promise<number> {
    return Number((await this.#redis.hget(this.#keys.claimCounts, 'doNotCall')) ?? 0);
  }

  /** How many numbers are on the list. */
  async count(): Promise<number> {
    const buckets = personBuckets().map((bucket) => this.#keys.doNotCall(bucket));
    let count = 0;
    for (const some of stepsOf(buckets, BUCKETS_PER_LOOK))
      count += await DoNotCallList.#countScript.run(this.#redis, { buckets: some }, {});
    return count;
  }

  async #change(command: 'SADD' | 'SREM', numbers: readonly string[]): Promise<number> {
    const identity = await this.#identity();
    let changed = 0;
    for (const some of stepsOf(numbers, PEOPLE_PER_CHANGE)) {
      const people = some.map((number) => identity.person(number));
      changed += await DoNotCallList.#changeScript.run(
        this.#redis,
        {
          claimCounts: this.#keys.claimCounts,
          buckets: people.map(({ bucket }) => this.#keys.doNotCall(bucket)),
        },
        { command, members: people.map(({ member }) => member) },
      );
    }
    return changed;
  }
}
