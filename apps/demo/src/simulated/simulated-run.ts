import { resolve } from 'node:path';
import type { DemoCommand } from '../command-line.ts';
import type { DemoHost } from '../demo-host.ts';
import { compareWithTruth, isProven } from '../example/ground-truth.ts';
import { truthLines } from '../example/truth-lines.ts';
import { endingLines, fileLines, heading, loadLines } from '../report/run-report.ts';
import type { Screen } from '../screen.ts';
import { SimulatedSetting } from './simulated-setting.ts';

const DONE = 0;
const NOT_PROVEN = 1;
const ROWS_REJECTED = 3;

/**
 * Dials the user's own list through the simulator, which plays no faults. Resolves to the exit
 * code.
 */
export async function runSimulated(
  screen: Screen,
  host: DemoHost,
  { list, campaign, reading }: DemoCommand & { kind: 'simulated' },
): Promise<number> {
  screen.lines([heading(screen, `Dialing ${list} through a simulator. No phone rings.`), '']);
  await using setting = await SimulatedSetting.start(screen, host);
  const { dialing, folder, simulator } = setting;
  screen.live('  starting …');
  await setting.startWorkers();
  const load = await dialing.load(
    { list: resolve(list), campaign: resolve(campaign), reading },
    folder.file('rejected.csv'),
  );
  screen.lines([...loadLines(load), '', heading(screen, 'Dialing')]);
  const ending = await dialing.watch(load.campaign, screen);
  screen.lines(['', ...endingLines(screen, ending)]);
  const results = folder.file(`results-${load.campaign}.csv`);
  await dialing.programs.enqueuer('results', load.campaign, '-o', results);
  const records = await Array.fromAsync(dialing.results(load.campaign));
  const comparison = compareWithTruth(records, new Map(Object.entries(simulator.calls().byNumber)));
  screen.lines([...truthLines(screen, comparison), '', ...fileLines(screen, results, load)]);
  await setting.lookAround(screen, host);
  if (!isProven(comparison)) return NOT_PROVEN;
  return load.rejected > 0 ? ROWS_REJECTED : DONE;
}
