import {
  CallGroups,
  CallTimes,
  type Campaign,
  callsLeft,
  type OpenSpan,
  type QueuedCall,
} from '@libby-dialer/dialing';

const HOUR_MS = 3_600_000;
/** So far it is foreseen, hour by hour. */
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
  readonly pending: number;
  /** Some of the calls that wait: each stands for as many of what is pending. */
  readonly sample: readonly QueuedCall[];
  /** Undefined: nothing goes out, or nobody knows how fast. */
  readonly callsPerSecond: number | undefined;
  readonly now: number;
}

/** Where those are who wait, when they may be called, and how they are foreseen to go out. */
export function backlogOf({
  campaign,
  pending,
  sample,
  callsPerSecond,
  now,
}: BacklogRequest): Backlog {
  const times = new CallTimes(campaign);
  const places = new Map<string, Place>();
  for (const call of sample) {
    const time = times.of(call);
    const key = time.zones.join(' ');
    const place = places.get(key) ?? { zones: time.zones, groups: new CallGroups(), spans: [] };
    if (!places.has(key))
      places.set(key, { ...place, spans: spansOf(time.openSpan, now, campaign) });
    places.get(key)?.groups.add(time, pending / sample.length);
  }
  return { now, zones: zonesOf([...places.values()], callsPerSecond, now) };
}

interface Place {
  readonly zones: readonly string[];
  readonly groups: CallGroups;
  readonly spans: readonly OpenSpan[];
}

function zonesOf(
  places: readonly Place[],
  callsPerSecond: number | undefined,
  now: number,
): ZoneBacklog[] {
  const groups = places.flatMap((place) =>
    place.groups.list().map((group) => ({ place, ...group })),
  );
  const marks = Array.from({ length: BACKLOG_HOURS + 1 }, (_, hour) => now + hour * HOUR_MS);
  const left =
    callsPerSecond === undefined ? undefined : callsLeft({ groups, callsPerSecond, now }, marks);
  const sumOf = (place: Place, counts: readonly number[]) =>
    groups.reduce(
      (sum, group, index) => sum + (group.place === place ? (counts[index] ?? 0) : 0),
      0,
    );
  return places
    .map((place) => ({
      zones: place.zones,
      calls: Math.round(
        sumOf(
          place,
          groups.map(({ calls }) => calls),
        ),
      ),
      open: place.spans,
      left: left?.map((counts) => Math.round(sumOf(place, counts))),
    }))
    .toSorted((one, other) => other.calls - one.calls);
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
