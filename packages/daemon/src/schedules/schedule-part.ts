import { Readable } from 'node:stream';
import type {
  CampaignArchive,
  ScheduleRun,
  ScheduleStore,
  ScheduleTriggers,
  TriggerListener,
} from '@libby-dialer/dial-queue';
import { listPathOf, type Schedule } from '@libby-dialer/dialing';
import { type CarryEnd, ListLookout, RunCarrier } from '@libby-dialer/operations';
import {
  describeRedis,
  endsWithin,
  explainRedisError,
  isRedisReply,
  type Logger,
  Outage,
  systemClock,
} from '@libby-dialer/runtime';
import type { DaemonContext, DaemonPart } from '../daemon-part.ts';
import { archiveOlderRuns } from './run-retention.ts';
import { ScheduleMetrics } from './schedule-metrics.ts';

const LOOK_EVERY_MS = 15_000;
const SETTLE_MS = 3000;
const LEASE_MS = 30_000;
/** Of as many schedules; those of one are carried out in order. */
const RUNS_AT_ONCE = 4;
/** While Redis is away nothing can be given back; the lease runs out instead. */
const STOP_WITHIN_MS = 10_000;

export interface SchedulePartOptions {
  /**
   * Epoch ms: what is due, late and missed. Left out: Redis's clock. Leases always go by Redis's.
   */
  readonly now?: () => Promise<number>;
  /** How often it looks by itself, beside being woken. */
  readonly lookEveryMs?: number;
  /** For how long a list must have stayed the same to be taken for complete. */
  readonly settleMs?: number;
  /** How long a run waits for a daemon that says nothing any more. */
  readonly leaseMs?: number;
}

/** Runs the schedules: notes what is due, and carries it out unless another daemon does. */
export class SchedulePart implements DaemonPart {
  readonly #logger: Logger;
  /** Where it is, for people. */
  readonly #redis: string;
  readonly #store: ScheduleStore;
  readonly #archive: CampaignArchive;
  readonly #triggers: ScheduleTriggers;
  readonly #listener: TriggerListener;
  readonly #carrier: RunCarrier;
  readonly #metrics: ScheduleMetrics;
  readonly #now: () => Promise<number>;
  readonly #lookEveryMs: number;
  readonly #settleMs: number;
  readonly #stop = new AbortController();
  /** By schedule, what is being carried out. */
  readonly #inHand = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  /** Of a list that is being written: runs out before the next look is due. */
  #settling: NodeJS.Timeout | undefined;
  #look: Promise<void> | undefined;
  #lookAgain = false;
  #isCrowded = false;
  #matched: string | undefined;
  readonly #outage = new Outage();

