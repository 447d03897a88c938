import type { RejectCode, RowProblem } from '../list-row.ts';

/**
 * What is wrong with a row, but cannot be seen in the rejects file, where each row has as many
 * cells as there are headings and is UTF-8. Loaded again as it is, such a row must not be called.
 */
const INVISIBLE_LATER: ReadonlySet<string> = new Set<RejectCode>([
  'too_many_cells',
  'too_few_cells',
  'unclosed_quote',
  'bad_encoding',
  'bad_cell',
  'row_too_large',
  'skipped',
]);

/** @param code what a row of a rejects file has under "code" */
export function rejectedBefore(code: string): RowProblem | undefined {
  if (!INVISIBLE_LATER.has(code)) return undefined;
  const reason = 'The row was rejected for this before: mend it, and empty its cell under "code".';
  return { code: code as RejectCode, reason };
}
