import type { Campaign } from '../campaigns/campaign.ts';
import type { OpenSpan } from './open-span.ts';

/** Calls that may be placed at the same times. */
export interface CallGroup {
  readonly calls: number;
  /**
   * The span of their hours that holds an instant (epoch ms), or else the next one; undefined:
   * there is none.
   */
  readonly openSpan: (atMs: number) => OpenSpan | undefined;
  /** Epoch ms; none goes out before. */
  readonly startsAt?: number | undefined;
  /** Epoch ms; what is left then is lost. */
  readonly expiresAt?: number | undefined;
}

export interface ForecastRequest {
  readonly groups: readonly CallGroup[];
  /**
   * How fast open calls go out, all groups together. Above 0; Infinity: each the moment its hours
   * open.
   */
  readonly callsPerSecond: number;
  /** Epoch ms. */
  readonly now: number;
}

export interface Forecast {
  /**
   * When the last call goes out that goes out at all (`now` if none does); undefined: not within a
   * year.
   */
  readonly endsAt: number | undefined;
  /** The same at the worst, in whatever order the calls stand; undefined: not within a year. */
  readonly latestAt: number | undefined;
  /** Calls that expire before their turn comes, or whose hours never open. */
  readonly unplaced: number;
}

const HORIZON_MS = 366 * 86_400_000;
/** What adding up fractions of calls may be off by. */
const ROUNDING = 1e-6;

/**
 * How long calls will take at a given rate, each within its own hours.
 *
 * `endsAt` and `unplaced` suppose a well mixed list: whatever is open shares the rate in proportion
 * to what is left of it. A queue that serves first whose hours close first would be done earlier,
 * one that serves those last would be done later. `latestAt` holds for every order in which nobody
 * idles: as long as a group has calls left, each moment of its hours places some call, and no more
 * can be placed than there are. So a group is done once its own hours alone would have sufficed for
 * all the groups.
 */
export function forecast({ groups, callsPerSecond, now }: ForecastRequest): Forecast {
  if (!(callsPerSecond > 0)) throw new RangeError('callsPerSecond must be above 0');
  const waiting = groups.filter(({ calls }) => calls > 0);
  const total = waiting.reduce((sum, { calls }) => sum + calls, 0);
  const ratePerMs = callsPerSecond / 1000;
  const ends = waiting.map((group) => latestEnd(group, total / ratePerMs, now));
  const latestAt = ends.includes(undefined) ? undefined : Math.max(now, ...(ends as number[]));
  return { ...walk(waiting, ratePerMs, now), latestAt };
}

/**
 * How many calls of each group are left at each instant, supposing the same well mixed list. Those
 * that have expired by then still count. @param marks epoch ms, ascending, none before `now`
 */
export function callsLeft(
  { groups, callsPerSecond, now }: ForecastRequest,
  marks: readonly number[],
): number[][] {
  const shares = groups.map(
    (group): Share => ({ group, left: group.calls, shift: nextShift(group, now) }),
  );
  let at = now;
  return marks.map((mark) => {
    while (at < mark) at = advance(shares, callsPerSecond / 1000, at, mark);
    return shares.map(({ left }) => left);
  });
}

/** Goes on to the next opening or closing, or until one is done, at most so far. */
function advance(shares: readonly Share[], ratePerMs: number, from: number, until: number): number {
  const waiting = shares.filter(({ left }) => left > ROUNDING);
  const open = waiting.filter((share) => opensAt(share) <= from);
  const edge = Math.min(until, nextEdge(waiting, from));
  const at = open.length === 0 ? edge : place(open, ratePerMs, from, edge);
  for (const share of shares) if (closesAt(share) <= at) share.shift = nextShift(share.group, at);
  return at;
}

/** A part of a call cannot be placed. */
function wholeCalls(calls: number): number {
  return Math.max(0, Math.ceil(calls - ROUNDING));
}

interface Share {
  readonly group: CallGroup;
  left: number;
  /** When they may go out next; undefined: never again. */
  shift: OpenSpan | undefined;
}

/**
 * Goes from one opening or closing to the next: between two of them nothing changes but what is
 * left.
 */