  constructor(daemon: DaemonContext, options: SchedulePartOptions = {}) {
    const { context, logger, registry, daemonId } = daemon;
    const {
      now = () => context.now(),
      lookEveryMs = LOOK_EVERY_MS,
      settleMs = SETTLE_MS,
      leaseMs = LEASE_MS,
    } = options;
    this.#logger = logger.child({ part: 'schedules' });
    this.#redis = describeRedis(context.config.redis.connection);
    this.#now = now;
    this.#lookEveryMs = lookEveryMs;
    this.#settleMs = settleMs;
    this.#store = context.queue.schedules;
    this.#archive = context.queue.archive;
    this.#triggers = context.queue.scheduleTriggers();
    this.#listener = context.queue.triggerListener(() => this.#wake());
    this.#metrics = new ScheduleMetrics(registry);
    this.#carrier = new RunCarrier({
      context,
      store: this.#store,
      processId: daemonId,
      now,
      lookout: new ListLookout(settleMs),
      leaseMs,
      signal: this.#stop.signal,
      loadHooks: { stdin: Readable.from([]), warn: (sentence) => this.#logger.warn(sentence) },
    });
  }

  async start(): Promise<void> {
    this.#wake();
    await this.#look;
    if (!this.#stop.signal.aborted) this.#listener.start();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the daemon stops'));
    clearTimeout(this.#timer);
    clearTimeout(this.#settling);
    await this.#listener.stop();
    await endsWithin(Promise.all([this.#look, ...this.#inHand.values()]), STOP_WITHIN_MS);
    await this.#triggers[Symbol.asyncDispose]();
  }

  trouble(): string | undefined {
    return this.#outage.reason;
  }

  #sleep(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#stop.signal.aborted) this.#timer = setTimeout(() => this.#wake(), ms);
  }

  #lookWhenSettled(): void {
    clearTimeout(this.#settling);
    if (!this.#stop.signal.aborted) this.#settling = setTimeout(() => this.#wake(), this.#settleMs);
  }

  /** One look at a time; a wake-up during a look causes one more. */
  #wake(): void {
    if (this.#stop.signal.aborted) return;
    if (this.#look !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#look = this.#lookOnce().finally(() => {
      this.#look = undefined;
      this.#sleep(this.#lookAgain ? 0 : this.#lookEveryMs);
      this.#lookAgain = false;
    });
  }

  async #lookOnce(): Promise<void> {
    try {
      const now = await this.#now();
      const schedules = await this.#store.list();
      await this.#matchTriggers(schedules);
      for (const schedule of schedules) await this.#noteDue(schedule, now);
      await this.#begin(schedules, now);
      const outageMs = this.#outage.ended(systemClock.monotonic());
      if (outageMs !== undefined)
        this.#logger.info({ outageMs: Math.round(outageMs) }, 'the schedules go on');
    } catch (error) {
      this.#metrics.looksFailed.inc();
      const reason = this.#reasonOf(error);
      if (!this.#outage.began(reason, systemClock.monotonic())) return;
      this.#logger.error(
        { reason, err: error },
        'the schedules could not be looked at; they are looked at again',
      );
    }
  }

  #reasonOf(error: unknown): string {
    const what = 'the last look at the schedules failed';
    return isRedisReply(error) ? `${what}: ${explainRedisError(error, this.#redis)}` : what;
  }

  /** BullMQ is asked about them only when one has changed. */
  async #matchTriggers(schedules: readonly Schedule[]): Promise<void> {
    const wanted = JSON.stringify(
      schedules.map(({ name, cron, timezone }) => [name, cron, timezone]),
    );
    if (wanted === this.#matched) return;
    await this.#triggers.match(schedules);
    this.#matched = wanted;
  }

  async #noteDue(schedule: Schedule, now: number): Promise<void> {
    const { missed } = await this.#store.noteDue(schedule, now);
    const [first] = missed;
    if (first === undefined) return;
    this.#metrics.runs.inc({ state: 'missed' }, missed.length);
    const [from, to] = [first.local, missed.at(-1)?.local];
    const fields = { schedule: schedule.name, runs: missed.length, from, to };
    this.#logger.error(
      fields,
      'runs were missed: no daemon was there while their hours allowed them',
    );
    await this.#store.trim(schedule.name);
  }

  async #begin(schedules: readonly Schedule[], now: number): Promise<void> {
    this.#metrics.open.reset();
    this.#isCrowded = false;
    for (const schedule of schedules) {
      const runs = await this.#store.openRuns(schedule.name, now);
      for (const { state } of runs) this.#metrics.open.inc({ state });
      const { name } = schedule;
      if (runs.length === 0 || this.#inHand.has(name) || this.#stop.signal.aborted) continue;
      if (this.#inHand.size >= RUNS_AT_ONCE) {
        this.#isCrowded = true;
        continue;
      }
      const work = this.#carryOut(schedule, runs).finally(() => {
        this.#inHand.delete(name);
        if (this.#isCrowded) this.#wake();
      });
      this.#inHand.set(name, work);
    }
  }

  /** In the order they were due; one that waits for its list keeps nobody. */
  async #carryOut(schedule: Schedule, runs: readonly ScheduleRun[]): Promise<void> {
    for (const run of runs) {
      if (this.#stop.signal.aborted) return;
      try {
        await this.#noteEnd(schedule, run, await this.#carrier.carryOut(schedule, run));
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#metrics.looksFailed.inc();
        const fields = { schedule: schedule.name, run: run.local, err: error };
        this.#logger.error(fields, 'a run was broken off; it is taken up again');
      }
    }
  }

  async #noteEnd(schedule: Schedule, run: ScheduleRun, end: CarryEnd): Promise<void> {
    const { local, campaign, state } = run;
    const fields = { schedule: schedule.name, run: local, campaign };
    if (end.kind === 'waiting' && end.sight === 'missing' && state === 'due') {
      this.#logger.info({ ...fields, list: listPathOf(schedule, run) }, 'a run waits for its list');
    }
    if (end.kind === 'waiting' && end.sight === 'unsettled') this.#lookWhenSettled();
    if (end.kind === 'missed' || end.kind === 'failed') {
      this.#metrics.runs.inc({ state: end.kind });
      this.#logger.error(
        { ...fields, reason: end.reason, why: end.message },
        `a run is recorded as ${end.kind}`,
      );
      await this.#store.trim(schedule.name);
    }
    if (end.kind !== 'loaded') return;
    this.#metrics.runs.inc({ state: 'loaded' });
    const { counts } = end.loaded;
    if (counts.rejected > 0 && counts.rejected === counts.rows) {
      this.#logger.error(
        { ...fields, ...counts },
        'a run is loaded, and all of its rows were rejected',
      );
    } else {
      this.#logger.info({ ...fields, ...counts }, 'a run is loaded');
    }
    await archiveOlderRuns(this.#store, schedule, this.#archive, this.#logger);
    await this.#store.trim(schedule.name);
  }
}
