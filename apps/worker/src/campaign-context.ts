import type { CampaignStore } from '@libby-dialer/dial-queue';
import { CallingHours, type Campaign, type QueuedCall } from '@libby-dialer/dialing';

const NO_HEADINGS: readonly string[] = [];

/** One campaign's definition with what is derived from it, good until the definition changes. */
export class CampaignContext {
  readonly campaign: Campaign;
  readonly hours: CallingHours;
  readonly #store: CampaignStore;
  readonly #headings = new Map<string, readonly string[]>();

  constructor(campaign: Campaign, store: CampaignStore) {
    this.campaign = campaign;
    this.hours = new CallingHours(campaign.callingWindow);
    this.#store = store;
  }

  /** The form headings of the list that a call came with. */
  async headingsOf(call: QueuedCall): Promise<readonly string[]> {
    if (call.headings === undefined) return NO_HEADINGS;
    const known = this.#headings.get(call.headings);
    if (known !== undefined) return known;
    const headings = await this.#store.headings(this.campaign.id, call.headings);
    if (headings === undefined) throw new Error('the headings of a list are not stored');
    this.#headings.set(call.headings, headings);
    return headings;
  }
}
