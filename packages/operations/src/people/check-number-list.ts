import { csvCell, type ListRow, type RowProblem } from '@libby-dialer/call-list';
import type { Context } from '../context.ts';
import type { ListLoad } from '../load/load-list.ts';
import { areSuppressed } from './do-not-call.ts';
import { type NumberList, openNumberList } from './number-list.ts';

export interface NumberListCheck extends NumberList, Pick<ListLoad, 'watch'> {
  /** Told of the rows, in their order, some at a time. */
  readonly told: (rows: readonly CheckedNumberRow[]) => Promise<void>;
}

/** One row of a list of numbers. */
export interface CheckedNumberRow {
  readonly row: ListRow;
  /** Each number that it may mean, in E.164 form; none where it cannot be read. */
  readonly numbers: readonly string[];
  /** Whether any of them is on the do-not-call list. */
  readonly isListed: boolean;
  readonly problem: RowProblem | undefined;
}

/** `rows` is the sum of the others. */
export interface NumberListCounts {
  rows: number;
  listed: number;
  notListed: number;
  /** They cannot be read. */
  rejected: number;
}

/**
 * Which numbers of a list are on the do-not-call list. It changes nothing. Rejects with the
 * signal's reason when that aborts, or with `ListError`.
 */
export async function checkNumberList(
  context: Context,
  request: NumberListCheck,
): Promise<NumberListCounts> {
  const { signal, watch, told } = request;
  const { source, numbersOf } = await openNumberList(request);
  const counts: NumberListCounts = { rows: 0, listed: 0, notListed: 0, rejected: 0 };
  try {
    using _progress = watch?.(() => ({
      rows: counts.rows,
      taken: { listed: counts.listed },
      rejected: counts.rejected,
      bytesRead: source.bytesRead(),
      bytesTotal: source.bytesTotal,
    }));
    for await (const rows of source.list.rows) {
      signal.throwIfAborted();
      const checked = await checkRows(context, rows, numbersOf);
      for (const row of checked) count(counts, row);
      await told(checked);
    }
    signal.throwIfAborted();
    return counts;
  } catch (error) {
    // A list that is broken off says so in its own words.
    signal.throwIfAborted();
    throw error;
  } finally {
    source.list.close();
  }
}

async function checkRows(
  context: Context,
  rows: readonly ListRow[],
  numbersOf: (row: ListRow) => readonly string[] | RowProblem,
): Promise<CheckedNumberRow[]> {
  const read = rows.map((row) => numbersOf(row));
  const numbers = read.flatMap((each) => ('code' in each ? [] : each));
  const verdicts = await areSuppressed(context, numbers);
  const listed = new Set(numbers.filter((_, index) => verdicts[index]));
  return read.map((each, index) => {
    const row = rows[index] as ListRow;
    if ('code' in each) return { row, numbers: [], isListed: false, problem: each };
    const isListed = each.some((number) => listed.has(number));
    return { row, numbers: each, isListed, problem: undefined };
  });
}

function count(counts: NumberListCounts, { problem, isListed }: CheckedNumberRow): void {
  counts.rows += 1;
  if (problem !== undefined) counts.rejected += 1;
  else if (isListed) counts.listed += 1;
  else counts.notListed += 1;
}

export const CHECKED_NUMBERS_HEADING = 'row,number,verdict,reason\r\n';

/** A line of CSV that is safe to open in a spreadsheet. */
export function checkedNumberToCsv(checked: CheckedNumberRow): string {
  const { row, numbers, isListed, problem } = checked;
  const place = row.cells === undefined ? row.row : (row.sheetRow ?? row.line);
  const listed = isListed ? 'listed' : 'not_listed';
  const verdict = problem === undefined ? listed : problem.code;
  const cells = [place, numbers.join(' or '), verdict, problem?.reason];
  return `${cells.map((cell) => csvCell(cell)).join(',')}\r\n`;
}
