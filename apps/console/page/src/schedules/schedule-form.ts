import type { ApiAnswer, ApiRequest } from '@libby-dialer/http-api';

export type ScheduleInFull = ApiAnswer<'GET /schedules/{name}'>;
type ScheduleBody = ApiRequest<'PUT /schedules/{name}'>['body'];

const MINUTE_MS = 60_000;

/** What a person fills in; numbers as they are typed. */
export interface ScheduleForm {
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly list: string;
  /** Id of a stored campaign; empty: the one that the schedule has. */
  readonly campaign: string;
  readonly waitMinutes: string;
  readonly expiresMinutes: string;
  readonly keepRuns: string;
  readonly canaryCalls: string;
}

export function emptyForm(timezone: string): ScheduleForm {
  const rest = { waitMinutes: '0', expiresMinutes: '', keepRuns: '', canaryCalls: '' };
  return { name: '', cron: '', timezone, list: '', campaign: '', ...rest };
}

export function formOf(schedule: ScheduleInFull): ScheduleForm {
  const { name, cron, timezone, list, waitForListMs, expiresAfterMs, keepRuns, canary } = schedule;
  return {
    name,
    cron,
    timezone,
    list,
    campaign: '',
    waitMinutes: String(waitForListMs / MINUTE_MS),
    expiresMinutes: expiresAfterMs === null ? '' : String(expiresAfterMs / MINUTE_MS),
    keepRuns: textOf(keepRuns),
    canaryCalls: textOf(canary?.calls),
  };
}

/** Whether there is enough to ask the console about. */
export function isFilled({ name, cron, timezone, list, campaign }: ScheduleForm, isNew: boolean) {
  return [name, cron, timezone, list].every((text) => text.trim() !== '') && !(isNew && !campaign);
}

/** @param stored what it changes: whatever no field is for stays as it is */
export function bodyOf(form: ScheduleForm, stored: ScheduleInFull | undefined): ScheduleBody {
  const { cron, timezone, list, campaign, waitMinutes, expiresMinutes, keepRuns } = form;
  return {
    ...readingOf(stored),
    cron: cron.trim(),
    timezone: timezone.trim(),
    list: list.trim(),
    ...(campaign !== '' && { campaign: campaign.trim() }),
    waitForListMs: minutes(waitMinutes) ?? 0,
    expiresAfterMs: minutes(expiresMinutes),
    keepRuns: number(keepRuns),
    canary: canaryOf(form, stored),
  };
}

function readingOf(stored: ScheduleInFull | undefined): Partial<ScheduleBody> {
  const { format, sheet, encoding, headerRow } = stored ?? {};
  return {
    format: (format ?? undefined) as ScheduleBody['format'],
    sheet: sheet ?? undefined,
    encoding: encoding ?? undefined,
    headerRow: headerRow ?? undefined,
  };
}

/** The share that must be accepted stays as it is. */
function canaryOf({ canaryCalls }: ScheduleForm, stored: ScheduleInFull | undefined) {
  const calls = number(canaryCalls);
  if (calls === undefined) return undefined;
  const before = stored?.canary;
  const pass = before?.needed ? before.needed / before.calls : undefined;
  return { calls, ...(pass !== undefined && { pass }) };
}

function minutes(text: string): number | undefined {
  const given = number(text);
  return given === undefined ? undefined : Math.round(given * MINUTE_MS);
}

function number(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text);
}

function textOf(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}
