import { resolve } from 'node:path';
import type { DemoCommand } from './command-line.ts';
import type { DemoHost } from './demo-host.ts';
import type { Ending, LoadReport } from './dialing.ts';
import { compareWithTruth, isProven } from './ground-truth.ts';
import { countOf, formatCount, outcomeTable } from './outcome-table.ts';
import { shown } from './run-folder.ts';
import type { Screen } from './screen.ts';
import { SimulatedSetting } from './simulated-setting.ts';
import { truthLines } from './truth-lines.ts';

const DONE = 0;
const NOT_PROVEN = 1;
const ROWS_REJECTED = 3;

/** Dials the user's own list through the simulator, which plays no faults. Resolves to the exit code. */
export async function runSimulated(
  screen: Screen,
  host: DemoHost,
  { list, campaign }: DemoCommand & { kind: 'simulated' },
): Promise<number> {
  screen.line(screen.styled('bold', `Dialing ${list} through a simulator. No phone rings.`));
  screen.line();
  await using setting = await SimulatedSetting.start(screen, host);
  const { dialing, folder, simulator } = setting;
  await setting.startWorkers();
  const load = await dialing.load(resolve(list), resolve(campaign), folder.file('rejected.csv'));
  screen.lines(loadLines(load));
  screen.line();
  screen.line(screen.styled('bold', 'Dialing'));
  const ending = await dialing.watch(load.campaign, screen);
  screen.lines(['', screen.styled('bold', 'What became of the calls'), ...outcomeTable(ending.status.outcomes), '']);
  screen.lines(waitingLines(ending));
  const results = folder.file(`results-${load.campaign}.csv`);
  await dialing.programs.enqueuer('results', load.campaign, '-o', results);
  const records = await Array.fromAsync(dialing.results(load.campaign));
  const comparison = compareWithTruth(records, new Map(Object.entries(simulator.calls().byNumber)));
  screen.lines([...truthLines(screen, comparison), '', ...fileLines(screen, results, load)]);
  if (!isProven(comparison)) return NOT_PROVEN;
  return load.rejected > 0 ? ROWS_REJECTED : DONE;
}

/** What loading made of the rows. */
export function loadLines({ rows, queued, alreadyQueued, alreadySettled, duplicates, rejected }: LoadReport): string[] {
  const known = alreadyQueued + alreadySettled;
  const parts = [
    `${countOf(queued, 'call')} queued`,
    ...(known > 0 ? [`${formatCount(known)} loaded before`] : []),
    ...(duplicates > 0 ? [`${formatCount(duplicates)} repeating an earlier row`] : []),
    ...(rejected > 0 ? [`${formatCount(rejected)} that cannot be called`] : []),
  ];
  return [`  ${countOf(rows, 'row')}: ${parts.join(', ')}`];
}

/** What is to be said of calls that wait for their hours. */
export function waitingLines({ status, opensAt }: Ending): string[] {
  if (opensAt === undefined) return [];
  const when = Number.isFinite(opensAt) ? `the first may go out ${localTime(opensAt)}` : 'hours that never come';
  return [
    `  ${countOf(status.pending, 'call')} wait for their calling hours: ${when}.`,
    '  The run ends here; a worker left running would dial them then.',
    '',
  ];
}

/** Where the files are that a run leaves. */
export function fileLines(screen: Screen, results: string, { rejected, rejectsFile }: LoadReport): string[] {
  return [
    screen.styled('bold', 'Files, which only you can read'),
    `  ${shown(results)}   each call and its outcome`,
    ...(rejectsFile === null ? [] : [`  ${shown(rejectsFile)}   ${countOf(rejected, 'row')} not queued, and why`]),
  ];
}

function localTime(instant: number): string {
  const format = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat('en-US', { ...format, hourCycle: 'h23', timeZoneName: 'short' }).format(instant);
}
