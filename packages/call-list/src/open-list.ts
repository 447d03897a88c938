import type { Readable } from 'node:stream';
import { ownHeadingCount } from './columns/headings.ts';
import { CsvRows } from './formats/csv-rows.ts';
import {
  decodeText,
  encodingOf,
  hasByteOrderMark,
  looksLikeWindows1252,
  refuseBinary,
} from './formats/decode-text.ts';
import { isOfOneByte, type ListEncoding, shownEncoding } from './formats/encodings.ts';
import { JsonRows } from './formats/json-rows.ts';
import {
  delimiterOf,
  endsInCrAlone,
  formatOf,
  type ListFormat,
  refuseOtherFormats,
} from './formats/list-format.ts';
import { NdjsonRows } from './formats/ndjson-rows.ts';
import { type RowStart, rowStart } from './formats/row-start.ts';
import { wrappedIn } from './formats/wrapped-list.ts';
import { KeptText } from './joined/kept-text.ts';
import { type ListBytes, openBytes, peekBytes, peekText } from './list-bytes.ts';
import { ListError } from './list-error.ts';

import type { ListReading } from './list-reading.ts';
import { excerpt, type ListRow, placeOf, readRows, type TextSpan } from './list-row.ts';

import { unguarded } from './rejects/formula-guard.ts';
import { holdsRecords, recordRows } from './rejects/rejected-records.ts';
import { originReader } from './rejects/row-origin.ts';
import type { Sheet } from './workbook/open-workbook.ts';
import { isZip, refuseOldWorkbook } from './workbook/workbook-bytes.ts';

const SAMPLE_LENGTH = 64 * 1024;

/** What a list of cells looks like beside its rows. A workbook is laid out as CSV for Excel is. */
export interface CsvLayout {
  /** As they stand in the list. */
  headings: readonly string[];
  delimiter: string;
  /** Whether spreadsheets were told the encoding, as the rejects file then tells them too. */
  byteOrderMark: boolean;
}

export interface List {
  format: ListFormat;
  /**
   * CSV and workbook; of the rejects file of a JSON list there is none, for its rows are records
   * again.
   */
  csv: CsvLayout | undefined;
  /** What its text is in; undefined for a workbook. */
  encoding?: string;
  /** Where its headings stand, as a spreadsheet numbers rows; undefined: it has none. */
  headingsRow?: number | undefined;
  /** Sentences about what is odd with the list as a whole. */
  warnings: readonly string[];
  /** Rows that were read along with the headings, and come again; there may be none. */
  firstRows: readonly ListRow[];
  /** The rows in chunks, once; the next chunk is read when it is asked for. Throws `ListError`. */
  rows: AsyncIterable<ListRow[]>;
  /** Workbook only: which of its sheets is read, and how far, from 0 to 1. */
  sheet?: Pick<Sheet, 'name' | 'shareRead' | 'file'> & {
    /** The number of the row that holds the headings. */
    readonly headingsAt: number;
  };
  /** What it was read from, if that is a text and was to be kept. */
  text?: ListText | undefined;
  /** Lets go of the file; also before the rows have been read to the end. */
  close(): void;
}

/** All that is needed to give a list back as it was. */
export interface ListText {
  readonly kept: KeptText;
  readonly encoding: ListEncoding;
  readonly byteOrderMark: boolean;
  /** Of what is CSV, also where its cells hold records. */
  readonly csv?: { readonly delimiter: string; readonly headingSpan: TextSpan } | undefined;
}

export interface OpenListOptions extends ListReading {
  /**
   * The bytes to read in place of the file: standard input for `-`, or the copy that `hashList`
   * made of it.
   */
  content?: Readable | undefined;
  /**
   * Names the columns of a CSV list without headings by the cells of its first record; undefined
   * where these are headings. Left out: every CSV list must have them.
   */
  nameColumns?: NameColumns | undefined;
  /** Whether its text is kept, to be taken as its rows are read (`List.text`). */
  keepText?: boolean | undefined;
}

export type NameColumns = (cells: readonly string[]) => readonly string[] | undefined;

/**
 * Opens a list of any format, packed or not, and reads as far as its headings. Throws `ListError`.
 */
