import type { Night } from './night.ts';

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
/** Before today, and after it. */
const MOST_WEEKS_BACK = 5;
const WEEKS_AHEAD = 1;

/** One square of the calendar. */
export interface CalendarDay {
  /** 2026-12-01 */
  readonly date: string;
  readonly nights: readonly Night[];
}

/**
 * Whole weeks, from Monday on: as far back as there are nights, five weeks at most, and the next
 * one.
 * @param today 2026-12-01, by the clock of the schedule's zone
 */
export function weeksOf(nights: readonly Night[], today: string): CalendarDay[][] {
  const thisWeek = mondayOf(today);
  const first = mondayOf(nights[0]?.local.slice(0, 10) ?? today);
  const from = Math.max(Math.min(first, thisWeek), thisWeek - MOST_WEEKS_BACK * weekMs());
  const byDate = Map.groupBy(nights, ({ local }) => local.slice(0, 10));
  const weeks: CalendarDay[][] = [];
  for (let monday = from; monday <= thisWeek + WEEKS_AHEAD * weekMs(); monday += weekMs())
    weeks.push(daysFrom(monday, byDate));
  return weeks;
}

function daysFrom(monday: number, byDate: ReadonlyMap<string, Night[]>): CalendarDay[] {
  return Array.from({ length: WEEK_DAYS }, (_, index) => {
    const date = new Date(monday + index * DAY_MS).toISOString().slice(0, 10);
    return { date, nights: byDate.get(date) ?? [] };
  });
}

/** Epoch ms, as if the calendar went by UTC. */
function mondayOf(date: string): number {
  const day = Date.parse(`${date}T00:00Z`);
  return day - ((new Date(day).getUTCDay() + 6) % WEEK_DAYS) * DAY_MS;
}

function weekMs(): number {
  return WEEK_DAYS * DAY_MS;
}
