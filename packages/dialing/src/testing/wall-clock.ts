import { WEEKDAYS, type Weekday, type WeeklyHours } from '../hours/open-span.ts';

/** What a clock on the wall shows: the day of the week (0 is Monday) and the minute of the day. */
export interface WallClock {
  readonly day: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Read by ICU, so by other code and data than those under test. */
export function readWallClock(zone: string, at: number): WallClock {
  const text = formatOf(zone).format(at); // "Sun, 01:30" or "Sun 01:30"
  const minute = Number(text.slice(-5, -3)) * 60 + Number(text.slice(-2));
  return { day: WEEKDAYS.indexOf(text.slice(0, 3).toLowerCase() as Weekday), minute };
}

/**
 * The definition, to hold the arithmetic against: whether hours are open when a clock shows this.
 */
export function openBy({ from, to, days }: WeeklyHours): (clock: WallClock) => boolean {
  const isListed = (index: number) => days.includes(WEEKDAYS[(index + 7) % 7] as Weekday);
  const opens = minutesOf(from);
  const closes = minutesOf(to);
  if (opens < closes)
    return ({ day, minute }) => opens <= minute && minute < closes && isListed(day);
  return ({ day, minute }) =>
    (minute >= opens && isListed(day)) || (minute < closes && isListed(day - 1));
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(zone, format);
  return format;
}
