import { isoInstant, OUTCOMES } from '@libby-dialer/dialing';
import type { CampaignView, End, Rate } from '@libby-dialer/operations';
import { CLOCKS_MAY_DIFFER_MS, countOf, formatCount, formatDuration } from '@libby-dialer/runtime';
import { type Cell, formatTable } from '../terminal/table.ts';
import { rateText } from './dry-run-report.ts';
import { canaryText, causeText, holdTable } from './hold-report.ts';
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

/** Why nothing goes out now, apart from hours and holds. */
function idleLines(view: CampaignView): string[] {
  const { id, state, redialing, queue, stuckWorkers, workersOffPace, hasIncompleteCalls } =
    view.status;
  const { linesFullUntil, nextCallAt } = view.idle;
  const lines: string[] = [];
  if (view.redisAheadMs !== undefined && Math.abs(view.redisAheadMs) > CLOCKS_MAY_DIFFER_MS)
    lines.push(clocksText(view.redisAheadMs));
  if (view.refusal !== undefined) lines.push(refusalText(view.refusal));
  if (lacksWorkers(view)) lines.push(NO_WORKER);
  if (state === 'paused')
    lines.push(`${pauseText(view)}nothing goes out until "enqueuer resume ${id}"`);
  if (isWithoutCalls(view)) lines.push(NO_CALLS);
  if (hasIncompleteCalls) lines.push(INCOMPLETE);
  if (stuckWorkers > 0) lines.push(`${countOf(stuckWorkers, 'worker')} ${STUCK}`);
  if (workersOffPace > 0) lines.push(`on ${countOf(workersOffPace, 'worker')} ${OFF_PACE}`);
  if (queue === 'limited') lines.push(`${LIMITED} "enqueuer resume ${id}" lifts that`);
  if (state === 'running' && linesFullUntil !== undefined)
    lines.push(fullLinesText(linesFullUntil, view.now));
  if (view.outlook.opening === undefined && nextCallAt !== undefined)
    lines.push(nextCallText(nextCallAt, view.now));
  if (redialing > 0)
    lines.push(
      `${countOf(redialing, 'call')} in doubt ${redialing === 1 ? 'waits' : 'wait'} to be dialed once more`,
    );
  lines.push(...unknownRulesLines(view), ...setAsideLines(view));
  return lines;
}

const INCOMPLETE =
  'some of its calls wait, for their rows lack what it asks for: mend it, then "enqueuer campaign put"';
const STUCK =
  'took none of its calls though some were due, and begins anew: see the log there if that stays';
const OFF_PACE =
  'most slots of its pace are over before Redis has answered: callsPerSecond is hardly kept there';
const LIMITED = 'BullMQ limits its queue, set by a dashboard or another program;';

function pauseText({ status }: CampaignView): string {
  return status.queue === 'paused'
    ? 'its queue is paused in BullMQ, by a dashboard or another program: '
    : '';
}

function clocksText(redisAheadMs: number): string {
  const apart = `${formatDuration(Math.abs(redisAheadMs))} ${redisAheadMs > 0 ? 'ahead of' : 'behind'}`;
  return `the clock of Redis is ${apart} this machine's: a worker that finds them more than 15 minutes apart dials nothing until they agree`;
}

function refusalText(refusal: string): string {
  return `nothing goes out: ${refusal}`;
}

/**
 * A worker of before the version that stored it, or this very program, cannot keep all of its
 * rules.
 */
function unknownRulesLines({ status: { unknownRules } }: CampaignView): string[] {
  if (unknownRules.length === 0) return [];
  const rules = unknownRules.join(', ');
  return [
    `a newer version has stored it: workers that do not know its ${rules} do not dial it; upgrade them`,
  ];
}

/** What the queue held and this dialer has not put there, or not like that. */
function setAsideLines({ status: { setAside } }: CampaignView): string[] {
  if (setAside === 0) return [];
  const jobs = `${countOf(setAside, 'job')} in its queue ${setAside === 1 ? 'is' : 'are'} not as the enqueuer made ${setAside === 1 ? 'it' : 'them'}`;
  return [`${jobs}, and set aside: see "enqueuer set-aside list"`];
}

const NO_CALLS =
  'it has no calls yet: load a list into it (rows that were rejected are in the rejects file of theirs), or push calls';

/** It waits for nothing else. */
function isWithoutCalls({ status }: CampaignView): boolean {
  const { state, pending, inFlight, redialing, setAside, outcomes } = status;
  const calls = pending + inFlight + redialing + setAside;
  return state === 'waiting' && calls === 0 && OUTCOMES.every((outcome) => outcomes[outcome] === 0);
}

const NO_WORKER = 'no worker is running: nothing goes out until one is started (./bin/worker)';

function lacksWorkers({
  status: { pending, inFlight, redialing },
  idle: { workers },
}: CampaignView): boolean {
  return workers === 0 && pending + inFlight + redialing > 0;
}

function fullLinesText(until: number, now: number): string {
  return `its lines are full (lines.maxConcurrentCalls): there is room for the next call in ${formatDuration(until - now)}`;
}

function nextCallText(at: number, now: number): string {
  return `each call waits by itself, for a line or to be tried again: the next comes up in ${formatDuration(Math.max(0, at - now))}`;
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
  const supposing = lacksWorkers(view) ? ', if a worker started now' : '';
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
  measured: 'as of late',
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
      : `${status.id} opens at ${callTimeText(opening.at, opening.zones)}, in ${formatDuration(opening.at - now)}\n`,
  );
  const full = views.flatMap(({ status: { id, state }, idle: { linesFullUntil }, now }) =>
    state !== 'running' || linesFullUntil === undefined
      ? []
      : `${id}: ${fullLinesText(linesFullUntil, now)}\n`,
  );
  const holds = [
    ...new Map(
      views.flatMap(({ status }) => status.holds).map((hold) => [hold.scope, hold]),
    ).values(),
  ];
  const held = holds.length === 0 ? '' : `\n${holdTable(holds, views[0]?.now ?? 0, width)}`;
  const setAside = views.flatMap((view) =>
    [...unknownRulesLines(view), ...setAsideLines(view)].map(
      (line) => `${view.status.id}: ${line}\n`,
    ),
  );
  const refusals = new Set(
    views.flatMap(({ refusal }) => (refusal === undefined ? [] : [refusalText(refusal)])),
  );
  const lines = [
    ...[...refusals].map((sentence) => `${sentence}\n`),
    ...full,
    ...waiting,
    ...views.filter(isWithoutCalls).map(({ status: { id } }) => `${id}: ${NO_CALLS}\n`),
    ...setAside,
    ...(views.some(lacksWorkers) ? [`${NO_WORKER}\n`] : []),
  ];
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
    ...(lacksWorkers(view) ? ['no worker is running'] : []),
    ...(isWithoutCalls(view) ? ['no calls yet'] : []),
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
    lacksWorkers(view),
    view.idle.linesFullUntil !== undefined,
  ]);
}
