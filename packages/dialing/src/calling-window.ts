import { ALWAYS_OPEN, DAY_MS, intersect, type OpenSpan, spansIn, WEEKDAYS, type Weekday } from './open-span.ts';
import { isZone } from './zones.ts';

/**
 * When a campaign may call: `from` <= wall clock < `to` (HH:MM; `to` may be 24:00) on the listed days, in the recipient's
 * zones or one fixed IANA zone. With `from` after `to` the window crosses midnight and belongs to the day it starts on.
 */
export type CallingWindow =
  | 'anytime'
  | { readonly from: string; readonly to: string; readonly days: readonly Weekday[]; readonly timezone: string };

/** The hours of 47 CFR 64.1200(c)(1) for telephone solicitations: 8 a.m. to 9 p.m. at the called party's location. */
export const DEFAULT_CALLING_WINDOW: CallingWindow = {
  from: '08:00',
  to: '21:00',
  days: WEEKDAYS,
  timezone: 'recipient',
};

/** How far ahead a span is looked for: every weekday comes up twice. */
const HORIZON_DAYS = 15;
/** How far back a span that is open now may have begun; one that began earlier is given as begun then. */
const LOOKBACK_DAYS = 2;

/** Why this window cannot be used, as a sentence; `undefined` if it can. */
export function callingWindowProblem(window: CallingWindow): string | undefined {
  if (window === 'anytime') return undefined;
  const { from, to, days, timezone } = window;
  if (!isTimeOfDay(from)) return 'callingWindow.from must be a time like "08:00".';
  if (!isTimeOfDay(to) && to !== '24:00') return 'callingWindow.to must be a time like "21:00", at most "24:00".';
  if (from === to) return 'callingWindow.from and callingWindow.to must differ.';
  if (days.length === 0) return 'callingWindow.days must name at least one day.';
  if (!days.every((day) => WEEKDAYS.includes(day))) return `callingWindow.days may hold ${WEEKDAYS.join(', ')}.`;
  if (timezone !== 'recipient' && !isZone(timezone)) {
    return 'callingWindow.timezone must be "recipient" or an IANA name like "America/Denver".';
  }
  return undefined;
}

function isTimeOfDay(text: string): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text);
}

/**
 * The span that holds `atMs`, or else the next one, in which the window is open in all `zones` at once; `undefined` if
 * none begins within 15 days (zones whose hours never meet).
 *
 * An instant is open if and only if the wall clock reads a time in the window then, so the clock changes need no rule of
 * their own: a window that starts in the hour skipped in spring begins right after the gap; the hour that comes twice in
 * autumn is judged by what the clock reads, both times. This is the law's own measure ("local time").
 *
 * Throws a RangeError for a window with a `callingWindowProblem`, an unknown zone, and for a recipient's window without
 * zones: nobody's hours are not everybody's.
 */
export function openSpan(window: CallingWindow, zones: readonly string[], atMs: number): OpenSpan | undefined {
  if (window === 'anytime') return ALWAYS_OPEN;
  const problem = callingWindowProblem(window);
  if (problem !== undefined) throw new RangeError(problem);
  const relevant = window.timezone === 'recipient' ? zones : [window.timezone];
  if (relevant.length === 0) throw new RangeError('A calling window in recipients’ time needs at least one zone.');
  const range = { opensAt: atMs - LOOKBACK_DAYS * DAY_MS, closesAt: atMs + (HORIZON_DAYS + 1) * DAY_MS };
  const shared = relevant.map((zone) => spansIn([window], zone, range)).reduce(intersect);
  const span = shared.find(({ closesAt }) => closesAt > atMs);
  return span !== undefined && span.opensAt <= atMs + HORIZON_DAYS * DAY_MS ? span : undefined;
}

/** A zone set's answer, good for `since` <= instant < `until`. */
interface Answer {
  span: OpenSpan | undefined;
  since: number;
  until: number;
}

/** More than the data and the tz database know together; a limit all the same. */
const MAX_ZONE_SETS = 2_000;
/** "None within 15 days" is asked again so often. */
const NO_SPAN_TTL_MS = 3_600_000;

/** One campaign's window with the answers so far: asked before every call, it computes about twice a day and zone set. */
export class CallingHours {
  readonly #window: CallingWindow;
  readonly #answers = new Map<string, Answer>();

  constructor(window: CallingWindow) {
    this.#window = window;
  }

  /** As the function `openSpan`, with this window. */
  openSpan(zones: readonly string[], atMs: number): OpenSpan | undefined {
    if (this.#window === 'anytime') return ALWAYS_OPEN;
    const key = this.#window.timezone === 'recipient' ? zones.join('&') : '';
    const known = this.#answers.get(key);
    if (known !== undefined && known.since <= atMs && atMs < known.until) return known.span;
    const answer = answerAt(this.#window, zones, atMs);
    if (this.#answers.size >= MAX_ZONE_SETS) this.#answers.clear();
    this.#answers.set(key, answer);
    return answer.span;
  }
}

function answerAt(window: CallingWindow, zones: readonly string[], atMs: number): Answer {
  const span = openSpan(window, zones, atMs);
  if (span === undefined) return { span, since: atMs, until: atMs + NO_SPAN_TTL_MS };
  return { span, since: Math.min(span.opensAt, atMs), until: span.closesAt };
}
