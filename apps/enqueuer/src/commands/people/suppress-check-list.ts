import {
  CHECKED_NUMBERS_HEADING,
  checkedNumberToCsv,
  checkNumberList,
  type NumberListCounts,
  readCountry,
} from '@libby-dialer/operations';
import { countOf, formatCount } from '@libby-dialer/runtime';
import { type Io, print } from '../../terminal/io.ts';
import { withContext } from '../../with-context.ts';
import { inputOf } from '../lists/load-options.ts';
import { progressOf } from '../lists/load-output.ts';
import type { ImportOptions } from './suppress-import.ts';

const DONE = 0;
const ROWS_REJECTED = 3;

export type CheckListOptions = Omit<ImportOptions, 'rejects' | 'by' | 'json'>;

/** Writes a line of CSV for each row of a list. Returns the exit code. */
export async function checkList(
  io: Io,
  path: string,
  { country, column, ...reading }: CheckListOptions,
): Promise<number> {
  const request = { ...inputOf(io, path, reading), country: readCountry(country), column };
  return await withContext(io, async (context) => {
    const { watch } = progressOf<NumberListCounts>(io, context.logger, summary);
    await print(io.stdout, CHECKED_NUMBERS_HEADING);
    const counts = await checkNumberList(context, {
      ...request,
      watch,
      told: async (rows) =>
        await print(io.stdout, rows.map((row) => checkedNumberToCsv(row)).join('')),
    });
    io.stderr.write(`${summary(counts)}\n`);
    return counts.rejected > 0 ? ROWS_REJECTED : DONE;
  });
}

function summary({ rows, listed, notListed, rejected }: NumberListCounts): string {
  const unread = rejected === 0 ? '' : `, ${formatCount(rejected)} cannot be read`;
  return `${countOf(rows, 'row')}: ${formatCount(listed)} on the list, ${formatCount(notListed)} not${unread}.`;
}
