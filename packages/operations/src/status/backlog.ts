import { type Campaign, callsLeft, type OpenSpan, type ZonedGroup } from '@libby-dialer/dialing';

const HOUR_MS = 3_600_000;
/** How far ahead it is foreseen, hour by hour. */
export const BACKLOG_HOURS = 48;

/** The calls of a campaign that wait, by the clocks that decide when they may go out. */
export interface Backlog {
  /** Epoch ms of Redis's clock. */
  readonly now: number;
  /** Those with most calls first. */
  readonly zones: readonly ZoneBacklog[];
}

export interface ZoneBacklog {
  /** IANA names; of several, a call goes out only when it is open in all of them. */
  readonly zones: readonly string[];
  readonly calls: number;
  /** When they may be called, within the hours that are foreseen. Epoch ms. */
  readonly open: readonly OpenSpan[];
  /**
   * How many are left now and after each hour, supposing nothing fails; undefined where nothing is
   * known of the rate.
   */
  readonly left: readonly number[] | undefined;
}

export interface BacklogRequest {
  readonly campaign: Campaign;
  readonly groups: readonly ZonedGroup[];
  /** Undefined: nothing goes out, or nobody knows how fast. */
  readonly callsPerSecond: number | undefined;
  readonly now: number;
}

/** Where those are who wait, when they may be called, and how they are foreseen to go out. */
export function backlogOf({ campaign, groups, callsPerSecond, now }: BacklogRequest): Backlog {
  const places = Map.groupBy(groups, placeIn);
  const marks = Array.from({ length: BACKLOG_HOURS + 1 }, (_, hour) => now + hour * HOUR_MS);
  const left =
    callsPerSecond === undefined ? undefined : callsLeft({ groups, callsPerSecond, now }, marks);
  const calls = groups.map((group) => group.calls);
  const sumIn = (place: string, counts: readonly number[]) =>
    Math.round(
      groups.reduce(
        (sum, group, index) => sum + (placeIn(group) === place ? (counts[index] ?? 0) : 0),
        0,
      ),
    );
  const zones = [...places].map(([place, [first]]) => ({
    zones: first?.zones ?? [],
    calls: sumIn(place, calls),
    open: first === undefined ? [] : spansOf(first.openSpan, now, campaign),
    left: left?.map((counts) => sumIn(place, counts)),
  }));
  return { now, zones: zones.toSorted((one, other) => other.calls - one.calls) };
}

function placeIn({ zones }: ZonedGroup): string {
  return zones.join(' ');
}

/** The spans in which they may be called, from now on. */
function spansOf(
  openSpan: (atMs: number) => OpenSpan | undefined,
  now: number,
  { startsAt = 0, expiresAt = Number.POSITIVE_INFINITY }: Campaign,
): OpenSpan[] {
  const end = Math.min(now + BACKLOG_HOURS * HOUR_MS, expiresAt);
  const spans: OpenSpan[] = [];
  for (let at = Math.max(now, startsAt); at < end; ) {
    const span = openSpan(at);
    if (span === undefined || span.opensAt >= end) break;
    const closesAt = Math.min(span.closesAt, end);
    spans.push({ opensAt: Math.max(span.opensAt, at), closesAt });
    at = closesAt;
  }
  return spans;
}
