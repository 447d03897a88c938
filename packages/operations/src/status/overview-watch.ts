import type { Hold } from '@libby-dialer/dial-queue';
import { systemClock } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';
import { listHolds } from '../holds/holds.ts';
import { type InboxReport, inboxStatus } from '../inbox/inbox.ts';
import type { CampaignView } from './campaign-view.ts';
import type { StatusWatch } from './status-watch.ts';

/** The numbers of so many campaigns make an overview. */
const MOST_CAMPAIGNS = 200;
/** One that has ended is shown for so long, so that nobody misses its end. */
const ENDED_SHOWN_MS = 60_000;
/** Doubts are counted over all campaigns, and change seldom. */
const DOUBTS_EVERY_MS = 10_000;

/** Everything at one instant. */
export interface Overview {
  /** Epoch ms of Redis's clock. */
  readonly now: number;
  /** Those with work, and those that had some a moment ago. */
  readonly campaigns: readonly CampaignView[];
  readonly campaignsInAll: number;
  readonly holds: readonly Hold[];
  /** Some seconds old at most. */
  readonly inDoubt: number;
  readonly inbox: InboxReport;
  /** Undefined: Redis does not tell. */
  readonly workers: number | undefined;
  /** Given while Redis refuses to write: a sentence on why, and what to do. */
  readonly refusal: string | undefined;
}

/** Looks at everything again and again, at a cost that does not grow with what is over. */
export class OverviewWatch {
  readonly #context: Context;
  readonly #watch: StatusWatch;
  /** When each was last seen with work, by the monotonic clock. */
  readonly #seen = new Map<string, number>();
  #doubts: { readonly at: number; readonly count: number } | undefined;

  constructor(context: Context, watch: StatusWatch) {
    this.#context = context;
    this.#watch = watch;
  }

  async look(): Promise<Overview> {
    const { queue } = this.#context;
    const [open, ids] = await Promise.all([queue.campaigns.openIds(), queue.campaigns.ids()]);
    const [campaigns, { holds, now }, inbox, inDoubt, workers] = await Promise.all([
      this.#watch.some(this.#toShow(open)),
      listHolds(this.#context),
      inboxStatus(this.#context),
      this.#countDoubts(ids),
      queue.idleReasons.workers(),
    ]);
    const refusal = campaigns[0]?.refusal;
    const campaignsInAll = ids.length;
    return { now, campaigns, campaignsInAll, holds, inDoubt, inbox, workers, refusal };
  }

  #toShow(open: readonly string[]): string[] {
    const now = systemClock.monotonic();
    for (const id of open) this.#seen.set(id, now);
    const ended: string[] = [];
    for (const [id, at] of this.#seen) {
      if (now - at > ENDED_SHOWN_MS) this.#seen.delete(id);
      else if (at !== now) ended.push(id);
    }
    return [...open, ...ended].slice(0, MOST_CAMPAIGNS);
  }

  async #countDoubts(ids: readonly string[]): Promise<number> {
    const now = systemClock.monotonic();
    if (this.#doubts === undefined || now - this.#doubts.at >= DOUBTS_EVERY_MS) {
      const counts = await this.#context.queue.status.countUnknown(ids);
      const count = [...counts.values()].reduce((sum, each) => sum + each, 0);
      this.#doubts = { at: now, count };
    }
    return this.#doubts.count;
  }
}
