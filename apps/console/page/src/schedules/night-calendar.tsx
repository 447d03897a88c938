import { Link } from '@tanstack/react-router';
import { type CalendarDay, weeksOf } from './calendar.ts';
import { dayText, NIGHT_STATES, type Night, nightText, nightWords } from './night.ts';
import { NightMark } from './night-mark.tsx';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** A day may have more than one sees at once: the gravest are shown. */
const MOST_SHOWN = 3;

interface CalendarProps {
  readonly name: string;
  readonly nights: readonly Night[];
  /** 2026-12-01, by the clock of the schedule's zone. */
  readonly today: string;
  /** Local time of the one that is looked at. */
  readonly chosen: string | undefined;
}

/** The nights of a schedule, a week to a row: each leads to what became of it. */
export function NightCalendar({ nights, today, ...rest }: CalendarProps) {
  return (
    <table className="night-calendar" aria-label="Nights">
      <thead>
        <tr>
          {WEEKDAYS.map((day) => (
            <th key={day} scope="col">
              {day}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(nights, today).map((week) => (
          <tr key={week[0]?.date}>
            {week.map((day) => (
              <Day key={day.date} day={day} isToday={day.date === today} {...rest} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface DayProps extends Pick<CalendarProps, 'name' | 'chosen'> {
  readonly day: CalendarDay;
  readonly isToday: boolean;
}

function Day({ day: { date, nights }, isToday, name, chosen }: DayProps) {
  const shown = gravestOf(nights);
  return (
    <td className={isToday ? 'is-today' : ''} aria-current={isToday ? 'date' : undefined}>
      <span className="night-date">{shortDate(date)}</span>
      {shown.map((night) => (
        <Link
          key={night.local}
          to="/schedules/$name"
          params={{ name }}
          search={(before) => ({ ...before, run: night.local })}
          resetScroll={false}
          className={night.local === chosen ? 'is-chosen' : ''}
          aria-label={`${nightText(night.local)}: ${nightWords(night)}`}
          title={nightWords(night)}
        >
          <NightMark state={night.state} />
          <span>{night.local.slice(11)}</span>
        </Link>
      ))}
      {nights.length > shown.length && (
        <span className="soft">{nights.length - shown.length} more</span>
      )}
    </td>
  );
}

function gravestOf(nights: readonly Night[]): readonly Night[] {
  if (nights.length <= MOST_SHOWN) return nights;
  return nights
    .toSorted((one, other) => gravity(one) - gravity(other))
    .slice(0, MOST_SHOWN)
    .toSorted((one, other) => one.local.localeCompare(other.local));
}

function gravity({ state }: Night): number {
  return NIGHT_STATES.indexOf(state);
}

/** "1 Dec" on the first of a month, otherwise the day alone. */
function shortDate(date: string): string {
  const [, day = '', month = ''] = dayText(date).split(' ');
  return day === '1' ? `${day} ${month}` : day;
}
