import { placeholdersOf } from '../calls/template.ts';
import type { Campaign } from '../campaigns/campaign.ts';
import type { Canary } from '../campaigns/canary.ts';
import { SCHEDULED_CANARY } from '../campaigns/stored-campaign.ts';
import { RecipientHours } from '../hours/recipient-hours.ts';
import { CronCalendar, CronError, type CronPrecision, type CronTime } from './cron-calendar.ts';

/** Of a campaign's id, which each run makes from the schedule's name. */
const LONGEST_ID = 63;
const SUFFIXES = {
  date: '-2026-12-01',
  minute: '-2026-12-01-1830',
  second: '-2026-12-01-183000',
} as const;

/** What a list's path may ask for. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(['date', 'time', 'campaign']);

/**
 * Hours that are open for longer than this have no end to speak of: a window may be open all week.
 */
const LONGEST_SPAN_MS = 8 * 86_400_000;

/** What is called again and again, as a person defines it. */
export interface ScheduleSettings {
  readonly name: string;
  readonly cron: string;
  /** IANA name: whose clock the cron goes by. */
  readonly timezone: string;
  /** Path of the list, with `{{date}}`, `{{time}}` and `{{campaign}}`. */
  readonly list: string;
  /** How the list is read where it does not tell by itself, as a load is told. */
  readonly format?: string | undefined;
  readonly sheet?: string | undefined;
  readonly encoding?: string | undefined;
  readonly headerRow?: number | undefined;
  /** As checked; each run takes an id and an end of its own. */
  readonly campaign: Campaign;
  /** How long after it is due a run waits for its list. */
  readonly waitForListMs: number;
  /** How long after it is due a run's calls may begin. */
  readonly expiresAfterMs?: number | undefined;
  /** Campaigns of older runs are archived. */
  readonly keepRuns?: number | undefined;
  /** Of each run so many calls go first. */
  readonly canary?: Canary | undefined;
}

/** A schedule as it is stored. */
export interface Schedule extends ScheduleSettings {
  /** How much of its local time names a run. Kept, so that names never change. */
  readonly precision: CronPrecision;
  /** Epoch ms of Redis's clock: what the cron names before is no run. */
  readonly addedAt: number;
}

/** A schedule that cannot be stored. The message is a sentence for the user. */
export class ScheduleError extends Error {
  readonly code = 'schedule';
}

/** Checks what a person asks for. Throws `ScheduleError`. @param addedAt epoch ms */
export function checkSchedule(settings: ScheduleSettings, addedAt: number): Schedule {
  const precision = precisionOf(settings);
  checkName(settings.name, precision);
  checkList(settings.list);
  return { ...settings, campaign: campaignStored(settings), precision, addedAt };
}

/** A daemon that knows of no canaries does not carry out its runs. */
function campaignStored({ campaign, canary }: ScheduleSettings): Campaign {
  return canary === undefined
    ? campaign
    : Object.assign({}, campaign, { requires: [SCHEDULED_CANARY] });
}

function precisionOf({ cron, timezone }: ScheduleSettings): CronPrecision {
  try {
    return new CronCalendar(cron, timezone).precision;
  } catch (error) {
    if (error instanceof CronError) throw new ScheduleError(error.message, { cause: error });
    throw error;
  }
}

function checkName(name: string, precision: CronPrecision): void {
  const longest = LONGEST_ID - SUFFIXES[precision].length;
  if (/^[a-z0-9][a-z0-9-]*$/.test(name) && name.length <= longest) return;
  const example = `${name.slice(0, 12)}${SUFFIXES[precision]}`;
  throw new ScheduleError(
    `The name ${name} must be 1 to ${longest} characters of a-z, 0-9 and -, for its campaigns are called like ${example}.`,
  );
}

