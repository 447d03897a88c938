import { ORIGIN_HEADINGS } from '../columns/headings.ts';
import { jsonRow, problemRow } from '../formats/json-record.ts';
import type { ListRow } from '../list-row.ts';
import { rejectedBefore } from './rejected-before.ts';

/** How the rejects file of a JSON list begins. */
export const RECORDS_HEADINGS = ['line', 'code', 'reason', 'record'] as const;

const IS_ORIGIN: ReadonlySet<string> = new Set(ORIGIN_HEADINGS);

export function holdsRecords(headings: readonly string[]): boolean {
  const trimmed = headings.map((heading) => heading.trim());
  const [first, others] = [
    trimmed.slice(0, RECORDS_HEADINGS.length),
    trimmed.slice(RECORDS_HEADINGS.length),
  ];
  return (
    first.join() === RECORDS_HEADINGS.join() && others.every((heading) => IS_ORIGIN.has(heading))
  );
}

/** The records of such a file, mended and loaded again, as rows of a JSON list. */
export async function* recordRows(
  chunks: AsyncIterable<ListRow[]>,
  encoding: string,
): AsyncGenerator<ListRow[]> {
  for await (const rows of chunks) yield rows.map((row) => recordRow(row, encoding));
}

function recordRow(
  { line, row, cells = [], problem, origin, span }: ListRow,
  encoding: string,
): ListRow {
  const [, code = '', , text = ''] = cells;
  const place = { line, row, column: 1 };
  const before = problem ?? rejectedBefore(code.trim());
  const read =
    before === undefined ? jsonRow(text, place, encoding) : problemRow(text, place, before);
  return { ...read, origin, span };
}
