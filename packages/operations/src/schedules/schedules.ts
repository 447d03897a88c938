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
}

/** @param last how many of the last runs */
export async function listSchedules(
  context: Context,
  { last }: { last: number },
): Promise<ScheduleView[]> {
  const now = await context.now();
  const views: ScheduleView[] = [];
  for (const schedule of await context.queue.schedules.list())
    views.push(await viewOf(context, schedule, { now, last }));
  return views;
}

async function viewOf(
  { queue }: Context,
  schedule: Schedule,
  { now, last }: { now: number; last: number },
): Promise<ScheduleView> {
  const runs = (await queue.schedules.runs(schedule.name)).slice(0, last);
  const views = runs.map(async (run) => ({ run, status: await queue.status.read(run.campaign) }));
  return { schedule, next: nextRuns(schedule, now), last: await Promise.all(views) };
}

function nextRuns(schedule: Schedule, after: number): readonly CronTime[] {
  return new ScheduleCalendar(schedule).cron.next(after, NEXT_SHOWN);
}

async function matchTriggers({ queue }: Context): Promise<void> {
  await using triggers = queue.scheduleTriggers();
  await triggers.match(await queue.schedules.list());
}
