import type { CallingWindow, Campaign } from '@libby-dialer/dialing';
import {
  type ConfigOf,
  countOf,
  describeRedis,
  formatCount,
  libbyConfig,
  redisConfig,
} from '@libby-dialer/runtime';
import { type OwnList, readingArguments } from '../command-line.ts';
import type { Dialing, LoadReport } from '../report/dialing.ts';
import { heading } from '../report/run-report.ts';
import type { Screen } from '../screen.ts';

export const liveConfig = { redis: redisConfig, libby: libbyConfig };
export type LiveConfig = ConfigOf<typeof liveConfig>;

/** What a live run is about to do. */
export interface LivePlan {
  readonly campaign: Campaign;
  readonly load: LoadReport;
  /** New ones and those that wait from before. */
  readonly calls: number;
  /** Of other campaigns in the same Redis: workers dial them all. */
  readonly callsOfOthers: number;
}

export async function makePlan(
  dialing: Dialing,
  { list, campaign: path, reading }: OwnList,
  campaign: Campaign,
): Promise<LivePlan> {
  const load = JSON.parse(
    await dialing.programs.enqueuer(
      'load',
      list,
      '--campaign',
      path,
      ...readingArguments(reading),
      '--dry-run',
      '--json',
    ),
  ) as LoadReport;
  const statuses = await dialing.status.readAll();
  const own = statuses.find(({ id }) => id === campaign.id);
  const others = statuses.filter(({ id, state }) => id !== campaign.id && state !== 'canceled');
  return {
    campaign,
    load,
    calls: load.queued + (own?.pending ?? 0),
    callsOfOthers: others.reduce((sum, { pending }) => sum + pending, 0),
  };
}

export function planLines(
  screen: Pick<Screen, 'styled'>,
  list: string,
  plan: LivePlan,
  { redis, libby }: LiveConfig,
): string[] {
  const { campaign, load, calls, callsOfOthers } = plan;
  const { fromPhoneNumber, callingWindow, id } = campaign;
  return [
    heading(screen, 'This rings real phones.'),
    '',
    `  Calls     ${formatCount(calls)}, from ${list} for the campaign ${id}`,
    `            ${formatCount(load.rejected)} of its rows cannot be called, ${formatCount(load.duplicates)} repeat an earlier one`,
    `  From      ${fromPhoneNumber.join(', ')}`,
    `  Hours     ${describeHours(callingWindow)}`,
    `  Through   ${libby.apiUrl}`,
    `  Redis     ${describeRedis(redis.connection)}`,
    ...changeLines(load.change),
    ...(callsOfOthers > 0
      ? [
          `  Besides   ${countOf(callsOfOthers, 'call')} of other campaigns in this Redis: the workers dial those too`,
        ]
      : []),
    '',
  ];
}

/** The texts and rules by which it is dialed, if they are others than before. */
export function changeLines(change: LoadReport['change']): string[] {
  if (!change) return [];
  const calls = change.pending === 0 ? '' : `, also for ${countOf(change.pending, 'call')} waiting`;
  const keys = change.changes.map(({ key }) => key).join(', ');
  return [`  Changes   ${keys} of the campaign as it is stored${calls}`];
}

/** A calling window in words. */
export function describeHours(window: CallingWindow): string {
  if (window === 'anytime') return 'at any time of day and night';
  const { from, to, days, timezone } = window;
  const where = timezone === 'recipient' ? 'where each person lives' : timezone;
  return `${from} to ${to}, ${days.length === 7 ? 'every day' : days.join(' ')}, ${where}`;
}
