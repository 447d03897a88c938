import type { Readable } from 'node:stream';
import { CsvRows } from './csv-rows.ts';
import { decodeText, type Encoding, sniffEncoding } from './decode-text.ts';
import { unguarded } from './formula-guard.ts';
import { ownHeadingCount } from './headings.ts';
import { JsonRows } from './json-rows.ts';
import { type ListBytes, openBytes, peekBytes, peekText } from './list-bytes.ts';
import { ListError } from './list-error.ts';
import { formatOf, type ListFormat, sniffDelimiter } from './list-format.ts';
import { type ListRow, readRows } from './list-row.ts';
import { NdjsonRows } from './ndjson-rows.ts';

const SAMPLE_LENGTH = 64 * 1024;

/** What a CSV list looks like beside its rows. */
export interface CsvLayout {
  /** As they stand in the list. */
  headings: readonly string[];
  delimiter: string;
  /** Whether spreadsheets were told the encoding, as the rejects file then tells them too. */
  byteOrderMark: boolean;
}

export interface List {
  format: ListFormat;
  /** CSV only. */
  csv: CsvLayout | undefined;
  /** The rows in chunks, once; the next chunk is read when it is asked for. Throws `ListError`. */
  rows: AsyncIterable<ListRow[]>;
  /** Lets go of the file; also before the rows have been read to the end. */
  close(): void;
}

export interface OpenListOptions {
  /** Left out: told by the name, then by the content. */
  format?: ListFormat | undefined;
  /** The bytes to read in place of the file: standard input for `-`, or the copy that `hashList` made of it. */
  content?: Readable | undefined;
  /**
   * Names the columns of a CSV list without headings by the cells of its first record; undefined where these are headings.
   * Left out: every CSV list must have them.
   */
  nameColumns?: NameColumns | undefined;
}

export type NameColumns = (cells: readonly string[]) => readonly string[] | undefined;

/** Opens a list of any format, packed or not, and reads as far as its headings. Throws `ListError`. */
export async function openList(path: string, options: OpenListOptions = {}): Promise<List> {
  const bytes = await openBytes(path, options.content);
  try {
    return await readHead(path, bytes, options);
  } catch (error) {
    bytes.close();
    throw error;
  }
}

async function readHead(
  path: string,
  bytes: ListBytes,
  { format: wanted, nameColumns }: OpenListOptions,
): Promise<List> {
  const head = await peekBytes(bytes.chunks, SAMPLE_LENGTH);
  const encoding = sniffEncoding(head.sample);
  const { sample, all } = await peekText(decodeText(head.all, encoding), SAMPLE_LENGTH);
  const texts = sample.length < SAMPLE_LENGTH ? sample : all;
  if (sample.trim() === '') throw new ListError('empty', 'The list is empty.');
  if (encoding !== 'utf-8' && sample.includes('\uDCFF')) {
    throw new ListError('binary', 'The list is a binary file, not text: save it as CSV, JSON or NDJSON in UTF-8.');
  }
  const format = wanted ?? formatOf(path, sample);
  const close = () => bytes.close();
  const name = encodingName(encoding);
  if (format === 'json') return { format, csv: undefined, rows: readRows(texts, new JsonRows(name)), close };
  if (format === 'ndjson') return { format, csv: undefined, rows: readRows(texts, new NdjsonRows(name)), close };
  const byteOrderMark = encoding !== 'utf-8' || head.sample[0] === 0xef;
  return { ...(await openCsv(texts, sample, name, byteOrderMark, nameColumns)), format, close };
}

function encodingName(encoding: Encoding): string {
  return encoding === 'utf-8' ? 'UTF-8' : 'UTF-16';
}

async function openCsv(
  texts: AsyncIterable<string> | string,
  sample: string,
  encoding: string,
  byteOrderMark: boolean,
  nameColumns: NameColumns | undefined,
): Promise<Pick<List, 'csv' | 'rows'>> {
  if (sample.includes('\r') && !sample.includes('\n')) {
    throw new ListError('bad_headings', 'The lines of the list end in CR alone: save it with LF or CRLF line breaks.');
  }
  const { delimiter, named } = sniffDelimiter(sample);
  const options = { encoding, skipFirstRecord: named };
  const columns = nameColumns?.(firstCells(sample, new CsvRows(delimiter, options)));
  if (columns !== undefined) {
    const rows = readRows(texts, new CsvRows(delimiter, { ...options, headless: true }));
    return { csv: { headings: columns, delimiter, byteOrderMark }, rows };
  }
  const chunks = readRows(texts, new CsvRows(delimiter, options));
  let first = await chunks.next();
  while (first.done !== true && first.value.length === 0) first = await chunks.next();
  const [headingRow, ...rest] = first.done === true ? [] : first.value;
  const headings = headingsOf(headingRow, encoding);
  const rows = withFirst(rest, chunks);
  if (ownHeadingCount(headings) === headings.length) return { csv: { headings, delimiter, byteOrderMark }, rows };
  return { csv: { headings: headings.map(unguarded), delimiter, byteOrderMark }, rows: asTheyWere(rows) };
}

function firstCells(sample: string, reader: CsvRows): readonly string[] {
  const first = reader.push(sample)[0] ?? reader.end()[0];
  return first?.cells ?? [];
}

function headingsOf(row: ListRow | undefined, encoding: string): readonly string[] {
  const code = row?.problem?.code;
  if (code === 'bad_encoding') {
    throw new ListError('bad_encoding', `The headings are not ${encoding} text: save the list as UTF-8.`);
  }
  if (code === 'row_too_large') {
    throw new ListError('bad_headings', 'The first line is larger than 1 MB and holds no headings: is it a CSV list?');
  }
  if (row === undefined || row.problem !== undefined) {
    throw new ListError('bad_headings', 'The headings hold a quote that is never closed, or text behind a quote.');
  }
  return row.cells ?? [];
}

/** The rows of a rejects file. */
async function* asTheyWere(chunks: AsyncIterable<ListRow[]>): AsyncGenerator<ListRow[]> {
  for await (const rows of chunks) yield rows.map((row) => ({ ...row, cells: row.cells?.map(unguarded) }));
}

async function* withFirst(first: ListRow[], rest: AsyncGenerator<ListRow[]>): AsyncGenerator<ListRow[]> {
  if (first.length > 0) yield first;
  yield* rest;
}
