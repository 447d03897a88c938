import {
  CallGroups,
  type Campaign,
  type Forecast,
  forecast,
  type RateLimit,
  rateLimitOf,
} from '@libby-dialer/dialing';
import { type Backlog, backlogOf } from '../status/backlog.ts';
import type { RowForesight, RowVerdict } from './row-foresight.ts';

/** The earliest instant of a call, and the zones by which it was found. */
export interface Opening {
  readonly at: number;
  readonly zones: readonly string[];
}

/** How long the calls would take. */
export interface Estimate extends Forecast {
  /**
   * Undefined: nothing but the workers limits them, and the times are those of the last hours to
   * open.
   */
  readonly limit: RateLimit | undefined;
}

/** Sums up what is foreseen of a list, in an amount of memory that does not grow with it. */
export class DryRunTotals {
  readonly verdicts: Record<RowVerdict, number> = { now: 0, at: 0, never: 0 };
  /** Why never: a fate, or the code of a reject. */
  readonly reasons = new Map<string, number>();
  /** Calls to be placed, by the zones they wait for. */
  readonly zones = new Map<string, number>();
  /** Calls to be placed, by the regions whose rules they keep; a call may keep several. */
  readonly rules = new Map<string, number>();
  /** Calls to be placed, by the regions of theirs whose law on hours was not looked up. */
  readonly unchecked = new Map<string, number>();
  /** Of the calls that are to wait. */
  first: Opening | undefined;
  last: Opening | undefined;
  readonly #campaign: Campaign;
  readonly #now: number;
  readonly #groups = new CallGroups();

  constructor(campaign: Campaign, now: number) {
    this.#campaign = campaign;
    this.#now = now;
  }

  add({ verdict, fate, code, at, time }: RowForesight): void {
    this.verdicts[verdict] += 1;
    if (verdict === 'never') count(this.reasons, code ?? fate);
    if (verdict === 'never' || time === undefined) return;
    count(this.zones, zonesText(time.zones));
    for (const rule of time.rules) count(this.rules, rule);
    for (const region of time.unchecked) count(this.unchecked, region);
    this.#groups.add(time);
    if (verdict === 'at' && at !== undefined) this.#noteOpening({ at, zones: time.zones });
  }

  /** How many of those that would be queued could never be called in time. */
  get wouldExpire(): number {
    return (this.reasons.get('would_expire') ?? 0) + (this.reasons.get('never_opens') ?? 0);
  }

  /**
   * By zone and hour, how many may be called, and are foreseen to be; where nothing limits them,
   * each the moment its hours open.
   */
  backlog(): Backlog {
    return backlogOf({
      campaign: this.#campaign,
      groups: this.#groups.list(),
      callsPerSecond: rateLimitOf(this.#campaign)?.callsPerSecond ?? Number.POSITIVE_INFINITY,
      now: this.#now,
    });
  }

  /** Undefined when there is nothing to place. */
  estimate(): Estimate | undefined {
    const groups = this.#groups.list();
    if (groups.length === 0) return undefined;
    const limit = rateLimitOf(this.#campaign);
    const callsPerSecond = limit?.callsPerSecond ?? Number.POSITIVE_INFINITY;
    return { limit, ...forecast({ groups, callsPerSecond, now: this.#now }) };
  }

  #noteOpening(opening: Opening): void {
    if (this.first === undefined || opening.at < this.first.at) this.first = opening;
    if (this.last === undefined || opening.at > this.last.at) this.last = opening;
  }
}

export function zonesText(zones: readonly string[]): string {
  return zones.join(' & ');
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
