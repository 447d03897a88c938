import { isoInstant, OUTCOMES } from '@libby-dialer/dialing';
import type { CampaignView, End, Rate } from '@libby-dialer/operations';
import { countOf, formatCount, formatDuration } from '@libby-dialer/runtime';
import { type Cell, formatTable } from '../terminal/table.ts';
import { rateText } from './dry-run-report.ts';
import { canaryText, causeText, holdTable } from './hold-report.ts';
import { hasIdleReason, idleLines, idleLinesOfEach, idleLinesOnce } from './idle-lines.ts';
import { callTimeText, wallClock } from './wall-clock.ts';

/** One campaign, for people. */
export function statusOfOne(view: CampaignView, width?: number): string {
  const { id, state, pending, inFlight, outcomes, holds } = view.status;
  const counts = OUTCOMES.map((outcome): Cell[] => [`  ${outcome}`, outcomes[outcome]]);
  const table = formatTable([['  pending', pending], ['  in flight', inFlight], ...counts]);
  const lines = [...rateLines(view.rate), ...idleLines(view), ...outlookLines(view)]
    .map((sentence) => `${sentence}\n`)
    .join('');
  return `${id}: ${state}\n${table}${lines === '' ? '' : `\n${lines}`}${holds.length === 0 ? '' : `\n${holdTable(holds, view.now, width)}`}`;
}

function rateLines({ lastSeconds, lastMinute }: Rate): string[] {
  if (lastSeconds === undefined || lastMinute === undefined) return [];
  return [
    `${perSecond(lastSeconds)} settled over the last 10 s, ${perSecond(lastMinute)} over the last minute`,
  ];
}

function perSecond(rate: number): string {
  return `${rate.toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })}/s`;
}

function outlookLines(view: CampaignView): string[] {
  const { opening, end } = view.outlook;
  const { now } = view;
  const lines: string[] = [];
  if (opening !== undefined) {
    lines.push(
      `opens at ${callTimeText(opening.at, opening.zones)}, in ${formatDuration(opening.at - now)}`,
    );
  }
  if (end === undefined) return lines;
  const supposing = hasIdleReason(view, 'no_worker') ? ', if a worker started now' : '';
  lines.push(
    `${endText(end, now)}${supposing}`,
    `at ${rateText(end.callsPerSecond)} (${RATES[end.by]})`,
  );
  if (end.unplaced > 0)
    lines.push(`about ${countOf(end.unplaced, 'call')} would expire before their turn comes`);
  return lines;
}

const RATES = {
  callsPerSecond: 'pacing.callsPerSecond',
  maxInFlight: 'pacing.maxInFlight',
  lines: 'lines',
  measured: 'its recent pace',
} as const;

function endText({ at, latestAt }: End, now: number): string {
  if (at === undefined) return 'done in more than a year';
  const worst = latestAt === undefined ? 'more than a year' : `${wallClock(latestAt, 'UTC')} UTC`;
  const isLater = latestAt === undefined || wallClock(latestAt, 'UTC') !== wallClock(at, 'UTC');
  return `done about ${wallClock(at, 'UTC')} UTC, in ${formatDuration(at - now)}${isLater ? ` (at the latest ${worst})` : ''}`;
}

/** Every campaign, for people: a table of counts. */
export function statusOfAll(views: readonly CampaignView[], width?: number): string {
  if (views.length === 0) return 'There is no campaign yet.\n';
  const headings = [
    'CAMPAIGN',
    'STATE',
    'PENDING',
    'IN FLIGHT',
    ...OUTCOMES.map((outcome) => outcome.toUpperCase()),
  ];
  const rows = views.map(({ status: { id, state, pending, inFlight, outcomes } }): Cell[] => [
    id,
    state,
    pending,
    inFlight,
    ...OUTCOMES.map((outcome) => outcomes[outcome]),
  ]);
  return formatTable([headings, ...rows], width) + belowTable(views, width);
}

/**
 * The same for those who watch: with rate and end, and only the outcomes that there are, so that it
 * fits a terminal.
 */
