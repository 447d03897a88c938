import {
  type CallSource,
  type Campaign,
  dedupeKey,
  isoInstant,
  type Outcome,
  type QueuedCall,
  type Reason,
  type ResultRecord,
} from '@libby-dialer/dialing';
import { CallReopener } from '../calls/call-reopener.ts';
import { CampaignStore } from '../campaigns/campaign-store.ts';
import type { LedgerEntry } from '../gate/ledger-entry.ts';
import { Identity, isCallId } from '../people/identity.ts';
import type { Keys } from '../redis/keys.ts';
import { hashSteps, stepsOf } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { flag, optional, rows, text } from '../redis/script-inputs.ts';
import { openRecord, PERSON } from '../results/open-record.ts';
import { callOf, type QueuedJob, type Refusal, readCall } from './call-job.ts';

const JOBS_PER_STEP = 500;
/** Used where a job does not tell. */
const UNREADABLE = 'unreadable';

/** A job out of the queue, and why. */
export interface SetAsideJob extends QueuedJob {
  readonly refusal: Refusal;
}

/**
 * `busy`: a call with that id is in flight until then, so its job must stay. `over`: the call has
 * its outcome.
 */
export type SetAsideAnswer =
  | { readonly kind: 'over' | 'set_aside' | 'known' }
  | { readonly kind: 'busy'; readonly until: number };

/** How a call ends if there is nothing of it but such a job. */
interface Ending {
  readonly outcome: Outcome;
  readonly reason: Reason;
}

/** What ends every call of a campaign, or this one. */
interface Times {
  readonly isCanceled: boolean;
  /** Epoch ms; undefined if never. */
  readonly expiresAt: number | undefined;
}

/**
 * Jobs that are not recognised as calls of ours: copies, changed ones, ones without a seal,
 * unreadable ones. Nobody is dialed by them. They leave the queue and stay here until their row is
 * loaded again, a person decides, or the campaign is over.
 */
export class SetAsideJobs {
  static readonly #add = new Script({
    lua: new URL('./set-aside.lua', import.meta.url),
    shared: ['ledger', 'redial', 'remove-job'],
    keys: ['ledger', 'state', 'setAside'],
    args: { queue: text, jobId: text, job: text, isCopy: flag },
    answer: ([kind, until = 0]: [SetAsideAnswer['kind'], number?]): SetAsideAnswer =>
      kind === 'busy' ? { kind, until } : { kind },
  });
  static readonly #finish = new Script({
    lua: new URL('./end-set-aside.lua', import.meta.url),
    shared: ['ledger', 'write-result'],
    keys: ['ledger', 'state', 'claims', 'revised', 'results', 'expiries', 'setAside'],
    args: {
      campaign: text,
      jobId: text,
      before: optional(text),
      after: optional(text),
      result: optional(text),
    },
    answer: (word: 'ended' | 'changed') => word,
  });
  static readonly #reopen = new Script({
    lua: new URL('./requeue-set-aside.lua', import.meta.url),
    shared: ['ledger', 'redial'],
    keys: ['ledger', 'state', 'kept', 'reopened', 'openCampaigns', 'setAside'],
    args: { campaign: text, calls: rows({ callId: text, payload: text }) },
    answer: Number,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Removes a job from the queue, or leaves that to whoever has it in hand. Unless the answer is
   * `busy`, it is to go.
   * @param worker who says it, at that instant (epoch ms of Redis's clock)
   */
  async add(
    campaign: string,
    job: SetAsideJob,
    worker: string,
    at: number,
  ): Promise<SetAsideAnswer> {
    const { callId, ...rest } = job;
    const answer = await SetAsideJobs.#add.run(this.#redis, this.#keys.campaign(campaign), {
      queue: this.#keys.queue(campaign),
      jobId: callId,
      job: JSON.stringify(rest),
      isCopy: !isCallId(callId),
    });
    // If the owner of a claim with that id was never heard of again, the claim is written off now:
    // no job will come up for it any more.
    if (answer.kind === 'set_aside' || answer.kind === 'known')
      await this.#end(campaign, job, worker, at);
    return answer;
  }

  async *list(campaign: string): AsyncGenerator<SetAsideJob> {
    const { setAside } = this.#keys.campaign(campaign);
    for await (const jobs of hashSteps(this.#redis, setAside, JOBS_PER_STEP)) {
      for (const [callId, rest] of jobs)
        yield { callId, ...(JSON.parse(rest) as Omit<SetAsideJob, 'callId'>) };
    }
  }

  /** Ends those whose time is over, or their campaign's. */
  async endOver(campaign: string, worker: string, at: number): Promise<void> {
    const own = this.#keys.campaign(campaign);
    const [canceled, expiresAt] = await this.#redis.hmget(own.state, 'canceled', 'expiresAt');
    for await (const job of this.list(campaign)) {
      // It was noted when the row was loaded. What the job says now does not count.
      const ownExpiry = await this.#redis.zscore(own.expiries, job.callId);
      const expiry = ownExpiry ?? expiresAt;
      const times = {
        isCanceled: canceled !== null,
        expiresAt: expiry === null ? undefined : Number(expiry),
      };
      await this.#end(campaign, job, worker, at, overEnding(times, at));
    }
  }

  /**
   * Whether a person may decide that it is a call after all: if it is whole, and its id is that of
   * the row it has.
   */
  callOf(
    identity: Identity,
    { id, dedupeBy }: Pick<Campaign, 'id' | 'dedupeBy'>,
    job: SetAsideJob,
  ): QueuedCall | undefined {
    const call = callOf(identity, id, job);
    if (typeof call === 'object') return call;
    const readable = readCall(job.data);
    // If rows are told by their place, the id depends on the list, and nobody knows the list any
    // more.
    if (readable === undefined || dedupeBy === 'row') return undefined;
    const key = dedupeKey(
      dedupeBy,
      { toPhoneNumber: readable.to, externalId: readable.externalId },
      '',
    );
    return key !== undefined && identity.callId(id, key) === job.callId ? readable : undefined;
  }

  /** Queues those again that can be (see `callOf`). @returns how many */
  async requeue(campaign: Campaign, jobs: readonly SetAsideJob[]): Promise<number> {
    const identity = await Identity.load(this.#redis, this.#keys);
    const keys = this.#keys.campaign(campaign.id);
    let count = 0;
    for (const some of stepsOf(jobs, JOBS_PER_STEP)) {
      const calls = some.flatMap((job) => {
        const call = this.callOf(identity, campaign, job);
        return call === undefined ? [] : [{ callId: job.callId, payload: JSON.stringify(call) }];
      });
      if (calls.length === 0) continue;
      count += await SetAsideJobs.#reopen.run(this.#redis, keys, { campaign: campaign.id, calls });
    }
    if (count > 0) await new CallReopener(this.#redis, this.#keys).restore(campaign.id);
    return count;
  }

  /**
   * Dials nothing: copies are removed, and a row ends as `canceled`.
   * @param at epoch ms of Redis's clock
   */
  async cancel(campaign: string, jobs: readonly SetAsideJob[], at: number): Promise<void> {
    const ending = { outcome: 'canceled', reason: 'resolved_by_person' } as const;
    for (const job of jobs) await this.#end(campaign, job, PERSON, at, ending);
  }

  /** @param given how it ends if it is neither settled nor claimed; left out, it then stays */
  async #end(
    campaign: string,
    job: SetAsideJob,
    worker: string,
    at: number,
    given?: Ending,
  ): Promise<void> {
    const keys = this.#keys.campaign(campaign);
    const source = await new CampaignStore(this.#redis, this.#keys).sourceOf(
      campaign,
      readCall(job.data),
    );
    for (let answer: unknown; answer !== 'ended'; ) {
      const before = (await this.#redis.hget(keys.ledger, job.callId)) ?? undefined;
      const entry = before === undefined ? undefined : (JSON.parse(before) as LedgerEntry);
      const isOver = entry !== undefined && entry.state !== 'open' && entry.state !== 'claimed';
      const ending = entry?.state === 'claimed' ? lostEnding(entry, at) : given;
      if (!isOver && ending === undefined) return;
      const isRow = !isOver && isCallId(job.callId);
      const written =
        ending !== undefined && isRow
          ? writtenBy(campaign, job, entry, ending, worker, at, source)
          : { after: undefined, result: undefined };
      answer = await SetAsideJobs.#finish.run(this.#redis, keys, {
        campaign,
        jobId: job.callId,
        before,
        ...written,
      });
    }
  }
}

