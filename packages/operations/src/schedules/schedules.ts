import {
  type AuditDetails,
  type CampaignStatus,
  CampaignUnsupportedError,
  type ScheduleRun,
} from '@libby-dialer/dial-queue';
import {
  type Campaign,
  type CronTime,
  checkSchedule,
  readStoredCampaign,
  type Schedule,
  ScheduleCalendar,
  ScheduleError,
  type ScheduleSettings,
} from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import { type CampaignChange, changesToKeep } from '../campaigns/campaign-changes.ts';
import type { Context } from '../context.ts';
import { scheduleChanges, scheduleEdition } from './schedule-changes.ts';

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
  /** In which it differs from the one it replaces. */
  readonly changes: readonly CampaignChange[];
  /** Its next runs. */
  readonly next: readonly CronTime[];
}

/** What adding a schedule would do; stores nothing. Throws what `addSchedule` would. */
export async function previewSchedule(
  context: Context,
  settings: ScheduleSettings,
): Promise<AddedSchedule> {
  const schedule = checked(settings, await context.now());
  const before = await context.queue.schedules.get(schedule.name);
  const changes = before === undefined ? [] : scheduleChanges(before, schedule);
  const kind = changes.length === 0 ? 'unchanged' : 'replaced';
  const answer = before === undefined ? 'added' : kind;
  return { answer, schedule, changes, next: nextRuns(schedule, schedule.addedAt) };
}

/**
 * Adds a schedule, or changes it. Throws `DialerError` (`schedule`) where it cannot be, and
 * `changed_meanwhile`.
 * @param edition only if this is still the latest (`scheduleEdition`); empty: only a new one
 */
export async function addSchedule(
  context: Context,
  settings: ScheduleSettings,
  edition?: string,
): Promise<AddedSchedule> {
  const previewed = await previewSchedule(context, settings);
  const { schedule, changes } = previewed;
  const details = detailsOf(schedule, changes);
  const answer = await decide(context, { action: 'schedule.add', details }, async (did) => {
    const stored = await context.queue.schedules.put(
      schedule,
      (before) => edition === undefined || scheduleEdition(before) === edition,
    );
    if (stored === 'refused') throw changedMeanwhileError(schedule);
    did({ stored });
    await matchTriggers(context);
    return stored;
  });
  return { ...previewed, answer };
}

function changedMeanwhileError({ name }: Schedule): DialerError {
  const message = `Schedule ${name} was changed meanwhile: look at it again before you change it.`;
  return new DialerError('changed_meanwhile', message, { kind: 'conflict' });
}

/** What it changes, and all but its campaign as it is to be. */
function detailsOf(schedule: Schedule, changes: readonly CampaignChange[]): AuditDetails {
  const { name, campaign: _campaign, precision: _precision, addedAt: _at, ...settings } = schedule;
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

/**
 * The campaign that a schedule's runs are made of. Throws `NoSuchScheduleError`, and
 * `CampaignUnsupportedError` where a newer version has stored it.
 */
export async function scheduleCampaign({ queue }: Context, name: string): Promise<Campaign> {
  const schedule = await queue.schedules.get(name);
  if (schedule === undefined) throw new NoSuchScheduleError(name);
  const verdict = readStoredCampaign(schedule.campaign);
  if (verdict.ok) return verdict.campaign;
  throw new CampaignUnsupportedError(name, verdict.unknownRules);
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
