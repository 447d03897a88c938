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
/** Of all campaigns, of which there may be thousands, it is read only now and then what changes. */
const REGISTRY_LASTS_MS = 10_000;

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

/** All campaigns, those that are over as well. */
interface Registry {
  readonly readAt: number;
  /** Those that were seen since are added. */
  readonly ids: Set<string>;
  readonly inDoubt: number;
}

/** Looks at everything again and again, at a cost that hardly grows with what is over. */
export class OverviewWatch {
  readonly #context: Context;
  readonly #watch: StatusWatch;
  #registry: Registry | undefined;
  /** Of those without work: when their last call was settled. It is read once. */
  readonly #endedAt = new Map<string, number>();

  constructor(context: Context, watch: StatusWatch) {
    this.#context = context;
    this.#watch = watch;
  }

  async look(): Promise<Overview> {
    const { queue } = this.#context;
    const [open, { holds, now: since }, { ids, inDoubt }] = await Promise.all([
      queue.campaigns.openIds(),
      listHolds(this.#context),
      this.#readRegistry(),
    ]);
    const toShow = [...open, ...(await this.#ended(ids, open, since - ENDED_SHOWN_MS))];
    const [{ views: campaigns, now, workers, refusal }, inbox, campaignsInAll] = await Promise.all([
      this.#watch.some(toShow.slice(0, MOST_CAMPAIGNS)),
      inboxStatus(this.#context),
      queue.campaigns.count(),
    ]);
    const isCut = toShow.length > MOST_CAMPAIGNS;
    return { now, campaigns, campaignsInAll, isCut, holds, inDoubt, inbox, workers, refusal };
  }

  /** The latest of those that ended after that. @param since epoch ms */
  async #ended(ids: Set<string>, open: readonly string[], since: number): Promise<string[]> {
    for (const id of open) {
      ids.add(id);
      this.#endedAt.delete(id);
    }
    const isOpen = new Set(open);
    const unread = [...ids].filter((id) => !isOpen.has(id) && !this.#endedAt.has(id));
    const { queue } = this.#context;
    for (const [id, at] of await queue.campaigns.lastSettledAt(unread)) this.#endedAt.set(id, at);
    return [...this.#endedAt]
      .filter(([, at]) => at > since)
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, MOST_ENDED)
      .map(([id]) => id);
  }

  async #readRegistry(): Promise<Registry> {
    const readAt = systemClock.monotonic();
    if (this.#registry !== undefined && readAt < this.#registry.readAt + REGISTRY_LASTS_MS)
      return this.#registry;
    const { campaigns, status } = this.#context.queue;
    const ids = await campaigns.ids();
    const counts = await status.countUnknown(ids);
    const inDoubt = [...counts.values()].reduce((sum, each) => sum + each, 0);
    this.#registry = { readAt, ids: new Set(ids), inDoubt };
    for (const id of this.#endedAt.keys())
      if (!this.#registry.ids.has(id)) this.#endedAt.delete(id);
    return this.#registry;
  }
}
