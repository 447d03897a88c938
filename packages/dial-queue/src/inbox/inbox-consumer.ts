import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { number, optional, rows, text } from '../redis/script-inputs.ts';
import { dayOf, type EntryStatus, STATUSES_KEPT_SECONDS, statusText } from './entry-status.ts';

/** The consumer group: its members share the entries. */
export const INBOX_GROUP = 'daemons';

/** More at once make it no faster. */
const MOST_ENTRIES = 500;
/** Entries may be of any size, but Redis hands them out by number. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** How long a stop may have to wait for a read. */
const BLOCK_MS = 250;
/** A daemon that has held an entry for this long without a sign counts as dead. */
export const DEAD_AFTER_MS = 30_000;
/** When dead daemons that hold nothing are forgotten. */
const FORGET_AFTER_MS = 600_000;
const MOST_REJECTS = 100_000;
const FROM_THE_START = '0-0';
/** No entry comes after it. */
const AFTER_ALL = '18446744073709551615-0';

type RawEntry = [id: Buffer, fields: Buffer[] | null];

/** A push as it was written. Fields come in any order; others than these two are ignored. */
export interface InboxEntry {
  readonly id: string;
  readonly campaign: string | undefined;
  /** The record's JSON, or whatever stands in its place. */
  readonly call: Buffer | undefined;
}

/**
 * Why an entry is rejected, and what is kept of it. The reason is a sentence that repeats nothing
 * of the record.
 */
export interface InboxReject {
  readonly code: string;
  readonly reason: string;
  readonly campaign: string;
  readonly call: string;
}

/** An entry's end. A status `rejected` comes with a reject. */
export interface EndedEntry {
  readonly id: string;
  readonly status: EntryStatus;
  readonly reject?: InboxReject;
}

interface Finish {
  readonly ended: ReadonlySet<string>;
  /** Entries that are left in the inbox. */
  readonly waiting: number;
}

/**
 * One daemon's part of the inbox. An entry is delivered to one daemon and pending there until it is
 * finished; the others claim what a dead daemon leaves. Each entry is finished exactly once, by
 * whoever is first.
 */
