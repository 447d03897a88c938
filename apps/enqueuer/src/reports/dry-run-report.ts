import { csvCell, passedOverText, type RejectCode, spanText } from '@libby-dialer/call-list';
import {
  ASSUMED_ANSWER_SECONDS,
  type CallTime,
  type FrequencyCap,
  isoInstant,
  type RateLimit,
} from '@libby-dialer/dialing';
import {
  type DryRunTotals,
  type Estimate,
  type Opening,
  type RowFate,
  type RowForesight,
  zonesText,
} from '@libby-dialer/operations';
import { countOf, formatDuration } from '@libby-dialer/runtime';
import { type Cell, formatTable } from '../terminal/table.ts';
import { callTimeText, lastToOpen, wallClock } from './wall-clock.ts';

/** Neighbouring rows that share a text. */
interface Run<T> {
  readonly from: RowForesight;
  readonly to: RowForesight;
  readonly rows: number;
  readonly what: T;
}

function runsOf<T>(
  rows: readonly RowForesight[],
  whatOf: (row: RowForesight) => T,
  isSame: (a: T, b: T) => boolean,
): Run<T>[] {
  const runs: Run<T>[] = [];
  for (const row of rows) {
    const what = whatOf(row);
    const last = runs.at(-1);
    if (last !== undefined && isSame(last.what, what))
      runs[runs.length - 1] = { ...last, to: row, rows: last.rows + 1 };
    else runs.push({ from: row, to: row, rows: 1, what });
  }
  return runs;
}

/** Neighbouring rows with one fate; of a rejected row also why. For programs. */
export interface FateRun {
  readonly line: number;
  readonly toLine: number;
  /** Where a spreadsheet shows them. */
  readonly sheetRow: number;
  readonly toSheetRow: number;
  /** Among the rows of the list, without headings. */
  readonly row: number;
  readonly toRow: number;
  readonly rows: number;
  readonly fate: RowFate;
  readonly code?: RejectCode;
  readonly reason?: string;
}

function fateOf({
  fate,
  code,
  reason = '',
}: RowForesight): Pick<FateRun, 'fate' | 'code' | 'reason'> {
  return code === undefined ? { fate } : { fate, code, reason };
}

export function fateRuns(rows: readonly RowForesight[]): FateRun[] {
  const runs = runsOf(
    rows,
    fateOf,
    (one, other) => one.fate === other.fate && other.code === undefined,
  );
  return runs.map(({ from, to, rows, what }) => ({
    line: from.line,
    toLine: to.line,
    sheetRow: from.sheetRow ?? from.line,
    toSheetRow: to.sheetRow ?? to.line,
    row: from.row,
    toRow: to.row,
    rows,
    ...what,
  }));
}

/**
 * A line for neighbours with one verdict: `rows 2-41: now, America/Denver (number)`. At most so
 * many lines.
 */
export function verdictLines(
  rows: readonly RowForesight[],
  limit: number,
): { lines: string[]; rows: number } {
  if (limit === 0) return { lines: [], rows: 0 };
  const runs = runsOf(rows, verdictText, (one, other) => one === other).slice(0, limit);
  const lines = runs.map(({ from, to, what }) => `${spanText(from, to)}: ${what}\n`);
  return { lines, rows: runs.reduce((sum, run) => sum + run.rows, 0) };
}

const NEVER: Record<Exclude<RowFate, 'queued'>, string> = {
  suppressed: 'never: is on the do-not-call list',
  capped: 'never: has had as many calls as a frequency cap allows',
  would_expire: 'never: its time is over, or ends before its hours open',
  never_opens: 'never: its hours do not open at all',
  already_queued: 'never a second time: is queued already',
  already_settled: 'never a second time: is settled already',
  duplicate: 'never a second time: repeats an earlier row',
  rejected: 'never: rejected',
};

