import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { ListError } from '@libby-dialer/call-list';
import type { ScheduleRun, ScheduleStore } from '@libby-dialer/dial-queue';
import {
  type CronTime,
  campaignOf,
  isoInstant,
  listPathOf,
  type Schedule,
  ScheduleCalendar,
} from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';
import { ListLookout } from './list-lookout.ts';
import { type CarryEnd, type LoadHooks, RunCarrier } from './run-carrier.ts';
import { NoSuchScheduleError } from './schedules.ts';

const LEASE_MS = 30_000;

export interface RunRequest extends LoadHooks {
  /**
   * Local date of the run, such as 2026-12-01, where several share it 2026-12-01T18:30; left out:
   * today.
   */
  readonly date?: string | undefined;
  /**
   * Asked where the run is not due yet, whether it is meant: it is not carried out again then. Left
   * out: it is not.
   */
  readonly isEarlyMeant?: (schedule: Schedule, run: ScheduleRun) => Promise<boolean>;
  readonly signal: AbortSignal;
}

export interface ScheduleRunEnd {
  readonly schedule: Schedule;
  readonly run: ScheduleRun;
  /** Epoch ms of Redis's clock, before it was carried out. */
  readonly now: number;
  readonly end: CarryEnd;
}

/**
 * Carries out a run here and now, unless it has queued calls already. Throws `DialerError`
 * (`no_such_schedule`, `no_such_run`, `which_run`, `bad_date`, `list_not_found`, `run_early`,
 * `run_expired`, `run_forgotten`, `redis_unfit`).
 */
export async function runSchedule(
  context: Context,
  name: string,
  { date, isEarlyMeant, signal, ...loadHooks }: RunRequest,
): Promise<ScheduleRunEnd> {
  await context.requireDurableRedis();
  const store = context.queue.schedules;
  const schedule = await store.get(name);
  if (schedule === undefined) throw new NoSuchScheduleError(name);
  const now = await context.now();
  const time = timeOf(schedule, date, now);
  // What is recorded as due is a daemon's to carry out, so nothing is before it is known that it
  // can be.
  const foreseen = await store.foresee(schedule, time);
  await refuseWithoutList(schedule, foreseen);
  refuseExpired(schedule, foreseen, now);
  if (foreseen.state !== 'loaded' && now < foreseen.dueAt) {
    if ((await isEarlyMeant?.(schedule, foreseen)) !== true) throw earlyError(schedule, foreseen);
  }
  const decision = {
    action: 'schedule.run',
    campaign: foreseen.campaign,
    details: { schedule: name, run: foreseen.local },
  } as const;
  return await decide(context, decision, async (did) => {
    const run = await wantedRun(store, schedule, time);
    const end = await carrierFor(context, signal, loadHooks).carryOutNow(schedule, run);
    did({ end: end.kind, ...('reason' in end && { reason: end.reason }) });
    return { schedule, run, now, end };
  });
}

function carrierFor(context: Context, signal: AbortSignal, loadHooks: LoadHooks): RunCarrier {
  return new RunCarrier({
    context,
    store: context.queue.schedules,
    processId: `schedule-run-${process.pid}-${randomBytes(3).toString('hex')}`,
    now: () => context.now(),
    lookout: new ListLookout(0),
    leaseMs: LEASE_MS,
    signal,
    loadHooks,
  });
}

/** It would use the run up: its list may not be complete, and may be meant for then. */
function earlyError({ name }: Schedule, { local, dueAt }: ScheduleRun): DialerError {
  return new DialerError(
    'run_early',
    `Run ${local} of ${name} is due only at ${isoInstant(dueAt)}, and is not carried out again then if it is now.`,
    { kind: 'refused' },
  );
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

async function wantedRun(
  store: ScheduleStore,
  schedule: Schedule,
  time: CronTime,
): Promise<ScheduleRun> {
  const run = await store.noteWanted(schedule, time);
  if (run !== undefined) return run;
  const message = `Run ${time.local} of ${schedule.name} is too long ago: there is no record any more of whether it was loaded.`;
  throw new DialerError('run_forgotten', message, { kind: 'conflict' });
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