export class InboxConsumer {
  static readonly #finishScript = new Script({
    lua: new URL('./finish-inbox.lua', import.meta.url),
    keys: ['inbox', 'inboxRejected', 'statuses'],
    args: {
      group: text,
      statusesForSeconds: number,
      mostRejects: number,
      entries: rows({
        id: text,
        status: text,
        code: optional(text),
        reason: optional(text),
        campaign: optional(text),
        call: optional(text),
      }),
    },
    answer: ([waiting, ...ended]: [number, ...string[]]): Finish => ({
      ended: new Set(ended),
      waiting,
    }),
  });
  static readonly #forgetScript = new Script({
    lua: new URL('./forget-consumers.lua', import.meta.url),
    keys: ['inbox'],
    args: { group: text, idleMs: number, only: optional(text) },
  });
  readonly #redis: RedisConnection;
  readonly #blocking: RedisConnection;
  readonly #keys: Keys;
  readonly #name: string;
  #count = 1;
  #cursor = FROM_THE_START;

  /**
   * @param blocking a connection for reads that wait, and for nothing else
   * @param name differs from that of every other daemon there is or was
   */
  constructor(redis: RedisConnection, blocking: RedisConnection, keys: Keys, name: string) {
    this.#redis = redis;
    this.#blocking = blocking;
    this.#keys = keys;
    this.#name = name;
  }

  /**
   * Creates the stream and its group if they are missing. What was pushed before belongs to the
   * group.
   */
  async join(): Promise<void> {
    try {
      await this.#redis.xgroup('CREATE', this.#keys.inbox, INBOX_GROUP, '0', 'MKSTREAM');
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
    }
  }

  /**
   * Registers this daemon with the group, and when it was last there: before Redis 7.2 a read that
   * finds nothing leaves no trace.
   */
  async showUp(): Promise<void> {
    const { inbox } = this.#keys;
    await this.#redis.xreadgroup(
      'GROUP',
      INBOX_GROUP,
      this.#name,
      'COUNT',
      1,
      'STREAMS',
      inbox,
      AFTER_ALL,
    );
  }

  /** The next entries that nobody has had; none if none came for a while. */
  async read(): Promise<InboxEntry[]> {
    const reply = await this.#blocking.xreadgroupBuffer(
      'GROUP',
      INBOX_GROUP,
      this.#name,
      'COUNT',
      this.#count,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      this.#keys.inbox,
      '>',
    );
    return this.#received(reply?.[0]?.[1] ?? []);
  }

  /** Some of what dead daemons have left; none if there is no more at the moment. */
  async reclaim(): Promise<InboxEntry[]> {
    for (;;) {
      const from = this.#cursor;
      const place = [
        this.#keys.inbox,
        INBOX_GROUP,
        this.#name,
        DEAD_AFTER_MS,
        from,
        'COUNT',
        this.#count,
      ];
      const [next, entries] = (await this.#redis.callBuffer('XAUTOCLAIM', place)) as [
        Buffer,
        RawEntry[],
      ];
      this.#cursor = next.toString();
      if (entries.length > 0) return this.#received(entries);
      if (this.#cursor === FROM_THE_START) return [];
    }
  }

  /**
   * Shows that these are still in hand. Resolves to those that really are: others may have finished
   * or erased the rest.
   */
  async hold<Entry extends { readonly id: string }>(entries: readonly Entry[]): Promise<Entry[]> {
    const ids = entries.map(({ id }) => id);
    const place = [this.#keys.inbox, INBOX_GROUP, this.#name, 0, ...ids, 'JUSTID'];
    const held = new Set((await this.#redis.call('XCLAIM', place)) as string[]);
    return entries.filter(({ id }) => held.has(id));
  }

  /**
   * Removes entries from the inbox once their calls are in the queue; at most as many as were read
   * at once. Those no longer pending are left out of the answer.
   */
  async finish(entries: readonly EndedEntry[]): Promise<Finish> {
    const days = [...Map.groupBy(entries, ({ id }) => dayOf(id))];
    const finishes = await Promise.all(days.map(([day, entries]) => this.#finish(day, entries)));
    return {
      ended: new Set(finishes.flatMap(({ ended }) => [...ended])),
      waiting: Math.min(...finishes.map(({ waiting }) => waiting)),
    };
  }

  async #finish(day: string, entries: readonly EndedEntry[]): Promise<Finish> {
    return InboxConsumer.#finishScript.run(
      this.#redis,
      {
        inbox: this.#keys.inbox,
        inboxRejected: this.#keys.inboxRejected,
        statuses: `${this.#keys.inboxStatuses}${day}`,
      },
      {
        group: INBOX_GROUP,
        statusesForSeconds: STATUSES_KEPT_SECONDS,
        mostRejects: MOST_REJECTS,
        entries: entries.map(({ id, status, reject }) => ({
          id,
          status: statusText(status),
          code: reject?.code,
          reason: reject?.reason,
          campaign: reject?.campaign,
          call: reject?.call,
        })),
      },
    );
  }

  /** Entries in the inbox, also those in somebody's hands. */
  async waiting(): Promise<number> {
    return await this.#redis.xlen(this.#keys.inbox);
  }

  /** Removes daemons from the group that are gone and hold nothing. */
  async forgetOthers(): Promise<void> {
    await this.#forget(FORGET_AFTER_MS);
  }

  /**
   * Removes this daemon from the group. With entries in hand it stays until others have claimed
   * them.
   */
  async leave(): Promise<void> {
    await this.#forget(0, this.#name);
  }

  async #forget(idleMs: number, only?: string): Promise<void> {
    const consumers = { group: INBOX_GROUP, idleMs, only };
    await InboxConsumer.#forgetScript.run(this.#redis, this.#keys, consumers);
  }

  /**
   * Asks next time for as many as will probably fit, beginning with one: an entry that has killed
   * one daemon must not kill the next.
   */
  #received(entries: readonly RawEntry[]): InboxEntry[] {
    if (entries.length === 0) return [];
    const bytes = entries.reduce((sum, [, fields]) => sum + bytesOf(fields), 0);
    const fitting = Math.floor((BATCH_BYTES * entries.length) / Math.max(1, bytes));
    this.#count = Math.max(1, Math.min(2 * this.#count, fitting, MOST_ENTRIES));
    return entries.map(([id, fields]) => entryOf(id.toString(), fields ?? []));
  }
}

function bytesOf(fields: readonly Buffer[] | null): number {
  return (fields ?? []).reduce((sum, field) => sum + field.length, 0);
}

function entryOf(id: string, fields: readonly Buffer[]): InboxEntry {
  return { id, campaign: valueOf('campaign', fields)?.toString(), call: valueOf('call', fields) };
}

function valueOf(field: string, fields: readonly Buffer[]): Buffer | undefined {
  for (let index = 0; index < fields.length; index += 2) {
    if (fields[index]?.toString() === field) return fields[index + 1];
  }
  return undefined;
}
