import { readCampaignFile } from '@libby-dialer/call-list';
import type { Campaign } from '@libby-dialer/dialing';
import { DialerError, loadConfig, UsageError } from '@libby-dialer/runtime';
import { liveChildEnvironment } from '../child-environment.ts';
import type { DemoCommand, OwnList } from '../command-line.ts';
import { liveEnvironment } from '../config.ts';
import type { DemoHost } from '../demo-host.ts';
import { refuseExampleNumbers } from '../example/example-numbers.ts';
import { firstLine } from '../example/first-line.ts';
import { Dialing } from '../report/dialing.ts';
import { endingLines, fileLines, heading, loadLines } from '../report/run-report.ts';
import { RunFolder } from '../run-folder.ts';
import type { Screen } from '../screen.ts';
import { insistOnOwnAccess } from './live-access.ts';
import { liveConfig, makePlan, planLines } from './live-plan.ts';

const WORKERS = 2;
/** The longest that a worker may be given, so that it is never cut off in the middle of a call. */
const WORKER_GRACE_MS = 3_600_000;

const DONE = 0;
const ROWS_REJECTED = 3;

/** Dials the real API. Resolves to the exit code. */
export async function runLive(
  screen: Screen,
  host: DemoHost,
  { confirmed, ...own }: DemoCommand & { kind: 'live' },
): Promise<number> {
  const variables = liveEnvironment(host.environment);
  insistOnOwnAccess(variables);
  const config = loadConfig(liveConfig, variables, { redactor: host.redactor });
  const campaign = await readCampaign(own.campaign);
  await refuseExampleNumbers(own, campaign);
  if (!confirmed && !(host.stdin.isTTY && screen.isTerminal)) {
    throw new UsageError(
      '--live asks before it starts, and there is no terminal to ask on; add --yes if you mean it.',
    );
  }
  host.stopWithin(WORKER_GRACE_MS);
  const folder = await RunFolder.create(new Date());
  await using dialing = await Dialing.open({
    environment: liveChildEnvironment(variables),
    redis: config.redis,
    cwd: process.cwd(),
    folder,
    signal: host.signal,
    workerGraceMs: WORKER_GRACE_MS,
    // A call that is cut off in flight would be in doubt for ever.
    orphanSignal: 'TERM',
  });
  const plan = await makePlan(dialing, own, campaign);
  screen.lines(planLines(screen, own.list, plan, config));
  if (!confirmed) await askForConfirmation(screen, host, plan.calls);
  return await dial(screen, dialing, folder, own);
}

async function dial(
  screen: Screen,
  dialing: Dialing,
  folder: RunFolder,
  own: OwnList,
): Promise<number> {
  const load = await dialing.load(own, folder.file('rejected.csv'));
  screen.lines([...loadLines(load), '', heading(screen, 'Dialing')]);
  try {
    await dialing.programs.startWorkers(WORKERS);
    const ending = await dialing.watch(load.campaign, screen);
    await dialing.programs.stop();
    const results = folder.file(`results-${load.campaign}.csv`);
    await dialing.programs.enqueuer('results', load.campaign, '-o', results);
    screen.lines(['', ...endingLines(screen, ending), ...fileLines(screen, results, load)]);
    return load.rejected > 0 ? ROWS_REJECTED : DONE;
  } catch (error) {
    screen.lines([
      '',
      '  Stopping: calls in flight come to their end.',
      '  All others wait in Redis; the same command goes on from there.',
    ]);
    throw error;
  }
}

async function readCampaign(path: string): Promise<Campaign> {
  const file = await readCampaignFile(path);
  if (file === undefined) throw new UsageError(`There is no campaign file ${path}.`);
  return file.campaign;
}

/** Throws a `DialerError` unless exactly the number of calls is typed. */
async function askForConfirmation(
  screen: Screen,
  { stdin, signal }: DemoHost,
  calls: number,
): Promise<void> {
  const wanted = `dial ${calls}`;
  screen.text(`Type ${screen.styled('bold', wanted)} to start: `);
  const answer = await firstLine(stdin, signal);
  if (answer?.trim() !== wanted)
    throw new DialerError('not_confirmed', 'Not started; nothing was queued.');
}
