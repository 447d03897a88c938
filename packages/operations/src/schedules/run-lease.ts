import type { Lease, RunChange, ScheduleRun, ScheduleStore } from '@libby-dialer/dial-queue';

/** The run went to another while this one was thought dead. */
export class LeaseLostError extends Error {
  readonly code = 'lease_lost';
}

/**
 * This process's right to work on one run: renewed until it is given back, and lost if it was taken
 * over.
 */
export class RunLease implements Disposable {
  readonly run: ScheduleRun;
  readonly #store: ScheduleStore;
  readonly #schedule: string;
  readonly #lease: Lease;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(store: ScheduleStore, schedule: string, run: ScheduleRun, lease: Lease) {
    this.run = run;
    this.#store = store;
    this.#schedule = schedule;
    this.#lease = lease;
    this.#timer = setInterval(() => void this.#renew(), lease.leaseMs / 3).unref();
  }

  /** Aborts once the run is another's. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Changes the run, for all to see. Throws `LeaseLostError`. */
  async change(change: RunChange): Promise<void> {
    this.#insist(await this.#store.keep(this.#schedule, this.run.local, this.#lease, change));
  }

  /** Changes the run and lets others have it, if it is not finished. Throws `LeaseLostError`. */
  async giveBack(change: RunChange = {}): Promise<void> {
    clearInterval(this.#timer);
    this.#insist(await this.#store.giveBack(this.#schedule, this.run.local, this.#lease, change));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    try {
      await this.change({});
    } catch {
      // Lost, which the signal tells; or Redis is away, and then it is tried again.
    }
  }

  #insist(isOurs: boolean): void {
    if (isOurs) return;
    this.#lost.abort(
      new LeaseLostError(`run ${this.run.local} of ${this.#schedule} was taken over`),
    );
    this.#lost.signal.throwIfAborted();
  }
}
