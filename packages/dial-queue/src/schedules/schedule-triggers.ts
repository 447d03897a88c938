import type { Schedule } from '@libby-dialer/dialing';
import { Queue, Worker } from 'bullmq';
import { ReplyError } from 'ioredis';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

const QUEUE = 'schedules';
const MAX_EVENTS = 100;
const CLOSE_WITHIN_MS = 1000;
/**
 * After an answer of Redis that it would give again at once, and to BullMQ as often as that asks.
 */
const REFUSED_PAUSE_MS = 5000;

/**
 * A BullMQ job scheduler for each schedule, which does no more than wake a daemon: what runs, and
 * whether it ran, is in the record. A trigger that is lost, late or doubled (upserting deletes one
 * that is overdue) therefore costs nothing but time.
 */
export class ScheduleTriggers implements AsyncDisposable {
  readonly #queue: Queue;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#queue = new Queue(QUEUE, {
      connection: redis,
      prefix: keys.triggers,
      streams: { events: { maxLen: MAX_EVENTS } },
      skipWaitingForReady: true,
    });
    // Commands report their own errors; an emitter without a listener would end the process.
    this.#queue.on('error', () => {});
  }

  /** Makes the triggers those of these schedules; what is right already is not touched. */
  async match(schedules: readonly Pick<Schedule, 'name' | 'cron' | 'timezone'>[]): Promise<void> {
    const standing = new Map(
      (await this.#queue.getJobSchedulers()).map((each) => [each.key, each]),
    );
    for (const { name, cron, timezone } of schedules) {
      const known = standing.get(name);
      standing.delete(name);
      if (known?.pattern === cron && known.tz === timezone) continue;
      const opts = { removeOnComplete: true, removeOnFail: true };
      await this.#queue.upsertJobScheduler(
        name,
        { pattern: cron, tz: timezone },
        { name: 'look', opts },
      );
    }
    for (const name of standing.keys()) await this.#queue.removeJobScheduler(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.close();
  }
}

/** Calls back whenever a trigger fires; of several daemons one is called. */
export class TriggerListener {
  readonly #worker: Worker;
  #pausing: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(redis: RedisConnection, keys: Keys, look: () => void) {
    const options = { connection: redis, prefix: keys.triggers, autorun: false };
    this.#worker = new Worker(QUEUE, async () => look(), options);
    // The daemon looks by itself as well, and its connection's troubles are told by the connection.
    this.#worker.on('error', (error) => {
      if (error instanceof ReplyError) this.#pause();
    });
  }

  start(): void {
    this.#worker.run().catch(() => {});
  }

  /** Nothing is in hand that could be lost, so it does not wait for a Redis that is away. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#pausing);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    await Promise.race([this.#worker.close(true).catch(() => {}), late]);
    clearTimeout(timer);
  }

  #pause(): void {
    if (this.#pausing !== undefined || this.#isStopped) return;
    void this.#worker.pause(true);
    this.#pausing = setTimeout(() => {
      this.#pausing = undefined;
      void this.#worker.resume();
    }, REFUSED_PAUSE_MS);
  }
}