export async function openList(path: string, options: OpenListOptions = {}): Promise<List> {
  const bytes = await openBytes(path, options.content);
  try {
    return await readHead(path, bytes, options);
  } catch (error) {
    bytes.close();
    throw error;
  }
}

async function readHead(path: string, bytes: ListBytes, options: OpenListOptions): Promise<List> {
  const head = await peekBytes(bytes.chunks, SAMPLE_LENGTH);
  if (isZip(head.sample)) return await openSheet(bytes, head.all, options);
  refuseOldWorkbook(head.sample);
  // It is read as it was written, whatever was said of the list that it comes from.
  const reading = isRejectsFile(path, head.sample) ? {} : options;
  if (reading.format === 'xlsx')
    throw new ListError('other_format', 'The list is no .xlsx workbook: leave its format out.');
  if (reading.sheet !== undefined)
    throw new ListError('which_sheet', 'The list is no workbook and has no sheets.');
  const encoding = encodingOf(head.sample, reading.encoding);
  const kept = options.keepText === true ? keptText(encoding) : undefined;
  const decoded = decodeText(head.all, encoding);
  const { sample, all } = await peekText(kept?.tap(decoded) ?? decoded, SAMPLE_LENGTH);
  const texts = sample.length < SAMPLE_LENGTH ? sample : all;
  if (sample.trim() === '') throw new ListError('empty', 'The list is empty.');
  refuseBinary(sample);
  refuseOtherFormats(sample);
  const format = reading.format ?? formatOf(path, sample);
  if (endsInCrAlone(sample, format)) {
    throw new ListError(
      'bad_headings',
      'The lines of the list end in CR alone: save it with LF or CRLF line breaks.',
    );
  }
  const name = shownEncoding(encoding);
  const isMarked = hasByteOrderMark(head.sample);
  // Programs that do not write UTF-8 do not read it unless they are told.
  const byteOrderMark = isMarked || encoding !== 'utf-8';
  const { nameColumns } = options;
  const { headerRow } = reading;
  const { written, ...opened } =
    format === 'csv'
      ? await openCsv(path, texts, sample, {
          encoding: name,
          byteOrderMark,
          nameColumns,
          headerRow,
        })
      : openRecords(format, texts, sample, name, headerRow);
  return {
    format,
    ...opened,
    text: kept && { kept, encoding, byteOrderMark: isMarked, csv: written },
    encoding: name,
    warnings: encodingWarnings(sample, name),
    close: () => bytes.close(),
  };
}

function keptText(encoding: ListEncoding): KeptText {
  if (encoding.startsWith('utf-') || isOfOneByte(encoding)) return new KeptText();
  throw new ListError(
    'other_format',
    `A list in ${encoding} cannot be given back: save it as "CSV UTF-8".`,
  );
}

/** Its first line says so, in letters that are the same in every encoding of a list. */
function isRejectsFile(path: string, sample: Buffer): boolean {
  const text = sample.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  const { delimiter } = delimiterOf(path, text);
  const cells = firstCells(text, new CsvRows(delimiter));
  return holdsRecords(cells) || ownHeadingCount(cells) < cells.length;
}

/** Where one row in twenty is damaged, it is the list that is. */
const MANY = 1 / 20;

function encodingWarnings(sample: string, encoding: string): string[] {
  if (sample.isWellFormed()) return [];
  const lines = sample.split('\n');
  const damaged = lines.filter((line) => !line.isWellFormed()).length;
  if (damaged < 2 || damaged < lines.length * MANY) return [];
  return [
    `Many rows of the list are not ${encoding} text and are rejected: ${otherEncoding(sample)} "CSV UTF-8" where it comes from.`,
  ];
}

/** What is to be done, as far as "as". */
function otherEncoding(text: string): string {
  return looksLikeWindows1252(text)
    ? 'they look like windows-1252, so say encoding windows-1252, or save the list as'
    : 'say their encoding, or save the list as';
}

