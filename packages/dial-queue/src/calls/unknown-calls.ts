import {
  isoInstant,
  type Outcome,
  type QueuedCall,
  type ResultRecord,
} from '@libby-dialer/dialing';
import { type HoldObserver, tellChanges } from '../holds/holds.ts';
import { WaitingJobs } from '../jobs/waiting-jobs.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { number, text } from '../redis/script-inputs.ts';
import { openRecord, PERSON } from '../results/open-record.ts';
import { Results } from '../results/results.ts';
import { CallReopener } from './call-reopener.ts';

const CALLS_PER_LOOK = 500;

/** What became of a person's decision. */
export type Resolution =
  | { readonly kind: 'resolved' }
  /** It has another outcome, is being dialed, or is to be dialed. */
  | { readonly kind: 'not_in_doubt'; readonly state: Outcome | 'claimed' | 'open' };

export type RedialResolution =
  | (Resolution & { readonly kind: 'not_in_doubt' })
  /** It will be dialed once more, no earlier than `redialAt` (epoch ms of Redis's clock). */
  | { readonly kind: 'resolved'; readonly redialAt: number }
  /** That was decided before. */
  | { readonly kind: 'waits'; readonly redialAt: number }
  /** Its one redial is spent, its campaign takes no calls any more, or its data were erased. */
  | { readonly kind: 'redialed' | 'canceled' | 'expired' | 'erased' };

/** A call in doubt. */
export interface DoubtfulCall extends ResultRecord {
  /** ISO 8601; given when it is to be dialed once more. */
  readonly redialAt?: string;
  /** It has been dialed once more, and will not be again. */
  readonly isRedialed: boolean;
}

/** Calls that may have rung: which they are, and what a person decides on one. */
export class UnknownCalls {
  static readonly #resolve = new Script({
    lua: new URL('./resolve.lua', import.meta.url),
    shared: ['ledger', 'redial', 'holds', 'canary', 'write-result'],
    keys: ['ledger', 'state', 'kept', 'revised', 'results', 'holds', 'canary'],
    args: { campaign: text, callId: text, result: text, channel: text },
    answer: readResolution,
  });
  static readonly #grantRedial = new Script({
    lua: new URL('./grant-redial.lua', import.meta.url),
    shared: ['ledger', 'redial'],
    keys: ['ledger', 'state', 'kept', 'reopened', 'openCampaigns'],
    args: { campaign: text, callId: text, afterMs: number },
    answer: readRedialResolution,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #results: Results;
  readonly #observe: HoldObserver | undefined;

  constructor(redis: RedisConnection, keys: Keys, observe?: HoldObserver) {
    this.#redis = redis;
    this.#keys = keys;
    this.#observe = observe;
    this.#results = new Results(redis, keys);
  }

  /** A campaign's calls in doubt, in the order in which they came to be. */
  async *list(campaign: string): AsyncGenerator<DoubtfulCall> {
    let batch: ResultRecord[] = [];
    for await (const record of this.#results.read(campaign)) {
      if (record.outcome !== 'unknown') continue;
      batch.push(record);
      if (batch.length < CALLS_PER_LOOK) continue;
      yield* await this.#stillInDoubt(campaign, batch);
      batch = [];
    }
    yield* await this.#stillInDoubt(campaign, batch);
  }

  /** Which of these campaigns has dialed that call. */
  async campaignOf(callId: string, campaigns: readonly string[]): Promise<string | undefined> {
    // What a first attempt has left stands beside its call.
    if (callId.includes('#')) return undefined;
    for (const campaign of campaigns) {
      if (await this.#redis.hexists(this.#keys.campaign(campaign).ledger, callId)) return campaign;
    }
    return undefined;
  }

  /** It was taken: its outcome is `accepted` from `at` on (epoch ms of Redis's clock). */
  async accept(campaign: string, callId: string, at: number): Promise<Resolution> {
    const record = await this.#results.latestOf(campaign, callId);
    if (record === undefined) return { kind: 'not_in_doubt', state: 'open' };
    const resolved = {
      ...record,
      outcome: 'accepted',
      reason: 'resolved_by_person',
      worker: PERSON,
    } as const;
    const { revision: _, ...head } = { ...resolved, settledAt: isoInstant(at) };
    const keys = this.#keys.campaign(campaign);
    const { resolution, changes } = await UnknownCalls.#resolve.run(this.#redis, keys, {
      campaign,
      callId,
      result: openRecord(head),
      channel: keys.announcements,
    });
    tellChanges(this.#observe, changes);
    // One that waited for its redial would come up only to find its call settled.
    if (resolution.kind === 'resolved')
      await new WaitingJobs(this.#redis, this.#keys).drop(campaign, [callId]);
    return resolution;
  }

  /**
   * It may ring once more, whatever its campaign says of calls in doubt.
   * @param afterMs how long after the old claim's deadline (`conversationMs`)
   */
  async redial(campaign: string, callId: string, afterMs: number): Promise<RedialResolution> {
    const keys = this.#keys.campaign(campaign);
    const asked = { campaign, callId, afterMs };
    const resolution = await UnknownCalls.#grantRedial.run(this.#redis, keys, asked);
    if (resolution.kind === 'resolved')
      await new CallReopener(this.#redis, this.#keys).restore(campaign);
    return resolution;
  }

  /** The number of a call in doubt; undefined when its data were erased. */
  async numberOf(campaign: string, callId: string): Promise<string | undefined> {
    const payload = await this.#redis.hget(this.#keys.campaign(campaign).kept, callId);
    return payload === null ? undefined : (JSON.parse(payload) as QueuedCall).to;
  }

  /** Some may have been cleared up since their result was written. */
  async #stillInDoubt(campaign: string, records: readonly ResultRecord[]): Promise<DoubtfulCall[]> {
    if (records.length === 0) return [];
    const { ledger } = this.#keys.campaign(campaign);
    const entries = await this.#redis.hmget(ledger, ...records.map(({ callId }) => callId));
    return records.flatMap((record, index) => doubtOf(record, entries[index]));
  }
}

function readResolution([kind, value]: [kind: Resolution['kind'], value?: string]): {
  readonly resolution: Resolution;
  readonly changes?: string | undefined;
} {
  return kind === 'resolved'
    ? { resolution: { kind }, changes: value }
    : { resolution: { kind, state: value as Outcome } };
}

function readRedialResolution([kind, value]: [
  kind: RedialResolution['kind'],
  value?: unknown,
]): RedialResolution {
  if (kind === 'not_in_doubt') return { kind, state: value as Outcome };
  return kind === 'resolved' || kind === 'waits' ? { kind, redialAt: Number(value) } : { kind };
}

function doubtOf(record: ResultRecord, raw: string | null | undefined): DoubtfulCall[] {
  if (!raw) return [];
  const { state, redialAt, redials } = JSON.parse(raw) as {
    state: string;
    redialAt?: number;
    redials?: number;
  };
  if (state !== 'unknown') return [];
  const waits = redialAt === undefined ? {} : { redialAt: isoInstant(redialAt) };
  return [{ ...record, ...waits, isRedialed: redials !== undefined }];
}
