import { createInterface } from 'node:readline/promises';
import { type CallingWindow, type Campaign, isFictional } from '@libby-dialer/dialing';
import { createRowChecker, isProblem, ListError, openList, readCampaignFile } from '@libby-dialer/enqueuer';
import {
  ConfigError,
  type ConfigOf,
  DialerError,
  describeRedis,
  type Environment,
  libbyConfig,
  loadConfig,
  redisConfig,
  UsageError,
} from '@libby-dialer/runtime';
import { liveChildEnvironment } from './child-environment.ts';
import type { DemoCommand } from './command-line.ts';
import { liveEnvironment } from './config.ts';
import type { DemoHost } from './demo-host.ts';
import { Dialing, type LoadReport } from './dialing.ts';
import { countOf, formatCount, outcomeTable } from './outcome-table.ts';
import { RunFolder } from './run-folder.ts';
import type { Screen } from './screen.ts';
import { fileLines, loadLines, waitingLines } from './simulated-run.ts';

const liveConfig = { redis: redisConfig, libby: libbyConfig };
type LiveConfig = ConfigOf<typeof liveConfig>;

const WORKERS = 2;
/** The worker's own default. */
const WORKER_GRACE_MS = 45_000;
const STOP_WITHIN_MS = 90_000;

const DONE = 0;
const ROWS_REJECTED = 3;

/** Dials the real API. Resolves to the exit code. */
export async function runLive(
  screen: Screen,
  host: DemoHost,
  { list, campaign: campaignPath, confirmed }: DemoCommand & { kind: 'live' },
): Promise<number> {
  if (!confirmed && !(host.stdin.isTTY && screen.isTerminal)) {
    throw new UsageError('--live asks before it starts, and there is no terminal to ask on; add --yes if you mean it.');
  }
  const variables = liveEnvironment(host.environment);
  insistOnOwnAccess(variables);
  const config = loadConfig(liveConfig, variables, { redactor: host.redactor });
  host.stopWithin(STOP_WITHIN_MS);
  const campaign = await readCampaign(campaignPath);
  await refuseExampleNumbers(list, campaign);
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
  const plan = await makePlan(dialing, list, campaignPath, campaign);
  screen.lines(planLines(screen, list, plan, config));
  if (!confirmed) await askForConfirmation(screen, host, plan.calls);
  const load = await dialing.load(list, campaignPath, folder.file('rejected.csv'));
  screen.lines(['', ...loadLines(load), '', screen.styled('bold', 'Dialing')]);
  return await dial(screen, dialing, folder, load);
}

async function dial(screen: Screen, dialing: Dialing, folder: RunFolder, load: LoadReport): Promise<number> {
  await dialing.programs.startWorkers(WORKERS);
  try {
    const ending = await dialing.watch(load.campaign, screen);
    await dialing.programs.stop();
    const results = folder.file(`results-${load.campaign}.csv`);
    await dialing.programs.enqueuer('results', load.campaign, '-o', results);
    screen.lines(['', screen.styled('bold', 'What became of the calls'), ...outcomeTable(ending.status.outcomes), '']);
    screen.lines([...waitingLines(ending), ...fileLines(screen, results, load)]);
    return load.rejected > 0 ? ROWS_REJECTED : DONE;
  } catch (error) {
    screen.line(
      '\nStopping: calls in flight come to their end, all others wait in Redis; the same command goes on from there.',
    );
    throw error;
  }
}

const REQUIRED = {
  REDIS_URL:
    'must be set for --live: a Redis made for this run would know nothing of it in the next, which would ring everybody again',
  LIBBY_CLIENT_ID: 'must be set for --live: it is your access to the Libby API',
  LIBBY_CLIENT_SECRET: 'must be set for --live: it is your access to the Libby API',
} as const;

/** Throws a `ConfigError` that names all that is missing. */
export function insistOnOwnAccess(variables: Environment): void {
  const isSet = (name: string) => Boolean(variables[name] ?? variables[`${name}_FILE`]);
  const missing = Object.entries(REQUIRED).filter(
    ([name]) => !isSet(name) && !(name === 'REDIS_URL' && isSet('REDIS_SENTINELS')),
  );
  if (missing.length > 0) throw new ConfigError(missing.map(([variable, message]) => ({ variable, message })));
}

