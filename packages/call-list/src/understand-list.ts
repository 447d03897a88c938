import {
  type Campaign,
  type CountryCode,
  findCountries,
  headingText,
  type Payload,
  payloadFor,
  type ZoneSource,
  zonesFor,
} from '@libby-dialer/dialing';
import { type CheckedList, type ListInput, rowCheckerOf } from './checked-list.ts';
import { isProblem } from './checks/check-record.ts';
import type { RowChecker } from './checks/check-row.ts';
import type { PassedOver } from './checks/choose-phone.ts';
import type { ColumnField, Columns, ColumnUse } from './columns/columns.ts';
import { ownHeadingCount } from './columns/headings.ts';
import type { ListFormat } from './formats/list-format.ts';
import { ListError } from './list-error.ts';
import { type ListRow, placeOf, type RejectCode, type RowPlace } from './list-row.ts';
import { type ListSource, openSource } from './list-source.ts';
import type { List } from './open-list.ts';
import { nameOfList } from './rejects/rejects-file.ts';

/** How much of a list is looked at, however long it is. */
const ROWS = 1000;
const CHUNKS = 16;
const CALLS = 3;
const SAMPLES = 3;
const ROWS_SAMPLED = 100;
const SAMPLE_LENGTH = 100;
/** Of a list with more, only those are told that are used. */
const COLUMNS = 500;

/** A column, or a field of records, and what it was taken for. */
export interface UnderstoodColumn {
  readonly heading: string;
  /** Counted from 1; of records there is none. */
  readonly column: number | undefined;
  /** What it is read for. */
  readonly uses: readonly (ColumnUse | 'formInfo')[];
  /** Of several that hold the phone: which choice it is, from 1. */
  readonly choice: number | undefined;
  /** The field that it may be meant for, but is not taken for unasked. */
  readonly offer: ColumnField | undefined;
  /** A few of the texts in it, the first ones, cut short. */
  readonly samples: readonly string[];
}

/** A row as it would be dialed. */
export interface SampleCall extends RowPlace {
  readonly payload: Payload;
  /** Under which heading the number stands, where the campaign names several. */
  readonly phoneColumn: string | undefined;
  readonly passedOver: readonly PassedOver[];
  /** Of the number; undefined where it does not tell. */
  readonly country: CountryCode | undefined;
  /** By whose clocks its hours are judged, and where these come from. */
  readonly zones: readonly string[];
  readonly zoneSource: ZoneSource;
}

/** What the first rows of a list were taken for. It holds personal data. */
export interface Understanding {
  readonly list: string;
  readonly format: ListFormat;
  /** Of a workbook. */
  readonly sheet: string | undefined;
  /** Of a text. */
  readonly encoding: string | undefined;
  /** Of a CSV. */
  readonly delimiter: string | undefined;
  /** The row of the headings, as a spreadsheet numbers rows. */
  readonly headingsRow: number | undefined;
  readonly columns: readonly UnderstoodColumn[];
  /** Why it is not known whom to call; there are no calls then. */
  readonly problem: { readonly code: string; readonly reason: string } | undefined;
  readonly calls: readonly SampleCall[];
  /** Rows that were looked at, and whether these are all. */
  readonly rows: number;
  readonly isWhole: boolean;
  /** Of these rows, how many cannot be called, by code. */
  readonly rejected: Readonly<Partial<Record<RejectCode, number>>>;
  /** Of those that are `skipped`, how many the sheet hides. */
  readonly hiddenRows: number;
  /** Rows between them with nothing in them: they are no rows. */
  readonly blankRows: number;
  readonly warnings: readonly string[];
}

/**
 * Tells what a list would be taken for, from its first rows only; nothing is loaded or kept. Where
 * its headings do not tell whom to call, the answer says why. Throws `ListError` for a list that
 * cannot be read at all.
 */
export async function understandList(
  campaign: Campaign,
  { path, name = nameOfList(path), stdin, signal, ...reading }: Omit<ListInput, 'warn'>,
): Promise<Understanding> {
  const source = await openSource(path, { ...reading, stdin, signal, hash: 'never' });
  try {
    const { list } = source;
    const checker = checkerOf(campaign, list);
    const seen = await peekRows(list.rows);
    if (seen.failure !== undefined) throw seen.failure as Error;
    return understandingOf(campaign, name, list, checker, seen);
  } finally {
    source.list.close();
  }
}

