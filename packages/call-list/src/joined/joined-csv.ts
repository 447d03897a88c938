import { csvCell } from '../formats/csv-cell.ts';
import { encodeText } from '../formats/decode-text.ts';
import type { TextSpan } from '../list-row.ts';
import type { ListText } from '../open-list.ts';
import { type BesideValue, type JoinedRow, type JoinedText, plain } from './joined-row.ts';

/**
 * A CSV as it was, to the byte, with further cells in each row, behind those that have headings. A
 * row that ends early is filled up; what a row has beyond its headings then comes behind ours.
 * @param columns the headings of the cells added
 */
export function joinedCsv(
  text: ListText,
  columns: readonly string[],
  rows: AsyncIterable<readonly JoinedRow[]>,
): JoinedText {
  const bare: number[] = [];
  return { bytes: pieces(text, columns, rows, bare), bare };
}

async function* pieces(
  { kept, encoding, csv }: ListText,
  columns: readonly string[],
  rows: AsyncIterable<readonly JoinedRow[]>,
  bare: number[],
): AsyncGenerator<Buffer> {
  if (csv === undefined) throw new Error('the list is no CSV');
  const { delimiter, headingSpan } = csv;
  const insert = (span: TextSpan, cells: readonly BesideValue[]): string => {
    const { start, end, width } = span;
    const missing = Math.max(0, headingSpan.width - width);
    const at =
      width > headingSpan.width
        ? start + endOfCell(kept.between(start, end), headingSpan.width, delimiter)
        : end;
    const own = cells.map((cell) => delimiter + csvCell(plain(cell), delimiter)).join('');
    return kept.takeTo(at) + delimiter.repeat(missing) + own;
  };
  yield encodeText(insert(headingSpan, columns), encoding);
  for await (const chunk of rows) {
    let joined = '';
    for (const { row, beside } of chunk) {
      if (row.span === undefined) bare.push(row.line);
      else joined += insert(row.span, beside);
    }
    yield encodeText(joined, encoding);
  }
  yield encodeText(kept.takeRest(), encoding);
}

/** They may stand before the quote that opens a cell. */
const BLANKS = ' \t';

/** Where the n-th cell of a record ends, the delimiter behind it left out. */
function endOfCell(record: string, count: number, delimiter: string): number {
  let at = 0;
  for (let cell = 1; ; cell += 1) {
    let begins = at;
    while (record[begins] !== delimiter && BLANKS.includes(record[begins] ?? '-')) begins += 1;
    if (record[begins] === '"') at = endOfQuotes(record, begins + 1);
    const next = record.indexOf(delimiter, at);
    if (next === -1) return record.length;
    if (cell === count) return next;
    at = next + 1;
  }
}

/** @param from behind the quote that opens the cell */
function endOfQuotes(record: string, from: number): number {
  for (let at = from; ; at += 2) {
    at = record.indexOf('"', at);
    if (at === -1) return record.length;
    if (record[at + 1] !== '"') return at + 1;
  }
}
