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

/** What is known of all campaigns, those that are over as well. */
interface Registry {
  readonly readAt: number;
  readonly inDoubt: number;
}

/** Looks at everything again and again, at a cost that does not grow with what is over. */
export class OverviewWatch {
  readonly #context: Context;
  readonly #watch: StatusWatch;
  #registry: Registry | undefined;
  #open: ReadonlySet<string> = new Set();
  /** Of those without work: when their last call was settled. It is read once. */
  readonly #endedAt = new Map<string, number>();

  constructor(context: Context, watch: StatusWatch) {
    this.#context = context;
    this.#watch = watch;
  }

  async look(): Promise<Overview> {
    const { queue } = this.#context;
    const [open, { holds, now: since }] = await Promise.all([
      queue.campaigns.openIds(),
      listHolds(this.#context),
    ]);
    await this.#noteEnded(open);
    const { inDoubt } = await this.#readRegistry();
    const toShow = [...open, ...this.#latestEnded(since - ENDED_SHOWN_MS)];
    const [{ views: campaigns, now, workers, refusal }, inbox, campaignsInAll] = await Promise.all([
      this.#watch.some(toShow.slice(0, MOST_CAMPAIGNS)),
      inboxStatus(this.#context),
      queue.campaigns.count(),
    ]);
    const isCut = toShow.length > MOST_CAMPAIGNS;
    return { now, campaigns, campaignsInAll, isCut, holds, inDoubt, inbox, workers, refusal };
  }

  /** Those that were open at the last look, and are no more. */
  async #noteEnded(open: readonly string[]): Promise<void> {
    const before = this.#open;
    this.#open = new Set(open);
    for (const id of open) this.#endedAt.delete(id);
    await this.#readEnds([...before].filter((id) => !this.#open.has(id)));
  }

  async #readEnds(ids: readonly string[]): Promise<void> {
    const { campaigns } = this.#context.queue;
    for (const [id, at] of await campaigns.lastSettledAt(ids)) this.#endedAt.set(id, at);
  }

  /** @param since epoch ms */
  #latestEnded(since: number): string[] {
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
    const all = new Set(ids);
    for (const id of this.#endedAt.keys()) if (!all.has(id)) this.#endedAt.delete(id);
    await this.#readEnds(ids.filter((id) => !this.#open.has(id) && !this.#endedAt.has(id)));
    this.#registry = { readAt, inDoubt };
    return this.#registry;
  }
}
