import type { CallRecord } from '@libby-dialer/dialing';
import { looksLikeWindows1252 } from './formats/decode-text.ts';

/** Why a row cannot be called. Stable: people script against these. */
export const REJECT_CODES = [
  'missing_phone',
  'invalid_phone',
  'not_e164',
  'unsupported_number',
  'ambiguous_number',
  'do_not_call',
  'missing_name',
  'missing_variable',
  'no_timezone',
  'too_many_cells',
  'too_few_cells',
  'unclosed_quote',
  'bad_encoding',
  'bad_json',
  'invalid_field',
  'bad_cell',
  'row_too_large',
  'skipped',
] as const;
export type RejectCode = (typeof REJECT_CODES)[number];

/**
 * `reason` is a sentence for the person who mends the list; of what the row holds it repeats only
 * what a number may be.
 */
export interface RowProblem {
  code: RejectCode;
  reason: string;
}

/** Where a row stands in its list, all from 1. */
export interface RowPlace {
  /** Among the data rows. */
  row: number;
  /** As a text editor numbers lines; of a sheet, the number of its row. */
  line: number;
  /** As a spreadsheet numbers rows, headings included; of a JSON list there is none. */
  sheetRow: number | undefined;
}

/** What a list is told by. */
export interface ListIdentity {
  /** Its path as it was given; `stdin` for standard input. */
  list: string;
  /** See `shortHash`. Of what can be read only once it is not known. */
  listHash: string | undefined;
}

/** Which row of which list. */
export type RowOrigin = RowPlace & ListIdentity;

/**
 * One data row of a list. Either `cells` (CSV, workbook), or `record` (JSON, NDJSON), or neither
 * where `problem` says why.
 */
export interface ListRow {
  /** The line on which the row begins, from 1; of a sheet, the number of its row. */
  line: number;
  /**
   * Where a spreadsheet shows it, if not in the row of that number: cells above it hold line
   * breaks.
   */
  sheetRow?: number | undefined;
  /** Its place among the data rows, from 1. */
  row: number;
  /**
   * CSV and workbook: the cells as they stand in the list, not trimmed; without a problem never
   * more than headings, but perhaps fewer.
   */
  cells: string[] | undefined;
  /** JSON: the text of the record as it stands in the list, for the rejects file. */
  raw: string | undefined;
  /** JSON: the record as checked. */
  record: CallRecord | undefined;
  problem: RowProblem | undefined;
  /** Of a rejects file: where the row stood in the list that it was rejected from. */
  origin?: RowOrigin | undefined;
  /** Of a text; undefined where nobody can tell: the row is too large, or its quotes are broken. */
  span?: TextSpan | undefined;
}

/** Where a row stands in the text of its list, in UTF-16 units from the beginning. */
export interface TextSpan {
  readonly start: number;
  /** Behind its last character, before the line break. */
  readonly end: number;
  /** How many cells were written, empty ones at the end included; 1 of a record. */
  readonly width: number;
}

export function placeOf({ row, line, sheetRow, cells }: ListRow): RowPlace {
  return { row, line, sheetRow: cells === undefined ? undefined : (sheetRow ?? line) };
}

/** A row is refused beyond this many UTF-16 units, so that no list can fill the memory. */
export const MAX_ROW_LENGTH = 1024 * 1024;

/** How much of an oversized or unclosed row goes to the rejects file. */
const EXCERPT_LENGTH = 1000;

export function excerpt(text: string): string {
  return text.length <= EXCERPT_LENGTH ? text : `${text.slice(0, EXCERPT_LENGTH)}…`;
}

export function rowTooLarge(): RowProblem {
  return { code: 'row_too_large', reason: 'The row is larger than 1 MB.' };
}

/**
 * One row tells nothing of the others: of a list that is UTF-8 but for it, another encoding would
 * spoil the rest. @param text of the row, with what is no text as `decodeText` leaves it
 */
export function badEncoding(encodingName: string, text = ''): RowProblem {
  const [seems, encoding] = looksLikeWindows1252(text)
    ? [' and look like windows-1252', 'that encoding']
    : ['', 'its own encoding'];
  return {
    code: 'bad_encoding',
    reason: `The row holds bytes that are not ${encodingName} text${seems}. If many rows do, load the list with ${encoding}, or save it as "CSV UTF-8" where it comes from; if this one does alone, mend it in the rejects file.`,
  };
}

export function cellCounts(count: number, expected: number): string {
  return `The row has ${count === 1 ? '1 cell' : `${count} cells`} where the headings have ${expected}`;
}

/** A row whose missing cells are no empty ones: `heading` names the first of them that matters. */
export function tooFewCells(count: number, expected: number, heading: string): RowProblem {
  const named = heading === '' ? '' : `, and "${excerpt(heading)}" is among the missing ones`;
  const mend =
    'write it on one line, with a separator for each of its columns, the empty ones too.';
  return { code: 'too_few_cells', reason: `${cellCounts(count, expected)}${named}: ${mend}` };
}

/** Turns pieces of text into rows; a piece may end anywhere. */
export interface RowReader {
  push(text: string): ListRow[];
  /** The rows that only the end of the list completes. */
  end(): ListRow[];
}

/**
 * Rows in chunks: awaiting each row by itself would cost more than reading it. A chunk may hold
 * none: however much of a list is no row, whoever reads it can stop. A list that is there as one
 * text makes one chunk.
 */
export async function* readRows(
  texts: AsyncIterable<string> | string,
  reader: RowReader,
): AsyncGenerator<ListRow[]> {
  if (typeof texts === 'string') {
    yield [...reader.push(texts), ...reader.end()];
    return;
  }
  for await (const text of texts) yield reader.push(text);
  yield reader.end();
}
