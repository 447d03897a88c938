import type { ResultRecord } from '@libby-dialer/dialing';
import type { ForwardKeys, Keys } from '../redis/keys.ts';
import { compareIds, streamEntries } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { pairsOf } from '../redis/replies.ts';
import { Script } from '../redis/script.ts';
import { number, text } from '../redis/script-inputs.ts';

const LETTERS_PER_STEP = 500;
const MOST_LETTERS_READ = 5000;
/** Holds what a forwarder has given back: see release.lua. */
const RELEASED = 'released';

/** A result that a forwarder has given up. */
export interface DeadLetter {
  /** The result's id in the stream of all results. */
  readonly id: string;
  readonly campaign: string;
  readonly result: ResultRecord;
  /** Such as `http_500` or `timeout`. */
  readonly reason: string;
  readonly attempts: number;
  /** When it was given up, ISO 8601. */
  readonly at: string;
}

/** How far the forwarders of one name are. */
export interface ForwarderState {
  readonly name: string;
  /**
   * Results not read yet; undefined if Redis cannot tell, because entries in between were removed.
   */
  readonly unread: number | undefined;
  /** Read, but neither delivered nor given up. */
  readonly inHand: number;
  readonly dead: number;
}

/** How far the forwarders of one name are with one result. */
export interface Delivery {
  readonly forwarder: string;
  /**
   * `passed`: it was delivered, unless these forwarders were told to begin with later ones.
   * `in_hand`: it is being delivered, or will be tried again.
   */
  readonly state: 'unread' | 'in_hand' | 'given_up' | 'passed';
  /** Why it was given up. */
  readonly reason?: string | undefined;
  /** When it was given up, ISO 8601. */
  readonly at?: string | undefined;
}

