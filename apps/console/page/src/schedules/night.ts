import type { ScheduleJson } from '@libby-dialer/http-api';

export type ScheduleRunJson = ScheduleJson['last'][number];
type ComingRun = ScheduleJson['next'][number];

/** How a night stands, the gravest first. */
export const NIGHT_STATES = ['failed', 'missed', 'late', 'open', 'done', 'coming'] as const;
export type NightState = (typeof NIGHT_STATES)[number];

/** One time that a schedule's list is called, in the past or to come. */
export interface Night {
  /** Its name: the local time, such as `2026-12-01T18:00`. */
  readonly local: string;
  readonly dueAt: string;
  readonly campaign: string;
  readonly state: NightState;
  /** Undefined: it is not due yet, and nobody has asked for it. */
  readonly run: ScheduleRunJson | undefined;
}

/** All that are known, in the order of their local times. */
export function nightsOf({ last, next }: Pick<ScheduleJson, 'last' | 'next'>): Night[] {
  const recorded = new Set(last.map(({ local }) => local));
  const coming = next.filter(({ local }) => !recorded.has(local)).map(comingNight);
  return [...last.map(recordedNight), ...coming].toSorted((one, other) =>
    one.local.localeCompare(other.local),
  );
}

function recordedNight(run: ScheduleRunJson): Night {
  const { local, dueAt, campaign } = run;
  return { local, dueAt, campaign, state: stateOf(run), run };
}

function comingNight(time: ComingRun): Night {
  return { ...time, state: 'coming', run: undefined };
}

function stateOf({ state, isLate }: ScheduleRunJson): NightState {
  if (state === 'missed' || state === 'failed') return state;
  if (isLate) return 'late';
  return state === 'loaded' ? 'done' : 'open';
}

/** What of a night is said in a word or two. */
export function nightWords({ state, run }: Night): string {
  if (run === undefined) return 'coming';
  if (state === 'missed' || state === 'failed') return state;
  return state === 'late' ? `late, ${RUN_WORDS[run.state]}` : RUN_WORDS[run.state];
}

const RUN_WORDS: Readonly<Record<ScheduleRunJson['state'], string>> = {
  due: 'due',
  waiting_for_list: 'waits for its list',
  loading: 'loading',
  loaded: 'done',
  missed: 'missed',
  failed: 'failed',
};

/** Whether a person should look: it did not run, or it should have by now. */
export function needsLook({ state, run }: Night): boolean {
  return state === 'failed' || state === 'missed' || (state === 'late' && run?.state !== 'loaded');
}

/** Whether it can be carried out: not twice, and not while somebody does. */
export function canRun({ run }: Night): boolean {
  if (run?.state === 'loading') return false;
  return run?.state !== 'loaded' || run.counts?.['queued'] === 0;
}

/** "Tue 1 Dec 18:00", by the clock of the schedule's zone. */
export function nightText(local: string): string {
  return `${dayText(local.slice(0, 10))} ${local.slice(11)}`;
}

/** "Tue 1 Dec" of 2026-12-01. */
export function dayText(date: string): string {
  return DAY.format(Date.parse(`${date}T00:00Z`)).replaceAll(',', '');
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});
