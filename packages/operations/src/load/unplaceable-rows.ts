import type { RowPlace } from '@libby-dialer/call-list';
import {
  type CallTime,
  CallTimes,
  type Campaign,
  isHopeless,
  type QueuedCall,
} from '@libby-dialer/dialing';

/** Why a call can never be placed. */
export type UnplaceableReason = 'expired' | 'would_expire' | 'never_opens';

/** Rows of one reason. */
export interface Unplaceable {
  readonly reason: UnplaceableReason;
  readonly count: number;
  /** Of the first of them. */
  readonly places: readonly RowPlace[];
}

const PLACES_KEPT = 10;

/** Undefined: it may be placed. */
function reasonOf(time: CallTime, now: number): UnplaceableReason | undefined {
  if (!isHopeless(time, now)) return undefined;
  if (time.expiresAt === undefined) return 'never_opens';
  return time.expiresAt <= now ? 'expired' : 'would_expire';
}

interface Kind {
  count: number;
  readonly places: RowPlace[];
}

/**
 * Finds the rows of a load that can never be placed: they are queued all the same, and end as
 * `expired` if they have an end.
 */
export class UnplaceableRows {
  readonly #campaign: Campaign;
  readonly #times: CallTimes;
  readonly #now: number;
  readonly #kinds = new Map<UnplaceableReason, Kind>();

  /** @param now epoch ms */
  constructor(campaign: Campaign, now: number) {
    this.#campaign = campaign;
    this.#times = new CallTimes(campaign);
    this.#now = now;
  }

  look(call: QueuedCall, { row, line, sheetRow }: RowPlace): void {
    if (this.#isAlwaysOpen(call)) return;
    const reason = reasonOf(this.#times.of(call), this.#now);
    if (reason === undefined) return;
    const kind = this.#kinds.get(reason) ?? { count: 0, places: [] };
    this.#kinds.set(reason, kind);
    kind.count += 1;
    if (kind.places.length < PLACES_KEPT) kind.places.push({ row, line, sheetRow });
  }

  /** Then nothing need be known of its number, which takes time, and tables that take memory. */
  #isAlwaysOpen({ expiresAt = this.#campaign.expiresAt }: QueuedCall): boolean {
    return this.#campaign.callingWindow === 'anytime' && expiresAt === undefined;
  }

  /** One for each reason that there is. */
  found(): Unplaceable[] {
    return [...this.#kinds].map(([reason, kind]) => ({ reason, ...kind }));
  }
}
