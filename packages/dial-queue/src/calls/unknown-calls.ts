import {
  isoInstant,
  type Outcome,
  type QueuedCall,
  type ResultRecord,
} from '@libby-dialer/dialing';
import type { DoubtDecision, LedgerEntry } from '../gate/ledger-entry.ts';
import { type HoldObserver, tellChanges } from '../holds/holds.ts';
import { WaitingJobs } from '../jobs/waiting-jobs.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';
import { Script } from '../redis/script.ts';
import { json, number, text } from '../redis/script-inputs.ts';
import { openRecord, PERSON } from '../results/open-record.ts';
import { Results } from '../results/results.ts';
import { CallReopener } from './call-reopener.ts';

const CALLS_PER_LOOK = 500;
/** Which call is in which campaign. */
const QUESTIONS_PER_LOOK = 2000;

/** What somebody says of a call in doubt. */
export interface DoubtWord {
  readonly by: string;
  /** Names nobody who is called. */
  readonly note?: string | undefined;
}

/** The decision is refused, perhaps because somebody has decided before. */
interface Refusal<Kind extends string> {
  readonly kind: Kind;
  readonly decided?: DoubtDecision | undefined;
}

/** It has another outcome, is being dialed, or is to be dialed. */
interface NotInDoubt extends Refusal<'not_in_doubt'> {
  readonly state: Outcome | 'claimed' | 'open';
}

/** What became of a person's decision. */
export type Resolution =
  | NotInDoubt
  /** `before`: the redial that somebody had decided, and that is dropped by it. */
  | { readonly kind: 'resolved'; readonly before: DoubtDecision | undefined };

export type RedialResolution =
  | NotInDoubt
  /** It will be dialed once more, no earlier than `redialAt` (epoch ms of Redis's clock). */
  | { readonly kind: 'resolved'; readonly redialAt: number }
  /** The same was decided before. */
  | (Refusal<'waits'> & { readonly redialAt: number })
  /** Its one redial is spent, its campaign takes no calls any more, or its data were erased. */
  | Refusal<'redialed' | 'canceled' | 'expired' | 'erased'>;

/** A call in doubt. */
export interface DoubtfulCall extends ResultRecord {
  /** ISO 8601; given when it is to be dialed once more. */
  readonly redialAt?: string;
  /** It has been dialed once more, and will not be again. */
  readonly isRedialed: boolean;
  /** What became of its first attempt, as told after it was dialed once more. */
  readonly lateOutcome?: Outcome;
  /** A person's decision to dial it once more. `at`: ISO 8601. */
  readonly decided?: Omit<DoubtDecision, 'at'> & { readonly at: string };
}

export interface DoubtPageRequest {
  /** Left out: from the first on. */
  readonly after: string | undefined;
  readonly limit: number;
  readonly mostRead: number;
}

export interface DoubtPage {
  readonly calls: readonly DoubtfulCall[];
  /** Where the next page begins. */
  readonly upTo: string | undefined;
  readonly isLast: boolean;
  /** How many results were read for it. */
  readonly read: number;
}