function verdictText({
  fate,
  verdict,
  at,
  time,
  code,
  reason,
  outcome,
  cap,
  phoneColumn,
  passedOver = [],
}: RowForesight): string {
  if (code !== undefined) return `${NEVER.rejected} (${code}): ${reason ?? ''}`;
  if (fate !== 'queued') {
    const detail = outcome ?? (cap && capText(cap));
    return detail === undefined ? NEVER[fate] : `${NEVER[fate]} (${detail})`;
  }
  const zones = time?.zones ?? [];
  const when = verdict === 'now' ? 'now' : whenText(at, zones);
  const from =
    zones.length === 0 ? '' : `, ${zonesText(zones)} by ${ZONE_SOURCES[time?.source ?? 'number']}`;
  const number = phoneColumn === undefined ? '' : `, the number under "${phoneColumn}"`;
  const passed = passedOver.length === 0 ? '' : `; passed over ${passedOverText(passedOver)}`;
  return `${when}${from}${rulesText(time)}${number}${passed}`;
}

function capText({ calls, hours }: FrequencyCap): string {
  return `${countOf(calls, 'call')} in ${countOf(hours, 'hour')}`;
}

function whenText(at: number | undefined, zones: readonly string[]): string {
  return at === undefined ? 'not within 15 days' : `at ${callTimeText(at, zones)}`;
}

/** Where the zones of a call come from. */
export const ZONE_SOURCES = {
  record: 'its record',
  number: 'its number',
  campaign: 'the campaign',
  campaign_window: 'the calling window',
} as const;

function rulesText(
  { rules, unchecked }: Pick<CallTime, 'rules' | 'unchecked'> = { rules: [], unchecked: [] },
): string {
  const kept = rules.length === 0 ? '' : `, by the rules of ${rules.join(' & ')}`;
  return unchecked.length === 0
    ? kept
    : `${kept}, under no checked rule (${unchecked.join(' & ')})`;
}

export const VERDICTS_HEADING =
  'line,verdict,at,zone,zoneSource,rule,reason,detail,localAt,unchecked,sheetRow,row,phoneColumn,passedOver\r\n';

/**
 * A row of the verdicts file: nothing of it names a person. `at` is UTC, `localAt` the same by the
 * recipient's clock (in several zones: the one that opens last). `reason` is a code; `detail` the
 * sentence of a reject, the outcome of a settled call, or the cap that is reached. `unchecked` are
 * the regions whose law on hours was not looked up, `sheetRow` is where a spreadsheet shows the
 * row. `passedOver` are the phones that come before the one to be dialed, and why they are not.
 */
export function verdictCsv(row: RowForesight): string {
  const { line, sheetRow = line, verdict, fate, at, time, code, reason, outcome, cap } = row;
  const zones = time?.zones ?? [];
  const zone = at === undefined ? undefined : lastToOpen(at, zones);
  const cells = [
    line,
    verdict,
    at === undefined ? '' : isoInstant(at),
    zonesText(zones),
    zones.length === 0 ? '' : (time?.source ?? ''),
    time?.rules.join(' & '),
    verdict === 'never' ? (code ?? fate) : '',
    reason ?? outcome ?? (cap === undefined ? '' : capText(cap)),
    at === undefined || zone === undefined ? '' : wallClock(at, zone),
    time?.unchecked.join(' & '),
    sheetRow,
    row.row,
    row.phoneColumn,
    row.passedOver && passedOverText(row.passedOver),
  ];
  return `${cells.map((cell) => csvCell(cell)).join(',')}\r\n`;
}

const ZONES_SHOWN = 12;

/** What a dry run found, for people. */
export function totalsText(totals: DryRunTotals, now: number): string {
  const { zones, rules, unchecked } = totals;
  return [
    `When they may be called\n${verdictsTable(totals)}`,
    section('By zone', zones),
    section('By the rules of', rules),
    section('Under no checked rule', unchecked),
    estimateText(totals.estimate(), now),
  ].join('');
}

