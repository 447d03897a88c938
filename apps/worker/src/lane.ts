import type { Keys, RedisConnection } from '@libby-dialer/dial-queue';
import { DelayedError, type Job, WaitingError, Worker } from 'bullmq';
import type { CallHandler } from './call-handler.ts';
import type { CampaignContext } from './campaign-context.ts';
import { type JobEnd, LONGEST_SLEEP_MS } from './job-end.ts';
import type { RedisClock } from './redis-clock.ts';
import type { WorkerEvents } from './worker-events.ts';

/** A dead worker's jobs come back after this. Losing the lock of a living one does no harm: the gate answers `busy`. */
const LOCK_DURATION_MS = 10_000;
const STALLED_INTERVAL_MS = 5_000;
/** After an error nobody had thought of. */
const UNEXPECTED_PAUSE_MS = 5_000;
const UNEXPECTED_SLEEP_MS = 1_000;

export interface LaneParts {
  readonly redis: RedisConnection;
  readonly keys: Keys;
  readonly handler: CallHandler;
  readonly clock: RedisClock;
  readonly events: WorkerEvents;
  /** Runs a job within the process's own limit of calls in flight. */
  readonly limit: <T>(run: () => Promise<T>) => Promise<T>;
  /** Told when the lane begins or ceases to have jobs. */
  readonly onDemand: () => void;
}

/**
 * One campaign's jobs in this process: a BullMQ worker that sleeps while nothing of the campaign may go out.
 *
 * awake: fetches up to its share of the process's concurrency.
 * asleep: fetches nothing until an instant or an announcement; calls in flight go on.
 * After a sleep one job goes first, and each accepted call doubles what may follow: whatever held the campaign may not be over.
 * A campaign that is canceled or expired sends nothing any more and is settled at full speed.
 */
export class Lane {
  readonly campaign: string;
  context: CampaignContext;
  readonly #parts: LaneParts;
  readonly #worker: Worker;
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  #share = 1;
  #ramp = Number.POSITIVE_INFINITY;
  #hasDemand = false;
  #alarm: NodeJS.Timeout | undefined;
  #sleepsUntil = 0;

  constructor(context: CampaignContext, parts: LaneParts) {
    this.campaign = context.campaign.id;
    this.context = context;
    this.#parts = parts;
    // BullMQ hands an AbortSignal only to a processor that declares three parameters; ours is the lane's own.
    this.#worker = new Worker(this.campaign, (job, token) => this.#process(job, token ?? ''), {
      connection: parts.redis,
      prefix: parts.keys.queues,
      concurrency: 1,
      lockDuration: LOCK_DURATION_MS,
      stalledInterval: STALLED_INTERVAL_MS,
      // A job that comes again is safe: its call's fate stands in the ledger. One that BullMQ gave up would be lost.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      removeOnComplete: { count: 0 },
    });
    this.#worker.on('error', (error) => parts.events.queueTrouble(this.campaign, error));
    this.#worker.on('active', () => this.#setDemand(true));
    this.#worker.on('drained', () => this.#setDemand(false));
  }

  get hasDemand(): boolean {
    return this.#hasDemand && !this.#isAsleep;
  }

  /** How many calls at once this lane may have in flight. */
  set share(share: number) {
    this.#share = share;
    this.#applyConcurrency();
  }

  /** Something has changed that may end the sleep. */
  wake(): void {
    if (!this.#isAsleep || this.#isStopping) return;
    clearTimeout(this.#alarm);
    this.#sleepsUntil = 0;
    this.#ramp = 1;
    this.#applyConcurrency();
    void this.#worker.resume();
  }

  /** Takes no more jobs and waits for those in hand. */
  async stop(): Promise<void> {
    clearTimeout(this.#alarm);
    this.#stop.abort();
    await this.#worker.close();
  }

  /** Ends what is in hand: before its first byte a call is given back, after it it is in doubt. */
  abort(reason: Error): void {
    this.#abort.abort(reason);
  }

  get #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  get #isAsleep(): boolean {
    return this.#sleepsUntil > 0;
  }

  async #process(job: Job, token: string): Promise<void> {
    const end = await this.#parts.limit(() => this.#run(job));
    await this.#finish(job, token, end);
  }

  /** Never rejects: a failed job would be one that nobody runs again. */
  async #run(job: Job): Promise<JobEnd> {
    const { handler, clock, events } = this.#parts;
    const callId = job.id ?? '';
    try {
      // Fetched before the lane fell asleep or was stopped: it goes back without a question to the gate.
      if (this.#isAsleep || this.#isStopping) return { kind: 'give_back', sleepUntil: this.#sleepsUntil };
      return await handler.handle(
        this.context,
        { callId, data: job.data, queuedAt: job.timestamp },
        { stop: this.#stop.signal, abort: this.#abort.signal },
      );
    } catch (error) {
      events.unexpected('in a call', error, { campaign: this.campaign, callId });
      const now = clock.now();
      return { kind: 'delay', until: now + UNEXPECTED_PAUSE_MS, sleepUntil: now + UNEXPECTED_SLEEP_MS };
    }
  }

  /** The one place that turns the end of a run into BullMQ's words. */
  async #finish(job: Job, token: string, end: JobEnd): Promise<void> {
    if (end.kind === 'complete') {
      if (end.isOver) this.#openUp();
      else if (end.accepted) this.#rampUp();
      return;
    }
    if (end.sleepUntil !== undefined) this.#sleep(end.sleepUntil);
    try {
      if (end.kind === 'delay') await job.moveToDelayed(this.#parts.clock.toLocal(end.until), token);
      else await job.moveToWait(token);
    } catch (error) {
      // The lock was lost or Redis refuses: the job stays where it is and comes again when its lock has run out.
      this.#parts.events.queueTrouble(this.campaign, error);
    }
    throw end.kind === 'delay' ? new DelayedError() : new WaitingError();
  }

  #sleep(until: number): void {
    const ms = Math.min(this.#parts.clock.msUntil(until), LONGEST_SLEEP_MS);
    if (ms === 0 || until <= this.#sleepsUntil || this.#isStopping) return;
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => this.wake(), ms);
    if (!this.#isAsleep) void this.#worker.pause(true);
    this.#sleepsUntil = until;
    this.#parts.onDemand();
  }

  #rampUp(): void {
    if (this.#ramp >= this.#share) return;
    this.#ramp *= 2;
    this.#applyConcurrency();
  }

  /** There is nothing left to be careful with. */
  #openUp(): void {
    this.#ramp = Number.POSITIVE_INFINITY;
    this.#applyConcurrency();
  }

  #setDemand(hasDemand: boolean): void {
    if (this.#hasDemand === hasDemand) return;
    this.#hasDemand = hasDemand;
    this.#parts.onDemand();
  }

  async #lookAgain(): Promise<void> {
    await this.#worker.pause(true);
    // It may have fallen asleep meanwhile; then its alarm resumes it.
    if (!this.#isAsleep && !this.#isStopping) await this.#worker.resume();
  }

  #applyConcurrency(): void {
    const concurrency = Math.max(1, Math.min(this.#share, this.#ramp));
    const isRaised = concurrency > this.#worker.concurrency;
    if (concurrency === this.#worker.concurrency) return;
    this.#worker.concurrency = concurrency;
    // BullMQ looks at a raised limit only when a job ends; a pause and resume make it look now.
    if (isRaised && !this.#isAsleep && !this.#isStopping) void this.#lookAgain();
  }
}
