import { isoInstant } from '@libby-dialer/dialing';
import type { Snapshot } from '@libby-dialer/http-api';
import { holdJson, type Overview, type OverviewWatch } from '@libby-dialer/operations';
import { type Logger, sleep, systemClock } from '@libby-dialer/runtime';
import { campaignJson } from '../handlers/campaign-json.ts';

const EVERY_MS = 1000;

type Listener = (snapshot: Snapshot) => void;

/** Looks at everything once a second for all who listen, and not at all while nobody does. */
export class Snapshots {
  readonly #watch: OverviewWatch;
  readonly #logger: Logger;
  readonly #stopping: AbortSignal;
  readonly #listeners = new Set<Listener>();
  #newest: { readonly at: number; readonly snapshot: Promise<Snapshot> } | undefined;
  #running: Promise<void> | undefined;

  constructor(watch: OverviewWatch, logger: Logger, stopping: AbortSignal) {
    this.#watch = watch;
    this.#logger = logger;
    this.#stopping = stopping;
  }

  /** The newest one, at most a second old. */
  async newest(): Promise<Snapshot> {
    const known = this.#newest;
    const isFresh = known !== undefined && systemClock.monotonic() - known.at < EVERY_MS;
    return await (isFresh ? known.snapshot : this.#take());
  }

  #take(): Promise<Snapshot> {
    const snapshot = this.#watch.look().then(snapshotOf);
    this.#newest = { at: systemClock.monotonic(), snapshot };
    return snapshot;
  }

  /** Tells of each snapshot, the newest at once, until the signal aborts. */
  listen(listener: Listener, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#listeners.add(listener);
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true });
    // The others have it already, or get it in a moment.
    if (this.#running !== undefined)
      void this.newest().then(listener, (error: unknown) => this.#failed(error));
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#listeners.size > 0 && !this.#stopping.aborted) {
      const snapshot = await this.#take().catch((error: unknown) => this.#failed(error));
      if (snapshot !== undefined) for (const tell of this.#listeners) tell(snapshot);
      await sleep(EVERY_MS, this.#stopping).catch(() => {});
    }
    this.#running = undefined;
  }

  /** Whoever looks on sees that what they have grows old. */
  #failed(error: unknown): undefined {
    this.#logger.warn({ err: error }, 'no snapshot could be taken');
    return undefined;
  }
}

function snapshotOf({ campaigns, holds, inbox, now, ...rest }: Overview): Snapshot {
  return {
    at: isoInstant(now),
    campaigns: campaigns.map(campaignJson),
    isCut: rest.isCut,
    campaignsInAll: rest.campaignsInAll,
    holds: holds.map(holdJson),
    inDoubt: rest.inDoubt,
    inbox: {
      waiting: inbox.waiting,
      pending: inbox.pending,
      oldestAgeMs: inbox.oldestAgeMs ?? null,
    },
    workers: rest.workers ?? null,
    redisRefuses: rest.refusal ?? null,
  };
}
