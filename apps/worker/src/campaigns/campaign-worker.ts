import type { Keys, RedisConnection } from '@libby-dialer/dial-queue';
import { isRedisRefusal, isRedisReply } from '@libby-dialer/runtime';
import { DelayedError, type Job, WaitingError } from 'bullmq';
import pLimit from 'p-limit';
import type { CallHandler } from '../calls/call-handler.ts';
import type { CampaignContext } from '../calls/campaign-context.ts';
import { type JobEnd, LONGEST_SLEEP_MS } from '../calls/job-end.ts';
import type { RedisClock } from '../redis/redis-clock.ts';
import type { WorkerEvents } from '../worker-events.ts';
import {
  after,
  type CampaignWorkerEvent,
  type CampaignWorkerState,
  changesShares,
  isProving,
  jobsAtOnce,
  OPENED,
  usableShare,
} from './campaign-worker-state.ts';
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
/** After a refusal that Redis would repeat at once, as often as BullMQ asks. */
const REFUSED_SLEEP_MS = 5_000;
/** BullMQ itself would wait three times as long as a lock lasts. */
const RECONNECTED_WITHIN_MS = 1_000;

export interface CampaignWorkerParts {
  readonly redis: RedisConnection;
  readonly keys: Keys;
  readonly handler: CallHandler;
  readonly clock: RedisClock;
  readonly events: WorkerEvents;
  /** Runs a job within the process's own limit of calls in flight. */
  readonly limit: <T>(run: () => Promise<T>) => Promise<T>;
  /** Reads the campaign's definition anew; `context` is another after it if that has changed. */
  readonly renew: () => Promise<void>;
  /** Told when the campaign worker's demand has changed by much. */
  readonly onDemand: () => void;
}

/** How a run ended, and the state and the definition by which it began. */
interface EndedRun {
  readonly end: JobEnd;
  /** Nothing of it was to be sent. */
  readonly isUnsent: boolean;
  readonly begun: CampaignWorkerState;
  readonly context: CampaignContext;
}

/**
 * One campaign's jobs in this process: a BullMQ worker that fetches no more than
 * `CampaignWorkerState` says, and does so until it is stopped.
 *
 * Calls for which no request is due (on the do-not-call list, outside their hours) are checked
 * first, without a claim. They do not wait in line with calls that are to be sent.
 */
export class CampaignWorker {
  readonly campaign: string;
  context: CampaignContext;
  readonly #parts: CampaignWorkerParts;
  readonly #worker: QueueWorker;
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  #state = OPENED;
  /** Limits the calls on the wire; the others in hand wait until some have gone well. */
  readonly #proof = pLimit(OPENED.mostCalls);
  #hasDemand = false;
  /** Of the jobs that are fetched and not ended. */
  readonly #runs = new Set<Promise<void>>();
  #taken = 0;
  #isBroken = false;
  #alarm: NodeJS.Timeout | undefined;

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
      // A job that comes again is safe, because the ledger has its call's outcome. A job that
      // BullMQ gave up would be lost.
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
   * How large a share it could use: 0 while it sleeps because of trouble or its queue is empty,
   * otherwise twice as many jobs as are of use now.
   */
  get demand(): number {
    return this.#hasDemand ? usableShare(this.#state) : 0;
  }

  /** Fetched and not ended. */
  get inHand(): number {
    return this.#runs.size;
  }

  /** Since it was opened. */
  get taken(): number {
    return this.#taken;
  }

  /** It waits for a job and could take one. */
  get isFree(): boolean {
    return !this.#isAsleep && !this.#isStopping && this.#runs.size === 0;
  }