/** How many now, how many later and from when, and how many never and why. */
export function verdictsTable({ verdicts, reasons, first, last }: DryRunTotals): string {
  return formatTable([
    ['  now', verdicts.now],
    ['  later', verdicts.at, openings(first, last)],
    ['  never', verdicts.never],
    ...byCount(reasons).map(([reason, rows]): Cell[] => [`    ${reason}`, rows]),
  ]);
}

function openings(first: Opening | undefined, last: Opening | undefined): string {
  if (first === undefined || last === undefined) return '';
  const from = `from ${callTimeText(first.at, first.zones)}`;
  return first.at === last.at ? from : `${from} to ${callTimeText(last.at, last.zones)}`;
}

function section(heading: string, counts: ReadonlyMap<string, number>): string {
  const rows = byCount(counts);
  const named = rows.filter(([name]) => name !== '');
  if (named.length === 0) return '';
  const table = formatTable(
    named.slice(0, ZONES_SHOWN).map(([name, calls]) => [`  ${name}`, calls]),
  );
  const others = named.slice(ZONES_SHOWN);
  const rest = others.reduce((sum, [, calls]) => sum + calls, 0);
  return `\n${heading}\n${table}${others.length === 0 ? '' : `  and ${countOf(rest, 'call')} in ${others.length} more\n`}`;
}

function byCount(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].toSorted(([, one], [, other]) => other - one);
}

/** At what rate they go, and how long that takes. */
export function estimateText(estimate: Estimate | undefined, now: number): string {
  if (estimate === undefined) return '';
  const { limit, endsAt, latestAt, unplaced } = estimate;
  const by =
    limit === undefined
      ? 'As fast as the workers go: no pace and no lines limit it'
      : limitText(limit);
  return [
    `\n${by}.\n`,
    limit === undefined ? hoursText(endsAt, now) : endText(endsAt, latestAt, now),
    unplaced > 0 ? `${countOf(unplaced, 'call')} would expire before their turn comes.\n` : '',
  ].join('');
}

function hoursText(endsAt: number | undefined, now: number): string {
  if (endsAt === undefined) return 'Some may not be called within a year.\n';
  return endsAt <= now ? '' : `The last hours open at ${instantText(endsAt, now)}.\n`;
}

function endText(endsAt: number | undefined, latestAt: number | undefined, now: number): string {
  if (endsAt === undefined) return 'That takes more than a year.\n';
  const latest = latestAt === undefined ? 'more than a year' : wallClock(latestAt, 'UTC');
  const isLater = latestAt === undefined || latestAt - endsAt >= MINUTE_MS;
  const worst = isLater ? `, at the latest (in the least lucky order) ${latest} UTC` : '';
  return `The last one would go out at about ${instantText(endsAt, now)}${worst}.\n`;
}

const MINUTE_MS = 60_000;

function instantText(epochMs: number, now: number): string {
  return `${wallClock(epochMs, 'UTC')} UTC, in ${formatDuration(epochMs - now)}`;
}

/** At what rate a campaign goes, and why. */
function limitText({ callsPerSecond, by }: RateLimit): string {
  const assumed =
    by === 'maxInFlight' ? `, if the API answers within ${ASSUMED_ANSWER_SECONDS} s` : '';
  return `At most ${rateText(callsPerSecond)} (${LIMITS[by]}${assumed})`;
}

const LIMITS = {
  callsPerSecond: 'pacing.callsPerSecond',
  maxInFlight: 'pacing.maxInFlight',
  lines: 'lines, if no other campaign uses them',
} as const;

/** `2.5 calls a second`, and slow ones by the hour. */
export function rateText(callsPerSecond: number): string {
  if (callsPerSecond >= 1) return `${round(callsPerSecond)} calls a second`;
  if (callsPerSecond * 60 >= 1) return `${round(callsPerSecond * 60)} calls a minute`;
  return `${round(callsPerSecond * 3600)} calls an hour`;
}

function round(rate: number): string {
  return rate.toLocaleString('en-US', { maximumFractionDigits: rate < 10 ? 1 : 0 });
}
