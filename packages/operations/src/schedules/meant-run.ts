import { stat } from 'node:fs/promises';
import { ListError } from '@libby-dialer/call-list';
import type { ScheduleRun } from '@libby-dialer/dial-queue';
import {
  type CronTime,
  campaignOf,
  isoInstant,
  listPathOf,
  type Schedule,
  ScheduleCalendar,
} from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';
import { NoSuchScheduleError } from './schedules.ts';

/** A run that a person wants to carry out now, as it is recorded or would be. */
export interface MeantRun {
  readonly schedule: Schedule;
  readonly time: CronTime;
  readonly foreseen: ScheduleRun;
  /** Epoch ms of Redis's clock. */
  readonly now: number;
}

/**
 * Finds it, and refuses what could not be carried out. Nothing is recorded. Throws `DialerError`
 * (`no_such_schedule`, `no_such_run`, `which_run`, `bad_date`, `list_not_found`, `run_expired`).
 * @param date its local date, or its local time where several share one; left out: today
 */
export async function meantRun(
  context: Context,
  name: string,
  date: string | undefined,
): Promise<MeantRun> {
  const store = context.queue.schedules;
  const schedule = await store.get(name);
  if (schedule === undefined) throw new NoSuchScheduleError(name);
  const now = await context.now();
  const time = timeOf(schedule, date, now);
  const foreseen = await store.foresee(schedule, time);
  await refuseWithoutList(schedule, foreseen);
  refuseExpired(schedule, foreseen, now);
  return { schedule, time, foreseen, now };
}

/**
 * The run that a person means: by its date, which must be enough to tell it, or by its local time.
 */
function timeOf(schedule: Schedule, given: string | undefined, now: number): CronTime {
  const { name, cron, timezone } = schedule;
  const wanted = given ?? localDate(now, timezone);
  const [day = '', time] = wanted.split('T');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !isThereTime(`${day}T${time ?? '00:00'}`)) {
    throw new DialerError('bad_date', `${wanted} is no date such as 2026-12-01.`, {
      kind: 'invalid',
    });
  }
  const times = new ScheduleCalendar(schedule).cron.on(day);
  const [found, ...others] =
    time === undefined ? times : times.filter(({ local }) => local === wanted);
  if (found === undefined) {
    const message = `${name} ("${cron}" ${timezone}) has no run on ${wanted}; name another date.`;
    throw new DialerError('no_such_run', message, { kind: 'not_found' });
  }
  if (others.length === 0) return found;
  const names = times.slice(0, 4).map(({ local }) => local);
  const message = `${name} has ${times.length} runs on ${day}; name one, such as ${names.join(', ')}.`;
  throw new DialerError('which_run', message, { kind: 'invalid' });
}

/** Not the 31st of February, which `Date` takes for a day in March. */
function isThereTime(local: string): boolean {
  const date = new Date(`${local}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(local);
}

function localDate(now: number, timezone: string): string {
  // The Swedish way to write a date is ISO 8601.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(now);
}

async function refuseWithoutList(schedule: Schedule, run: ScheduleRun): Promise<void> {
  const path = listPathOf(schedule, run);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new ListError('not_found', `There is no list ${path}.`);
}

/** Its calls would be queued only to end as `expired`. */
function refuseExpired(schedule: Schedule, run: ScheduleRun, now: number): void {
  const { expiresAt } = campaignOf(schedule, run);
  if (run.state === 'loaded' || expiresAt === undefined || now < expiresAt) return;
  throw new DialerError(
    'run_expired',
    `The calls of run ${run.local} of ${schedule.name} expired at ${isoInstant(expiresAt)}; load its list into another campaign.`,
    { kind: 'conflict' },
  );
}
