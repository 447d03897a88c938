import type { QueuedCall } from '../calls/queued-call.ts';
import type { Campaign } from '../campaigns/campaign.ts';
import type { ZoneSource } from '../zones/call-zones.ts';
import { uncheckedOf } from './checked-regions.ts';
import type { CallGroup } from './forecast.ts';
import type { OpenSpan } from './open-span.ts';
import { RecipientHours } from './recipient-hours.ts';
import type { FrequencyCap } from './regional-rules.ts';

/** When one call may go out, and by what. */
export interface CallTime {
  readonly zones: readonly string[];
  readonly source: ZoneSource;
  /** The regions whose rules it must keep beside the campaign's window. */
  readonly rules: readonly string[];
  /**
   * Its regions without a checked rule; `no region` if it has none. None where no rule is asked
   * for.
   */
  readonly unchecked: readonly string[];
  /** Its campaign's cap and the regions', without those that others imply. */
  readonly caps: readonly FrequencyCap[];
  /** Epoch ms of its own or its campaign's. */
  readonly startsAt: number | undefined;
  readonly expiresAt: number | undefined;
  /** Of its hours alone, as `RecipientHours` has them. */
  readonly openSpan: (atMs: number) => OpenSpan | undefined;
  readonly neverOpens: (fromMs: number, untilMs: number) => boolean;
}

type TimedCall = Pick<QueuedCall, 'to' | 'timezone' | 'startsAt' | 'expiresAt'>;

/** When the calls of one campaign may go out: hours, start and end together. */
export class CallTimes {
  readonly #campaign: Campaign;
  readonly #hours: RecipientHours;

  constructor(campaign: Campaign) {
    this.#campaign = campaign;
    this.#hours = new RecipientHours(campaign);
  }

  of(call: TimedCall): CallTime {
    const rules = this.#hours.rulesFor(call);
    return {
      zones: rules.zones,
      source: rules.source,
      rules: rules.regional.map(({ region }) => region),
      unchecked: this.#campaign.callingWindow === 'anytime' ? [] : uncheckedOf(rules.regions),
      caps: rules.caps,
      startsAt: call.startsAt ?? this.#campaign.startsAt,
      expiresAt: call.expiresAt ?? this.#campaign.expiresAt,
      openSpan: (atMs) => this.#hours.openSpan(rules, atMs),
      neverOpens: (fromMs, untilMs) => this.#hours.neverOpens(rules, fromMs, untilMs),
    };
  }
}

/**
 * The first instant from `now` on at which a call may go out; undefined: it expires first, or its
 * hours do not open within 15 days.
 */
export function earliestAt(
  { startsAt = 0, expiresAt, openSpan }: CallTime,
  now: number,
): number | undefined {
  const from = Math.max(now, startsAt);
  const end = expiresAt ?? Number.POSITIVE_INFINITY;
  const span = from < end ? openSpan(from) : undefined;
  return span === undefined || span.opensAt >= end ? undefined : Math.max(span.opensAt, from);
}

/**
 * Whether a call can never be placed: it expires before its hours open, or they do not open at all.
 */
export function isHopeless(
  { startsAt = 0, expiresAt, neverOpens }: CallTime,
  now: number,
): boolean {
  return neverOpens(Math.max(now, startsAt), expiresAt ?? Number.MAX_SAFE_INTEGER);
}

const MINUTE_MS = 60_000;
/** Calls with times of their own may be as many as there are rows. */
const MAX_GROUPS = 1000;

/** Calls of the same zones. */
export interface ZonedGroup extends CallGroup {
  readonly zones: readonly string[];
}

/** Counts calls by when they may go out, in an amount of memory that does not grow with them. */
export class CallGroups {
  readonly #groups = new Map<string, ZonedGroup & { calls: number }>();
  #rough = 0;

  /**
   * How many calls were counted without their own start and end, because there were too many
   * different ones.
   */
  get rough(): number {
    return this.#rough;
  }

  /** @param calls how many it stands for; their own times count by the minute, on the safe side */
  add({ zones, rules, startsAt, expiresAt, openSpan }: CallTime, calls = 1): void {
    const from = startsAt === undefined ? undefined : Math.ceil(startsAt / MINUTE_MS) * MINUTE_MS;
    const to = expiresAt === undefined ? undefined : Math.floor(expiresAt / MINUTE_MS) * MINUTE_MS;
    const hours = `${zones.join('&')} ${rules.join('&')}`;
    const key = `${hours} ${from ?? ''} ${to ?? ''}`;
    if (this.#groups.has(key) || this.#groups.size < MAX_GROUPS) {
      this.#count(key, calls, { zones, openSpan, startsAt: from, expiresAt: to });
    } else {
      this.#rough += calls;
      this.#count(hours, calls, { zones, openSpan });
    }
  }

  list(): ZonedGroup[] {
    return [...this.#groups.values()];
  }

  #count(key: string, calls: number, hours: Omit<ZonedGroup, 'calls'>): void {
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, { ...hours, calls });
    else group.calls += calls;
  }
}
