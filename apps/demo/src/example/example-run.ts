import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScriptRule } from '@libby-dialer/libby-simulator';
import type { DemoHost } from '../demo-host.ts';
import type { Dialing, Ending } from '../report/dialing.ts';
import { outcomeTable, sumCounts } from '../report/outcome-table.ts';
import { fileLines, heading, loadLines } from '../report/run-report.ts';
import { PROJECT_ROOT } from '../run-folder.ts';
import type { Screen } from '../screen.ts';
import { SimulatedSetting } from '../simulated/simulated-setting.ts';
import { type DryRunReport, exampleStories } from './example-stories.ts';
import { compareWithTruth, isProven } from './ground-truth.ts';
import { truthLines } from './truth-lines.ts';

const EXAMPLES = join(PROJECT_ROOT, 'examples');
const CONTACTS = join(EXAMPLES, 'contacts.csv');
const CAMPAIGN = join(EXAMPLES, 'campaign.yaml');
/** A few records that are not in contacts.csv, for the two campaigns in which nobody is reached. */
const FEW = join(EXAMPLES, 'contacts.ndjson');

/** The campaign's line; a row that brings another finds that it has no agent. */
const AGENTS = ['+15055550100'];
/** One of the contacts. */
const DO_NOT_CALL = '+16175550176';

const DONE = 0;
const NOT_PROVEN = 1;

/**
 * The tour: an ordinary campaign with trouble on the line, one that is called off, one that meets
 * an outage.
 */
export async function runExample(screen: Screen, host: DemoHost): Promise<number> {
  screen.line(
    heading(
      screen,
      'libby-dialer: 200 example contacts, dialed through a simulator. No phone rings.',
    ),
  );
  screen.line();
  const script = JSON.parse(await readFile(join(EXAMPLES, 'faults.json'), 'utf8')) as ScriptRule[];
  await using setting = await SimulatedSetting.start(screen, host, { script, agents: AGENTS });
  const { dialing, folder, simulator } = setting;
  screen.line(heading(screen, 'Loading examples/contacts.csv as examples/campaign.yaml says'));
  screen.live('  starting …');
  const [dryRun] = await Promise.all([
    tryOut(dialing),
    dialing.programs.enqueuer('suppress', 'add', DO_NOT_CALL),
    setting.startWorkers(),
  ]);
  const load = await dialing.load(
    { list: CONTACTS, campaign: CAMPAIGN },
    folder.file('rejected.csv'),
  );
  screen.lines([
    ...loadLines(load),
    '',
    heading(screen, 'Dialing, with a dozen faults on the line'),
  ]);
  const [contacts, calledOff] = await Promise.all([
    dialing.watch(load.campaign, screen),
    callOff(dialing, folder.path),
  ]);
  screen.lines(['', heading(screen, 'And what a good day does not show')]);
  screen.line('  rained-out   4 calls for a later day; then the campaign is canceled');
  screen.line('  outage       4 calls while the API is switched off');
  const results = folder.file(`results-${load.campaign}.csv`);
  screen.live('  …');
  const [outage] = await Promise.all([
    meetOutage(setting),
    dialing.programs.enqueuer('results', load.campaign, '-o', results),
  ]);
  const endings = [contacts, calledOff, outage];
  const records = (
    await Promise.all(endings.map((ending) => Array.fromAsync(dialing.results(ending.status.id))))
  ).flat();
  const { calls, byNumber } = simulator.calls();
  const comparison = compareWithTruth(records, new Map(Object.entries(byNumber)));
  screen.lines(['', heading(screen, 'What became of the calls'), ...tableOf(screen, endings), '']);
  screen.lines([heading(screen, 'For example'), ...exampleStories(dryRun, records, calls), '']);
  screen.lines([...truthLines(screen, comparison), '', ...fileLines(screen, results, load), '']);
  screen.lines([heading(screen, 'Your own list next, still without ringing anybody'), `  ${NEXT}`]);
  await setting.lookAround(screen, host);
  return isProven(comparison) ? DONE : NOT_PROVEN;
}

const NEXT = 'npm start -- your-list.csv --campaign your-campaign.yaml';

function tableOf(screen: Screen, endings: readonly Ending[]): string[] {
  const counts = sumCounts(endings.map(({ status }) => status.outcomes));
  return outcomeTable(screen, counts, { all: true });
}

async function tryOut({ programs }: Dialing): Promise<DryRunReport> {
  return JSON.parse(
    await programs.enqueuer('load', CONTACTS, '--campaign', CAMPAIGN, '--dry-run', '--json'),
  );
}

/** A campaign that waits for its day is canceled: its calls end at once. */
async function callOff(dialing: Dialing, folder: string): Promise<Ending> {
  const load = await dialing.load(
    { list: FEW, campaign: join(EXAMPLES, 'rained-out.yaml') },
    join(folder, 'rained-out.rejected.csv'),
  );
  await dialing.programs.enqueuer('cancel', load.campaign);
  return await dialing.watch(load.campaign);
}

/**
 * Nobody listens where the API was: not one byte of these calls can go out, and the dialer knows
 * it.
 */
async function meetOutage(setting: SimulatedSetting): Promise<Ending> {
  const { dialing, simulator, folder } = setting;
  await simulator.stop();
  const load = await dialing.load(
    { list: FEW, campaign: join(EXAMPLES, 'outage.yaml') },
    folder.file('outage.rejected.csv'),
  );
  const ending = await dialing.watch(load.campaign);
  await setting.switchOnAgain();
  return ending;
}
