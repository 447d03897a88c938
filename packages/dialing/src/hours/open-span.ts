import { Temporal } from 'temporal-polyfill';

/** In the order of the week, as campaign files write them. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * `from` <= wall clock < `to` (HH:MM; `to` may be 24:00) on the listed days. With `from` after `to`
 * the hours cross midnight and belong to the day they start on.
 */
export interface WeeklyHours {
  readonly from: string;
  readonly to: string;
  readonly days: readonly Weekday[];
}

/**
 * Epoch milliseconds, `opensAt` <= open < `closesAt`. Safe integers, so that a span survives JSON.
 */
export interface OpenSpan {
  readonly opensAt: number;
  readonly closesAt: number;
}

/** No hours at all: no end that a clock could reach. */
export const ALWAYS_OPEN: OpenSpan = { opensAt: 0, closesAt: Number.MAX_SAFE_INTEGER };

const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** How far ahead a span is looked for: every weekday comes up twice. */
export const HORIZON_MS = 15 * DAY_MS;
/**
 * How far back a span that is open now may have begun; one that began earlier is given as begun
 * then.
 */
const LOOKBACK_MS = 2 * DAY_MS;

/** Hours that must be kept in each of these zones. */
export interface HoursInZones {
  readonly hours: readonly WeeklyHours[];
  readonly zones: readonly string[];
}

/**
 * The span that holds `atMs`, or else the next one, in which all these hours are open in all their
 * zones at once; `undefined` if none begins within 15 days (hours that never meet). Throws a
 * RangeError for an unknown zone.
 */
export function openSpan(all: readonly HoursInZones[], atMs: number): OpenSpan | undefined {
  if (all.length === 0) return ALWAYS_OPEN;
  const range = { opensAt: atMs - LOOKBACK_MS, closesAt: atMs + HORIZON_MS + DAY_MS };
  const shared = all
    .flatMap(({ hours, zones }) => zones.map((zone) => spansIn(hours, zone, range)))
    .reduce(intersect, [range]);
  const span = shared.find(({ closesAt }) => closesAt > atMs);
  return span !== undefined && span.opensAt <= atMs + HORIZON_MS ? span : undefined;
}

/**
 * Every span within `range` in which the zone's wall clock reads a time in one of these hours; in
 * order, those that touch joined.
 *
 * The clock changes need no rule of their own: hours that start in the hour skipped in spring begin
 * right after the gap; the hour that comes twice in autumn is judged by what the clock reads, both
 * times. This is the law's own measure ("local time").
 */
function spansIn(hours: readonly WeeklyHours[], zone: string, range: OpenSpan): OpenSpan[] {
  return join(
    constantOffsets(zone, range).flatMap(({ opensAt, closesAt, offsetMs }) => {
      const piece = { opensAt: opensAt + offsetMs, closesAt: closesAt + offsetMs };
      return intersect(wallClockSpans(hours, piece), [piece]).map((span) => ({
        opensAt: span.opensAt - offsetMs,
        closesAt: span.closesAt - offsetMs,
      }));
    }),
  );
}

/** What is open in both; each list in order, its spans apart. */
function intersect(left: readonly OpenSpan[], right: readonly OpenSpan[]): OpenSpan[] {
  return left.flatMap((one) =>
    right.flatMap((other) => {
      const opensAt = Math.max(one.opensAt, other.opensAt);
      const closesAt = Math.min(one.closesAt, other.closesAt);
      return opensAt < closesAt ? [{ opensAt, closesAt }] : [];
    }),
  );
}

/** The spans that may touch a stretch of wall-clock time, written as if the wall clock were UTC. */
function wallClockSpans(hours: readonly WeeklyHours[], range: OpenSpan): OpenSpan[] {
  const spans: OpenSpan[] = [];
  for (let day = Math.floor(range.opensAt / DAY_MS) - 1; day * DAY_MS < range.closesAt; day++) {
    for (const { from, to, days } of hours) {
      if (!days.includes(weekdayOf(day))) continue;
      const opens = minutesOf(from) * MINUTE_MS;
      const closes = minutesOf(to) * MINUTE_MS + (minutesOf(from) < minutesOf(to) ? 0 : DAY_MS);
      spans.push({ opensAt: day * DAY_MS + opens, closesAt: day * DAY_MS + closes });
    }
  }
  return join(spans.toSorted((one, other) => one.opensAt - other.opensAt));
}

/** `day` in days since 1970-01-01, a Thursday. */
function weekdayOf(day: number): Weekday {
  return WEEKDAYS[(((day + 3) % 7) + 7) % 7] as Weekday;
}

function minutesOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3));
}

/**
 * The range cut at the zone's clock changes: between two of them, wall clock and UTC differ by a
 * constant.
 */
function constantOffsets(zone: string, range: OpenSpan): (OpenSpan & { offsetMs: number })[] {
  const pieces: (OpenSpan & { offsetMs: number })[] = [];
  let from = Temporal.Instant.fromEpochMilliseconds(range.opensAt).toZonedDateTimeISO(zone);
  while (from.epochMilliseconds < range.closesAt) {
    const change = from.getTimeZoneTransition('next');
    pieces.push({
      opensAt: from.epochMilliseconds,
      closesAt: Math.min(change?.epochMilliseconds ?? range.closesAt, range.closesAt),
      offsetMs: from.offsetNanoseconds / 1e6,
    });
    if (change === null) break;
    from = change;
  }
  return pieces;
}

/** Joins spans that touch or overlap; `spans` in order of opening. */
function join(spans: readonly OpenSpan[]): OpenSpan[] {
  const joined: OpenSpan[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last === undefined || last.closesAt < span.opensAt) joined.push(span);
    else
      joined[joined.length - 1] = {
        opensAt: last.opensAt,
        closesAt: Math.max(last.closesAt, span.closesAt),
      };
  }
  return joined;
}
