import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { CallLoader, CampaignArchivedError, CampaignCanceledError, Identity } from '@libby-dialer/dial-queue';
import type { Campaign } from '@libby-dialer/dialing';
import { UsageError } from '@libby-dialer/runtime';
import { readCampaignFile } from '../campaign-file.ts';
import type { CommandSlot } from '../command-slot.ts';
import { type Context, withContext } from '../context.ts';
import { explainList } from '../explain-list.ts';
import { HopelessRows } from '../hopeless-rows.ts';
import { insistOnDurability } from '../insist-on-durability.ts';
import { type Io, print, warn } from '../io.ts';
import type { RowChecker } from '../list/check-row.ts';
import { ListError } from '../list/list-error.ts';
import type { ListFormat } from '../list/list-format.ts';
import { RejectsFile, rejectsPathOf } from '../list/rejects-file.ts';
import { ListLoader, type LoadCounts } from '../list-loader.ts';
import type { ListSource } from '../list-source.ts';
import {
  canceledError,
  dedupeByError,
  type LoadOptions,
  openChecked,
  refuseIfClosed,
  storedCampaign,
} from '../load-input.ts';
import { loadedSoFar, loadJson, loadTable } from '../load-report.ts';
import { Progress } from '../progress.ts';
import { dryRun } from './load-dry-run.ts';

const FORMATS = ['csv', 'json', 'ndjson'] as const satisfies readonly ListFormat[];
const DONE = 0;
const ROWS_REJECTED = 3;

export function addLoadCommand({ program, io, run }: CommandSlot): void {
  program
    .command('load')
    .description('Load a list. The same list again, or after a crash, adds only what is missing.')
    .argument('<file>', 'CSV, JSON or NDJSON, also with .gz; - for standard input')
    .requiredOption('--campaign <file>', 'campaign file (YAML or JSON), or the id of a stored campaign')
    .option(
      '--dry-run',
      'change nothing: tell when each row would be called, or why never, how long it would take, and show the first calls',
    )
    .option('--verdicts <file>', 'with --dry-run: write a line of CSV on each row (nothing in it names a person)')
    .option('--limit <n>', 'load only so many callable rows, as a pilot', wholeNumber)
    .addOption(new Option('--format <format>', 'of the list, where its name and content do not tell').choices(FORMATS))
    .option('--rejects <file>', 'where rows go that cannot be called (default: <list>.rejected.csv)')
    .option('--json', 'print the result as one JSON object')
    .action((file, options) => run(load(io, file, options)));
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1.');
}

/** Loads a list, or shows what loading it would do. Returns the exit code. */
async function load(io: Io, path: string, options: LoadOptions): Promise<number> {
  if (options.verdicts !== undefined && !options.dryRun) throw new UsageError('--verdicts goes with --dry-run only.');
  const file = await readCampaignFile(options.campaign);
  for (const warning of file?.warnings ?? []) warn(io, warning);
  try {
    const counts = options.dryRun
      ? await dryRun(io, path, file?.campaign, options)
      : await withContext(io, (context) => loadList(io, context, path, file?.campaign, options));
    return counts.rejected > 0 ? ROWS_REJECTED : DONE;
  } catch (error) {
    if (!(error instanceof ListError)) throw error;
    io.signal.throwIfAborted();
    throw explainList(error);
  }
}

async function loadList(
  io: Io,
  context: Context,
  path: string,
  given: Campaign | undefined,
  options: LoadOptions,
): Promise<LoadCounts> {
  await insistOnDurability(context);
  const campaign = given ?? (await storedCampaign(context, options.campaign));
  await refuseIfClosed(context, campaign);
  const list = await openChecked(io, path, campaign, options);
  try {
    await using rejects = new RejectsFile(options.rejects ?? rejectsPathOf(path), list.source.list.csv);
    await rejects.start();
    await using calls = await storeCampaign(context, campaign, list.checker);
    const hopeless = new HopelessRows(campaign, await context.now());
    const loader = new ListLoader({
      campaign: campaign.id,
      checker: list.checker,
      identity: await Identity.load(context.redis, context.keys),
      add: (batch) => calls.add(batch),
      reject: (rows) => rejects.write(rows),
      queued: (call, line) => hopeless.look(call, line),
      limit: options.limit,
      signal: io.signal,
    });
    await runToItsEnd(io, context, loader, calls, list.source);
    const rejectsFile = await rejects.close();
    const { counts } = loader;
    const result = options.json
      ? `${JSON.stringify({ ...loadJson(campaign.id, counts, rejectsFile), wouldExpire: hopeless.count })}\n`
      : loadTable(campaign.id, counts, rejectsFile);
    await print(io.stdout, result);
    for (const sentence of hopeless.sentences()) warn(io, sentence);
    return counts;
  } finally {
    list.source.list.close();
  }
}

/** However it ends, the campaign is not left marked as loading, and whoever waits learns how far it got. */
async function runToItsEnd(
  io: Io,
  context: Context,
  loader: ListLoader,
  calls: CallLoader,
  { list, bytesRead, bytesTotal }: ListSource,
): Promise<void> {
  try {
    using progress = new Progress(io.stderr, context.logger, () => ({
      rows: loader.counts.rows,
      taken: { queued: loader.counts.queued },
      rejected: loader.counts.rejected,
      bytesRead: bytesRead(),
      bytesTotal,
    }));
    progress.start();
    await loader.load(list.rows);
  } catch (error) {
    if (!(io.signal.aborted && error instanceof ListError)) {
      await calls.finish().catch(() => {}); // the first error says more
      throw explainLoad(io, error, loader);
    }
  }
  await calls.finish();
  if (!io.signal.aborted) return;
  io.stderr.write(`Interrupted after ${loadedSoFar(loader.counts)}; the same command goes on from there.\n`);
  throw io.signal.reason as Error;
}

function explainLoad(io: Io, error: unknown, { counts }: ListLoader): unknown {
  if (error instanceof CampaignArchivedError) return error;
  if (error instanceof CampaignCanceledError) return canceledError(error.campaign, error);
  io.stderr.write(`Stopped after ${loadedSoFar(counts)}; the same command goes on from there.\n`);
  return error;
}

async function storeCampaign(context: Context, campaign: Campaign, { form }: RowChecker): Promise<CallLoader> {
  const answer = await context.campaigns.put(campaign);
  if (!answer.stored) throw dedupeByError(campaign, answer.dedupeBy);
  const calls = new CallLoader(context.redis, context.keys, campaign.id);
  try {
    const dedupeBy = await calls.fixDedupeBy(campaign.dedupeBy);
    if (dedupeBy !== campaign.dedupeBy) throw dedupeByError(campaign, dedupeBy);
    if (form !== undefined) await context.campaigns.putHeadings(campaign.id, form.id, form.headings);
    return calls;
  } catch (error) {
    await calls[Symbol.asyncDispose]();
    throw error;
  }
}
