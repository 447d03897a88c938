import {
  callOf,
  type Identity,
  type QueuedJob,
  type Refusal,
  type SetAsideJobs,
} from '@libby-dialer/dial-queue';
import type { QueuedCall } from '@libby-dialer/dialing';
import type { RedisClock } from '../redis/redis-clock.ts';
import type { WorkerEvents } from '../worker-events.ts';
import type { JobEnd } from './job-end.ts';

export interface JobCheckParts {
  readonly identity: Identity;
  readonly setAside: SetAsideJobs;
  readonly clock: RedisClock;
  readonly events: WorkerEvents;
  readonly workerId: string;
}

/** Tells jobs of ours from others, and takes the others out of the queue. */
export class JobCheck {
  readonly #parts: JobCheckParts;

  constructor(parts: JobCheckParts) {
    this.#parts = parts;
  }

  callOf(campaign: string, job: QueuedJob): QueuedCall | Refusal {
    return callOf(this.#parts.identity, campaign, job);
  }

  async refuse(campaign: string, job: QueuedJob, refusal: Refusal): Promise<JobEnd> {
    const { setAside, clock, events, workerId } = this.#parts;
    const answer = await setAside.add(campaign, { ...job, refusal }, workerId, clock.now());
    if (answer.kind === 'set_aside') events.jobSetAside(campaign, job.callId, refusal);
    // By then the ledger knows what became of the call.
    if (answer.kind === 'busy') return { kind: 'delay', until: answer.until + 1 };
    return { kind: 'complete', accepted: false };
  }

  /** What was set aside ends with its campaign, or at its own expiry. */
  async endOver(campaign: string): Promise<void> {
    const { setAside, clock, workerId } = this.#parts;
    await setAside.endOver(campaign, workerId, clock.now());
  }
}
