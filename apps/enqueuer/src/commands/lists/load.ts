import { isDeepStrictEqual } from 'node:util';
import { readCampaignFile, type Understanding } from '@libby-dialer/call-list';
import { type Campaign, MOST_CANARY_CALLS } from '@libby-dialer/dialing';
import {
  type Context,
  type LoadCounts,
  type LoadPlan,
  loadList,
  type StoredCampaignChange,
} from '@libby-dialer/operations';
import { UsageError } from '@libby-dialer/runtime';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { encodingOption, formatOption, headerRowOption, sheetOption } from '../../list-options.ts';
import { wholeNumber, wholeNumberUpTo } from '../../option-values.ts';
import { storedCampaignChangeText } from '../../reports/change-lines.ts';
import { loadedSoFar } from '../../reports/load-report.ts';
import { understandingText } from '../../reports/understanding-report.ts';
import { type Io, warn } from '../../terminal/io.ts';
import { printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';
import { storedCampaign } from '../campaigns/campaign-option.ts';
import { dryRun } from './load-dry-run.ts';
import { canaryAsked, canaryPassOption, inputOf, type LoadOptions } from './load-options.ts';
import { printLoaded, progressOf } from './load-output.ts';
import { askOnTerminal } from './load-plan.ts';

const DONE = 0;
const ROWS_REJECTED = 3;

export function addLoadCommand({ program, io, run }: CommandLine): void {
  program
    .command('load')
    .description('Load a list. The same list again, or after a crash, adds only what is missing.')
    .argument('<file>', 'CSV, Excel (.xlsx), JSON or NDJSON, also with .gz; - for standard input')
    .requiredOption(
      '--campaign <file>',
      'campaign file (YAML or JSON), or the id of a stored campaign',
    )
    .option(
      '--dry-run',
      'change nothing: tell what each column is taken for, when each row would be called, or why never, show the first calls, and how long it would take',
    )
    .option(
      '--verdicts <file>',
      'with --dry-run: write a line of CSV on each row (nothing in it names a person)',
    )
    .option('--limit <n>', 'load at most this many callable rows, as a pilot', wholeNumber(15))
    .option(
      '--canary <n>',
      'dial this many calls first, and hold the rest of the campaign until a person releases it',
      wholeNumberUpTo(MOST_CANARY_CALLS),
    )
    .addOption(canaryPassOption())
    .addOption(formatOption())
    .addOption(sheetOption())
    .addOption(encodingOption())
    .addOption(headerRowOption())
    .option(
      '--another-list',
      'with dedupeBy: row: load a further list, each row of which is a new call',
    )
    .option(
      '--rejects <file>',
      'where to write rows that cannot be called (default: <list>.rejected.csv)',
    )
    .option(
      '--yes',
      'do not ask, neither before many calls go out nor before the file changes the stored campaign; without a terminal nobody is asked',
    )
    .option(...BY)
    .option('--json', 'print the result as one JSON object')
    .action((file, options) => run(load(io, file, options)));
}

/** Loads a list, or shows what loading it would do. Returns the exit code. */
async function load(io: Io, path: string, options: LoadOptions): Promise<number> {
  if (options.verdicts !== undefined && !options.dryRun)
    throw new UsageError('--verdicts goes with --dry-run only.');
  const file = await readCampaignFile(options.campaign);
  for (const warning of file?.warnings ?? []) warn(io, warning);
  const counts = options.dryRun
    ? await dryRun(io, path, file?.campaign, options)
    : await withContext(
        io,
        (context) => loadHere(io, context, path, file?.campaign, options),
        options.by,
      );
  return counts.rejected > 0 ? ROWS_REJECTED : DONE;
}

async function loadHere(
  io: Io,
  context: Context,
  path: string,
  given: Campaign | undefined,
  options: LoadOptions,
): Promise<LoadCounts> {
  const campaign = given ?? (await storedCampaign(context, options.campaign));
  const { limit, rejects, anotherList = false } = options;
  const canary = canaryAsked(options);
  // The list is opened twice where somebody is asked.
  const said = new Set<string>();
  const warnOnce = (sentence: string) => {
    if (!said.has(sentence)) warn(io, sentence);
    said.add(sentence);
  };
  const request = { ...inputOf(io, path, options), warn: warnOnce, campaign, limit, canary };
  const plan = await askOnTerminal(io, context, request, options);
  const loaded = await loadList(context, {
    ...request,
    ...progressOf(io, context.logger, loadedSoFar),
    rejects,
    understood:
      plan === undefined && io.stderr.isTTY === true
        ? (understanding) => tellUnderstood(io, understanding, campaign)
        : undefined,
    isChangeMeant: async (change) => isChangeMeant(io, change, plan),
    isAnotherMeant: async () => anotherList || plan?.isAnotherList === true,
  });
  await printLoaded(io, campaign.id, loaded, { ...options, canary });
  return loaded.counts;
}

async function tellUnderstood(
  { stderr }: Io,
  understanding: Understanding,
  campaign: Campaign,
): Promise<void> {
  await printFitted(stderr, (width) => `${understandingText(understanding, campaign, width)}\n`);
}

/** Where nobody could be asked it is said. What has changed since the plan was not meant. */
function isChangeMeant(io: Io, change: StoredCampaignChange, plan: LoadPlan | undefined): boolean {
  if (plan !== undefined) return isDeepStrictEqual(change.changes, plan.change?.changes);
  warn(io, storedCampaignChangeText(change));
  return true;
}
