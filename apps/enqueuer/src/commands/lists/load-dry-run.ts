import { resolve } from 'node:path';
import type { Campaign, Payload } from '@libby-dialer/dialing';
import {
  anotherListMessage,
  type Context,
  type LoadCounts,
  loadJson,
  type OpenDryRun,
  openDryRun,
  type RowForesight,
  totalsJson,
} from '@libby-dialer/operations';
import { countOf, DialerError, UsageError } from '@libby-dialer/runtime';
import { storedCampaignChangeText } from '../../reports/change-lines.ts';
import {
  fateRuns,
  totalsText,
  VERDICTS_HEADING,
  verdictCsv,
  verdictLines,
} from '../../reports/dry-run-report.ts';
import { dryRunTable } from '../../reports/load-report.ts';
import { understandingText } from '../../reports/understanding-report.ts';
import { ResultsFile } from '../../results-file.ts';
import { type Io, print, warn } from '../../terminal/io.ts';
import { printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';
import { storedCampaign } from '../campaigns/campaign-option.ts';
import { inputOf, type LoadOptions } from './load-options.ts';

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
    const { limit, json = false } = options;
    using run = await openDryRun(context, { ...inputOf(io, path, options), campaign, limit });
    if (run.change !== undefined) warn(io, storedCampaignChangeText(run.change));
    if (run.isAnotherList) warn(io, anotherListMessage(campaign));
    await using file = await openVerdicts(path, options);
    const rows = file === undefined ? run.rows : written(run.rows, file);
    await (json ? printForPrograms : printForPeople)(io, campaign, run, rows);
    await file?.close();
    return run.found.counts;
  });
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
    await printFitted(
      io.stderr,
      () =>
        `${error.message} This dry run therefore does not know which calls are there already.\n`,
    );
    return await work(undefined);
  }
}

const LINES_SHOWN = 20;

async function printForPeople(
  io: Io,
  campaign: Campaign,
  { understanding, found, now }: OpenDryRun,
  rows: AsyncIterable<readonly RowForesight[]>,
): Promise<void> {
  await print(io.stdout, 'Dry run: nothing is stored or queued.\n\n');
  await printFitted(io.stdout, (width) => understandingText(understanding, campaign, width));
  await print(io.stdout, '\n');
  let linesLeft = LINES_SHOWN;
  let rowsShown = 0;
  for await (const foreseen of rows) {
    const shown = verdictLines(foreseen, linesLeft);
    linesLeft -= shown.lines.length;
    rowsShown += shown.rows;
    await printFitted(io.stdout, () => shown.lines.join(''));
  }
  const { counts, totals, payloads } = found;
  const more = counts.rows - rowsShown;
  if (more > 0)
    await printFitted(
      io.stdout,
      () => `… and ${countOf(more, 'row')} more: --verdicts FILE writes a line for each.\n`,
    );
  await print(io.stdout, payloadsText(payloads));
  await printFitted(
    io.stdout,
    () => `\n${dryRunTable(campaign.id, counts)}\n${totalsText(totals, now)}`,
  );
}

/** An object with a single text in it, as `formInfo` has many. */
const ENTRY = /\{\n\s+("(?:[^"\\]|\\.)*": "(?:[^"\\]|\\.)*")\n\s+\}/g;

function payloadsText(payloads: readonly Payload[]): string {
  if (payloads.length === 0) return '';
  const calls =
    payloads.length === 1 ? 'The first call as it' : `The first ${payloads.length} calls as they`;
  const asSent = payloads
    .map((payload) => JSON.stringify(payload, undefined, 2).replaceAll(ENTRY, '{ $1 }'))
    .join('\n');
  return `\n${calls} would be sent:\n${asSent}\n`;
}

/** One object, written as the list is read, so that a long list takes no memory. */
async function printForPrograms(
  io: Io,
  campaign: Campaign,
  { understanding, change, found }: OpenDryRun,
  rows: AsyncIterable<readonly RowForesight[]>,
): Promise<void> {
  const understood = JSON.stringify(understanding);
  await print(io.stdout, `{"dryRun":true,"understood":${understood},"fates":[`);
  let separator = '';
  for await (const foreseen of rows) {
    const runs = fateRuns(foreseen).map((each) => JSON.stringify(each));
    await print(io.stdout, separator + runs.join(','));
    separator = ',';
  }
  const { counts, totals, payloads } = found;
  const rest = JSON.stringify({
    ...loadJson(campaign.id, counts, undefined),
    ...totalsJson(totals),
    change: change === undefined ? null : { changes: change.changes, pending: change.pending },
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