function openRecords(
  format: 'json' | 'ndjson',
  texts: AsyncIterable<string> | string,
  sample: string,
  encoding: string,
  headerRow: number | undefined,
): Opened {
  if (headerRow !== undefined)
    throw new ListError(
      'other_format',
      'The list holds records and no headings: leave its header row out.',
    );
  const isOneLine = !sample.trim().includes('\n');
  const around = format === 'json' || isOneLine ? wrappedIn(sample) : undefined;
  if (around !== undefined) {
    const reason = `The list is an object around an array ("${excerpt(around)}"): save that array by itself.`;
    throw new ListError('wrapped', reason);
  }
  const reader = format === 'json' ? new JsonRows(encoding) : new NdjsonRows(encoding);
  return { csv: undefined, firstRows: [], rows: readRows(texts, reader) };
}

interface Opened extends Pick<List, 'csv' | 'firstRows' | 'rows' | 'headingsRow'> {
  /** The rejects file of a JSON list is CSV, and its rows are records. */
  format?: ListFormat;
  written?: ListText['csv'];
}

interface CsvText {
  encoding: string;
  byteOrderMark: boolean;
  nameColumns: NameColumns | undefined;
  headerRow: number | undefined;
}

async function openCsv(
  path: string,
  texts: AsyncIterable<string> | string,
  sample: string,
  { encoding, byteOrderMark, nameColumns, headerRow }: CsvText,
): Promise<Opened> {
  const startsAt = startOf(sample, headerRow);
  const { delimiter, named } = delimiterOf(path, sample, startsAt.at);
  const options = { encoding, skipFirstRecord: named && startsAt.at === 0 };
  const columns =
    headerRow === undefined
      ? nameColumns?.(firstCells(sample, new CsvRows(delimiter, options)))
      : undefined;
  if (columns !== undefined) {
    const rows = readRows(texts, new CsvRows(delimiter, { ...options, headless: true }));
    return { csv: { headings: columns, delimiter, byteOrderMark }, firstRows: [], rows };
  }
  const chunks = readRows(
    withoutStart(texts, startsAt.at),
    new CsvRows(delimiter, { ...options, startsAt }),
  );
  let first = await chunks.next();
  while (first.done !== true && first.value.length === 0) first = await chunks.next();
  const [headingRow, ...rest] = first.done === true ? [] : first.value;
  const headings = headingsOf(headingRow, encoding, sample.slice(startsAt.at));
  refuseOtherRow(headingRow, headerRow);
  const csv = { headings, delimiter, byteOrderMark };
  const opened = { firstRows: rest, ...asTheyWere(csv, withFirst(rest, chunks), encoding) };
  const headingSpan = headingRow?.span;
  return {
    ...opened,
    headingsRow: headingRow && placeOf(headingRow).sheetRow,
    ...(headingSpan !== undefined && { written: { delimiter, headingSpan } }),
  };
}

function startOf(sample: string, headerRow = 1): RowStart {
  const start = rowStart(sample, headerRow);
  if (start === undefined) throw noHeaderRow(headerRow);
  return start;
}

function noHeaderRow(headerRow: number): ListError {
  return new ListError(
    'header_row',
    `Row ${headerRow} of the list holds no headings: name the row that does.`,
  );
}

/** Blank rows are passed over, and so may the one that was named. */
function refuseOtherRow(found: ListRow | undefined, headerRow: number | undefined): void {
  if (headerRow !== undefined && found !== undefined && placeOf(found).sheetRow !== headerRow)
    throw noHeaderRow(headerRow);
}

function withoutStart(
  texts: AsyncIterable<string> | string,
  length: number,
): AsyncIterable<string> | string {
  if (length === 0) return texts;
  return typeof texts === 'string' ? texts.slice(length) : withoutFirst(texts, length);
}

async function* withoutFirst(texts: AsyncIterable<string>, length: number): AsyncGenerator<string> {
  let left = length;
  for await (const text of texts) {
    if (text.length > left) yield text.slice(left);
    left = Math.max(0, left - text.length);
  }
}

