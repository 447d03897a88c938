import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Allowed } from '../access/allowed.tsx';
import { Button } from '../kit/frame/button.tsx';
import { Facts } from '../kit/frame/facts.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Page, Section } from '../kit/frame/page.tsx';
import { formatCount } from '../kit/words/numbers.ts';
import { dateOn, placeOf, sayDuration } from '../kit/words/times.ts';
import { When } from '../kit/words/when.tsx';
import { asking } from '../live/queries.ts';
import { canRun, type Night, nightsOf, nightText } from './night.ts';
import { NightCalendar } from './night-calendar.tsx';
import { NightDetails } from './night-details.tsx';
import { NightsTable } from './nights-table.tsx';
import { RunDialog } from './run-dialog.tsx';
import { ScheduleActions } from './schedule-actions.tsx';
import type { ScheduleInFull } from './schedule-form.ts';
import './schedules.css';

const route = getRouteApi('/schedules/$name');

const REFRESH_MS = 10_000;
/** As much as the calendar shows of a nightly list, and more of its past for the table. */
const SPAN = { last: 100, next: 14 };

/** One schedule: a calendar of its nights, and what became of each. */
export function SchedulePage() {
  const { name } = route.useParams();
  const query = useQuery({
    ...asking('GET /schedules/{name}', { params: { name }, query: SPAN }),
    refetchInterval: REFRESH_MS,
  });
  const schedule = query.data;
  return (
    <Page
      title={name}
      state={schedule && `${schedule.cron} in ${placeOf(schedule.timezone)}`}
      actions={schedule && <ScheduleActions schedule={schedule} />}
    >
      <Failure error={query.error} />
      {schedule !== undefined && <Nights schedule={schedule} />}
    </Page>
  );
}

function Nights({ schedule }: { readonly schedule: ScheduleInFull }) {
  const { run } = route.useSearch();
  const nights = nightsOf(schedule);
  const past = nights.filter((night) => night.run !== undefined).toReversed();
  const chosen = nights.find(({ local }) => local === run) ?? past[0] ?? nights[0];
  const { name, timezone } = schedule;
  return (
    <>
      <ScheduleFacts schedule={schedule} />
      <div className="night-halves">
        <Section title="Nights" note={`by the clock of ${placeOf(timezone)}`}>
          <NightCalendar
            name={name}
            nights={nights}
            today={dateOn(Date.parse(schedule.at), timezone)}
            chosen={chosen?.local}
          />
        </Section>
        {chosen !== undefined && <ChosenNight name={name} night={chosen} />}
      </div>
      <Section title="What became of them">
        <NightsTable name={name} nights={past} />
      </Section>
    </>
  );
}

function ChosenNight({ name, night }: { readonly name: string; readonly night: Night }) {
  const [isAsked, setAsked] = useState(false);
  return (
    <Section
      title={nightText(night.local)}
      note={
        canRun(night) && (
          <Allowed to="operator">
            <Button onClick={() => setAsked(true)}>Run now…</Button>
          </Allowed>
        )
      }
    >
      <NightDetails night={night} />
      {isAsked && <RunDialog name={name} local={night.local} onClose={() => setAsked(false)} />}
    </Section>
  );
}

function ScheduleFacts({ schedule }: { readonly schedule: ScheduleInFull }) {
  const { next, waitForListMs, keepRuns, canary, list } = schedule;
  const [soon] = next;
  return (
    <>
      <Facts
        facts={[
          {
            name: 'next',
            value: soon === undefined ? 'never' : <When at={soon.dueAt} />,
            note: soon === undefined ? '' : nightText(soon.local),
          },
          { name: 'waits for its list', value: sayDuration(waitForListMs), note: 'at most' },
          {
            name: 'first calls',
            value: canary === null ? 'all' : formatCount(canary.calls),
            note: canary === null ? 'no canary' : 'then the rest is held',
          },
          {
            name: 'kept',
            value: keepRuns === null ? 'all' : formatCount(keepRuns),
            note: keepRuns === null ? 'nights' : 'nights, older ones are archived',
          },
        ]}
      />
      <p className="soft">
        Its list: <code>{list}</code>
      </p>
    </>
  );
}
