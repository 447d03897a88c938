import { csvCell, needsQuotes } from '../formats/csv-cell.ts';
import { encodeText } from '../formats/decode-text.ts';
import type { ListFormat } from '../formats/list-format.ts';
import { ListError } from '../list-error.ts';
import type { List } from '../open-list.ts';
import { joinedCsv } from './joined-csv.ts';
import { joinedRecords } from './joined-records.ts';
import { type BesideValue, type JoinedRow, type JoinedText, plain } from './joined-row.ts';
import { joinedWorkbook } from './joined-workbook.ts';
import { newWorkbook } from './new-workbook.ts';

const BYTE_ORDER_MARK = '\uFEFF';

export interface Joining {
  /** Left out: that of the list. A table may become CSV or a workbook, records cannot. */
  readonly format?: ListFormat | undefined;
  /** Whether UTF-8 begins with a byte order mark where the list does not. */
  readonly byteOrderMark?: boolean | undefined;
  /** The headings of what is added. */
  readonly columns: readonly string[];
  /** Every row of the list, in its order. */
  readonly rows: AsyncIterable<readonly JoinedRow[]>;
}

/** What a list is as a file: the rejects of JSON are CSV, though their rows are records. */
function formatAsWritten({ format, sheet, text }: List): ListFormat {
  if (sheet !== undefined) return 'xlsx';
  return text?.csv === undefined ? format : 'csv';
}

/** What is called .json is often NDJSON: records are given back as they are. */
export function formatGiven(list: List, wanted: ListFormat | undefined): ListFormat {
  const own = formatAsWritten(list);
  return wanted === undefined || (isOfRecords(own) && isOfRecords(wanted)) ? own : wanted;
}

const isOfRecords = (format: ListFormat): boolean => format === 'json' || format === 'ndjson';

/**
 * Gives a list back with columns beside its own. In its own format nothing of what it holds is
 * changed. The list must have been opened with its text kept. Throws `ListError`.
 */
export function joinedList(list: List, joining: Joining): JoinedText {
  const { columns, rows, byteOrderMark = false } = joining;
  const own = formatAsWritten(list);
  const format = formatGiven(list, joining.format);
  const { sheet, text } = list;
  if (format !== own) return inOtherFormat(list, format, joining);
  if (sheet !== undefined) return joinedWorkbook(sheet, columns, rows);
  if (text === undefined) throw new Error('the text of the list was not kept');
  const joined =
    format === 'csv' ? joinedCsv(text, columns, rows) : joinedRecords(text, columns, rows);
  const canBeMarked = format === 'csv' && text.encoding.startsWith('utf-');
  const isMarked = text.byteOrderMark || (byteOrderMark && canBeMarked);
  return isMarked
    ? { ...joined, bytes: withFirst(encodeText(BYTE_ORDER_MARK, text.encoding), joined.bytes) }
    : joined;
}

async function* withFirst(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

function inOtherFormat(list: List, format: ListFormat, joining: Joining): JoinedText {
  const isTable = format === 'csv' || format === 'xlsx';
  if (list.csv === undefined || !isTable) {
    throw new ListError(
      'other_format',
      `The list is ${formatAsWritten(list)} and can be given back as that only.`,
    );
  }
  const bytes =
    format === 'xlsx'
      ? newWorkbook(tableOf(list.csv.headings, joining))
      : newCsv(list.csv.headings, joining);
  return { bytes, bare: [] };
}

/** A row in its three parts: ours stand behind the cells that have headings. */
function inParts(headings: readonly string[], { row: { cells = [] } }: JoinedRow): string[][] {
  return [headings.map((_, index) => cells[index] ?? ''), cells.slice(headings.length)];
}

async function* tableOf(
  headings: readonly string[],
  { columns, rows }: Joining,
): AsyncGenerator<BesideValue[][]> {
  yield [[...headings, ...columns]];
  for await (const chunk of rows) {
    yield chunk.map((row) => {
      const [own = [], excess = []] = inParts(headings, row);
      return [...own, ...row.beside, ...excess];
    });
  }
}

async function* newCsv(
  headings: readonly string[],
  { columns, rows, byteOrderMark = false }: Joining,
): AsyncGenerator<Buffer> {
  const first = [...headings.map(csvText), ...columns.map((each) => csvCell(each))].join(',');
  yield Buffer.from(`${byteOrderMark ? BYTE_ORDER_MARK : ''}${first}\r\n`);
  for await (const chunk of rows) {
    const lines = chunk.map((row) => {
      const [own = [], excess = []] = inParts(headings, row);
      const ours = row.beside.map((value) => csvCell(plain(value)));
      return `${[...own.map(csvText), ...ours, ...excess.map(csvText)].join(',')}\r\n`;
    });
    yield Buffer.from(lines.join(''));
  }
}

/** A cell of the person's own, which is not touched. */
function csvText(text: string): string {
  return needsQuotes(text, ',') ? `"${text.replaceAll('"', '""')}"` : text;
}
