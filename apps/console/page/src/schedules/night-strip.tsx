import type { ScheduleJson } from '@libby-dialer/http-api';
import { Link } from '@tanstack/react-router';
import { nightsOf, nightText, nightWords } from './night.ts';
import { NightMark } from './night-mark.tsx';

/** A schedule's last nights and its next, as a row of marks. */
export function NightStrip({ schedule }: { readonly schedule: ScheduleJson }) {
  return (
    <span className="night-strip">
      {nightsOf(schedule).map((night) => {
        const words = `${nightText(night.local)}: ${nightWords(night)}`;
        return (
          <Link
            key={night.local}
            to="/schedules/$name"
            params={{ name: schedule.name }}
            search={{ run: night.local }}
            aria-label={words}
            title={words}
          >
            <NightMark state={night.state} />
          </Link>
        );
      })}
    </span>
  );
}
