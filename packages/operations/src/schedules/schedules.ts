import type { AuditDetails, CampaignStatus, ScheduleRun } from '@libby-dialer/dial-queue';
import {
  type CronTime,
  checkSchedule,
  type Schedule,
  ScheduleCalendar,
  ScheduleError,
  type ScheduleSettings,
} from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import { campaignChanges, changesToKeep } from '../campaigns/campaign-changes.ts';
import type { Context } from '../context.ts';

const NEXT_SHOWN = 3;
/** A run that has not begun so long after it was due is late. A daemon looks every 15 s. */
const LATE_AFTER_MS = 5 * 60_000;

/** There is no schedule of this name. */
export class NoSuchScheduleError extends DialerError {
  constructor(name: string) {
    super('no_such_schedule', `There is no schedule ${name}.`, { kind: 'not_found' });
  }
}

export interface AddedSchedule {
  readonly answer: 'added' | 'replaced' | 'unchanged';
  readonly schedule: Schedule;
  /** Its next runs. */
  readonly next: readonly CronTime[];
}

/** Adds a schedule, or changes it. Throws `DialerError` (`schedule`) where it cannot be. */
export async function addSchedule(
  context: Context,
  settings: ScheduleSettings,
): Promise<AddedSchedule> {
  const schedule = checked(settings, await context.now());
  const details = await detailsOf(context, schedule);
  const answer = await decide(context, { action: 'schedule.add', details }, async (did) => {
    const stored = await context.queue.schedules.put(schedule);
    did({ stored });
    await matchTriggers(context);
    return stored;
  });
  return { answer, schedule, next: nextRuns(schedule, schedule.addedAt) };
}

/** What it changes of its campaign, and all else as it is to be. */
async function detailsOf({ queue }: Context, schedule: Schedule): Promise<AuditDetails> {
  const { name, campaign, precision: _precision, addedAt: _addedAt, ...settings } = schedule;
  const before = await queue.schedules.get(name);
  const changes = before === undefined ? [] : campaignChanges(before.campaign, campaign);
  return { schedule: name, ...settings, changes: changesToKeep(changes) };
}

function checked(settings: ScheduleSettings, now: number): Schedule {
  try {
    return checkSchedule(settings, now);
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    throw new DialerError(error.code, error.message, { kind: 'invalid', cause: error });
  }
}

/** Removes a schedule; its campaigns stay. Throws `NoSuchScheduleError`. */
export async function removeSchedule(context: Context, name: string): Promise<void> {
  if ((await context.queue.schedules.get(name)) === undefined) throw new NoSuchScheduleError(name);
  const decision = { action: 'schedule.remove', details: { schedule: name } } as const;
  await decide(context, decision, async () => {
    if (!(await context.queue.schedules.remove(name))) throw new NoSuchScheduleError(name);
    await matchTriggers(context);
  });
}

/** One schedule at one instant. */
export interface ScheduleView {
  readonly schedule: Schedule;
  readonly next: readonly CronTime[];
  /** The latest first. */
  readonly last: readonly RunView[];
}

export interface RunView {
  readonly run: ScheduleRun;
  /** Undefined: there is no such campaign, or not any more. */
  readonly status: CampaignStatus | undefined;
  /** It began more than 5 min after it was due, or should have begun by then. */
  readonly isLate: boolean;
}

/** How much of a schedule to show. */
export interface ScheduleSpan {
  /** How many of its last runs. */
  readonly last: number;
  /** How many of those to come; left out: 3. */
  readonly next?: number;
}

export async function listSchedules(context: Context, span: ScheduleSpan): Promise<ScheduleView[]> {
  const now = await context.now();
  const views: ScheduleView[] = [];
  for (const schedule of await context.queue.schedules.list())
    views.push(await viewOf(context, schedule, now, span));
  return views;
}

/** One schedule. Throws `NoSuchScheduleError`. */
export async function readSchedule(
  context: Context,
  name: string,
  span: ScheduleSpan,
): Promise<ScheduleView> {
  const schedule = await context.queue.schedules.get(name);
  if (schedule === undefined) throw new NoSuchScheduleError(name);
  return await viewOf(context, schedule, await context.now(), span);
}

async function viewOf(
  { queue }: Context,
  schedule: Schedule,
  now: number,
  { last, next = NEXT_SHOWN }: ScheduleSpan,
): Promise<ScheduleView> {
  const runs = (await queue.schedules.runs(schedule.name)).slice(0, last);
  const views = runs.map(async (run) => ({
    run,
    status: await queue.status.read(run.campaign),
    isLate: isLate(run, now),
  }));
  return { schedule, next: nextRuns(schedule, now, next), last: await Promise.all(views) };
}

/** What was missed or has failed is worse than late. */
function isLate({ state, dueAt, startedAt }: ScheduleRun, now: number): boolean {
  if (state === 'missed' || state === 'failed') return false;
  return (startedAt ?? now) - dueAt > LATE_AFTER_MS;
}

function nextRuns(schedule: Schedule, after: number, count = NEXT_SHOWN): readonly CronTime[] {
  return new ScheduleCalendar(schedule).cron.next(after, count);
}

async function matchTriggers({ queue }: Context): Promise<void> {
  await using triggers = queue.scheduleTriggers();
  await triggers.match(await queue.schedules.list());
}
