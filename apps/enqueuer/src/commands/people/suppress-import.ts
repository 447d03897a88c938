import type { ListReading } from '@libby-dialer/call-list';
import {
  type ImportCounts,
  type ImportedNumbers,
  importNumbers,
  readCountry,
} from '@libby-dialer/operations';
import { countOf, formatCount } from '@libby-dialer/runtime';
import { type Io, print } from '../../terminal/io.ts';
import { formatTable } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';
import { inputOf } from '../lists/load-options.ts';
import { progressOf } from '../lists/load-output.ts';

const DONE = 0;
const ROWS_REJECTED = 3;

export interface ImportOptions extends Omit<ListReading, 'format'> {
  readonly country?: string | undefined;
  /** The heading above the numbers. */
  readonly column?: string | undefined;
  readonly rejects?: string | undefined;
  readonly by?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Puts every number of a list on the do-not-call list. Returns the exit code. */
export async function importList(
  io: Io,
  path: string,
  { country, column, rejects, by, json = false, ...reading }: ImportOptions,
): Promise<number> {
  const request = {
    ...inputOf(io, path, reading),
    country: readCountry(country),
    column,
    rejects,
  };
  const { counts } = await withContext(
    io,
    async (context) => {
      const imported = await importNumbers(context, {
        ...request,
        ...progressOf(io, context.logger, importedSoFar),
        waitBrokenOff: () => warnOfClaims(io),
      });
      await print(io.stdout, json ? importJson(imported) : importTable(imported));
      return imported;
    },
    by,
  );
  return counts.rejected > 0 ? ROWS_REJECTED : DONE;
}

export function warnOfClaims({ stderr }: Io): void {
  stderr.write(
    'The numbers are on the list, but calls claimed before may still go out within seconds.\n',
  );
}

function importedSoFar({ rows, added, rejected }: ImportCounts): string {
  return `${countOf(rows, 'row')} (${formatCount(added)} added, ${formatCount(rejected)} rejected)`;
}

function importJson({ counts, rejectsFile }: ImportedNumbers): string {
  const { rows, added, alreadyListed, rejected, bothReadings } = counts;
  return `${JSON.stringify({ rows, added, alreadyListed, rejected, bothReadings, rejectsFile: rejectsFile ?? null })}\n`;
}

function importTable({ counts, rejectsFile }: ImportedNumbers): string {
  const rows = [
    ['  added', counts.added],
    ['  already on the list', counts.alreadyListed],
    ['  rejected', counts.rejected, ...(rejectsFile === undefined ? [] : [`see ${rejectsFile}`])],
    ...(counts.bothReadings === 0
      ? []
      : [['  may be two numbers', counts.bothReadings, 'both are on the list']]),
  ];
  return `${countOf(counts.rows, 'row')}\n${formatTable(rows)}`;
}
