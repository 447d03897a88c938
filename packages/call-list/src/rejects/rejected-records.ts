import { jsonRow, problemRow } from '../formats/json-record.ts';
import type { ListRow } from '../list-row.ts';
import { rejectedBefore } from './rejected-before.ts';

/** How the rejects file of a JSON list begins. */
export const RECORDS_HEADINGS = ['line', 'code', 'reason', 'record'] as const;

export function holdsRecords(headings: readonly string[]): boolean {
  return headings.map((heading) => heading.trim()).join() === RECORDS_HEADINGS.join();
}

/** The records of such a file, mended and loaded again, as rows of a JSON list. */
export async function* recordRows(
  chunks: AsyncIterable<ListRow[]>,
  encoding: string,
): AsyncGenerator<ListRow[]> {
  for await (const rows of chunks) yield rows.map((row) => recordRow(row, encoding));
}

function recordRow({ line, row, cells = [], problem }: ListRow, encoding: string): ListRow {
  const [, code = '', , text = ''] = cells;
  const place = { line, row, column: 1 };
  const before = problem ?? rejectedBefore(code.trim());
  return before === undefined ? jsonRow(text, place, encoding) : problemRow(text, place, before);
}
