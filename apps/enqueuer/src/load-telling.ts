import type { ListLoad, LoadedList } from '@libby-dialer/operations';
import type { Logger } from '@libby-dialer/runtime';
import { loadedSoFar, loadJson, loadTable } from './reports/load-report.ts';
import { type Io, print, warn } from './terminal/io.ts';
import { Progress } from './terminal/progress.ts';

/** How whoever waits for a load learns of its progress, and of its end if that comes too soon. */
export function tellingOf({ stderr }: Io, logger: Logger): Pick<ListLoad, 'watch' | 'brokenOff'> {
  return {
    watch: (look) => {
      const progress = new Progress(stderr, logger, look);
      progress.start();
      return progress;
    },
    brokenOff: (counts, by) => {
      const word = by === 'signal' ? 'Interrupted' : 'Stopped';
      stderr.write(`${word} after ${loadedSoFar(counts)}; the same command goes on from there.\n`);
    },
  };
}

/** The result of a load, for people or as JSON, and its warnings. */
export async function printLoaded(
  io: Io,
  campaign: string,
  { counts, rejectsFile, hopeless }: LoadedList,
  { json }: { readonly json?: boolean | undefined },
): Promise<void> {
  const result = json
    ? `${JSON.stringify({ ...loadJson(campaign, counts, rejectsFile), wouldExpire: hopeless.count })}\n`
    : loadTable(campaign, counts, rejectsFile);
  await print(io.stdout, result);
  for (const sentence of hopeless.sentences()) warn(io, sentence);
}
