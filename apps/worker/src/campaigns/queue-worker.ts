import type { CompletedJob, JobInHand } from '@libby-dialer/dial-queue';
import { type Job, type Processor, raw2NextJobData, Worker, type WorkerOptions } from 'bullmq';

/**
 * How BullMQ's wait for a job ends when it is broken off: with a mark that the next job is due in
 * some far future.
 */
const NO_JOB = { member: '0', score: Number.MAX_SAFE_INTEGER };

/**
 * A BullMQ worker whose jobs others may complete, that can be closed whatever state its connections
 * are in, and that survives job data which are not JSON.
 */
export class QueueWorker extends Worker {
  #isEnding = false;
  /**
   * BullMQ may begin another wait while one lasts: its watchdog reconnects under a blocked command.
   */
  readonly #breakOffs = new Set<() => void>();
  /** By others, and what BullMQ's script answered to them. */
  readonly #completed = new WeakMap<object, CompletedJob>();

  constructor(queue: string, processor: Processor, options: WorkerOptions) {
    super(queue, processor, options);
    this.#makeWaitsEnd();
    this.#makeCompletionsKnown();
  }

  /**
   * Hands a job to somebody who may complete it. From then on its lock is not renewed, because the
   * job may be gone before this worker knows.
   */
  give(job: Job, token: string, takesNext: boolean): JobInHand {
    this.lockManager.untrackJob(job.id ?? '');
    return { token, lockMs: this.opts.lockDuration ?? 0, at: Date.now(), takesNext };
  }

  /** Whoever it was given to has completed it, and taken the next one with it, if there was one. */
  noteCompletion(job: Job, completed: CompletedJob): void {
    this.#completed.set(job, completed);
  }

  /**
   * Takes no more jobs, waits for those in hand, and closes.
   *
   * BullMQ's own close first disconnects the blocking connection and waits until that says `end`.
   * Between two attempts to connect, ioredis never says so, and only BullMQ's watchdog settles a
   * blocked command that ioredis keeps to send it again. In a cluster whose master has changed,
   * BullMQ takes the disconnect for a failure and reconnects what it is closing, so that the close
   * never ends. Here the wait is ended first, and then there is nothing left to wait for.
   */
  async finish(): Promise<void> {
    await this.pause(true);
    this.#isEnding = true;
    for (const breakOff of this.#breakOffs) breakOff();
    await this.mainLoopRunning;
    await this.close(true);
  }

  /**
   * BullMQ parses a job's data before it hands the job over. If they are not JSON, it fetches the
   * job again and again, each time with an error that quotes them: a name, a number. Here such a
   * job is handed over like any other, with its data as text.
   */
  protected override createJob(...[json, jobId]: Parameters<Worker['createJob']>): Job {
    try {
      return super.createJob(json, jobId);
    } catch {
      return super.createJob({ ...json, data: JSON.stringify(json.data) }, jobId);
    }
  }

  /**
   * Apart from jobs in hand, BullMQ's loop only waits for a job and for the connection that this
   * needs. The wait is broken off as a whole: otherwise BullMQ's watchdog disconnects after it, and
   * waits for an `end` that a cluster may never say.
   */
  #makeWaitsEnd(): void {
    const backend = this.getBackend();
    const wait = backend.waitForJob.bind(backend);
    backend.waitForJob = (timeoutS) => this.#unlessEnding(() => wait(timeoutS), NO_JOB);
    const reconnect = backend.reconnectBlocking.bind(backend);
    backend.reconnectBlocking = () => this.#unlessEnding(reconnect, undefined);
  }

  /** BullMQ completes a job when its processor has ended, by a command for each. */
  #makeCompletionsKnown(): void {
    const backend = this.getBackend();
    const complete = backend.moveToCompleted.bind(backend);
    backend.moveToCompleted = (job, ...given) => {
      const completed = this.#completed.get(job);
      if (completed === undefined) return complete(job, ...given);
      const result = completed === 0 ? [] : raw2NextJobData(completed);
      return Promise.resolve({ result, finishedOn: Date.now() });
    };
  }

  #unlessEnding<T>(work: () => Promise<T>, instead: T): Promise<T> {
    if (this.#isEnding) return Promise.resolve(instead);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const breakOff = () => resolve(instead);
    this.#breakOffs.add(breakOff);
    work().then(resolve, reject);
    return promise.finally(() => this.#breakOffs.delete(breakOff));
  }
}
