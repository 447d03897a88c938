import type { ScheduleJson } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Page } from '../kit/frame/page.tsx';
import { type Column, DataTable } from '../kit/tables/data-table.tsx';
import { countOf } from '../kit/words/numbers.ts';
import { placeOf } from '../kit/words/times.ts';
import { When } from '../kit/words/when.tsx';
import { asking } from '../live/queries.ts';
import { needsLook, nightsOf, nightText, nightWords } from './night.ts';
import { NightStrip } from './night-strip.tsx';
import { AddSchedule } from './schedule-actions.tsx';
import './schedules.css';

const REFRESH_MS = 10_000;
/** A fortnight of a nightly list. */
const SPAN = { last: 14, next: 3 };

const COLUMNS: readonly Column<ScheduleJson>[] = [
  {
    key: 'name',
    heading: 'Schedule',
    value: ({ name }) => name,
    cell: ({ name }) => (
      <Link to="/schedules/$name" params={{ name }}>
        {name}
      </Link>
    ),
  },
  {
    key: 'nights',
    heading: 'Last nights, and next',
    value: (schedule) =>
      nightsOf(schedule)
        .map((night) => `${nightText(night.local)} ${nightWords(night)}`)
        .join(', '),
    cell: (schedule) => <NightStrip schedule={schedule} />,
  },
  {
    key: 'next',
    heading: 'Next',
    value: ({ next }) => next[0]?.dueAt ?? null,
    cell: ({ next: [soon] }) => (soon === undefined ? 'never' : <When at={soon.dueAt} />),
  },
  {
    key: 'cron',
    heading: 'When',
    isMinor: true,
    value: ({ cron, timezone }) => `${cron} ${timezone}`,
    cell: ({ cron, timezone }) => (
      <>
        <code>{cron}</code> in {placeOf(timezone)}
      </>
    ),
  },
  { key: 'list', heading: 'List', isMinor: true, value: ({ list }) => list },
];

/** Lists that are called again and again: how the last nights went, and when the next is. */
export function SchedulesPage() {
  const navigate = useNavigate();
  const query = useQuery({
    ...asking('GET /schedules', { query: SPAN }),
    refetchInterval: REFRESH_MS,
  });
  const schedules = query.data?.schedules ?? [];
  return (
    <Page title="Schedules" state={stateText(schedules)} actions={<AddSchedule />}>
      <Failure error={query.error} />
      <DataTable
        name="schedules"
        columns={COLUMNS}
        rows={schedules}
        keyOf={({ name }) => name}
        onOpen={({ name }) => void navigate({ to: '/schedules/$name', params: { name } })}
        empty={query.isPending ? null : <NoSchedule />}
      />
    </Page>
  );
}

function stateText(schedules: readonly ScheduleJson[]): string | undefined {
  const amiss = schedules.flatMap(nightsOf).filter(needsLook).length;
  return amiss === 0 ? undefined : `${countOf(amiss, 'night')} not as planned`;
}

function NoSchedule() {
  return (
    <EmptyState title="There is no schedule yet.">
      With one a list is called every night, each time as a campaign of its own. An admin adds it
      here, or with <code>./bin/enqueuer schedule add NAME</code>.
    </EmptyState>
  );
}