/** Tells what an open list was taken for. Its rows are read on from the list that is returned. */
export async function understandRows<Checked extends CheckedList>(
  campaign: Campaign,
  checked: Checked,
): Promise<{ readonly understanding: Understanding; readonly list: Checked }> {
  const { source, checker, identity } = checked;
  const seen = await peekRows(source.list.rows);
  const list: ListSource = { ...source, list: { ...source.list, rows: seen.all } };
  return {
    understanding: understandingOf(campaign, identity.list, source.list, checker, seen),
    list: { ...checked, source: list },
  };
}

function checkerOf(campaign: Campaign, list: List): RowChecker | ListError {
  try {
    return rowCheckerOf(campaign, list);
  } catch (error) {
    if (error instanceof ListError) return error;
    throw error;
  }
}

interface Seen {
  /** The first rows. */
  readonly rows: readonly ListRow[];
  readonly isWhole: boolean;
  /** These, and whatever comes behind them. */
  readonly all: AsyncIterable<ListRow[]>;
  /** Why it was not read on; whoever reads `all` comes to it. */
  readonly failure: unknown;
}

async function peekRows(chunks: AsyncIterable<ListRow[]>): Promise<Seen> {
  const iterator = chunks[Symbol.asyncIterator]();
  const taken: ListRow[][] = [];
  let [count, isDone, failure] = [0, false, undefined as unknown];
  while (count < ROWS && taken.length < CHUNKS && !isDone && failure === undefined) {
    try {
      const next = await iterator.next();
      isDone = next.done === true;
      if (next.done === true) break;
      taken.push(next.value);
      count += next.value.length;
    } catch (error) {
      failure = error;
    }
  }
  async function* all(): AsyncGenerator<ListRow[]> {
    yield* taken;
    if (failure !== undefined) throw failure as Error;
    if (!isDone) yield* { [Symbol.asyncIterator]: () => iterator };
  }
  const rows = taken.flat();
  const isWhole = isDone && rows.length <= ROWS;
  return { rows: rows.slice(0, ROWS), isWhole, all: all(), failure };
}

function understandingOf(
  campaign: Campaign,
  name: string,
  list: List,
  checker: RowChecker | ListError,
  { rows, isWhole }: Seen,
): Understanding {
  const { format, sheet, encoding, csv, headingsRow, warnings } = list;
  const isUnclear = checker instanceof ListError;
  return {
    list: name,
    format,
    sheet: sheet?.name,
    encoding,
    delimiter: format === 'csv' ? csv?.delimiter : undefined,
    headingsRow,
    columns: columnsOf(csv?.headings, isUnclear ? undefined : checker.columns, rows),
    problem: isUnclear ? { code: checker.code, reason: checker.message } : undefined,
    ...(isUnclear ? { calls: [], rejected: {} } : checkedRows(campaign, checker, rows)),
    rows: rows.length,
    isWhole,
    hiddenRows: rows.filter(({ problem }) => problem?.code === 'skipped').length,
    blankRows: blankRowsOf(headingsRow, rows),
    warnings: [...warnings, ...(isUnclear ? [] : checker.warnings)],
  };
}

function columnsOf(
  headings: readonly string[] | undefined,
  columns: Columns | undefined,
  rows: readonly ListRow[],
): UnderstoodColumn[] {
  const sampled = rows.slice(0, ROWS_SAMPLED);
  if (headings === undefined) return fieldsOf(sampled);
  const own = headings.slice(0, ownHeadingCount(headings));
  const usesOf = usesByPosition(columns);
  const sent = new Set(
    columns?.form.flatMap(({ heading, position }) =>
      typeof heading === 'string' ? [position] : [],
    ),
  );
  const phones = columns?.uses.get('toPhoneNumber') ?? [];
  const offers = new Map(columns?.offers.map(({ field, position }) => [position, field]));
  return own.flatMap((heading, position) => {
    const uses: UnderstoodColumn['uses'] = [
      ...(usesOf.get(position) ?? []),
      ...(sent.has(position) ? ['formInfo' as const] : []),
    ];
    const offer = offers.get(position);
    const isPlain = offer === undefined && uses.every((use) => use === 'formInfo');
    if (position >= COLUMNS && isPlain) return [];
    return {
      heading: headingText(heading).trim(),
      column: position + 1,
      uses,
      choice:
        phones.length > 1 && phones.includes(position) ? phones.indexOf(position) + 1 : undefined,
      offer,
      samples: samplesOf(sampled.map(({ cells }) => cells?.[position])),
    };
  });
}

