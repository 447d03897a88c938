import type { Keys } from '../redis/keys.ts';
import { stepsOf } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { type QueuedJob, readJob } from './call-job.ts';
import { liftQueueHalt, openQueue } from './queues.ts';
import { WaitingJobs } from './waiting-jobs.ts';

const CALLS_PER_STEP = 500;
/** How many are settled together, and how many such rounds run before others get their turn. */
const CALLS_PER_ROUND = 32;
const ROUNDS_AT_ONCE = 3;
/** Stops after this many jobs that stay: Redis walks a list to remove a job from its depth. */
const MOST_PASSED = 2_000;
const NONE: ReadonlySet<string> = new Set();
/** An expiry is noted before the job is added, so that a crash between the two loses neither. */
const JOB_COMES_WITHIN_MS = 60_000;

/**
 * By then BullMQ has brought a dead worker's job up again, and whoever took it has met the claim.
 * But if everything is held or paused, nobody takes it.
 */
const LOST_CLAIM_IS_MET_WITHIN_MS = 20_000;

/** Whoever ends a campaign's calls repeats that by then, or another process takes over. */
const ENDING_LASTS_MS = 10_000;

/** Settles a call if its time is over. Resolves to whether it is settled now. */
type Settle = (call: QueuedJob) => Promise<boolean>;

/** How the calls of a campaign that is over end. */
interface Endings {
  /**
   * Ends those of a canceled campaign that nobody has tried, and removes their jobs. Resolves to
   * their ids.
   */
  readonly cancelUntried: (calls: readonly QueuedJob[]) => Promise<ReadonlySet<string>>;
  /** For all others. */
  readonly settle: Settle;
}

export interface EndOfAll extends Endings {
  /** Epoch ms of Redis's clock. */
  readonly now: number;
  /** Who does it. */
  readonly worker: string;
  readonly signal: AbortSignal;
}

/**
 * Looks after calls that wait for an instant or behind a pause, and whose time is over before that.
 */