  /**
   * Its connection could not be set up. BullMQ keeps that error for good, so another campaign
   * worker has to take its place.
   */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** How many jobs at once it may have in hand. */
  set share(share: number) {
    const before = this.#worker.concurrency;
    this.#on({ kind: 'shared', share });
    if (this.#worker.concurrency > before && !this.#isAsleep && !this.#isStopping)
      void this.#lookAgain();
  }

  /** Something has changed that may end the sleep. */
  wake(): void {
    this.#on({ kind: 'woken' });
  }

  /**
   * Takes no more jobs, and waits for those in hand and for Redis, without which they could be
   * neither given back nor settled. Whoever cannot wait that long calls `discard`.
   */
  async stop(): Promise<void> {
    clearTimeout(this.#alarm);
    this.#stop.abort();
    await this.#worker.finish();
  }

  /**
   * Takes no more jobs and waits for nothing, because its connection may be dead. A job that it
   * gets all the same goes back.
   */
  async discard(): Promise<void> {
    clearTimeout(this.#alarm);
    this.#stop.abort();
    await this.#worker.close(true);
  }

  /** Resolves once the jobs that are in hand now have ended, however they have. */
  async callsEnd(): Promise<void> {
    await Promise.allSettled(this.#runs);
  }

  /**
   * Breaks off what is in hand. Before its first byte a call is given back; after that it is in
   * doubt.
   */
  abort(reason: Error): void {
    this.#abort.abort(reason);
  }

  get #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  get #isAsleep(): boolean {
    return this.#state.sleep !== undefined;
  }

  /** Whether another job can take the place of one that ends. */
  get #hasRoom(): boolean {
    return !this.#isAsleep && !this.#isStopping && this.#runs.size <= this.#worker.concurrency;
  }

  /** Whether a call that is to be sent may have to wait until others have gone well. */
  get #hasToQueue(): boolean {
    return isProving(this.#state) || this.#proof.activeCount >= this.#proof.concurrency;
  }

  async #process(job: Job, token: string): Promise<void> {
    const run = this.#runToItsEnd(job, token);
    this.#taken += 1;
    this.#runs.add(run);
    try {
      await run;
    } finally {
      this.#runs.delete(run);
    }
  }

  async #runToItsEnd(job: Job, token: string): Promise<void> {
    const begun = { begun: this.#state, context: this.context };
    await this.#finish(job, token, { ...begun, ...(await this.#run(job, token)) });
  }

  /** Never rejects: a failed job would be one that nobody runs again. */
  async #run(job: Job, token: string): Promise<Pick<EndedRun, 'end' | 'isUnsent'>> {
    const { handler, clock, events, limit } = this.#parts;
    const callId = job.id ?? '';
    const delivered = {
      callId,
      name: job.name,
      data: job.data as unknown,
      queuedAt: job.timestamp || 0,
      give: () => this.#worker.give(job, token, this.#hasRoom),
    };
    const signals = { stop: this.#stop.signal, abort: this.#abort.signal };
    try {
      if (this.#hasToQueue) {
        const end =
          this.#giveBack() ??
          (await this.#byNewRules((context) => handler.handleUnsent(context, delivered)));
        if (end !== undefined) return { end, isUnsent: true };
      }
      const end = await this.#proof(() =>
        limit(
          async () =>
            this.#giveBack() ??
            (await this.#byNewRules((context) => handler.handle(context, delivered, signals))),
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

  /** Runs a job, and runs it again if the gate knows newer rules than this campaign worker. */
  async #byNewRules<End extends JobEnd | undefined>(
    run: (context: CampaignContext) => Promise<End>,
  ): Promise<End> {
    const { context } = this;
    const end = await run(context);
    if (end?.kind !== 'give_back' || end.isOutdated !== true) return end;
    if (this.context === context) await this.#parts.renew();
    return this.context === context ? end : run(this.context);
  }

  /**
   * For a job fetched before the campaign worker fell asleep or was stopped: it goes back without
   * asking the gate.
   */
  #giveBack(): JobEnd | undefined {
    if (!this.#isAsleep && !this.#isStopping) return undefined;
    const { until = 0, turn } = this.#state.sleep ?? {};
    return { kind: 'give_back', sleepUntil: until, ...(turn !== undefined && { turn }) };
  }

  /** The one place that turns the end of a run into BullMQ's words. */
  async #finish(job: Job, token: string, run: EndedRun): Promise<void> {
    const { end, isUnsent, begun } = run;
    this.#on({ kind: 'ended', end, isUnsent, begun, onWire: this.#proof.activeCount });
    if (end.kind === 'complete') {
      if (end.completed !== undefined) this.#worker.noteCompletion(job, end.completed);
      return;
    }
    // The definition has changed meanwhile, and what the call would wait for may not apply any
    // more: it asks again.
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
    if (isRedisReply(error))
      this.#on({ kind: 'refused', until: this.#parts.clock.now() + REFUSED_SLEEP_MS });
  }

  #on(event: CampaignWorkerEvent): void {
    if (this.#isStopping) return;
    const { clock, onDemand } = this.#parts;
    const before = this.#state;
    const next = after(before, event, { now: clock.now(), monotonic: clock.monotonic() });
    this.#state = next;
    this.#worker.concurrency = jobsAtOnce(next);
    if (next.mostCalls !== before.mostCalls) this.#proof.concurrency = next.mostCalls;
    if (next.sleep !== before.sleep) this.#sleepAsStated(before);
    if (changesShares(before, next)) onDemand();
  }

  #sleepAsStated(before: CampaignWorkerState): void {
    const { sleep } = this.#state;
    clearTimeout(this.#alarm);
    if (sleep === undefined) {
      void this.#worker.resume();
      return;
    }
    const ms = Math.min(this.#parts.clock.msUntil(sleep.until), LONGEST_SLEEP_MS);
    this.#alarm = setTimeout(() => this.wake(), ms);
    if (before.sleep === undefined) void this.#worker.pause(true);
  }

  #setDemand(hasDemand: boolean): void {
    if (this.#hasDemand === hasDemand) return;
    this.#hasDemand = hasDemand;
    this.#parts.onDemand();
  }

  /** BullMQ looks at a raised limit when a job ends; a pause and resume make it look now. */
  async #lookAgain(): Promise<void> {
    await this.#worker.pause(true);
    // If it has fallen asleep meanwhile, its alarm resumes it.
    if (!this.#isAsleep && !this.#isStopping) await this.#worker.resume();
  }
}
