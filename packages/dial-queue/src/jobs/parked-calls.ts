import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { type QueuedJob, readJob } from './call-job.ts';
import { liftQueueHalt, openQueue } from './queues.ts';
import { WaitingJobs } from './waiting-jobs.ts';

const CALLS_PER_STEP = 500;
/** An expiry is noted before the job is added, so that a crash between the two loses neither. */
const JOB_COMES_WITHIN_MS = 60_000;

/**
 * By then BullMQ has brought the job of a dead worker up again, and whoever took it has met the
 * claim; but where everything is held or paused nobody takes it.
 */
const LOST_CLAIM_IS_MET_WITHIN_MS = 20_000;

/** Calls that wait for an instant, or behind a pause, and whose time is over before that. */
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
   * be no more.
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
   * After Redis's clock was set back lets every delayed call come up, once for each time: what it
   * waits for may lie so much farther ahead.
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
   * Lets every delayed call of a campaign come up now: it is over, or waits for something else, and
   * the gate will say so.
   */
  async unpark(campaign: string): Promise<void> {
    const { state, turns } = this.#keys.campaign(campaign);
    const changed = await this.#redis.hget(state, 'changed');
    // They take turns anew.
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
   * Lets every call of a campaign come up that is canceled or expired, also where BullMQ keeps its
   * queue back. That pause becomes ours: should the campaign be given more time, nothing of it is
   * dialed that somebody had stopped.
   * @param now epoch ms of Redis's clock
   */
  async endAll(campaign: string, now: number): Promise<void> {
    const { state } = this.#keys.campaign(campaign);
    const expiresAt = await this.#redis.hget(state, 'expiresAt');
    const halt = await this.#redis.hmget(
      `${this.#keys.queue(campaign)}meta`,
      'paused',
      'concurrency',
    );
    if (halt.some((field) => field !== null)) {
      await this.#redis.hset(state, 'paused', 1);
      await liftQueueHalt(this.#redis, this.#keys, campaign);
    }
    await this.unpark(campaign);
    if (expiresAt !== null && now >= Number(expiresAt))
      await this.#redis.hset(state, 'endedFor', expiresAt);
  }

  /**
   * Gives each call whose own expiry has come to `settle`, which says whether the call is settled
   * now. A settled one needs its job no more, wherever that waits; any other is left to whoever has
   * it.
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
   * The same for claims past their deadline that nobody has met: their owner is dead, and each call
   * may have rung.
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