export class ParkedCalls {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #jobs: WaitingJobs;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
    this.#jobs = new WaitingJobs(redis, keys);
  }

  /**
   * Whether the campaign has changed since its delayed calls last came up: what they wait for may
   * not apply any more.
   */
  async areOutdated(campaign: string): Promise<boolean> {
    const [changed, unparked] = await this.#redis.hmget(
      this.#keys.campaign(campaign).state,
      'changed',
      'unparked',
    );
    return changed !== unparked;
  }

  /**
   * Lets every delayed call come up after Redis's clock was set back, once for each time: what they
   * wait for may have moved that much into the future.
   * @param timesSetBack see `Comparison`
   * @returns whether there was anything to do
   */
  async bringBack(campaign: string, timesSetBack: number): Promise<boolean> {
    const { state } = this.#keys.campaign(campaign);
    if (Number((await this.#redis.hget(state, 'unparkedAfter')) ?? 0) === timesSetBack)
      return false;
    await this.unpark(campaign);
    await this.#redis.hset(state, 'unparkedAfter', timesSetBack);
    return true;
  }

  /**
   * Lets every delayed call of a campaign come up now. If it is over or waits for something else,
   * the gate will say so.
   */
  async unpark(campaign: string): Promise<void> {
    const { state, turns } = this.#keys.campaign(campaign);
    const changed = await this.#redis.hget(state, 'changed');
    // They wait for their turns anew.
    await this.#redis.del(turns);
    const queue = openQueue(this.#redis, this.#keys, campaign);
    try {
      await queue.promoteJobs({ count: CALLS_PER_STEP });
    } finally {
      await queue.close();
    }
    if (changed !== null) await this.#redis.hset(state, 'unparked', changed);
  }

  /**
   * Ends every call that waits in the queue of a canceled or expired campaign, even if BullMQ keeps
   * it back. BullMQ's pause then becomes a pause of ours: if the campaign gets more time, nothing
   * is dialed that somebody had stopped.
   *
   * One process at a time does this. What it cannot end stays in the queue and comes up.
   */
  async endAll(campaign: string, how: EndOfAll): Promise<void> {
    const { now, worker, signal } = how;
    const { state, ending } = this.#keys.campaign(campaign);
    if ((await this.#redis.set(ending, worker, 'PX', ENDING_LASTS_MS, 'NX')) === null) return;
    const [canceled, expiresAt = null] = await this.#redis.hmget(state, 'canceled', 'expiresAt');
    const endings = canceled === null ? { ...how, cancelUntried: async () => NONE } : how;
    await this.#liftHalt(campaign);
    for (const place of ['wait', 'prioritized', 'delayed'] as const)
      await this.#endPlace(campaign, place, endings, signal);
    if (!signal.aborted) await this.unpark(campaign);
    if (!signal.aborted && expiresAt !== null && now >= Number(expiresAt))
      await this.#redis.hset(state, 'endedFor', expiresAt);
    await this.#redis.del(ending);
  }

  async #liftHalt(campaign: string): Promise<void> {
    const meta = `${this.#keys.queue(campaign)}meta`;
    const halt = await this.#redis.hmget(meta, 'paused', 'concurrency');
    if (halt.every((field) => field === null)) return;
    await this.#redis.hset(this.#keys.campaign(campaign).state, 'paused', 1);
    await liftQueueHalt(this.#redis, this.#keys, campaign);
  }

  /** The newest first: workers take the oldest. */
  async #endPlace(
    campaign: string,
    place: 'wait' | 'prioritized' | 'delayed',
    endings: Endings,
    signal: AbortSignal,
  ): Promise<void> {
    const key = `${this.#keys.queue(campaign)}${place}`;
    const { ending } = this.#keys.campaign(campaign);
    for (let from = 0; from < MOST_PASSED && !signal.aborted; ) {
      const to = from + CALLS_PER_STEP - 1;
      const callIds = await (place === 'wait'
        ? this.#redis.lrange(key, from, to)
        : this.#redis.zrange(key, String(from), String(to)));
      if (callIds.length === 0) return;
      const gone = await this.#endEach(campaign, callIds, endings);
      from += callIds.length - gone;
      await this.#redis.pexpire(ending, ENDING_LASTS_MS);
    }
  }

  /** Resolves to how many jobs it removed. */
  async #endEach(campaign: string, callIds: readonly string[], endings: Endings): Promise<number> {
    const rounds = stepsOf(callIds, CALLS_PER_ROUND);
    let count = 0;
    const endSome = async () => {
      for (const round of rounds) {
        const gone = await this.#endTogether(campaign, round, endings);
        count += gone;
      }
    };
    await Promise.all(Array.from({ length: ROUNDS_AT_ONCE }, endSome));
    return count;
  }

  async #endTogether(
    campaign: string,
    callIds: readonly string[],
    { cancelUntried, settle }: Endings,
  ): Promise<number> {
    const jobs = await this.#read(campaign, callIds);
    const canceled = await cancelUntried(jobs);
    const others = jobs.filter(({ callId }) => !canceled.has(callId));
    const areOver = await Promise.all(others.map(settle));
    const over = others.filter((_, index) => areOver[index]).map(({ callId }) => callId);
    // A worker that has the job in hand finds its call settled, and ends it.
    return canceled.size + (over.length === 0 ? 0 : await this.#jobs.drop(campaign, over));
  }

  async #read(campaign: string, callIds: readonly string[]): Promise<QueuedJob[]> {
    const queue = this.#keys.queue(campaign);
    const jobs = await Promise.all(callIds.map((callId) => readJob(this.#redis, queue, callId)));
    return jobs.filter((job) => job !== undefined);
  }

  /**
   * Gives each call whose own expiry has come to `settle`, which says whether it is settled now. If
   * so its job is removed, wherever it waits; otherwise it is left to whoever has it.
   */
  async sweep(
    campaign: string,
    now: number,
    settle: (call: QueuedJob) => Promise<boolean>,
  ): Promise<void> {
    const { expiries } = this.#keys.campaign(campaign);
    const due = await this.#redis.zrangebyscore(
      expiries,
      '-inf',
      now,
      'WITHSCORES',
      'LIMIT',
      0,
      CALLS_PER_STEP,
    );
    if (due.length === 0) return;
    for (let index = 0; index < due.length; index += 2) {
      const [callId = '', dueAt] = due.slice(index, index + 2);
      const job = await readJob(this.#redis, this.#keys.queue(campaign), callId);
      const isSettled =
        job === undefined ? Number(dueAt) < now - JOB_COMES_WITHIN_MS : await settle(job);
      // Somebody who has the job in hand right now finds its call settled and ends it himself.
      if (isSettled) await this.#jobs.drop(campaign, [callId]);
    }
  }

  /**
   * The same for claims past their deadline that nobody has come across: their owner is dead, and
   * each call may have rung.
   */
  async sweepLost(
    campaign: string,
    now: number,
    settle: (call: QueuedJob) => Promise<boolean>,
  ): Promise<void> {
    const { claims } = this.#keys.campaign(campaign);
    const until = now - LOST_CLAIM_IS_MET_WITHIN_MS;
    const step = ['LIMIT', 0, CALLS_PER_STEP] as const;
    for (const callId of await this.#redis.zrangebyscore(claims, '-inf', until, ...step)) {
      const job = await readJob(this.#redis, this.#keys.queue(campaign), callId);
      if (job !== undefined && (await settle(job))) await this.#jobs.drop(campaign, [callId]);
    }
  }
}
