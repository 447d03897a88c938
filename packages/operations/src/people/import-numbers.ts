import {
  ListError,
  type ListSource,
  nameOfList,
  RejectsFile,
  rejectsPathOf,
} from '@libby-dialer/call-list';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';
import type { ListLoad } from '../load/load-list.ts';
import { type WaitOptions, waitForClaims } from './do-not-call.ts';
import { type ImportCounts, NumberImporter } from './number-importer.ts';
import { type NumberList, openNumberList } from './number-list.ts';

export interface NumberImport
  extends NumberList,
    Pick<ListLoad, 'name' | 'watch' | 'rejects'>,
    Pick<WaitOptions, 'waitBrokenOff'> {
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
  const { path, signal, warn, waitBrokenOff } = request;
  const { source, numbersOf } = await openNumberList(request);
  try {
    await using rejects = new RejectsFile(
      request.rejects ?? rejectsPathOf(path),
      { list: nameOfList(path), listHash: undefined },
      source.list.csv,
    );
    await rejects.start();
    const { doNotCall } = context.queue;
    const importer = new NumberImporter({
      numbersOf,
      add: (numbers) => doNotCall.add(numbers),
      reject: (rows) => rejects.write(rows),
      signal,
    });
    const decision = {
      action: 'do_not_call.import',
      details: { list: request.name ?? path },
    } as const;
    return await decide(context, decision, async (did) => {
      did(importer.counts); // as they are when it ends, however it ends
      await runToItsEnd(request, importer, source);
      const rejectsFile = await rejects.close({ isWhole: true, warn });
      await waitForClaims(doNotCall, { signal, ...(waitBrokenOff && { waitBrokenOff }) });
      return { counts: importer.counts, rejectsFile };
    });
  } finally {
    source.list.close();
  }
}

/** However it ends, whoever waits learns how far it got. */
async function runToItsEnd(
  { signal, watch, brokenOff }: NumberImport,
  importer: NumberImporter,
  { list, bytesRead, bytesTotal }: ListSource,
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
      brokenOff?.(counts, 'error');
      throw error;
    }
  }
  if (!signal.aborted) return;
  brokenOff?.(counts, 'signal');
  throw signal.reason as Error;
}