function checkList(list: string): void {
  const stranger = placeholdersOf(list).find((name) => !PLACEHOLDERS.has(name));
  if (stranger !== undefined || /\{\{|\}\}/.test(fillList(list, () => ''))) {
    throw new ScheduleError(
      `The list ${list} may hold {{date}}, {{time}} and {{campaign}}, and no other braces.`,
    );
  }
  if (list.trim() === '' || list === '-')
    throw new ScheduleError('The list must be the path of a file.');
}

/** Where a run's list lies, from a schedule's template. */
export function listPathOf(
  { list, precision }: Schedule,
  { local, campaign }: { local: string; campaign: string },
) {
  const values: Record<string, string> = {
    date: dateOf(local),
    time: timeOf(local, precision),
    campaign,
  };
  return fillList(list, (name) => values[name] ?? '');
}

function fillList(list: string, valueOf: (name: string) => string): string {
  return list.replace(/\{\{\s*([a-z]+)\s*\}\}/g, (_, name: string) => valueOf(name));
}

/**
 * The id of a run's campaign. @param precision how much of the local time it takes to be unlike any
 * other's
 */
export function campaignIdOf(name: string, local: string, precision: CronPrecision): string {
  return precision === 'date'
    ? `${name}-${dateOf(local)}`
    : `${name}-${dateOf(local)}-${timeOf(local, precision)}`;
}

function dateOf(local: string): string {
  return local.slice(0, 10);
}

function timeOf(local: string, precision: CronPrecision): string {
  const time = local.slice(11).replaceAll(':', '');
  return precision === 'second' ? time.padEnd(6, '0') : time.slice(0, 4);
}

/**
 * A run's campaign: the schedule's under an id of its own, its calls ending when the first of both
 * ends comes.
 */
export function campaignOf(schedule: Schedule, run: { campaign: string; dueAt: number }): Campaign {
  const expiresAt = expiryOf(schedule, run.dueAt);
  // What carrying it out requires is done then.
  const { requires: _, ...campaign }: Campaign & { requires?: unknown } = schedule.campaign;
  return { ...campaign, id: run.campaign, ...(expiresAt !== undefined && { expiresAt }) };
}

function expiryOf({ campaign, expiresAfterMs }: Schedule, dueAt: number): number | undefined {
  const ends = [
    campaign.expiresAt,
    expiresAfterMs === undefined ? undefined : dueAt + expiresAfterMs,
  ];
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A schedule's times, and until when each run may begin. */
export class ScheduleCalendar {
  readonly cron: CronCalendar;
  readonly #schedule: Schedule;
  readonly #hours: RecipientHours;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
    this.cron = new CronCalendar(schedule.cron, schedule.timezone);
    this.#hours = hoursOf(schedule);
  }

  /**
   * Until when (epoch ms) it still makes sense to begin a run: the close of the first hours that
   * are open when it is due or later, and never after its calls expire. Hours without an end: until
   * the run after it is due, or it need not wait for its list any more.
   */
  lateUntil({ dueAt }: Pick<CronTime, 'dueAt'>): number {
    const span = this.#hours.campaignSpan(dueAt);
    const isBounded = span !== undefined && span.closesAt - dueAt <= LONGEST_SPAN_MS;
    const nextDueAt = this.cron.next(dueAt, 1)[0]?.dueAt ?? Number.MAX_SAFE_INTEGER;
    const end = isBounded
      ? span.closesAt
      : Math.max(nextDueAt, dueAt + this.#schedule.waitForListMs);
    return Math.min(end, expiryOf(this.#schedule, dueAt) ?? end);
  }
}

/**
 * The recipients live in many zones; how late a run may begin is judged by the schedule's, unless
 * the window has one.
 */
function hoursOf({ campaign, timezone }: Schedule): RecipientHours {
  const { callingWindow } = campaign;
  if (callingWindow === 'anytime' || callingWindow.timezone !== 'recipient')
    return new RecipientHours(campaign);
  return new RecipientHours({ callingWindow: { ...callingWindow, timezone } });
}