/** Its owner never said what became of it. */
function lostEnding({ deadline = 0 }: LedgerEntry, at: number): Ending | undefined {
  return at > deadline ? { outcome: 'unknown', reason: 'worker_lost' } : undefined;
}

function overEnding({ isCanceled, expiresAt }: Times, at: number): Ending | undefined {
  if (isCanceled) return { outcome: 'canceled', reason: 'campaign_canceled' };
  return expiresAt !== undefined && at >= expiresAt
    ? { outcome: 'expired', reason: 'deadline' }
    : undefined;
}

/**
 * The entry to be, and its result without the closing brace. What the job says is reported, but not
 * trusted.
 */
function writtenBy(
  campaign: string,
  job: SetAsideJob,
  entry: LedgerEntry | undefined,
  ending: Ending,
  worker: string,
  at: number,
  source: CallSource,
): { readonly after: string; readonly result: string } {
  const call = readCall(job.data);
  // It was dialed once before, and that may have rung.
  const outcome = entry?.redials === undefined ? ending.outcome : 'unknown';
  const isLost = ending.reason === 'worker_lost';
  const attempts = (entry?.attempts ?? 0) + (isLost ? 1 : 0);
  const { failures, redials, deadline, owner = worker, revision = 0, results } = entry ?? {};
  const after = {
    state: outcome,
    owner,
    attempts,
    failures,
    redials,
    deadline,
    revision: revision + 1,
    results,
  };
  const record: Omit<ResultRecord, 'revision'> = {
    callId: job.callId,
    campaign,
    ...(call?.externalId === undefined ? {} : { externalId: call.externalId }),
    toPhoneNumber: call?.to ?? UNREADABLE,
    fromPhoneNumber: entry?.line ?? '',
    name: call?.name ?? UNREADABLE,
    outcome,
    reason: ending.reason,
    attempts,
    queuedAt: isoInstant(job.queuedAt),
    ...(isLost && entry?.claimedAt !== undefined ? { dialedAt: isoInstant(entry.claimedAt) } : {}),
    settledAt: isoInstant(at),
    worker,
    ...source,
  };
  return { after: JSON.stringify(after), result: openRecord(record) };
}
