import { dedupeKey, type QueuedCall, type ResultRecord } from '@libby-dialer/dialing';
import { CampaignStore } from '../campaigns/campaign-store.ts';
import type { LedgerEntry } from '../gate/ledger-entry.ts';
import { type QueuedJob, readCall, readJob } from '../jobs/call-job.ts';
import { instantOfScore } from '../jobs/delayed-score.ts';
import type { SetAsideJob } from '../jobs/set-aside-jobs.ts';
import { ERASED } from '../people/erased-record.ts';
import type { CallName, CallNameKind, Identity } from '../people/identity.ts';
import type { CampaignKeys, Keys } from '../redis/keys.ts';
import { stepsOf, streamEntries } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { pairsOf, repliesOf } from '../redis/replies.ts';
import { Script } from '../redis/script.ts';
import { list, rows, text } from '../redis/script-inputs.ts';
import { callsNamed, type NamedCall } from './call-names.ts';

/** What calls are looked for by. */
export type CallQuestion =
  /** In E.164 form. */
  | { readonly kind: 'phone'; readonly text: string }
  | { readonly kind: 'externalId'; readonly text: string }
  | { readonly kind: 'callId'; readonly text: string };

/** All that is kept of one call. */
export interface CallRecord {
  readonly campaign: string;
  readonly callId: string;
  /** Undefined before the gate has had it. */
  readonly entry: LedgerEntry | undefined;
  /** Its payload: in the queue, or kept beside it, or set aside. Gone once it is not needed. */
  readonly job: QueuedJob | undefined;
  readonly isSetAside: boolean;
  /** Epoch ms: its job waits until then. */
  readonly notBefore: number | undefined;
  /** The oldest first. */
  readonly results: readonly StoredResult[];
}

export interface StoredResult {
  /** In the stream of all results. */
  readonly id: string;
  readonly record: ResultRecord;
}

export interface FoundCall extends CallRecord {
  /** The number looked for is another one of its row, which is not dialed. */
  readonly isOtherNumber: boolean;
}

export interface FoundCalls {
  readonly calls: readonly FoundCall[];
  /** There are more than are given. */
  readonly isCut: boolean;
  /**
   * Campaigns first loaded by a version that did not note names: some of their calls may be missing
   * here.
   */
  readonly unnamed: readonly string[];
}

/** Where calls are looked up, whatever keeps them. */
export interface CallRecords {
  /** In all campaigns that are not archived. @param most calls */
  find(question: CallQuestion, most: number): Promise<FoundCalls>;
  /** Undefined if there is none. */
  read(campaign: string, callId: string): Promise<CallRecord | undefined>;
}

interface Place extends NamedCall {
  readonly campaign: string;
}

/** Reading so many keeps Redis busy for a millisecond or two. */
const CAMPAIGNS_PER_STEP = 100;
const CALLS_PER_STEP = 50;
/** For a call settled before entries told where its result is: nothing is searched beyond this. */
const MOST_RESULTS_READ = 50_000;
const RESULTS_PER_STEP = 1000;