/** The forwarders there are, running or not, and what they have given up. */
export class Forwarders {
  static readonly #again = new Script({
    lua: new URL('./send-again.lua', import.meta.url),
    keys: ['dead', 'again'],
    args: { last: text, count: number },
    answer: Number,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async names(): Promise<string[]> {
    return (await this.#redis.smembers(this.#keys.forwarders)).toSorted();
  }

  /** Undefined if there is none of that name. */
  async read(name: string): Promise<ForwarderState | undefined> {
    if (!(await this.#redis.sismember(this.#keys.forwarders, name))) return undefined;
    const { dead, again, group } = this.#keys.forward(name);
    const [own, sentAgain] = await Promise.all([
      this.#group(this.#keys.results, group),
      this.#group(again, group),
    ]);
    const unread = own.lag === undefined ? undefined : own.lag + (sentAgain.lag ?? 0);
    return {
      name,
      unread,
      inHand: own.pending + sentAgain.pending,
      dead: await this.#redis.xlen(dead),
    };
  }

  /** How far each is with a result. @param id in the stream of all results */
  async deliveriesOf(id: string): Promise<Delivery[]> {
    const deliveries: Delivery[] = [];
    const names = await this.names();
    const groups = names.length === 0 ? new Map<string, string>() : await this.#lastRead();
    for (const forwarder of names) {
      const lastRead = groups.get(this.#keys.forward(forwarder).group);
      if (lastRead === undefined) continue;
      const isRead = compareIds(id, lastRead) <= 0;
      const told = isRead ? await this.#deliveryOf(forwarder, id) : ({ state: 'unread' } as const);
      deliveries.push({ forwarder, ...told });
    }
    return deliveries;
  }

  async #deliveryOf(forwarder: string, id: string): Promise<Omit<Delivery, 'forwarder'>> {
    const { group, dead, again } = this.#keys.forward(forwarder);
    const pending = await this.#redis.xpending(this.#keys.results, group, id, id, 1);
    if (pending.length > 0) return { state: 'in_hand' };
    if ((await this.#letterOf(again, id)) !== undefined) return { state: 'in_hand' };
    const letter = await this.#letterOf(dead, id);
    if (letter === undefined) return { state: 'passed' };
    return { state: 'given_up', reason: letter.get('reason'), at: letter.get('at') };
  }

  /**
   * It was given up after it was written: no more than this many letters are searched from then on.
   */
  async #letterOf(stream: string, id: string): Promise<ReadonlyMap<string, string> | undefined> {
    const [writtenAt = '-'] = id.split('-');
    const letters = await this.#redis.xrange(stream, writtenAt, '+', 'COUNT', MOST_LETTERS_READ);
    return letters.map(([, fields]) => pairsOf(fields)).find((told) => told.get('id') === id);
  }

  /** For each consumer group of the results, the last entry it was given. */
  async #lastRead(): Promise<Map<string, string>> {
    const groups = await this.#redis.xinfo('GROUPS', this.#keys.results).catch(ignoreMissing);
    return new Map(
      (groups as string[][]).map((fields) => {
        const told = pairsOf(fields);
        return [told.get('name') ?? '', told.get('last-delivered-id') ?? '0-0'];
      }),
    );
  }

  /** The dead letters, the oldest first. */
  async *deadLetters(name: string): AsyncGenerator<DeadLetter> {
    for await (const [, told] of this.#entries(this.#keys.forward(name).dead)) {
      yield {
        id: told.get('id') ?? '',
        campaign: told.get('campaign') ?? '',
        result: JSON.parse(told.get('result') ?? '{}') as ResultRecord,
        reason: told.get('reason') ?? '',
        attempts: Number(told.get('attempts')),
        at: told.get('at') ?? '',
      };
    }
  }

  /** Has all dead letters delivered again, with all attempts anew. Resolves to how many. */
  async retry(name: string): Promise<number> {
    const keys = this.#keys.forward(name);
    const [last] = await this.#redis.xrevrange(keys.dead, '+', '-', 'COUNT', 1);
    if (last === undefined) return 0;
    let count = 0;
    for (;;) {
      const step = { last: last[0], count: LETTERS_PER_STEP };
      const moved = await Forwarders.#again.run(this.#redis, keys, step);
      count += moved;
      if (moved < LETTERS_PER_STEP) return count;
    }
  }

  /**
   * How long ago a forwarder of that name was last heard of (ms); undefined if there is none, or
   * all have stopped in good order.
   */
  async lastSeenMs(name: string): Promise<number | undefined> {
    const { group } = this.#keys.forward(name);
    const consumers = await this.#redis
      .xinfo('CONSUMERS', this.#keys.results, group)
      .catch(ignoreMissing);
    const idle = (consumers as (string | number)[][]).flatMap((fields) => {
      const told = pairsOf(fields);
      return told.get('name') === RELEASED ? [] : [Number(told.get('idle'))];
    });
    return idle.length === 0 ? undefined : Math.min(...idle);
  }

  /**
   * Forgets the forwarders of a name: nothing waits for them any more, and their dead letters are
   * gone.
   */
  async remove(name: string): Promise<boolean> {
    const { group, dead, again, attempts } = this.#keys.forward(name);
    await this.#redis.xgroup('DESTROY', this.#keys.results, group).catch(ignoreMissing);
    await this.#redis.unlink(dead, again, attempts);
    return (await this.#redis.srem(this.#keys.forwarders, name)) === 1;
  }

  /** Removes a person's results from everything that forwarders keep. Resolves to how many. */
  async erase(isTheirs: (record: ResultRecord) => boolean): Promise<number> {
    let count = 0;
    for (const name of await this.names()) {
      const { dead, again } = this.#keys.forward(name);
      // Letters that are sent again may be given up again while this reads.
      for (const stream of [again, dead, again]) count += await this.#eraseFrom(stream, isTheirs);
    }
    return count;
  }

  async #eraseFrom(stream: string, isTheirs: (record: ResultRecord) => boolean): Promise<number> {
    let count = 0;
    for await (const [entry, told] of this.#entries(stream)) {
      const record = JSON.parse(told.get('result') ?? '{}') as ResultRecord;
      if (isTheirs(record)) count += await this.#redis.xdel(stream, entry);
    }
    return count;
  }

  async *#entries(
    stream: string,
  ): AsyncGenerator<[entry: string, fields: ReadonlyMap<string, string>]> {
    for await (const [entry, fields] of streamEntries(this.#redis, stream, LETTERS_PER_STEP))
      yield [entry, pairsOf(fields)];
  }

  async #group(
    stream: string,
    group: ForwardKeys['group'],
  ): Promise<{ pending: number; lag: number | undefined }> {
    const groups = (await this.#redis.xinfo('GROUPS', stream).catch(ignoreMissing)) as (
      | string
      | number
      | null
    )[][];
    for (const fields of groups) {
      const told = pairsOf(fields);
      if (told.get('name') !== group) continue;
      return {
        pending: Number(told.get('pending')),
        lag: (told.get('lag') as number | null | undefined) ?? undefined,
      };
    }
    return { pending: 0, lag: 0 };
  }
}

/** Before the first result there is no stream. */
function ignoreMissing(error: unknown): never[] {
  if (error instanceof Error && /NOGROUP|no such key|requires the key to exist/.test(error.message))
    return [];
  throw error;
}
