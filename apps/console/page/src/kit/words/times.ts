/**
 * Instants as people say them: "in 4 min", "tomorrow 08:00". In the reader's clock, or that of a
 * zone.
 */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "38 s", "4 min", "2 h 10 min", "3 days". Never negative. */
export function sayDuration(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.round(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < DAY) {
    const minutes = Math.round(ms / MINUTE);
    return minutes % 60 === 0
      ? `${minutes / 60} h`
      : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }
  const days = Math.round(ms / DAY);
  return days === 1 ? '1 day' : `${days} days`;
}

/**
 * "in 4 min", "12 s ago", and beyond an hour the clock: "14:10", "tomorrow 08:00", "Tue 24 Nov
 * 08:00", "24 Nov 2025 08:00".
 * @param zone IANA name; the reader's own unless given
 */
export function sayInstant(at: number, now: number, zone?: string): string {
  const distance = at - now;
  if (Math.abs(distance) < 5 * SECOND) return 'now';
  if (zone === undefined && Math.abs(distance) < HOUR)
    return distance > 0 ? `in ${sayDuration(distance)}` : `${sayDuration(-distance)} ago`;
  return sayClock(at, now, zone);
}

/** The clock, with as much of the date as is needed: "14:10", "yesterday 14:10". */
export function sayClock(at: number, now: number, zone?: string): string {
  const day = daysApart(at, now, zone);
  const clock = clockOf(at, zone);
  if (day === 0) return clock;
  if (day === 1) return `tomorrow ${clock}`;
  if (day === -1) return `yesterday ${clock}`;
  return `${dateOf(at, now, zone)} ${clock}`;
}

/** 08:00, by a 24-hour clock. */
export function clockOf(at: number, zone?: string): string {
  return formatter('clock', zone).format(at);
}

/** 08:00:07 */
export function secondOf(at: number, zone?: string): string {
  return formatter('second', zone).format(at);
}

/** To the second, with date and zone: what hovers, and what is copied beside it. */
export function exactInstant(at: number, zone?: string): string {
  return formatter('exact', zone).format(at);
}

/** 2026-12-01, by the calendar of a zone. */
export function dateOn(at: number, zone?: string): string {
  return formatter('calendar', zone).format(at);
}

/** "Denver" of "America/Denver", "Port of Spain" of "America/Port_of_Spain". */
export function placeOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

function dateOf(at: number, now: number, zone?: string): string {
  const isNear = Math.abs(at - now) < 300 * DAY;
  return formatter(isNear ? 'day' : 'date', zone)
    .format(at)
    .replaceAll(',', '');
}

/** By the calendar of the zone, so that 23:59 and 00:01 are a day apart. */
function daysApart(at: number, now: number, zone?: string): number {
  return Math.round((calendarDay(at, zone) - calendarDay(now, zone)) / DAY);
}

function calendarDay(at: number, zone?: string): number {
  return Date.parse(`${dateOn(at, zone)}T00:00:00Z`);
}

const FORMATS = {
  clock: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  exact: {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  },
  day: { weekday: 'short', day: 'numeric', month: 'short' },
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  calendar: { year: 'numeric', month: '2-digit', day: '2-digit' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Of each form, the locale whose order is ours. */
const LOCALES = {
  clock: 'en-GB',
  second: 'en-GB',
  exact: 'sv-SE',
  day: 'en-GB',
  date: 'en-GB',
  calendar: 'sv-SE',
};

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making one costs as much as thousands of uses. */
function formatter(form: keyof typeof FORMATS, timeZone?: string): Intl.DateTimeFormat {
  const key = `${form} ${timeZone ?? ''}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(LOCALES[form], {
    ...FORMATS[form],
    ...(timeZone !== undefined && { timeZone }),
  });
  formatters.set(key, made);
  return made;
}
