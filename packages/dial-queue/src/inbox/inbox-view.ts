import type { Outcome, ResultRecord } from '@libby-dialer/dialing';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { pairsOf } from '../redis/replies.ts';
import { Results } from '../results/results.ts';
import { dayOf, type EntryStatus, readStatus } from './entry-status.ts';
import { INBOX_GROUP, type InboxReject } from './inbox-consumer.ts';

/** A daemon, as the inbox knows it. */
export interface InboxMember {
  readonly name: string;
  /** Entries in its hands. */
  readonly pending: number;
  /** Since it last asked for entries. A living daemon asks several times a second. */
  readonly idleMs: number;
}

export interface InboxStatus {
  /** Entries that nobody has taken yet. */
  readonly waiting: number;
  /** Entries in daemons' hands, living or dead. */
  readonly pending: number;
  readonly consumers: readonly InboxMember[];
  /** Rejects that are kept. */
  readonly rejected: number;
  /** Epoch ms, by its stream id; undefined where nothing waits or is pending. */
  readonly oldestAt: number | undefined;
}

export interface RejectedEntry extends InboxReject {
  /** Its stream id in the inbox. */
  readonly entry: string;
  /** Epoch ms. */
  readonly rejectedAt: number;
}

export interface RejectedPage {
  /** The newest first. */
  readonly entries: readonly RejectedEntry[];
  /** For the next page, which is older; undefined: there is no more. */
  readonly cursor: string | undefined;
}

/** How far a call has come. `forgotten`: nothing is kept of it any more. */
export type CallProgress =
  | { readonly state: 'queued' | 'in_flight' | 'forgotten' }
  | { readonly state: 'settled'; readonly outcome: Outcome; readonly result?: ResultRecord };

/** What people and other services ask about the inbox. */
export class InboxView {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #results: Results;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
    this.#results = new Results(redis, keys);
  }

  async status(): Promise<InboxStatus> {
    const { inbox, inboxRejected } = this.#keys;
    const [length, rejected, oldest, consumers] = await Promise.all([
      this.#redis.xlen(inbox),
      this.#redis.xlen(inboxRejected),
      this.#redis.xrange(inbox, '-', '+', 'COUNT', 1),
      this.#consumers(),
    ]);
    const pending = consumers.reduce((sum, consumer) => sum + consumer.pending, 0);
    const oldestId = oldest[0]?.[0];
    return {
      waiting: Math.max(0, length - pending),
      pending,
      consumers,
      rejected,
      oldestAt: oldestId === undefined ? undefined : Number.parseInt(oldestId, 10),
    };
  }

  /**
   * `waiting`: it has no status yet. Undefined: there is no such entry, or its status has expired.
   */
  async entryStatus(id: string): Promise<EntryStatus | 'waiting' | undefined> {
    const status = await this.#status(id);
    if (status !== undefined) return status;
    const [entry] = await this.#redis.xrange(this.#keys.inbox, id, id);
    // It may have been finished between the two reads.
    return entry === undefined ? this.#status(id) : 'waiting';
  }

  /** Reads the campaign's results until it finds the call, which may take long. */
  async progress(campaign: string, callId: string): Promise<CallProgress> {
    const raw = await this.#redis.hget(this.#keys.campaign(campaign).ledger, callId);
    const { state } = JSON.parse(raw ?? '{"state":"none"}') as {
      state: Outcome | 'none' | 'open' | 'claimed';
    };
    if (state === 'claimed') return { state: 'in_flight' };
    if (state === 'open') return { state: 'queued' };
    if (state === 'none') {
      const isQueued = (await this.#redis.exists(`${this.#keys.queue(campaign)}${callId}`)) === 1;
      return { state: isQueued ? 'queued' : 'forgotten' };
    }
    const result = await this.#results.latestOf(campaign, callId);
    return { state: 'settled', outcome: state, ...(result !== undefined && { result }) };
  }

  /** @param cursor of the page before: what is older than that */
  async rejected(limit: number, cursor?: string): Promise<RejectedPage> {
    const newest = cursor === undefined ? '+' : `(${cursor}`;
    const { inboxRejected } = this.#keys;
    const found = await this.#redis.xrevrange(inboxRejected, newest, '-', 'COUNT', limit + 1);
    const page = found.slice(0, limit);
    return {
      entries: page.map(([id, fields]) => rejectedEntry(id, fields)),
      cursor: found.length > limit ? page.at(-1)?.[0] : undefined,
    };
  }

  async #status(id: string): Promise<EntryStatus | undefined> {
    const text = await this.#redis.hget(`${this.#keys.inboxStatuses}${dayOf(id)}`, id);
    return text === null ? undefined : readStatus(text);
  }

  async #consumers(): Promise<InboxMember[]> {
    try {
      const members = (await this.#redis.xinfo('CONSUMERS', this.#keys.inbox, INBOX_GROUP)) as (
        | string
        | number
      )[][];
      return members.map((pairs) => {
        const of = pairsOf(pairs);
        return {
          name: String(of.get('name')),
          pending: Number(of.get('pending')),
          idleMs: Number(of.get('idle')),
        };
      });
    } catch (error) {
      // No daemon has ever run, and perhaps nobody has pushed anything.
      if (error instanceof Error && /no such key|NOGROUP/.test(error.message)) return [];
      throw error;
    }
  }
}

function rejectedEntry(id: string, fields: readonly string[]): RejectedEntry {
  const of = pairsOf(fields);
  const text = (field: string) => of.get(field) ?? '';
  return {
    entry: text('entry'),
    rejectedAt: Number.parseInt(id, 10),
    campaign: text('campaign'),
    code: text('code'),
    reason: text('reason'),
    call: text('call'),
  };
}
