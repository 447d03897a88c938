import type { Keys, RedisConnection } from '@libby-dialer/dial-queue';
import { RUN_THRESHOLDS } from '@libby-dialer/dialing';
import { isRedisRefusal, isRedisReply } from '@libby-dialer/runtime';
import { DelayedError, type Job, WaitingError } from 'bullmq';
import pLimit from 'p-limit';
import type { CallHandler } from '../calls/call-handler.ts';
import type { CampaignContext } from '../calls/campaign-context.ts';
import { type JobEnd, LONGEST_SLEEP_MS, type Turn } from '../calls/job-end.ts';
import type { RedisClock } from '../redis/redis-clock.ts';
import type { WorkerEvents } from '../worker-events.ts';
import { QueueWorker } from './queue-worker.ts';

/**
 * A dead worker's jobs come back after this. Losing the lock of a living one does no harm: the gate
 * answers `busy`.
 */
const LOCK_DURATION_MS = 10_000;
const STALLED_INTERVAL_MS = 5_000;
/** After an error nobody had thought of. */
const UNEXPECTED_PAUSE_MS = 5_000;
const UNEXPECTED_SLEEP_MS = 1_000;
/**
 * After an answer of Redis that it would give again at once, and to BullMQ as often as that asks.
 */
const REFUSED_SLEEP_MS = 5_000;
/** BullMQ's own patience with a connection that fails is three times as long as a lock lasts. */
const RECONNECTED_WITHIN_MS = 1_000;
/**
 * So long after it had to wait for a turn a campaign worker fetches no more jobs at once than it
 * has on the wire.
 */
const ENOUGH_IN_HAND_MS = 1_000;
/**
 * A campaign worker begins with as many calls as tell that the API is in trouble: should it hang,
 * one time-out is enough to know.
 */
const FIRST_CALLS: number = RUN_THRESHOLDS.doubts;

export interface CampaignWorkerParts {
  readonly redis: RedisConnection;
  readonly keys: Keys;
  readonly handler: CallHandler;
  readonly clock: RedisClock;
  readonly events: WorkerEvents;
  /** Runs a job within the process's own limit of calls in flight. */
  readonly limit: <T>(run: () => Promise<T>) => Promise<T>;
  /** Told when the campaign worker's demand has changed by much. */
  readonly onDemand: () => void;
}

/** A run with what the campaign worker knew when it began. */
interface EndedRun {
  readonly end: JobEnd;
  /** Nothing of it was to be sent: it tells nothing of whatever held the campaign. */
  readonly isUnsent: boolean;
  readonly announcements: number;
  readonly sleeps: number;
  readonly context: CampaignContext;
}

/**
 * One campaign's jobs in this process: a BullMQ worker that sleeps while nothing of the campaign
 * may go out.
 *
 * awake: fetches up to its share of the process's concurrency. asleep: fetches nothing until an
 * instant or an announcement; calls in flight go on. After a sleep one call goes first, and each
 * one accepted allows one more at once: whatever held the campaign may not be over, and what is out
 * then is never more than what has just gone well. Calls of which nothing is to be sent (on the
 * do-not-call list, out of their own hours) need not wait for those: they are told apart before. A
 * sleep until its turn (pace, full lines) is no trouble: afterwards it goes on as before. A
 * campaign that is canceled or expired is settled at full speed; those of its calls that have a
 * later end ramp up like any.
 */
export class CampaignWorker {
  readonly campaign: string;
  context: CampaignContext;
  readonly #parts: CampaignWorkerParts;
  readonly #worker: QueueWorker;
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  /** How many calls at once may be on the wire; the others in hand wait for their turn. */
  readonly #ramp = pLimit(FIRST_CALLS);
  #share = 1;
  #mostJobs = FIRST_CALLS;
  #announcements = 0;
  #sleeps = 0;
  #hasDemand = false;
  #inHand = 0;
  #taken = 0;
  #isBroken = false;
  #alarm: NodeJS.Timeout | undefined;
  #sleepsUntil = 0;
  /** What it sleeps for, unless for trouble. */
  #turn: Turn | undefined;
  #lastTurnAt = Number.NEGATIVE_INFINITY;