function usesByPosition(columns: Columns | undefined): ReadonlyMap<number, readonly ColumnUse[]> {
  const uses = new Map<number, ColumnUse[]>();
  for (const [use, positions] of columns?.uses ?? []) {
    for (const position of positions) uses.set(position, [...(uses.get(position) ?? []), use]);
  }
  return uses;
}

type Values = Map<string, unknown[]>;

/** Of a list of records: which fields they have, and which entries their forms. */
function fieldsOf(rows: readonly ListRow[]): UnderstoodColumn[] {
  const fields: Values = new Map();
  const entries: Values = new Map();
  for (const { record } of rows) {
    for (const [key, value] of Object.entries(record ?? {}))
      if (key !== 'formInfo') addTo(fields, key, value);
    for (const [key, value] of record?.formInfo ?? []) addTo(entries, key, value);
  }
  return [
    ...[...fields].map(([key, values]) => fieldOf(key, key as ColumnUse, values)),
    ...[...entries].slice(0, COLUMNS).map(([key, values]) => fieldOf(key, 'formInfo', values)),
  ];
}

function addTo(known: Values, key: string, value: unknown): void {
  const values = known.get(key);
  if (values === undefined) known.set(key, [value]);
  else values.push(value);
}

function fieldOf(
  heading: string,
  use: UnderstoodColumn['uses'][number],
  values: readonly unknown[],
): UnderstoodColumn {
  const texts = values.map((value) => (Array.isArray(value) ? value.join(' | ') : String(value)));
  const samples = samplesOf(texts);
  return { heading, column: undefined, uses: [use], choice: undefined, offer: undefined, samples };
}

function samplesOf(texts: readonly (string | undefined)[]): string[] {
  const full = texts.flatMap((text) => text?.trim() || []);
  return [...new Set(full)]
    .slice(0, SAMPLES)
    .map((text) => (text.length > SAMPLE_LENGTH ? `${text.slice(0, SAMPLE_LENGTH)}…` : text));
}

function checkedRows(
  campaign: Campaign,
  checker: RowChecker,
  rows: readonly ListRow[],
): Pick<Understanding, 'calls' | 'rejected'> {
  const calls: SampleCall[] = [];
  const rejected: Partial<Record<RejectCode, number>> = {};
  for (const row of rows) {
    const verdict = checker.check(row);
    if (isProblem(verdict)) rejected[verdict.code] = (rejected[verdict.code] ?? 0) + 1;
    else if (calls.length < CALLS) {
      const { call } = verdict;
      const line = call.from ?? campaign.fromPhoneNumber[0] ?? '';
      const made = payloadFor(campaign, call, checker.head.headings, line);
      const [country, another] = findCountries(call.to);
      const { zones, source } = zonesFor(campaign, call);
      if ('payload' in made)
        calls.push({
          ...placeOf(row),
          payload: made.payload,
          phoneColumn: call.phoneColumn,
          passedOver: verdict.passedOver ?? [],
          country: another === undefined ? country : undefined,
          zones,
          zoneSource: source,
        });
    }
  }
  return { calls, rejected };
}

function blankRowsOf(headingsRow: number | undefined, rows: readonly ListRow[]): number {
  const last = rows.at(-1);
  const lastRow = last && placeOf(last).sheetRow;
  if (headingsRow === undefined || lastRow === undefined) return 0;
  return Math.max(0, lastRow - headingsRow - rows.length);
}
