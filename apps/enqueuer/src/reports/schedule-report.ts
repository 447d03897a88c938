import type { CampaignStatus } from '@libby-dialer/dial-queue';
import {
  type CronTime,
  campaignIdOf,
  listPathOf,
  OUTCOMES,
  type Schedule,
} from '@libby-dialer/dialing';
import type { RunView, ScheduleView } from '@libby-dialer/operations';
import { countOf, formatCount } from '@libby-dialer/runtime';
import { formatTable } from '../terminal/table.ts';
import { wallClock } from './wall-clock.ts';

/** One schedule, for people. */
export function scheduleText({ schedule, next, last }: ScheduleView): string {
  const { name, cron, timezone, list, canary } = schedule;
  const [soon] = next;
  const rows = [
    ['  next', soon === undefined ? 'never' : timeText(soon, timezone)],
    ...last.map((view, index) => [
      index === 0 ? '  last' : '',
      `${clockText(view.run)}  ${runText(view, schedule)}`,
    ]),
  ];
  const first = canary === undefined ? '' : `, ${countOf(canary.calls, 'call')} first`;
  return `${name}: "${cron}" ${timezone}, ${list}${first}\n${formatTable(rows)}`;
}

/** The runs to come, with what they will be called. */
export function nextRunsText(
  { name, timezone, precision }: Schedule,
  next: readonly CronTime[],
): string {
  return formatTable(
    next.map((time) => [
      `  ${timeText(time, timezone)}`,
      campaignIdOf(name, time.local, precision),
    ]),
  );
}

/** `Tue 2026-12-01 18:30 America/Denver (Wed 2026-12-02 01:30 UTC)`. */
function timeText(time: CronTime, zone: string): string {
  const local = clockText(time);
  const utc = wallClock(time.dueAt, 'UTC');
  return `${local} ${zone} (${utc.slice(0, 14) === local.slice(0, 14) ? utc.slice(15) : utc} UTC)`;
}

/** A local time with its day of the week; also one that the clock skips. */
function clockText({ local }: Pick<CronTime, 'local'>): string {
  return `${wallClock(Date.parse(`${local}Z`), 'UTC').slice(0, 3)} ${local.replace('T', ' ')}`;
}

function runText({ run, status }: RunView, schedule: Schedule): string {
  const { state, campaign, counts, message } = run;
  if (state === 'missed' || state === 'failed') return `${state}: ${message ?? ''}`;
  if (state === 'waiting_for_list') return `waits for its list ${listPathOf(schedule, run)}`;
  const loaded =
    state === 'loaded' ? `${campaign}: ${countsText(counts ?? {})}` : `${campaign}: ${state}`;
  if (run.archived) return `${loaded}; archived`;
  return status === undefined ? loaded : `${loaded}; ${callsText(status)}`;
}

function countsText({ rows = 0, rejected = 0 }: Readonly<Record<string, number>>): string {
  return `loaded ${countOf(rows, 'row')}${rejected === 0 ? '' : `, ${formatCount(rejected)} rejected`}`;
}

/**
 * `running: 120 pending, 4 in flight, 1,030 accepted, 2 unknown`; what there is none of is left
 * out.
 */
function callsText({ state, pending, inFlight, outcomes }: CampaignStatus): string {
  const counts: [string, number][] = [
    ['pending', pending],
    ['in flight', inFlight],
    ...OUTCOMES.map((outcome): [string, number] => [outcome, outcomes[outcome]]),
  ];
  const parts = counts
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${formatCount(count)} ${what}`);
  return parts.length === 0 ? state : `${state}: ${parts.join(', ')}`;
}