function walk(
  groups: readonly CallGroup[],
  ratePerMs: number,
  now: number,
): Omit<Forecast, 'latestAt'> {
  let shares = groups.map(
    (group): Share => ({ group, left: group.calls, shift: nextShift(group, now) }),
  );
  let at = now;
  let endsAt = now;
  let unplaced = 0;
  while (at <= now + HORIZON_MS) {
    for (const { shift, left } of shares) if (shift === undefined) unplaced += left;
    shares = shares.filter(({ shift, left }) => shift !== undefined && left > ROUNDING);
    if (shares.length === 0) return { endsAt, unplaced: wholeCalls(unplaced) };
    const open = shares.filter((share) => opensAt(share) <= at);
    const edge = nextEdge(shares, at);
    if (open.length === 0) at = edge;
    else endsAt = at = place(open, ratePerMs, at, edge);
    for (const share of shares) if (closesAt(share) <= at) share.shift = nextShift(share.group, at);
  }
  return { endsAt: undefined, unplaced: wholeCalls(unplaced) };
}

/** Serves what is open until an edge, or until it is done. Returns when that is. */
function place(open: readonly Share[], ratePerMs: number, at: number, edge: number): number {
  const left = open.reduce((sum, share) => sum + share.left, 0);
  const doneAt = at + left / ratePerMs;
  const remains = doneAt <= edge ? 0 : 1 - ((edge - at) * ratePerMs) / left;
  for (const share of open) share.left *= remains;
  return Math.min(doneAt, edge);
}

function nextEdge(shares: readonly Share[], at: number): number {
  let edge = Number.POSITIVE_INFINITY;
  for (const share of shares)
    edge = Math.min(edge, opensAt(share) > at ? opensAt(share) : closesAt(share));
  return edge;
}

function opensAt({ shift }: Share): number {
  return shift?.opensAt ?? Number.POSITIVE_INFINITY;
}

function closesAt({ shift }: Share): number {
  return shift?.closesAt ?? Number.POSITIVE_INFINITY;
}

/** The next span of a group's hours between its start and its end. */
function nextShift(
  { openSpan, startsAt = 0, expiresAt = Number.POSITIVE_INFINITY }: CallGroup,
  at: number,
): OpenSpan | undefined {
  const from = Math.max(at, startsAt);
  const span = from < expiresAt ? openSpan(from) : undefined;
  if (span === undefined || span.opensAt >= expiresAt) return undefined;
  return { opensAt: Math.max(span.opensAt, from), closesAt: Math.min(span.closesAt, expiresAt) };
}

/** When a group has been open for so long, or has seen its last shift. */
function latestEnd(group: CallGroup, openMs: number, now: number): number | undefined {
  let end = now;
  let missingMs = openMs;
  for (
    let shift = nextShift(group, now);
    shift !== undefined;
    shift = nextShift(group, shift.closesAt)
  ) {
    if (shift.opensAt > now + HORIZON_MS) return undefined;
    // Compared as instants: what is left after a subtraction of instants of today is off by
    // fractions of a millisecond.
    const doneAt = shift.opensAt + missingMs;
    if (doneAt <= shift.closesAt) return doneAt;
    end = shift.closesAt;
    missingMs -= shift.closesAt - shift.opensAt;
  }
  return end;
}

/** What keeps a campaign from going as fast as the workers do. */
export interface RateLimit {
  readonly callsPerSecond: number;
  readonly by: 'callsPerSecond' | 'maxInFlight' | 'lines';
}

/** How long the API is taken to need for its answer where nobody has measured it. */
export const ASSUMED_ANSWER_SECONDS = 1;

/**
 * The tightest of a campaign's own limits, as a rate; undefined: it has none. Lines are taken to be
 * free for this campaign alone; what an idle line takes at once at the start is left out.
 */
export function rateLimitOf({
  pacing,
  lines,
  fromPhoneNumber,
}: Pick<Campaign, 'pacing' | 'lines' | 'fromPhoneNumber'>): RateLimit | undefined {
  const limits: RateLimit[] = [];
  if (pacing?.callsPerSecond !== undefined)
    limits.push({ callsPerSecond: pacing.callsPerSecond, by: 'callsPerSecond' });
  if (pacing?.maxInFlight !== undefined) {
    limits.push({ callsPerSecond: pacing.maxInFlight / ASSUMED_ANSWER_SECONDS, by: 'maxInFlight' });
  }
  if (lines !== undefined) {
    const perLine = lines.maxConcurrentCalls / lines.assumedCallSeconds;
    limits.push({ callsPerSecond: perLine * fromPhoneNumber.length, by: 'lines' });
  }
  return limits.toSorted((one, other) => one.callsPerSecond - other.callsPerSecond)[0];
}
