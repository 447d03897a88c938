import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { type CheckedList, openCheckedList } from '@libby-dialer/call-list';
import {
  CallHistory,
  DoNotCallList,
  type HistoryQuestion,
  Identity,
  LoadPreview,
} from '@libby-dialer/dial-queue';
import type { Campaign } from '@libby-dialer/dialing';
import type { LoadCounts } from '@libby-dialer/operations';
import {
  anotherListSaid,
  type Context,
  campaignChangeSaid,
  DryRun,
  type DryRunOptions,
  type RowForesight,
  refuseIfClosed,
  storedCampaign,
} from '@libby-dialer/operations';
import { countOf, DialerError, UsageError } from '@libby-dialer/runtime';
import { inputOf, type LoadOptions } from '../load-options.ts';
import {
  fateRuns,
  totalsJson,
  totalsText,
  VERDICTS_HEADING,
  verdictCsv,
  verdictLines,
} from '../reports/dry-run-report.ts';
import { dryRunTable, loadJson } from '../reports/load-report.ts';
import { ResultsFile } from '../results-file.ts';
import { type Io, print, warn } from '../terminal/io.ts';
import { withContext } from '../with-context.ts';

/**
 * Shows what a load would do and does nothing of it: neither Redis nor the rejects file is written.
 */
export async function dryRun(
  io: Io,
  path: string,
  given: Campaign | undefined,
  options: LoadOptions,
): Promise<LoadCounts> {
  return await withContextIfThere(io, async (context) => {
    const campaign = given ?? (await storedCampaign(context, options.campaign));
    if (context !== undefined) await refuseIfClosed(context, campaign);
    const list = await openCheckedList(campaign, inputOf(io, path, options));
    try {
      await warnOfChanges(io, context, campaign);
      await warnOfAnotherList(io, context, campaign, list);
      const there =
        context === undefined
          ? { identity: nobodysIdentity() }
          : await whatIsThere(context, campaign);
      const now = (await context?.now()) ?? Date.now();
      const { checker, source } = list;
      const run = new DryRun({
        ...there,
        campaign,
        checker,
        limit: options.limit,
        signal: io.signal,
        now,
      });
      await using file = await openVerdicts(path, options);
      const rows = run.run(source.list.rows);
      const tell = options.json ? tellProgram : tellPerson;
      await tell(io, run, file === undefined ? rows : written(rows, file), {
        campaign: campaign.id,
        now,
      });
      await file?.close();
      return run.counts;
    } finally {
      list.source.list.close();
    }
  });
}

/** What the load itself would ask. */
async function warnOfChanges(
  io: Io,
  context: Context | undefined,
  campaign: Campaign,
): Promise<void> {
  const said = context === undefined ? undefined : await campaignChangeSaid(context, campaign);
  if (said !== undefined) warn(io, said);
}

/** Likewise. */
async function warnOfAnotherList(
  io: Io,
  context: Context | undefined,
  campaign: Campaign,
  { source: { listHash } }: CheckedList,
): Promise<void> {
  if (context === undefined || listHash === undefined) return;
  const preview = new LoadPreview(context.redis, context.keys, campaign.id);
  if (await preview.isAnotherList(listHash)) warn(io, anotherListSaid(campaign));
}

interface Shown {
  readonly campaign: string;
  /** Epoch ms, as the run was given it. */
  readonly now: number;
}

/** A list can be tried out before there is a Redis. */
async function withContextIfThere<T>(
  io: Io,
  work: (context: Context | undefined) => Promise<T>,
): Promise<T> {
  let isThere = false;
  try {
    return await withContext(io, (context) => {
      isThere = true;
      return work(context);
    });
  } catch (error) {
    if (isThere || !(error instanceof DialerError) || error.code !== 'redis_unavailable')
      throw error;
    io.stderr.write(
      `${error.message} This dry run therefore does not know which calls are there already.\n`,
    );
    return await work(undefined);
  }
}

