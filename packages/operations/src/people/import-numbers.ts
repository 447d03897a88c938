import {
  findNumberColumns,
  ListError,
  type ListReading,
  type ListSource,
  nameNumberColumns,
  nameOfList,
  openSource,
  RejectsFile,
  readingOf,
  rejectsPathOf,
} from '@libby-dialer/call-list';
import type { CountryCode } from '@libby-dialer/dialing';
import type { Context } from '../context.ts';
import type { ListLoad } from '../load/load-list.ts';
import { type DoNotCallOptions, type WaitOptions, waitForClaims } from './do-not-call.ts';
import { type ImportCounts, NumberImporter } from './number-importer.ts';

export interface NumberImport
  extends ListReading,
    Pick<ListLoad, 'path' | 'stdin' | 'signal' | 'warn' | 'watch' | 'rejects'>,
    DoNotCallOptions,
    Pick<WaitOptions, 'waitBrokenOff'> {
  /** For numbers that are not in E.164 form. */
  readonly country?: CountryCode | undefined;
  /** The heading above the numbers; left out: told by the headings. */
  readonly column?: string | undefined;
  /** Told how far it got where it was interrupted by the signal or stopped by an error. */
  readonly brokenOff?: (counts: ImportCounts, by: 'signal' | 'error') => void;
}

export interface ImportedNumbers {
  readonly counts: ImportCounts;
  /** Undefined when no row was rejected. */
  readonly rejectsFile: string | undefined;
}

/**
 * Puts every number of a list on the do-not-call list; the same list again, or after a crash, adds
 * only what is missing. Returns once no call to them is about to go out. Rejects with the signal's
 * reason when that aborts, or with `ListError`.
 */
export async function importNumbers(
  context: Context,
  request: NumberImport,
): Promise<ImportedNumbers> {
  const { path, stdin, signal, warn, country, column, by, waitBrokenOff } = request;
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
    await using rejects = new RejectsFile(
      request.rejects ?? rejectsPathOf(path),
      { list: nameOfList(path), listHash: undefined },
      csv,
    );
    await rejects.start();
    const { doNotCall } = context.queue;
    const importer = new NumberImporter({
      columns,
      country,
      add: (numbers) => doNotCall.add(numbers),
      reject: (rows) => rejects.write(rows),
      signal,
    });
    await runToItsEnd(request, importer, source, async ({ rows, rejected, added }) => {
      const numbers = rows - rejected;
      await doNotCall.record({ what: 'do_not_call_imported', numbers, changed: added, by });
    });
    const rejectsFile = await rejects.close({ isWhole: true, warn });
    await waitForClaims(doNotCall, { signal, ...(waitBrokenOff && { waitBrokenOff }) });
    return { counts: importer.counts, rejectsFile };
  } finally {
    source.list.close();
  }
}

/**
 * However it ends, what it has added is kept for audit, and whoever waits learns how far it got.
 */
async function runToItsEnd(
  { signal, watch, brokenOff }: NumberImport,
  importer: NumberImporter,
  { list, bytesRead, bytesTotal }: ListSource,
  record: (counts: ImportCounts) => Promise<void>,
): Promise<void> {
  const { counts } = importer;
  try {
    using _progress = watch?.(() => ({
      rows: counts.rows,
      taken: { added: counts.added },
      rejected: counts.rejected,
      bytesRead: bytesRead(),
      bytesTotal,
    }));
    await importer.run(list.rows);
  } catch (error) {
    if (!(signal.aborted && error instanceof ListError)) {
      await record(counts).catch(() => {}); // the first error says more
      brokenOff?.(counts, 'error');
      throw error;
    }
  }
  await record(counts);
  if (!signal.aborted) return;
  brokenOff?.(counts, 'signal');
  throw signal.reason as Error;
}