async function openSheet(
  bytes: ListBytes,
  chunks: AsyncIterable<Buffer>,
  { nameColumns, encoding, ...reading }: OpenListOptions,
): Promise<List> {
  if (encoding !== undefined)
    throw new ListError('other_format', 'A workbook says its encoding by itself: leave it out.');
  // Only then: what reads workbooks takes longer to load than most commands run.
  const { openWorkbook } = await import('./workbook/open-workbook.ts');
  const sheet = await openWorkbook(chunks, reading);
  const close = (): void => {
    sheet.close();
    bytes.close();
  };
  try {
    const opened = await readSheet(sheet.rows, nameColumns, reading.headerRow);
    const headingsAt = opened.headingsRow ?? 0;
    return { format: 'xlsx', ...opened, warnings: [], sheet: { ...sheet, headingsAt }, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function readSheet(
  sheetRows: AsyncIterable<ListRow[]>,
  nameColumns: NameColumns | undefined,
  headerRow: number | undefined,
): Promise<Opened> {
  const chunks = sheetRows[Symbol.asyncIterator]() as AsyncGenerator<ListRow[]>;
  let first = await chunks.next();
  while (first.done !== true && first.value.length === 0) first = await chunks.next();
  if (first.done === true)
    throw headerRow === undefined
      ? new ListError('empty', 'The list is empty.')
      : noHeaderRow(headerRow);
  const layout = { delimiter: ',', byteOrderMark: true };
  const columns = headerRow === undefined ? nameColumns?.(first.value[0]?.cells ?? []) : undefined;
  if (columns !== undefined) {
    const csv = { headings: columns, ...layout };
    const rows = numberedFromOne(withFirst(first.value, chunks));
    return { csv, firstRows: [], rows };
  }
  const [headingRow, ...rest] = first.value;
  if (headingRow?.problem !== undefined)
    throw new ListError(
      'bad_headings',
      `The headings of the sheet cannot be read. ${headingRow.problem.reason}`,
    );
  refuseOtherRow(headingRow, headerRow);
  const csv = { headings: headingRow?.cells ?? [], ...layout };
  const opened = asTheyWere(csv, withFirst(rest, chunks), 'UTF-8');
  return { firstRows: rest, ...opened, headingsRow: headingRow?.line };
}

/** Of a sheet without headings, whose first row is a row as well. */
async function* numberedFromOne(chunks: AsyncIterable<ListRow[]>): AsyncGenerator<ListRow[]> {
  for await (const rows of chunks) yield rows.map((row) => ({ ...row, row: row.row + 1 }));
}

/** Undoes what was done to the cells and records of a rejects file. */
function asTheyWere(
  csv: CsvLayout,
  rows: AsyncIterable<ListRow[]>,
  encoding: string,
): Pick<Opened, 'csv' | 'rows' | 'format'> {
  const { headings } = csv;
  const areRecords = holdsRecords(headings);
  if (!areRecords && ownHeadingCount(headings) === headings.length) return { csv, rows };
  const read = rejectedRows(rows, originReader(headings));
  if (areRecords) return { format: 'json', csv: undefined, rows: recordRows(read, encoding) };
  return { csv: { ...csv, headings: headings.map(unguarded) }, rows: read };
}

function firstCells(sample: string, reader: CsvRows): readonly string[] {
  const first = reader.push(sample)[0] ?? reader.end()[0];
  return first?.cells ?? [];
}

function headingsOf(row: ListRow | undefined, encoding: string, text: string): readonly string[] {
  const code = row?.problem?.code;
  if (code === 'bad_encoding') {
    throw new ListError(
      'bad_encoding',
      `The headings are not ${encoding} text: ${otherEncoding(text)} "CSV UTF-8" where it comes from.`,
    );
  }
  if (code === 'row_too_large') {
    throw new ListError(
      'bad_headings',
      'The first line is larger than 1 MB and holds no headings: is it a CSV list?',
    );
  }
  if (row === undefined || row.problem !== undefined) {
    throw new ListError(
      'bad_headings',
      'The headings hold a quote that is never closed, or text behind a quote.',
    );
  }
  return row.cells ?? [];
}

async function* rejectedRows(
  chunks: AsyncIterable<ListRow[]>,
  originIn: ReturnType<typeof originReader>,
): AsyncGenerator<ListRow[]> {
  for await (const rows of chunks) {
    yield rows.map((row) => {
      const cells = row.cells?.map(unguarded);
      return { ...row, cells, origin: originIn(cells ?? []) };
    });
  }
}

async function* withFirst(
  first: ListRow[],
  rest: AsyncGenerator<ListRow[]>,
): AsyncGenerator<ListRow[]> {
  if (first.length > 0) yield first;
  yield* rest;
}