export function watchOfAll(views: readonly CampaignView[], width?: number): string {
  if (views.length === 0) return 'There is no campaign yet.\n';
  const shown = OUTCOMES.filter((outcome) =>
    views.some(({ status }) => status.outcomes[outcome] > 0),
  );
  const headings = [
    'CAMPAIGN',
    'STATE',
    'PENDING',
    'IN FLIGHT',
    'RATE',
    'DONE IN',
    ...shown.map((name) => name.toUpperCase()),
  ];
  const rows = views.map(({ status, rate, outlook, now }): Cell[] => [
    status.id,
    status.state,
    status.pending,
    status.inFlight,
    rate.lastSeconds === undefined ? '' : perSecond(rate.lastSeconds),
    outlook.end?.at === undefined ? '' : formatDuration(outlook.end.at - now),
    ...shown.map((outcome) => status.outcomes[outcome]),
  ]);
  return formatTable([headings, ...rows], width) + belowTable(views, width);
}

function belowTable(views: readonly CampaignView[], width: number | undefined): string {
  const waiting = views.flatMap(({ status, outlook: { opening }, now }) =>
    opening === undefined
      ? []
      : `${status.id} opens at ${callTimeText(opening.at, opening.zones)}, in ${formatDuration(opening.at - now)}`,
  );
  const holds = [
    ...new Map(
      views.flatMap(({ status }) => status.holds).map((hold) => [hold.scope, hold]),
    ).values(),
  ];
  const held = holds.length === 0 ? '' : `\n${holdTable(holds, views[0]?.now ?? 0, width)}`;
  const lines = [
    ...idleLinesOnce(views, 'redis_refuses'),
    ...idleLinesOfEach(views),
    ...waiting,
    ...idleLinesOnce(views, 'no_worker'),
  ].map((line) => `${line}\n`);
  return `${lines.length === 0 ? '' : `\n${lines.join('')}`}${held}`;
}

/** One campaign on one line, for a log. */
export function statusLine(view: CampaignView): string {
  const { status, outlook, rate, idle, refusal, now } = view;
  const { id, state, pending, inFlight, outcomes, holds } = status;
  const parts = [
    state,
    `${formatCount(pending)} pending`,
    `${formatCount(inFlight)} in flight`,
    ...OUTCOMES.filter((outcome) => outcomes[outcome] > 0).map(
      (name) => `${formatCount(outcomes[name])} ${name}`,
    ),
    ...(rate.lastSeconds === undefined ? [] : [perSecond(rate.lastSeconds)]),
    ...(refusal === undefined ? [] : ['Redis refuses to write']),
    ...(hasIdleReason(view, 'no_worker') ? ['no worker is running'] : []),
    ...(hasIdleReason(view, 'no_calls') ? ['no calls yet'] : []),
    ...(status.unknownRules.length > 0 ? [`unknown rules: ${status.unknownRules.join(', ')}`] : []),
    ...(status.setAside > 0 ? [`${formatCount(status.setAside)} set aside`] : []),
    ...(idle.linesFullUntil === undefined
      ? []
      : [`lines are full until ${isoInstant(idle.linesFullUntil)}`]),
    ...(outlook.opening === undefined ? [] : [`opens at ${isoInstant(outlook.opening.at)}`]),
    ...(outlook.end?.at === undefined ? [] : [`done about ${isoInstant(outlook.end.at)}`]),
    ...holds.map(
      ({ scope, reason, until, cause, canary }) =>
        `${scope} held: ${reason}${cause === undefined ? '' : ` (${causeText(cause)})`}${canary === undefined ? '' : ` (${canaryText(canary)})`}${until === undefined ? '' : `, next try ${isoInstant(until)}`}`,
    ),
  ];
  return `${isoInstant(now)} ${id}: ${parts.join(', ')}\n`;
}

/** What makes a further line worth writing; rate and end change with every look. */
export function changeKey(view: CampaignView): string {
  return JSON.stringify([
    view.status,
    view.refusal,
    hasIdleReason(view, 'no_worker'),
    view.idle.linesFullUntil !== undefined,
  ]);
}