async function readCampaign(path: string): Promise<Campaign> {
  const file = await readCampaignFile(path);
  if (file === undefined) throw new UsageError(`There is no campaign file ${path}.`);
  return file.campaign;
}

class ExampleNumberError extends DialerError {
  override readonly exitCode = 2;

  constructor(where: string) {
    super('example_number', `${where} holds an example number (555-01xx), and those never go to the real API.`);
  }
}

/** Numbers made for examples are nobody's, so a list that holds one is no list to dial. Throws a `DialerError`. */
export async function refuseExampleNumbers(path: string, campaign: Campaign): Promise<void> {
  if (campaign.fromPhoneNumber.some(isFictional)) throw new ExampleNumberError('The fromPhoneNumber of the campaign');
  const list = await openList(path).catch(explainList);
  try {
    const checker = createRowChecker(campaign, { headings: list.csv?.headings });
    for await (const rows of list.rows) {
      for (const row of rows) {
        const verdict = checker.check(row);
        if (isProblem(verdict)) continue;
        const { to, from } = verdict.call;
        if (isFictional(to) || (from !== undefined && isFictional(from))) {
          throw new ExampleNumberError(`Line ${row.line} of ${path}`);
        }
      }
    }
  } catch (error) {
    throw explained(error);
  } finally {
    list.close();
  }
}

class UnreadableListError extends DialerError {
  override readonly exitCode = 2;
}

function explainList(error: unknown): never {
  throw explained(error);
}

function explained(error: unknown): unknown {
  return error instanceof ListError ? new UnreadableListError('list', error.message, { cause: error }) : error;
}

/** What a live run is about to do. */
interface LivePlan {
  readonly campaign: Campaign;
  readonly load: LoadReport;
  /** New ones and those that wait from before. */
  readonly calls: number;
  /** Of other campaigns in the same Redis: workers dial them all. */
  readonly callsOfOthers: number;
}

async function makePlan(dialing: Dialing, list: string, path: string, campaign: Campaign): Promise<LivePlan> {
  const load = JSON.parse(
    await dialing.programs.enqueuer('load', list, '--campaign', path, '--dry-run', '--json'),
  ) as LoadReport;
  const statuses = await dialing.status.readAll();
  const own = statuses.find(({ id }) => id === campaign.id);
  const others = statuses.filter(({ id, state }) => id !== campaign.id && state !== 'canceled');
  return {
    campaign,
    load,
    calls: load.queued + (own?.pending ?? 0),
    callsOfOthers: others.reduce((sum, { pending }) => sum + pending, 0),
  };
}

function planLines(screen: Screen, list: string, plan: LivePlan, { redis, libby }: LiveConfig): string[] {
  const { campaign, load, calls, callsOfOthers } = plan;
  const { fromPhoneNumber, callingWindow, id } = campaign;
  return [
    screen.styled('bold', 'This rings real phones.'),
    '',
    `  Calls     ${formatCount(calls)}, from ${list} for the campaign ${id}`,
    `            ${formatCount(load.rejected)} of its rows cannot be called, ${formatCount(load.duplicates)} repeat an earlier one`,
    `  From      ${fromPhoneNumber.join(', ')}`,
    `  Hours     ${describeHours(callingWindow)}`,
    `  Through   ${libby.apiUrl}`,
    `  Redis     ${describeRedis(redis.connection)}`,
    ...(callsOfOthers > 0
      ? [`  Besides   ${countOf(callsOfOthers, 'call')} of other campaigns in this Redis: the workers dial those too`]
      : []),
    '',
  ];
}

/** A calling window in words. */
export function describeHours(window: CallingWindow): string {
  if (window === 'anytime') return 'at any time of day and night';
  const { from, to, days, timezone } = window;
  const where = timezone === 'recipient' ? 'where each person lives' : timezone;
  return `${from} to ${to}, ${days.length === 7 ? 'every day' : days.join(' ')}, ${where}`;
}

async function askForConfirmation(screen: Screen, { stdin, stdout, signal }: DemoHost, calls: number): Promise<void> {
  const wanted = `dial ${calls}`;
  const questions = createInterface({ input: stdin, output: stdout });
  // Ctrl-C reaches the question, not the process.
  questions.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await questions.question(`Type ${screen.styled('bold', wanted)} to start: `, { signal });
    if (answer.trim() !== wanted) throw new DialerError('not_confirmed', 'Not started; nothing was queued.');
  } finally {
    questions.close();
  }
}