async function whatIsThere(
  { redis, keys }: Context,
  campaign: Campaign,
): Promise<Pick<DryRunOptions, 'identity' | 'known'>> {
  const identity = await Identity.peek(redis, keys);
  if (identity === undefined) return { identity: nobodysIdentity() };
  const preview = new LoadPreview(redis, keys, campaign.id);
  const doNotCall = new DoNotCallList(redis, keys, identity);
  const history = new CallHistory(redis, keys, identity);
  const known = {
    calls: (callIds: readonly string[]) => preview.calls(callIds),
    suppressed: (numbers: readonly string[]) => doNotCall.check(numbers),
    callsSince: (questions: readonly HistoryQuestion[]) => history.callsSince(questions),
  };
  return { identity, known };
}

/** Where there is no key yet nothing can be there, and any key tells the rows of one list apart. */
function nobodysIdentity(): Identity {
  return new Identity(randomBytes(32));
}

const LINES_SHOWN = 20;

async function tellPerson(
  io: Io,
  run: DryRun,
  rows: AsyncIterable<readonly RowForesight[]>,
  shown: Shown,
): Promise<void> {
  await print(io.stdout, 'Dry run: nothing is stored or queued.\n\n');
  let linesLeft = LINES_SHOWN;
  let rowsTold = 0;
  for await (const foreseen of rows) {
    const told = verdictLines(foreseen, linesLeft);
    linesLeft -= told.lines.length;
    rowsTold += told.rows;
    await print(io.stdout, told.lines.join(''));
  }
  const { counts, totals, payloads } = run;
  const untold = counts.rows - rowsTold;
  if (untold > 0)
    await print(
      io.stdout,
      `… and ${countOf(untold, 'row')} more: --verdicts FILE writes a line for each.\n`,
    );
  const table = dryRunTable(shown.campaign, counts);
  await print(io.stdout, `\n${table}\n${totalsText(totals, shown.now)}`);
  if (payloads.length === 0) return;
  const asSent = payloads.map((payload) => JSON.stringify(payload, undefined, 2)).join('\n');
  await print(io.stdout, `\n${firstCalls(payloads.length)} would be sent:\n${asSent}\n`);
}

function firstCalls(count: number): string {
  return count === 1 ? 'The first call as it' : `The first ${count} calls as they`;
}

/** One object, written as the list is read, so that a long list takes no memory. */
async function tellProgram(
  io: Io,
  run: DryRun,
  rows: AsyncIterable<readonly RowForesight[]>,
  shown: Shown,
): Promise<void> {
  await print(io.stdout, '{"dryRun":true,"fates":[');
  let separator = '';
  for await (const foreseen of rows) {
    const runs = fateRuns(foreseen).map((each) => JSON.stringify(each));
    await print(io.stdout, separator + runs.join(','));
    separator = ',';
  }
  const { counts, totals, payloads } = run;
  const rest = JSON.stringify({
    ...loadJson(shown.campaign, counts, undefined),
    ...totalsJson(totals),
    payloads,
  });
  await print(io.stdout, `],${rest.slice(1)}\n`);
}

/** Where the verdict on each row goes, if anywhere. It appears when it is complete. */
async function openVerdicts(
  list: string,
  { verdicts, campaign }: LoadOptions,
): Promise<ResultsFile | undefined> {
  if (verdicts === undefined) return undefined;
  if ([list, campaign].some((read) => resolve(read) === resolve(verdicts))) {
    throw new UsageError(
      `--verdicts: ${verdicts} is read by this very command; name another file.`,
    );
  }
  const file = new ResultsFile(verdicts, { grows: false });
  await file.start();
  await file.write(VERDICTS_HEADING);
  return file;
}

/** Passes rows on as they are, and writes their verdicts on the way. */
async function* written(
  rows: AsyncIterable<RowForesight[]>,
  file: ResultsFile,
): AsyncGenerator<RowForesight[]> {
  for await (const foreseen of rows) {
    await file.write(foreseen.map(verdictCsv).join(''));
    yield foreseen;
  }
}
