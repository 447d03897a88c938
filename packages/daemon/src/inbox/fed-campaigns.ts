import type { CallLoader, DialQueue } from '@libby-dialer/dial-queue';
import { EntryCheck, type EntryProblem } from './entry-check.ts';

/** No campaign's id is longer: anything else need not be asked for. */
const LONGEST_ID = 63;
/** A daemon may see a campaign for each night of years. */
const MOST_LOADERS = 100;

/**
 * The campaigns that entries name: their checks, made anew when a definition changes, and the way
 * into their queues.
 */
export class FedCampaigns implements AsyncDisposable {
  readonly #queue: DialQueue;
  readonly #checks = new Map<string, Pick<EntryCheck, 'check'>>();
  /** The one used last stands last. */
  readonly #loaders = new Map<string, CallLoader>();
  #version = -1;

  constructor(queue: DialQueue) {
    this.#queue = queue;
  }

  /** The checks of those campaigns that there are, as they are now. */
  async checks(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, Pick<EntryCheck, 'check'>>> {
    const version = await this.#queue.campaigns.version();
    if (version !== this.#version) this.#checks.clear();
    this.#version = version;
    const isUnread = (id: string) => !this.#checks.has(id) && id !== '' && id.length <= LONGEST_ID;
    await Promise.all([...ids].filter(isUnread).map((id) => this.#read(id)));
    return this.#checks;
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

  async #read(id: string): Promise<void> {
    const campaign = await this.#queue.campaigns.peek(id);
    if (campaign === undefined) return;
    if (campaign.unknownRules !== undefined) {
      const problem = unsupported(campaign.unknownRules);
      this.#checks.set(id, { check: () => problem });
      return;
    }
    // What a first load has fixed counts, also where a definition was put at the same moment.
    const dedupeBy = await this.loader(id).fixDedupeBy(campaign.dedupeBy);
    this.#checks.set(
      id,
      new EntryCheck({ ...campaign, dedupeBy: dedupeBy as typeof campaign.dedupeBy }),
    );
  }
}

/** Checked without a rule of its campaign, an entry might be called that must not be. */
function unsupported(unknownRules: readonly string[]): EntryProblem {
  const rules = unknownRules.join(', ');
  const reason = `The daemon does not know ${rules} of the campaign; upgrade it, then push this again.`;
  return { code: 'campaign_unsupported', reason };
}
