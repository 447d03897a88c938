import type { Hold } from '@libby-dialer/dial-queue';
import { systemClock } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';
import { listHolds } from '../holds/holds.ts';
import { type InboxReport, inboxStatus } from '../inbox/inbox.ts';
import type { CampaignView } from './campaign-view.ts';
import type { StatusWatch } from './status-watch.ts';

/** The numbers of so many campaigns make an overview. */
const MOST_CAMPAIGNS = 200;
/** What ended in the night is shown to whoever comes in the morning. */
const ENDED_SHOWN_MS = 24 * 3_600_000;
/** The latest of them, so that a look costs no more where many end in a day. */
const MOST_ENDED = 20;
/** Doubts are counted over all campaigns, and change seldom. */
const DOUBTS_EVERY_MS = 10_000;

/** Everything at one instant. */
export interface Overview {
  /** Epoch ms of Redis's clock. */
  readonly now: number;
  /** Those with work, and those that ended within a day, the latest first. */
  readonly campaigns: readonly CampaignView[];
  readonly campaignsInAll: number;
  /** There are more of those than are given. */
  readonly isCut: boolean;
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
  /** Of those without work: when their last call was settled. It is read once. */
  readonly #endedAt = new Map<string, number>();
  #doubts: { readonly at: number; readonly count: number } | undefined;

  constructor(context: Context, watch: StatusWatch) {
    this.#context = context;
    this.#watch = watch;
  }

  async look(): Promise<Overview> {
    const { queue } = this.#context;
    const [open, ids] = await Promise.all([queue.campaigns.openIds(), queue.campaigns.ids()]);
    const toShow = [...open, ...(await this.#ended(ids, open))];
    const [campaigns, { holds, now }, inbox, inDoubt, workers] = await Promise.all([
      this.#watch.some(toShow.slice(0, MOST_CAMPAIGNS)),
      listHolds(this.#context),
      inboxStatus(this.#context),
      this.#countDoubts(ids),
      queue.idleReasons.workers(),
    ]);
    const refusal = campaigns[0]?.refusal;
    const campaignsInAll = ids.length;
    const isCut = toShow.length > MOST_CAMPAIGNS;
    return { now, campaigns, campaignsInAll, isCut, holds, inDoubt, inbox, workers, refusal };
  }

  async #ended(ids: readonly string[], open: readonly string[]): Promise<string[]> {
    const isOpen = new Set(open);
    const over = new Set(ids.filter((id) => !isOpen.has(id)));
    for (const id of this.#endedAt.keys()) if (!over.has(id)) this.#endedAt.delete(id);
    const unread = [...over].filter((id) => !this.#endedAt.has(id));
    const { queue } = this.#context;
    for (const [id, at] of await queue.campaigns.lastSettledAt(unread)) this.#endedAt.set(id, at);
    const since = (await this.#context.now()) - ENDED_SHOWN_MS;
    return [...this.#endedAt]
      .filter(([, at]) => at > since)
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, MOST_ENDED)
      .map(([id]) => id);
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