/** Looks calls up in Redis: a script for many campaigns, and a few reads for each call found. */
export class RedisCallRecords implements CallRecords {
  static readonly #namedCalls = new Script({
    lua: new URL('./named-calls.lua', import.meta.url),
    keys: ['campaigns'],
    args: { campaignPrefix: text, kind: text, bucket: text, hash: text, ids: list(text) },
    answer: (found: [place: number, isUnnamed: number, ...fields: string[]][]) =>
      found.map(([place, isUnnamed, ...fields]) => ({
        place: place - 1,
        isUnnamed: isUnnamed === 1,
        fields: Object.fromEntries(pairsOf(fields)),
      })),
  });
  static readonly #keptCalls = new Script({
    lua: new URL('./kept-calls.lua', import.meta.url),
    keys: ['campaigns'],
    args: {
      campaignPrefix: text,
      queuePrefix: text,
      calls: rows({ campaign: text, callId: text }),
    },
    answer: (places: number[]) => places.map((place) => place - 1),
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #identity: () => Promise<Identity | undefined>;

  /** @param identity undefined while nobody has made the key */
  constructor(redis: RedisConnection, keys: Keys, identity: () => Promise<Identity | undefined>) {
    this.#redis = redis;
    this.#keys = keys;
    this.#identity = identity;
  }

  async find(question: CallQuestion, most: number): Promise<FoundCalls> {
    const campaigns = await new CampaignStore(this.#redis, this.#keys).ids();
    const places: Place[] = [];
    const unnamed: string[] = [];
    for (const step of stepsOf(campaigns, CAMPAIGNS_PER_STEP)) {
      if (question.kind === 'callId') {
        const callId = question.text;
        places.push(...step.map((campaign) => ({ campaign, callId, isOther: false })));
        continue;
      }
      const named = await this.#named(question, step);
      places.push(...named.places);
      unnamed.push(...named.unnamed);
    }
    const there = await this.#existing(places);
    const calls = await this.#readAll(there.slice(0, most));
    return {
      calls: calls.filter((call) => isMeant(call, question)),
      isCut: there.length > most,
      unnamed,
    };
  }

  async read(campaign: string, callId: string): Promise<CallRecord | undefined> {
    // The first attempt of a redialed call is kept beside the call, under an id of its own.
    if (callId.includes('#')) return undefined;
    const own = this.#keys.campaign(campaign);
    const queue = this.#keys.queue(campaign);
    const reads = this.#redis
      .pipeline()
      .hmget(own.ledger, callId, `${callId}#1`)
      .hget(own.kept, callId)
      .hget(own.setAside, callId)
      .zscore(`${queue}delayed`, callId);
    const [queued, replies] = await Promise.all([
      readJob(this.#redis, queue, callId),
      repliesOf(reads),
    ]);
    const [[raw], kept, aside, score] = replies as [(string | null)[], ...(string | null)[]];
    const entry = raw ? (JSON.parse(raw) as LedgerEntry) : undefined;
    const setAside = aside
      ? { callId, ...(JSON.parse(aside) as Omit<SetAsideJob, 'callId'>) }
      : undefined;
    const job = queued ?? setAside ?? keptJob(callId, kept);
    if (entry === undefined && job === undefined) return undefined;
    return {
      campaign,
      callId,
      entry,
      job,
      isSetAside: setAside !== undefined,
      notBefore: score ? instantOfScore(score) : undefined,
      results: entry === undefined ? [] : await this.#results(own, campaign, callId, entry),
    };
  }

  /** Where calls of that name may be: by the id that it makes, and by the index. */
  async #named(
    { kind, text }: Exclude<CallQuestion, { kind: 'callId' }>,
    campaigns: readonly string[],
  ): Promise<{ places: Place[]; unnamed: string[] }> {
    const identity = await this.#identity();
    if (identity === undefined) return { places: [], unnamed: [] };
    const name = identity.callName(kind, text);
    const key = dedupeKey(kind, { toPhoneNumber: text, externalId: text }, '') ?? '';
    const places: Place[] = campaigns.map((campaign) => ({
      campaign,
      callId: identity.callId(campaign, key),
      isOther: false,
    }));
    const unnamed: string[] = [];
    for (const { place, isUnnamed, fields } of await this.#noted(kind, name, campaigns)) {
      const byId = places[place] as Place;
      const noted = callsNamed(name, fields).filter(({ callId }) => callId !== byId.callId);
      places.push(...noted.map((call) => ({ campaign: byId.campaign, ...call })));
      if (isUnnamed) unnamed.push(byId.campaign);
    }
    return { places, unnamed };
  }

  async #noted(kind: CallNameKind, { bucket, hash }: CallName, ids: readonly string[]) {
    const { campaigns, campaignPrefix } = this.#keys;
    const asked = { campaignPrefix, kind, bucket, hash, ids };
    return await RedisCallRecords.#namedCalls.run(this.#redis, { campaigns }, asked);
  }

  async #existing(places: readonly Place[]): Promise<Place[]> {
    const there: Place[] = [];
    const { campaigns, campaignPrefix } = this.#keys;
    const prefixes = { campaignPrefix, queuePrefix: `${this.#keys.queues}:` };
    for (const calls of stepsOf(places, CAMPAIGNS_PER_STEP)) {
      const asked = { ...prefixes, calls };
      const kept = await RedisCallRecords.#keptCalls.run(this.#redis, { campaigns }, asked);
      there.push(...kept.map((place) => calls[place] as Place));
    }
    return there;
  }

  async #readAll(places: readonly Place[]): Promise<FoundCall[]> {
    const calls: FoundCall[] = [];
    for (const step of stepsOf(places, CALLS_PER_STEP)) {
      const read = await Promise.all(
        step.map(async ({ campaign, callId, isOther }) => {
          const call = await this.read(campaign, callId);
          return call && { ...call, isOtherNumber: isOther };
        }),
      );
      calls.push(...read.filter((call) => call !== undefined));
    }
    return calls;
  }

  async #results(
    keys: CampaignKeys,
    campaign: string,
    callId: string,
    { results, revision }: LedgerEntry,
  ): Promise<StoredResult[]> {
    if (revision === 0) return [];
    const ids = results ?? (await this.#latestId(keys, callId));
    if (ids === undefined) return await this.#searchResults(keys, campaign, callId);
    const found = await Promise.all(
      ids.map(async (id) => await this.#redis.xrange(keys.results, id, id)),
    );
    return found.flat().map(([id, fields]) => ({ id, record: recordIn(fields) }));
  }

  /** It has always been noted for calls with corrections. */
  async #latestId(keys: CampaignKeys, callId: string): Promise<string[] | undefined> {
    const id = await this.#redis.hget(keys.revised, callId);
    return id === null ? undefined : [id];
  }

  async #searchResults(
    keys: CampaignKeys,
    campaign: string,
    callId: string,
  ): Promise<StoredResult[]> {
    const [first, last] = await this.#redis.hmget(keys.state, 'firstResult', 'lastResult');
    if (!first || !last) return [];
    const entries = streamEntries(this.#redis, keys.results, RESULTS_PER_STEP, { first, last });
    let read = 0;
    for await (const [id, fields] of entries) {
      if (++read > MOST_RESULTS_READ) return [];
      if (fields[1] !== campaign || !fields[3]?.includes(callId)) continue;
      const record = recordIn(fields);
      if (record.callId === callId) return [{ id, record }];
    }
    return [];
  }
}

function keptJob(callId: string, payload: string | null | undefined): QueuedJob | undefined {
  if (!payload) return undefined;
  return { callId, name: '', data: JSON.parse(payload) as QueuedCall, queuedAt: 0 };
}

function recordIn(fields: readonly string[]): ResultRecord {
  return JSON.parse(fields[fields.indexOf('result') + 1] ?? '{}') as ResultRecord;
}

/**
 * An index entry may lead to a call of somebody else. An erased call no longer tells whose it was.
 */
function isMeant(call: FoundCall, { kind, text }: CallQuestion): boolean {
  if (kind === 'callId') return call.callId === text;
  const payload = readCall(call.job?.data);
  // The row that was noted may never have been queued, but another in its place.
  if (call.isOtherNumber)
    return payload === undefined || payload.otherNumbers?.includes(text) === true;
  const record = call.results.at(-1)?.record;
  const number = record?.toPhoneNumber ?? payload?.to;
  if (number === undefined || number === ERASED) return true;
  return kind === 'phone'
    ? number === text || payload?.to === text
    : (record?.externalId ?? payload?.externalId) === text;
}
