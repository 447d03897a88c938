import { isoInstant } from '@libby-dialer/dialing';
import type { ForwardKeys, Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { pairsOf } from '../redis/replies.ts';
import { Script } from '../redis/script.ts';
import { number, rows, text } from '../redis/script-inputs.ts';

/** A result that is to be delivered. */
export interface ForwardedResult {
  /** Its id in the stream of all results: the same however often it is delivered. */
  readonly id: string;
  /** The record as JSON, as it stands in the stream. */
  readonly result: string;
  /** Attempts to deliver it that were counted, by whichever forwarder. */
  readonly attempts: number;
  /** Where it was read, and its id there. */
  readonly source: Source;
  readonly entry: string;
}

type Source = 'results' | 'again';

type StreamEntry = readonly [id: string, fields: readonly string[] | null];

export interface ForwardQueueOptions {
  /** Forwarders of the same name share the work. */
  readonly name: string;
  /** This forwarder; differs from every other there is or was. */
  readonly consumer: string;
  /** How long a forwarder may be silent before another takes over what it has in hand. */
  readonly claimAfterMs?: number;
  /** How often to look for what others have left behind. */
  readonly claimEveryMs?: number;
  /** How long a read waits for results, and so what a stop may have to wait for. */
  readonly blockMs?: number;
}

const CLAIM_AFTER_MS = 60_000;
const CLAIM_EVERY_MS = 5000;
const BLOCK_MS = 1000;
const FORGET_CONSUMERS_AFTER_MS = 3_600_000;
/** How a script finds a result. */
const PLACE = { source: text, entry: text };

/**
 * What a forwarder delivers: the results stream, read by a consumer group of its own, and the dead
 * letters that a person has sent again. An entry is acknowledged only once it was delivered, or in
 * the step that makes it a dead letter.
 */
export class ForwardQueue {
  static readonly #delivered = new Script({
    lua: new URL('./delivered.lua', import.meta.url),
    keys: ['attempts', 'results', 'again'],
    args: { group: text, delivered: rows({ ...PLACE, id: text }) },
  });
  static readonly #bury = new Script({
    lua: new URL('./bury.lua', import.meta.url),
    shared: ['forward-streams'],
    keys: ['attempts', 'results', 'again', 'dead'],
    args: { group: text, ...PLACE, id: text, reason: text, spent: number, at: text },
    answer: (isBuried: number) => isBuried === 1,
  });
  static readonly #spend = new Script({
    lua: new URL('./spend.lua', import.meta.url),
    shared: ['forward-streams'],
    keys: ['attempts', 'results', 'again'],
    args: { group: text, consumer: text, ...PLACE, id: text },
    answer: (attempts: number) => attempts || undefined,
  });
  static readonly #keep = new Script({
    lua: new URL('./keep.lua', import.meta.url),
    shared: ['forward-streams'],
    keys: ['results', 'again'],
    args: { group: text, consumer: text, held: rows(PLACE) },
    answer: (isOwn: number[]) => isOwn,
  });
  static readonly #release = new Script({
    lua: new URL('./release.lua', import.meta.url),
    shared: ['forward-streams'],
    keys: ['results', 'again'],
    args: { group: text, consumer: text, idleMs: number, held: rows(PLACE) },
  });
  static readonly #tidy = new Script({
    lua: new URL('./tidy.lua', import.meta.url),
    keys: ['results', 'again'],
    args: { group: text, idleMs: number },
  });
  readonly claimAfterMs: number;
  readonly claimEveryMs: number;
  readonly #blockMs: number;
  readonly #redis: RedisConnection;
  readonly #keys: ForwardKeys & { readonly results: string };
  readonly #registry: string;
  readonly #name: string;
  readonly #consumer: string;
  readonly #cursors: Record<Source, string> = { results: '0-0', again: '0-0' };

  constructor(redis: RedisConnection, keys: Keys, options: ForwardQueueOptions) {
    const {
      name,
      consumer,
      claimAfterMs = CLAIM_AFTER_MS,
      claimEveryMs = CLAIM_EVERY_MS,
      blockMs = BLOCK_MS,
    } = options;
    this.claimAfterMs = claimAfterMs;
    this.claimEveryMs = claimEveryMs;
    this.#blockMs = blockMs;
    this.#redis = redis;
    this.#keys = { ...keys.forward(name), results: keys.results };
    this.#registry = keys.forwarders;
    this.#name = name;
    this.#consumer = consumer;
  }

  /**
   * Makes the consumer group if there is none yet. @param from only then: which results it is to
   * begin with
   */
  async open(from: 'beginning' | 'now'): Promise<void> {
    await this.#redis.sadd(this.#registry, this.#name);
    await this.#createGroup(this.#keys.results, from === 'now' ? '$' : '0');
    await this.#createGroup(this.#keys.again, '0');
    const consumers = { group: this.#keys.group, idleMs: FORGET_CONSUMERS_AFTER_MS };
    await ForwardQueue.#tidy.run(this.#redis, this.#keys, consumers);
  }

  /** Whether a person has removed the forwarders of this name since it was opened. */
  async isRemoved(): Promise<boolean> {
    return (await this.#redis.sismember(this.#registry, this.#name)) === 0;
  }

  /**
   * What nobody has read yet. @param blocking a connection that serves nothing else meanwhile
   * @param most of each stream
   */
  async read(blocking: RedisConnection, most: number): Promise<ForwardedResult[]> {
    const { results, again } = this.#keys;
    const reply = (await blocking.xreadgroup(
      'GROUP',
      this.#keys.group,
      this.#consumer,
      'COUNT',
      most,
      'BLOCK',
      this.#blockMs,
      'STREAMS',
      results,
      again,
      '>',
      '>',
    )) as readonly (readonly [stream: string, entries: readonly StreamEntry[]])[] | null;
    return (reply ?? []).flatMap(([stream, entries]) =>
      entries.flatMap((entry) => resultOf(stream === again ? 'again' : 'results', entry)),
    );
  }

  /** Results that forwarders have left behind. Empty: there are no more for now. */
  async claim(most: number): Promise<ForwardedResult[]> {
    const claimed: ForwardedResult[] = [];
    for (const source of ['again', 'results'] as const) {
      do {
        claimed.push(...(await this.#claimStep(source, most - claimed.length)));
      } while (claimed.length < most && this.#cursors[source] !== '0-0');
      if (claimed.length >= most) break;
    }
    if (claimed.length === 0) return [];
    const attempts = await this.#redis.hmget(this.#keys.attempts, ...claimed.map(({ id }) => id));
    return claimed.map((result, index) => ({ ...result, attempts: Number(attempts[index] ?? 0) }));
  }

  async delivered(results: readonly ForwardedResult[]): Promise<void> {
    const { group } = this.#keys;
    await ForwardQueue.#delivered.run(this.#redis, this.#keys, { group, delivered: results });
  }

  /**
   * Counts an attempt. Resolves to how many there are; undefined if another forwarder has taken the
   * result over, or it was removed.
   */
  async spend({ source, entry, id }: ForwardedResult): Promise<number | undefined> {
    const attempt = { ...this.#member, source, entry, id };
    return ForwardQueue.#spend.run(this.#redis, this.#keys, attempt);
  }

  /**
   * Gives a result up, in one step with acknowledging it; one that was removed is only
   * acknowledged. @param at epoch ms
   */
  async bury(
    result: ForwardedResult,
    reason: string,
    attempts: number,
    at: number,
  ): Promise<boolean> {
    const { source, entry, id } = result;
    return ForwardQueue.#bury.run(this.#redis, this.#keys, {
      group: this.#keys.group,
      source,
      entry,
      id,
      reason,
      spent: attempts,
      at: isoInstant(at),
    });
  }

  /**
   * Shows that these are still in hand; to be called more often than every `claimAfterMs`. Resolves
   * to those that another has taken over, or that were removed.
   */
  async keep(results: readonly ForwardedResult[]): Promise<ForwardedResult[]> {
    const held = { ...this.#member, held: results };
    const isOwn = await ForwardQueue.#keep.run(this.#redis, this.#keys, held);
    return results.filter((_, index) => isOwn[index] === 0);
  }

  /** Leaves the group. What is in hand may be claimed by others at once. */
  async release(results: readonly ForwardedResult[]): Promise<void> {
    const left = { ...this.#member, idleMs: this.claimAfterMs, held: results };
    await ForwardQueue.#release.run(this.#redis, this.#keys, left);
  }

  get #member(): { readonly group: string; readonly consumer: string } {
    return { group: this.#keys.group, consumer: this.#consumer };
  }

  async #createGroup(stream: string, from: string): Promise<void> {
    try {
      await this.#redis.xgroup('CREATE', stream, this.#keys.group, from, 'MKSTREAM');
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
    }
  }

  async #claimStep(source: Source, most: number): Promise<ForwardedResult[]> {
    const [next, entries] = (await this.#redis.xautoclaim(
      this.#keys[source],
      this.#keys.group,
      this.#consumer,
      this.claimAfterMs,
      this.#cursors[source],
      'COUNT',
      most,
    )) as [string, StreamEntry[]];
    this.#cursors[source] = next;
    return entries.flatMap((entry) => resultOf(source, entry));
  }
}

/**
 * If it was removed meanwhile (erased, say), nothing is left to deliver. Redis takes it out of the
 * group when it is claimed.
 */
function resultOf(source: Source, [entry, fields]: StreamEntry): ForwardedResult[] {
  if (fields === null) return [];
  const told = pairsOf(fields);
  const result = told.get('result') ?? '{}';
  return [{ id: told.get('id') ?? entry, result, attempts: 0, source, entry }];
}
