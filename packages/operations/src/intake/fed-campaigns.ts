import {
  type CallLoader,
  CampaignUnsupportedError,
  type DialQueue,
} from '@libby-dialer/dial-queue';
import { RecordIntake } from './record-intake.ts';

/** No campaign's id is longer: anything else need not be asked for. */
const LONGEST_ID = 63;
/** A process may see a campaign for each night of years. */
const MOST_LOADERS = 100;

/**
 * Its check; an error where this version does not know all of its rules: somebody might be called
 * who must not be.
 */
export type FedCampaign = RecordIntake | CampaignUnsupportedError;

/**
 * The campaigns that pushed records name: their checks, made anew when a definition changes, and
 * the way into their queues.
 */
export class FedCampaigns implements AsyncDisposable {
  readonly #queue: DialQueue;
  /** Replaced as a whole, never emptied: whoever has asked goes on with what was read for them. */
  #checks = new Map<string, FedCampaign>();
  /** In the order of use, the latest last. */
  readonly #loaders = new Map<string, CallLoader>();
  #version = -1;

  constructor(queue: DialQueue) {
    this.#queue = queue;
  }

  /** The checks of those campaigns that there are, as they are now. */
  async checks(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, FedCampaign>> {
    const version = await this.#queue.campaigns.version();
    if (version !== this.#version) this.#checks = new Map();
    this.#version = version;
    const checks = this.#checks;
    const isUnread = (id: string) => !checks.has(id) && id !== '' && id.length <= LONGEST_ID;
    await Promise.all([...ids].filter(isUnread).map((id) => this.#read(id, checks)));
    return checks;
  }

  loader(id: string): CallLoader {
    const loader = this.#loaders.get(id) ?? this.#queue.loader(id);
    this.#loaders.delete(id);
    this.#loaders.set(id, loader);
    return loader;
  }

  /**
   * Closes the loaders that were not used for longest, where there are many. Only while none is in
   * use.
   */
  async trim(): Promise<void> {
    for (const [id, loader] of this.#loaders) {
      if (this.#loaders.size <= MOST_LOADERS) return;
      this.#loaders.delete(id);
      await loader[Symbol.asyncDispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#loaders.values()].map((loader) => loader[Symbol.asyncDispose]()));
    this.#loaders.clear();
  }

  async #read(id: string, checks: Map<string, FedCampaign>): Promise<void> {
    const campaign = await this.#queue.campaigns.peek(id);
    if (campaign === undefined) return;
    if (campaign.unknownRules !== undefined) {
      checks.set(id, new CampaignUnsupportedError(id, campaign.unknownRules));
      return;
    }
    // What a first load has fixed counts, also where a definition was put at the same moment.
    const dedupeBy = await this.loader(id).fixDedupeBy(campaign.dedupeBy);
    checks.set(id, new RecordIntake({ ...campaign, dedupeBy }));
  }
}