/** Calls that may have rung: which they are, and what a person decides on one. */
export class UnknownCalls {
  static readonly #resolve = new Script({
    lua: new URL('./resolve.lua', import.meta.url),
    shared: ['ledger', 'redial', 'holds', 'canary', 'write-result'],
    keys: ['ledger', 'state', 'kept', 'revised', 'results', 'holds', 'canary'],
    args: {
      campaign: text,
      callId: text,
      result: text,
      channel: text,
      decision: json<Omit<DoubtDecision, 'at'>>(),
    },
    answer: readResolution,
  });
  static readonly #grantRedial = new Script({
    lua: new URL('./grant-redial.lua', import.meta.url),
    shared: ['ledger', 'redial'],
    keys: ['ledger', 'state', 'kept', 'reopened', 'openCampaigns'],
    args: {
      campaign: text,
      callId: text,
      afterMs: number,
      decision: json<Omit<DoubtDecision, 'at'>>(),
    },
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
      if (!isUnknown(record)) continue;
      batch.push(record);
      if (batch.length < CALLS_PER_LOOK) continue;
      yield* await this.#stillInDoubt(campaign, batch);
      batch = [];
    }
    yield* await this.#stillInDoubt(campaign, batch);
  }

  /**
   * Some of them. It reads at most `mostRead` results of all campaigns, so it may give fewer though
   * there are more.
   */
  async page(campaign: string, request: DoubtPageRequest): Promise<DoubtPage> {
    const asked = { ...request, outcome: 'unknown' } as const;
    const { entries, ...rest } = await this.#results.page(campaign, asked);
    const calls = await this.#stillInDoubt(
      campaign,
      entries.map(([, record]) => record),
    );
    return { calls, ...rest };
  }

  /** Which of these campaigns has dialed each of these calls, if any has. */
  async campaignsOf(
    callIds: readonly string[],
    campaigns: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    // The first attempt of a redialed call is kept beside the call, under an id of its own.
    const ids = callIds.filter((callId) => !callId.includes('#'));
    let next = 0;
    while (next < campaigns.length && found.size < ids.length) {
      const missing = ids.filter((callId) => !found.has(callId));
      const some = campaigns.slice(next, next + Math.ceil(QUESTIONS_PER_LOOK / missing.length));
      next += some.length;
      const asked = some.flatMap((campaign) => missing.map((callId) => ({ campaign, callId })));
      const pipeline = this.#redis.pipeline();
      for (const { campaign, callId } of asked)
        pipeline.hexists(this.#keys.campaign(campaign).ledger, callId);
      for (const [index, isThere] of (await repliesOf(pipeline)).entries()) {
        const { campaign, callId } = asked[index] as (typeof asked)[number];
        if (isThere === 1) found.set(callId, campaign);
      }
    }
    return found;
  }

  /**
   * Records that Libby took it: its outcome is `accepted` from `at` on (epoch ms of Redis's clock).
   */
  async accept(
    campaign: string,
    callId: string,
    at: number,
    { by, note }: DoubtWord,
  ): Promise<Resolution> {
    const { entry, decided } = await this.#standing(campaign, callId);
    if (entry?.state !== 'unknown')
      return { kind: 'not_in_doubt', state: entry?.state ?? 'open', decided };
    const record = await this.#results.latestOf(campaign, callId, entry.writtenAt);
    if (record === undefined) return { kind: 'not_in_doubt', state: 'open', decided };
    const resolved = {
      ...record,
      outcome: 'accepted',
      reason: 'resolved_by_person',
      worker: PERSON,
      ...(note !== undefined && { note }),
    } as const;
    const { revision: _, ...head } = { ...resolved, settledAt: isoInstant(at) };
    const keys = this.#keys.campaign(campaign);
    const { resolution, changes } = await UnknownCalls.#resolve.run(this.#redis, keys, {
      campaign,
      callId,
      result: openRecord(head),
      channel: keys.announcements,
      decision: { as: 'accepted', by, ...(note !== undefined && { note }) },
    });
    tellChanges(this.#observe, changes);
    if (resolution.kind !== 'resolved')
      return { ...resolution, decided: (await this.#standing(campaign, callId)).decided };
    // If it waits for its redial, its job would come up only to find the call settled.
    await new WaitingJobs(this.#redis, this.#keys).drop(campaign, [callId]);
    return resolution;
  }

  /**
   * Lets it ring once more, whatever its campaign says about calls in doubt.
   * @param afterMs how long after the old claim's deadline (`conversationMs`)
   */
  async redial(
    campaign: string,
    callId: string,
    afterMs: number,
    { by, note }: DoubtWord,
  ): Promise<RedialResolution> {
    const keys = this.#keys.campaign(campaign);
    const decision = { as: 'redial', by, ...(note !== undefined && { note }) } as const;
    const asked = { campaign, callId, afterMs, decision };
    const resolution = await UnknownCalls.#grantRedial.run(this.#redis, keys, asked);
    if (resolution.kind !== 'resolved')
      return { ...resolution, decided: (await this.#standing(campaign, callId)).decided };
    await new CallReopener(this.#redis, this.#keys).restore(campaign);
    return resolution;
  }

  /** Whom a call in doubt is to; undefined if their data were erased. */
  async personOf(
    campaign: string,
    callId: string,
  ): Promise<Pick<QueuedCall, 'to' | 'name'> | undefined> {
    const payload = await this.#redis.hget(this.#keys.campaign(campaign).kept, callId);
    return payload === null ? undefined : (JSON.parse(payload) as QueuedCall);
  }

  /** Its entry, and what a person decided on it, or on its first attempt. */
  async #standing(
    campaign: string,
    callId: string,
  ): Promise<{ entry: LedgerEntry | undefined; decided: DoubtDecision | undefined }> {
    const { ledger } = this.#keys.campaign(campaign);
    const [entry, first] = await this.#entries(ledger, [callId, firstOf(callId)]);
    return { entry, decided: entry?.decided ?? first?.decided };
  }

  /** Some may have been cleared up since their result was written. */
  async #stillInDoubt(campaign: string, records: readonly ResultRecord[]): Promise<DoubtfulCall[]> {
    const { ledger } = this.#keys.campaign(campaign);
    const entries = await this.#entries(
      ledger,
      records.flatMap(({ callId }) => [callId, firstOf(callId)]),
    );
    return records.flatMap((record, index) =>
      doubtOf(record, entries[index * 2], entries[index * 2 + 1]),
    );
  }

  async #entries(
    ledger: string,
    fields: readonly string[],
  ): Promise<readonly (LedgerEntry | undefined)[]> {
    if (fields.length === 0) return [];
    const entries = await this.#redis.hmget(ledger, ...fields);
    return entries.map((raw) => (raw ? (JSON.parse(raw) as LedgerEntry) : undefined));
  }
}

function isUnknown({ outcome }: ResultRecord): boolean {
  return outcome === 'unknown';
}

/** Under which id the first attempt is kept once a call is dialed once more. */
function firstOf(callId: string): string {
  return `${callId}#1`;
}

function readResolution([kind, value, before]: [
  kind: Resolution['kind'],
  value: string | null,
  before?: string | null,
]) {
  const resolution =
    kind === 'resolved'
      ? { kind, before: before ? (JSON.parse(before) as DoubtDecision) : undefined }
      : { kind, state: value as NotInDoubt['state'] };
  return { resolution, changes: value };
}

function readRedialResolution([kind, value]: [
  kind: RedialResolution['kind'],
  value?: unknown,
]): RedialResolution {
  if (kind === 'not_in_doubt') return { kind, state: value as Outcome };
  return kind === 'resolved' || kind === 'waits' ? { kind, redialAt: Number(value) } : { kind };
}

function doubtOf(
  record: ResultRecord,
  entry: LedgerEntry | undefined,
  first: LedgerEntry | undefined,
): DoubtfulCall[] {
  if (entry?.state !== 'unknown') return [];
  const { redialAt, redials, decided = first?.decided } = entry;
  return [
    {
      ...record,
      ...(redialAt !== undefined && { redialAt: isoInstant(redialAt) }),
      isRedialed: redials !== undefined,
      ...(first?.lateOutcome !== undefined && { lateOutcome: first.lateOutcome }),
      ...(decided !== undefined && { decided: { ...decided, at: isoInstant(decided.at) } }),
    },
  ];
}
