/**
 * Longer than whatever BullMQ waits for by itself: its block of 5 s, its watchdog, a connection
 * that comes back.
 */
const STUCK_AFTER_MS = 20_000;
/** A look that comes late, because Redis was away, says no more than one in time. */
const LOOK_COUNTS_AT_MOST_MS = 2_000;

export interface CampaignWorkerView {
  /** Jobs that it has taken so far. */
  readonly taken: number;
  /** It could take one: it is awake, is not being closed and has none in hand. */
  readonly isFree: boolean;
  /** There is one to be taken. */
  readonly isDue: boolean;
}

/**
 * Recognises a campaign worker that takes no job, look after look, though there is one and nothing
 * known keeps it from that.
 */
export class StuckWatch {
  #taken = 0;
  #idleMs = 0;

  /** @returns whether it is stuck. @param sinceLookMs since the look before */
  look({ taken, isFree, isDue }: CampaignWorkerView, sinceLookMs: number): boolean {
    const isIdle = isFree && isDue && taken === this.#taken;
    this.#taken = taken;
    this.#idleMs = isIdle ? this.#idleMs + Math.min(sinceLookMs, LOOK_COUNTS_AT_MOST_MS) : 0;
    return this.#idleMs >= STUCK_AFTER_MS;
  }
}
