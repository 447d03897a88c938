import {
  findNumberColumns,
  ListError,
  type ListSource,
  nameNumberColumns,
  openSource,
  RejectsFile,
  rejectsPathOf,
} from '@libby-dialer/call-list';
import type { CountryCode } from '@libby-dialer/dialing';
import {
  type Context,
  type ImportCounts,
  NumberImporter,
  readCountry,
} from '@libby-dialer/operations';
import { countOf, formatCount } from '@libby-dialer/runtime';
import { type Io, print, warn } from '../terminal/io.ts';
import { Progress } from '../terminal/progress.ts';
import { formatTable } from '../terminal/table.ts';
import { waitForClaims } from '../wait-for-claims.ts';
import { withContext } from '../with-context.ts';
import { listFailure } from './list-failure.ts';

const DONE = 0;
const ROWS_REJECTED = 3;

export interface ImportOptions {
  readonly country?: string | undefined;
  /** The heading above the numbers. */
  readonly column?: string | undefined;
  readonly rejects?: string | undefined;
  readonly by?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Puts every number of a list on the do-not-call list. Returns the exit code. */
export async function importNumbers(io: Io, path: string, options: ImportOptions): Promise<number> {
  const country = readCountry(options.country);
  try {
    const counts = await withContext(io, (context) =>
      importList(io, context, path, country, options),
    );
    return counts.rejected > 0 ? ROWS_REJECTED : DONE;
  } catch (error) {
    if (!(error instanceof ListError)) throw error;
    io.signal.throwIfAborted();
    throw listFailure(error);
  }
}

async function importList(
  io: Io,
  context: Context,
  path: string,
  country: CountryCode | undefined,
  { column, rejects: rejectsPath, by, json = false }: ImportOptions,
): Promise<ImportCounts> {
  const { stdin, signal } = io;
  const source = await openSource(path, {
    stdin,
    signal,
    hash: false,
    nameColumns: nameNumberColumns,
  });
  try {
    const { csv, warnings } = source.list;
    for (const warning of warnings) warn(io, warning);
    const columns = csv && findNumberColumns(csv.headings, column);
    await using rejects = new RejectsFile(rejectsPath ?? rejectsPathOf(path), csv);
    await rejects.start();
    const doNotCall = context.queue.doNotCall;
    const importer = new NumberImporter({
      columns,
      country,
      add: (numbers) => doNotCall.add(numbers),
      reject: (rows) => rejects.write(rows),
      signal,
    });
    await runToItsEnd(io, context, importer, source, async ({ rows, rejected, added }) => {
      await doNotCall.record({
        what: 'do_not_call_imported',
        numbers: rows - rejected,
        changed: added,
        by,
      });
    });
    const rejectsFile = await rejects.close({
      isWhole: true,
      warn: (sentence) => warn(io, sentence),
    });
    await waitForClaims(io, doNotCall);
    const { counts } = importer;
    await print(
      io.stdout,
      json ? importJson(counts, rejectsFile) : importTable(counts, rejectsFile),
    );
    return counts;
  } finally {
    source.list.close();
  }
}

/**
 * However it ends, what it has added is kept for audit, and whoever waits learns how far it got.
 */
async function runToItsEnd(
  io: Io,
  { logger }: Context,
  importer: NumberImporter,
  { list, bytesRead, bytesTotal }: ListSource,
  record: (counts: ImportCounts) => Promise<void>,
): Promise<void> {
  const { counts } = importer;
  try {
    using progress = new Progress(io.stderr, logger, () => ({
      rows: counts.rows,
      taken: { added: counts.added },
      rejected: counts.rejected,
      bytesRead: bytesRead(),
      bytesTotal,
    }));
    progress.start();
    await importer.run(list.rows);
  } catch (error) {
    if (!(io.signal.aborted && error instanceof ListError)) {
      await record(counts).catch(() => {}); // the first error says more
      io.stderr.write(
        `Stopped after ${importedSoFar(counts)}; the same command goes on from there.\n`,
      );
      throw error;
    }
  }
  await record(counts);
  if (!io.signal.aborted) return;
  io.stderr.write(
    `Interrupted after ${importedSoFar(counts)}; the same command goes on from there.\n`,
  );
  throw io.signal.reason as Error;
}

function importedSoFar({ rows, added, rejected }: ImportCounts): string {
  return `${countOf(rows, 'row')} (${formatCount(added)} added, ${formatCount(rejected)} rejected)`;
}

function importJson(
  { rows, added, alreadyListed, rejected, bothReadings }: ImportCounts,
  rejectsFile: string | undefined,
): string {
  return `${JSON.stringify({ rows, added, alreadyListed, rejected, bothReadings, rejectsFile: rejectsFile ?? null })}\n`;
}

function importTable(counts: ImportCounts, rejectsFile: string | undefined): string {
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