  constructor(context: CampaignContext, parts: CampaignWorkerParts) {
    this.campaign = context.campaign.id;
    this.context = context;
    this.#parts = parts;
    // BullMQ hands an AbortSignal only to a processor that declares three parameters; ours is the
    // campaign worker's own.
    this.#worker = new QueueWorker(this.campaign, (job, token) => this.#process(job, token ?? ''), {
      connection: parts.redis,
      prefix: parts.keys.queues,
      concurrency: 1,
      lockDuration: LOCK_DURATION_MS,
      stalledInterval: STALLED_INTERVAL_MS,
      // A job that comes again is safe: its call's fate stands in the ledger. One that BullMQ gave
      // up would be lost.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      removeOnComplete: { count: 0 },
      runRetryDelay: RECONNECTED_WITHIN_MS,
    });
    this.#worker.on('error', (error) => this.#suffer(error));
    this.#worker.waitUntilReady().catch(() => {
      this.#isBroken = true;
    });
    this.#worker.on('active', () => this.#setDemand(true));
    this.#worker.on('drained', () => this.#setDemand(false));
  }

  /**
   * How many jobs at once the campaign worker could use: none while it sleeps for trouble or its
   * queue is empty, and not many more than have gone well.
   */
  get demand(): number {
    return this.#hasDemand && (!this.#isAsleep || this.#turn !== undefined)
      ? 2 * this.#mostJobs
      : 0;
  }

  /** Fetched and not ended. */
  get inHand(): number {
    return this.#inHand;
  }

  /** Since it was opened. */
  get taken(): number {
    return this.#taken;
  }

  /** It waits for a job and could take one. */
  get isFree(): boolean {
    return !this.#isAsleep && !this.#isStopping && this.#inHand === 0;
  }

  /**
   * Its connection could not be set up. BullMQ keeps the error for ever: another campaign worker
   * has to take its place.
   */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** How many jobs at once this campaign worker may have in hand. */
  set share(share: number) {
    const before = this.#worker.concurrency;
    this.#share = share;
    this.#applyConcurrency();
    if (this.#worker.concurrency > before && !this.#isAsleep && !this.#isStopping)
      void this.#lookAgain();
  }

  /** Something has changed that may end the sleep. */
  wake(): void {
    this.#announcements += 1;
    if (!this.#isAsleep || this.#isStopping) return;
    clearTimeout(this.#alarm);
    this.#sleepsUntil = 0;
    if (this.#turn === undefined) this.#beCareful();
    this.#turn = undefined;
    void this.#worker.resume();
    this.#parts.onDemand();
  }

  /**
   * Takes no more jobs and waits for those in hand, and for Redis: without it none of them could be
   * given back or settled.
   */
  async stop(): Promise<void> {
    clearTimeout(this.#alarm);
    this.#stop.abort();
    await this.#worker.finish();
  }

  /**
   * Takes no more jobs, and waits for nothing: its connection may be dead. A job that it takes all
   * the same goes back.
   */
  async discard(): Promise<void> {
    clearTimeout(this.#alarm);
    this.#stop.abort();
    await this.#worker.close(true);
  }

  /** Ends what is in hand: before its first byte a call is given back, after it it is in doubt. */
  abort(reason: Error): void {
    this.#abort.abort(reason);
  }

  get #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  get #isRamping(): boolean {
    return this.#ramp.concurrency < this.#share;
  }

  /** Whether a call that is to be sent may have to wait until others have gone well. */
  get #hasToQueue(): boolean {
    return this.#isRamping || this.#ramp.activeCount >= this.#ramp.concurrency;
  }

  get #isAsleep(): boolean {
    return this.#sleepsUntil > 0;
  }

  async #process(job: Job, token: string): Promise<void> {
    const begun = {
      announcements: this.#announcements,
      sleeps: this.#sleeps,
      context: this.context,
    };
    this.#inHand += 1;
    this.#taken += 1;
    try {
      await this.#finish(job, token, { ...begun, ...(await this.#run(job)) });
    } finally {
      this.#inHand -= 1;
    }
  }

  /** Never rejects: a failed job would be one that nobody runs again. */
  async #run(job: Job): Promise<Pick<EndedRun, 'end' | 'isUnsent'>> {
    const { handler, clock, events, limit } = this.#parts;
    const callId = job.id ?? '';
    const delivered = {
      callId,
      name: job.name,
      data: job.data as unknown,
      queuedAt: job.timestamp || 0,
    };
    const signals = { stop: this.#stop.signal, abort: this.#abort.signal };
    try {
      if (this.#hasToQueue) {
        const end = this.#giveBack() ?? (await handler.handleUnsent(this.context, delivered));
        if (end !== undefined) return { end, isUnsent: true };
      }
      const end = await this.#ramp(() =>
        limit(
          async () => this.#giveBack() ?? (await handler.handle(this.context, delivered, signals)),
        ),
      );
      return { end, isUnsent: false };
    } catch (error) {
      events.unexpected('in a call', error, { campaign: this.campaign, callId });
      const now = clock.now();
      const sleepMs = isRedisRefusal(error) ? REFUSED_SLEEP_MS : UNEXPECTED_SLEEP_MS;
      const end = {
        kind: 'delay',
        until: now + UNEXPECTED_PAUSE_MS,
        sleepUntil: now + sleepMs,
      } as const;
      return { end, isUnsent: false };
    }
  }

  /**
   * Fetched before the campaign worker fell asleep or was stopped: it goes back without a question
   * to the gate.
   */
  #giveBack(): JobEnd | undefined {
    if (!this.#isAsleep && !this.#isStopping) return undefined;
    const sleep = { kind: 'give_back', sleepUntil: this.#sleepsUntil } as const;
    return this.#turn === undefined ? sleep : { ...sleep, turn: this.#turn };
  }

  /** The one place that turns the end of a run into BullMQ's words. */
  async #finish(job: Job, token: string, run: EndedRun): Promise<void> {
    const { end } = run;
    this.#learn(run);
    if (end.kind === 'complete') return;
    // What it would wait for by a definition that has changed meanwhile may be no more: it asks
    // again by the new one.
    const isDelayed = end.kind === 'delay' && run.context === this.context;
    try {
      if (isDelayed) await job.moveToDelayed(this.#parts.clock.toLocal(end.until), token);
      else await job.moveToWait(token);
    } catch (error) {
      // The lock was lost or Redis refuses: the job stays where it is and comes again when its lock
      // has run out.
      this.#parts.events.queueTrouble(this.campaign, error);
    }
    throw isDelayed ? new DelayedError() : new WaitingError();
  }

  /** BullMQ asks again at once, however often Redis refuses: some ten thousand times a second. */
  #suffer(error: unknown): void {
    this.#parts.events.queueTrouble(this.campaign, error);
    if (isRedisReply(error)) this.#sleep(this.#parts.clock.now() + REFUSED_SLEEP_MS);
  }

  #beCareful(): void {
    this.#sleeps += 1;
    this.#ramp.concurrency = 1;
    this.#mostJobs = 1;
    this.#applyConcurrency();
  }

  /** What the end of a run says about those that may follow. */
  #learn({ end, isUnsent, announcements, sleeps }: EndedRun): void {
    if (end.kind === 'complete' && end.isOver) return this.#fetchAll();
    if (end.kind === 'give_back' && end.turn !== undefined)
      return this.#waitForTurn(end.turn, end.sleepUntil);
    if (this.#isFreedBy(end)) this.wake();
    if (end.kind !== 'complete' && end.sleepUntil !== undefined) {
      // What was announced since it asked may be the end of what it was told to wait for: then it
      // asks again.
      const isNews = end.kind === 'delay' || announcements === this.#announcements;
      return isNews ? this.#sleep(end.sleepUntil) : undefined;
    }
    // A call that began before the sleep tells nothing of what may follow it.
    if (sleeps !== this.#sleeps) return;
    if (end.kind === 'complete' && end.isEarly === true)
      this.#lastTurnAt = this.#parts.clock.monotonic();
    if (end.kind === 'complete' && end.accepted) this.#rampUp();
    else if (isUnsent) this.#fetchMore();
  }

  /**
   * Nothing of the campaign may go out for a moment, only because so much of it does: what is on
   * the wire is enough to have in hand.
   */
  #waitForTurn(turn: Turn, until: number): void {
    this.#lastTurnAt = this.#parts.clock.monotonic();
    this.#mostJobs = Math.max(1, this.#ramp.activeCount);
    this.#applyConcurrency();
    // Trouble takes longer; of several turns the first counts.
    if (this.#isAsleep && (this.#turn === undefined || until >= this.#sleepsUntil)) return;
    this.#fallAsleep(until, turn);
  }

  /** A call of its own that ended may have freed the place that it waits for. */
  #isFreedBy(end: JobEnd): boolean {
    return (
      this.#turn === 'in_flight' ||
      (this.#turn === 'line' && !(end.kind === 'complete' && end.accepted))
    );
  }

  #sleep(until: number): void {
    if (this.#turn === undefined && until <= this.#sleepsUntil) return;
    this.#fallAsleep(until, undefined);
    this.#parts.onDemand();
  }

  #fallAsleep(until: number, turn: Turn | undefined): void {
    const ms = Math.min(this.#parts.clock.msUntil(until), LONGEST_SLEEP_MS);
    if (ms === 0 || this.#isStopping) return;
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => this.wake(), ms);
    if (!this.#isAsleep) void this.#worker.pause(true);
    this.#sleepsUntil = until;
    this.#turn = turn;
  }

  #rampUp(): void {
    if (this.#isRamping) this.#ramp.concurrency += 1;
    this.#fetchMore();
  }

  #fetchMore(): void {
    if (this.#mostJobs >= this.#share) return;
    if (this.#parts.clock.monotonic() - this.#lastTurnAt < ENOUGH_IN_HAND_MS) return;
    this.#mostJobs += 1;
    this.#applyConcurrency();
    if (this.#mostJobs >= this.#share) this.#parts.onDemand();
  }

  /**
   * Its campaign is over: of most there is nothing to be sent. Those with a later end of their own
   * are as careful as ever.
   */
  #fetchAll(): void {
    this.#mostJobs = Number.POSITIVE_INFINITY;
    this.#applyConcurrency();
    this.#parts.onDemand();
  }

  #setDemand(hasDemand: boolean): void {
    if (this.#hasDemand === hasDemand) return;
    this.#hasDemand = hasDemand;
    this.#parts.onDemand();
  }

  /** BullMQ looks at a raised limit when a job ends; a pause and resume make it look now. */
  async #lookAgain(): Promise<void> {
    await this.#worker.pause(true);
    // It may have fallen asleep meanwhile; then its alarm resumes it.
    if (!this.#isAsleep && !this.#isStopping) await this.#worker.resume();
  }

  #applyConcurrency(): void {
    this.#worker.concurrency = Math.max(1, Math.min(this.#share, this.#mostJobs));
  }
}
