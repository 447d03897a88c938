import type { CampaignStore, Limits, ListHead } from '@libby-dialer/dial-queue';
import {
  type Campaign,
  conversationMs,
  type FormHeading,
  type QueuedCall,
  RecipientHours,
} from '@libby-dialer/dialing';

/**
 * If this many calls lack something and none is complete, the campaign may be at fault.
 */
const INCOMPLETE_CALLS = 10;

const NO_HEAD: ListHead = { headings: [] };

/** One campaign's definition with what is derived from it, good until the definition changes. */
export class CampaignContext {
  readonly campaign: Campaign;
  readonly hours: RecipientHours;
  readonly limits: Limits;
  /** Which change of the definition this is. */
  readonly edition: string;
  readonly #store: CampaignStore;
  #incompleteCalls = 0;
  #hasSeenComplete = false;
  readonly #heads = new Map<string, ListHead>();

  constructor(campaign: Campaign, edition: string, store: CampaignStore) {
    this.campaign = campaign;
    this.hours = new RecipientHours(campaign);
    this.limits = limitsOf(campaign);
    this.edition = edition;
    this.#store = store;
  }

  /** Until when the campaign's own window is closed for everybody; undefined if it is not. */
  opensForAllAt(now: number): number | undefined {
    const span = this.hours.campaignSpan(now);
    return span !== undefined && now < span.opensAt ? span.opensAt : undefined;
  }

  /** A call had everything that the campaign asks for. */
  sawComplete(): void {
    this.#hasSeenComplete = true;
  }

  /**
   * A call lacked something. That is noted, for people to see. It says nothing of other calls; but
   * if no call is complete, it is the campaign that lacks something.
   * @returns whether that is so
   */
  async sawIncomplete(): Promise<boolean> {
    this.#incompleteCalls += 1;
    await this.#store.noteIncomplete(this.campaign.id, this.edition);
    if (this.#hasSeenComplete || this.#incompleteCalls < INCOMPLETE_CALLS) return false;
    return !(await this.#store.isInMotion(this.campaign.id));
  }

  /** What a call has in common with the list that it came with; undefined if that is not stored. */
  async headOf(call: QueuedCall): Promise<ListHead | undefined> {
    if (call.headings === undefined) return NO_HEAD;
    const known = this.#heads.get(call.headings);
    if (known !== undefined) return known;
    const head = await this.#store.listHead(this.campaign.id, call.headings);
    if (head !== undefined) this.#heads.set(call.headings, head);
    return head;
  }

  /** The form headings of that list. */
  async headingsOf(call: QueuedCall): Promise<readonly FormHeading[]> {
    const head = await this.headOf(call);
    if (head === undefined) throw new Error('the headings of a list are not stored');
    return head.headings;
  }
}

function limitsOf(campaign: Campaign): Limits {
  const { pacing, lines } = campaign;
  return {
    // Set even if this campaign limits no line: another campaign may share the line and limit it.
    conversationMs: conversationMs(campaign),
    maxPerLine: lines?.maxConcurrentCalls,
    maxInFlight: pacing?.maxInFlight,
    // Whole microseconds, rounded up: never faster than asked for.
    intervalMs:
      pacing?.callsPerSecond === undefined
        ? undefined
        : Math.ceil(1e6 / pacing.callsPerSecond) / 1000,
  };
}
