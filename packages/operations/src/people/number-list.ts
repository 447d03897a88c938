import {
  countriesIn,
  findNumberColumns,
  type ListReading,
  type ListRow,
  type ListSource,
  type NumberColumns,
  nameNumberColumns,
  numberIn,
  openSource,
  type RowProblem,
  readingOf,
} from '@libby-dialer/call-list';
import type { CountryCode } from '@libby-dialer/dialing';
import type { ListLoad } from '../load/load-list.ts';
import { readNumbers } from './read-number.ts';

/** A list of numbers, and how it is read. */
export interface NumberList
  extends ListReading,
    Pick<ListLoad, 'path' | 'stdin' | 'signal' | 'warn'> {
  /** For numbers that are not in E.164 form. */
  readonly country?: CountryCode | undefined;
  /** The heading above the numbers; left out: told by the headings. */
  readonly column?: string | undefined;
}

/** One that is open, until its list is closed. */
export interface OpenNumberList {
  readonly source: ListSource;
  /** Each number that a row may mean, in E.164 form. */
  readonly numbersOf: (row: ListRow) => readonly string[] | RowProblem;
}

/** Throws `ListError`. */
export async function openNumberList(request: NumberList): Promise<OpenNumberList> {
  const { path, stdin, signal, warn, country, column } = request;
  const source = await openSource(path, {
    ...readingOf(request),
    stdin,
    signal,
    hash: 'never',
    nameColumns: nameNumberColumns,
  });
  try {
    const { csv, warnings } = source.list;
    for (const warning of warnings) warn(warning);
    const columns = csv && findNumberColumns(csv.headings, column);
    return { source, numbersOf: (row) => numbersOf(row, columns, country) };
  } catch (error) {
    source.list.close();
    throw error;
  }
}

/** Under whatever country a row may mean: one reading too many calls nobody. */
function numbersOf(
  row: ListRow,
  columns: NumberColumns | undefined,
  country: CountryCode | undefined,
): readonly string[] | RowProblem {
  // Whom a sheet hides is not called either.
  if (row.problem !== undefined && row.problem.code !== 'skipped') return row.problem;
  if (columns === undefined) return readNumbers(row.record?.toPhoneNumber ?? '', { country });
  const cells = row.cells ?? [];
  const problem = columns.needed.problem(cells);
  if (problem !== undefined) return problem;
  const named = countriesIn(cells, columns);
  const text = numberIn(cells, columns);
  const verdicts = (named.length > 0 ? named : [country]).map((each) =>
    readNumbers(text, { country: each }),
  );
  const numbers = verdicts.flatMap((verdict) => ('code' in verdict ? [] : verdict));
  return numbers.length > 0
    ? [...new Set(numbers)]
    : (verdicts.find((verdict) => 'code' in verdict) ?? []);
}
