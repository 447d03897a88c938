import type { DialQueue, QueuedJob, RegistryView } from '@libby-dialer/dial-queue';
import type { CallHandler } from '../calls/call-handler.ts';
import type { JobCheck } from '../calls/job-check.ts';
import type { ClaimWitness } from '../redis/claim-witness.ts';
import type { ClockSkewWatch } from '../redis/clock-skew-watch.ts';
import type { WorkerEvents } from '../worker-events.ts';
import type { CampaignWorker } from './campaign-worker.ts';

export interface CampaignUpkeepParts {
  readonly queue: DialQueue;
  readonly handler: CallHandler;
  readonly jobs: JobCheck;
  readonly witness: ClaimWitness;
  readonly skewWatch: ClockSkewWatch;
  readonly events: WorkerEvents;
  readonly workerId: string;
}

/**
 * Looks after calls whose jobs would not come up by themselves: those that wait for something a
 * change has altered, those whose time is over, and those that end with their campaign. Several
 * workers may do the same at once: every step is safe to repeat.
 */
export class CampaignUpkeep {
  readonly #parts: CampaignUpkeepParts;
  readonly #workers: ReadonlyMap<string, CampaignWorker>;
  /** Campaigns that were changed, whose parked calls have not looked again yet. */
  readonly #changed = new Set<string>();
  /** Campaigns that may have been changed while nobody had a campaign worker for them. */
  readonly #opened = new Set<string>();
  /** How often Redis's clock had been set back when that was last looked after, by campaign. */
  readonly #broughtBack = new Map<string, number>();
  #toTidy: RegistryView | undefined;
  #tidying: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  readonly #stop = new AbortController();

  /** @param workers those that there are at any time, by campaign */
  constructor(parts: CampaignUpkeepParts, workers: ReadonlyMap<string, CampaignWorker>) {
    this.#parts = parts;
    this.#workers = workers;
  }

  opened(campaign: string): void {
    this.#opened.add(campaign);
  }

  changed(campaign: string): void {
    this.#changed.add(campaign);
  }

  /**
   * Looks after what is there now, in the background. What is left then is done by the next look.
   */
  look(view: RegistryView): void {
    this.#tidySoon(view);
    this.#endSoon(view);
  }

  /** Resolves once nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#tidying, this.#ending]);
  }

  get #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** In the background, because it may take long: new campaigns wait for the looks. */
  #tidySoon(view: RegistryView): void {
    this.#toTidy = view;
    this.#tidying ??= this.#tidy().finally(() => {
      this.#tidying = undefined;
    });
  }

  async #tidy(): Promise<void> {
    for (let view = this.#toTidy; view !== undefined && !this.#isStopping; view = this.#toTidy) {
      this.#toTidy = undefined;
      await this.#tidyUp(view).catch((error: unknown) =>
        this.#parts.events.unexpected('while tidying up', error),
      );
    }
  }

  async #tidyUp(view: RegistryView): Promise<void> {
    const { queue, skewWatch } = this.#parts;
    for (const id of this.#opened) {
      if (await queue.parkedCalls.areOutdated(id)) this.#changed.add(id);
      this.#opened.delete(id);
    }
    for (const id of this.#changed) {
      await queue.parkedCalls.unpark(id);
      this.#changed.delete(id);
      this.#workers.get(id)?.wake();
    }
    await this.#bringBack();
    for (const id of view.reopened) await queue.reopener.restore(id);
    // While the clocks disagree by hours, nothing is expired.
    if (skewWatch.trouble === undefined) await this.#endOver(view);
  }

  /** Brings back calls that would wait too long because Redis's clock was set back. */
  async #bringBack(): Promise<void> {
    const { queue, witness } = this.#parts;
    const { timesSetBack } = witness;
    for (const id of this.#broughtBack.keys())
      if (!this.#workers.has(id)) this.#broughtBack.delete(id);
    for (const [id, worker] of this.#workers) {
      if (this.#broughtBack.get(id) === timesSetBack) continue;
      if (await queue.parkedCalls.bringBack(id, timesSetBack)) worker.wake();
      this.#broughtBack.set(id, timesSetBack);
    }
  }

  async #endOver(view: RegistryView): Promise<void> {
    const { queue, jobs } = this.#parts;
    for (const id of view.setAside) await jobs.endOver(id);
    for (const worker of this.#workers.values()) {
      if (this.#isStopping) return;
      const settle = (call: QueuedJob) => this.#settleIfOver(worker, call);
      await queue.parkedCalls.sweep(worker.campaign, view.now, settle);
      await queue.parkedCalls.sweepLost(worker.campaign, view.now, settle);
    }
  }

  /**
   * In the background, because a large campaign takes long. The next look goes on with what is
   * left.
   */
  #endSoon(view: RegistryView): void {
    this.#ending ??= this.#endCampaigns(view)
      .catch((error: unknown) => this.#parts.events.unexpected('while ending a campaign', error))
      .finally(() => {
        this.#ending = undefined;
      });
  }

  async #endCampaigns({ now, over }: RegistryView): Promise<void> {
    const { queue, handler, skewWatch, workerId } = this.#parts;
    for (const id of over) {
      const worker = this.#workers.get(id);
      if (worker === undefined || this.#isStopping || skewWatch.trouble !== undefined) continue;
      await queue.parkedCalls.endAll(id, {
        now,
        worker: workerId,
        cancelUntried: (calls) => handler.cancelUntried(worker.context, calls),
        settle: (call) => this.#settleIfOver(worker, call),
        signal: this.#stop.signal,
      });
      worker.wake();
    }
  }

  /** One call that cannot be read must not keep the others waiting. */
  async #settleIfOver(worker: CampaignWorker, call: QueuedJob): Promise<boolean> {
    const { handler, events } = this.#parts;
    try {
      return await handler.settleIfOver(worker.context, call);
    } catch (error) {
      events.unexpected('in a parked call', error, {
        campaign: worker.campaign,
        callId: call.callId,
      });
      return false;
    }
  }
}
