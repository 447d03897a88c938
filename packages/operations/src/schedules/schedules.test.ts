import type { ScheduleRun } from '@libby-dialer/dial-queue';
import { checkSchedule } from '@libby-dialer/dialing';
import { expect, test } from 'vitest';
import { eachTest, type TestBench } from '../testing/test-bench.ts';
import { readSchedule } from './schedules.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LEASE = { owner: 'a daemon', leaseMs: 60_000 };

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

test('a night is late that began 5 min after it was due, or has not begun by then', async () => {
  const { queue, context } = bench;
  const now = await context.now();
  const due = new Date(now - 2 * HOUR_MS);
  const cron = `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`;
  const settings = { name: 'nightly', cron, timezone: 'UTC', list: 'a.csv', waitForListMs: 0 };
  const campaign = await bench.put('template');
  const schedule = checkSchedule({ ...settings, campaign }, now - 60 * HOUR_MS);
  await queue.schedules.put(schedule);
  await queue.schedules.noteDue(schedule, now);

  const [latest, second, first] = await queue.schedules.runs('nightly');
  await begin(second, 6);
  await begin(first, 4);
  const { last } = await readSchedule(context, 'nightly', { last: 10 });
  expect(last.map(({ run, isLate }) => [run.local, run.state, isLate])).toEqual([
    [latest?.local, 'due', true],
    [second?.local, 'loaded', true],
    [first?.local, 'loaded', false],
  ]);
});

test('a schedule that is not there is refused', async () => {
  const asked = readSchedule(bench.context, 'nightly', { last: 1 });
  await expect(asked).rejects.toMatchObject({ code: 'no_such_schedule', kind: 'not_found' });
});

async function begin(run: ScheduleRun | undefined, minutesLate: number): Promise<void> {
  if (run === undefined) throw new Error('There is no such run.');
  const { local, dueAt } = run;
  const { schedules } = bench.queue;
  await schedules.take('nightly', local, LEASE, { again: true });
  const startedAt = dueAt + minutesLate * MINUTE_MS;
  await schedules.giveBack('nightly', local, LEASE, { state: 'loaded', startedAt });
}
