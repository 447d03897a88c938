import { Option } from '@commander-js/extra-typings';
import { type BesideValue, type ListReading, newWorkbook } from '@libby-dialer/call-list';
import { OUTCOMES, type Outcome, RESULT_COLUMNS, type ResultRecord } from '@libby-dialer/dialing';
import {
  type OpenResults,
  openResults,
  RESULTS_HEADING,
  resultToCsv,
} from '@libby-dialer/operations';
import { UsageError } from '@libby-dialer/runtime';
import type { CommandLine } from '../../command-line.ts';
import { encodingOption, headerRowOption } from '../../list-options.ts';
import { ResultsFile } from '../../results-file.ts';
import { type Io, print, warn } from '../../terminal/io.ts';
import { withContext } from '../../with-context.ts';
import { joinResults } from './results-join.ts';

type ResultsFormat = 'csv' | 'ndjson' | 'xlsx';

const RECORDS_PER_WRITE = 500;
const BYTE_ORDER_MARK = '\uFEFF';

interface ResultsOptions extends Omit<ListReading, 'format'> {
  readonly format?: ResultsFormat | undefined;
  readonly outcome?: Outcome | undefined;
  readonly follow?: boolean | undefined;
  readonly output?: string | undefined;
  readonly bom?: boolean | undefined;
  /** A list to be given back, with what became of each row beside it. */
  readonly join?: string | undefined;
  readonly results?: string | undefined;
}

export function addResultsCommand({ program, io, run }: CommandLine): void {
  program
    .command('results')
    .description('One record for each settled call, in the order of settling.')
    .argument('<campaign>', 'id of the campaign')
    .addOption(
      new Option(
        '--format <format>',
        'csv (default), ndjson, or xlsx (Excel); with --join by default that of the list',
      ).choices(['csv', 'ndjson', 'xlsx'] as const),
    )
    .addOption(new Option('--outcome <name>', 'only calls with this outcome').choices(OUTCOMES))
    .option('--follow', 'go on with what settles later, until interrupted')
    .option('-o, --output <file>', 'write to a file that only you may read')
    .option('--bom', 'begin the CSV with a byte order mark, so that Excel reads it as UTF-8')
    .option(
      '--join <file>',
      'give this list back, all of its rows in their order, with what became of each beside it',
    )
    .option('--sheet <name>', 'with --join: of an Excel workbook, which of its sheets was loaded')
    .addOption(encodingOption('with --join: as the list was loaded'))
    .addOption(headerRowOption('with --join: as the list was loaded'))
    .option(
      '--results <file>',
      'with --join: results that were exported before (NDJSON or CSV), if Redis no longer has them',
    )
    .action((campaign, options) => run(results(io, campaign, options)));
}

async function results(io: Io, id: string, options: ResultsOptions): Promise<number> {
  if (options.bom && options.format !== undefined && options.format !== 'csv')
    throw new UsageError('--bom goes with --format csv only.');
  if (options.join !== undefined) return await joinResults(io, id, options.join, options);
  const { sheet, encoding, headerRow, results } = options;
  if ([sheet, encoding, headerRow, results].some((option) => option !== undefined))
    throw new UsageError('--sheet, --encoding, --header-row and --results go with --join only.');
  if (options.format === 'xlsx' && (options.output === undefined || options.follow))
    throw new UsageError('--format xlsx needs -o FILE, and does not go with --follow.');
  const { output, follow = false, outcome } = options;
  return await withContext(io, async (context) => {
    const { signal } = io;
    const opened = await openResults(context, id, { outcome, follow, signal });
    if (opened.isArchived) {
      warn(io, `campaign ${id} is archived; its results were exported before and are removed.`);
    }
    if (output === undefined) {
      await write(io, opened, options, (text) => print(io.stdout, text));
      return 0;
    }
    await using file = new ResultsFile(output, { grows: follow });
    await file.start();
    if (options.format === 'xlsx')
      for await (const bytes of newWorkbook(sheetRows(io, opened))) await file.write(bytes);
    else await write(io, opened, options, (text) => file.write(text));
    await file.close();
    await opened.noteExport();
    return 0;
  });
}

async function write(
  { signal }: Io,
  { records }: OpenResults,
  { format = 'csv', follow = false, bom = false }: ResultsOptions,
  put: (text: string) => Promise<void>,
): Promise<void> {
  const lineOf = format === 'csv' ? resultToCsv : toNdjson;
  if (format === 'csv') await put(`${bom ? BYTE_ORDER_MARK : ''}${RESULTS_HEADING}`);
  let lines: string[] = [];
  for await (const record of records) {
    lines.push(lineOf(record));
    // Whoever follows wants each at once; a long history goes by the block.
    if (!follow && lines.length < RECORDS_PER_WRITE) continue;
    await put(lines.join(''));
    lines = [];
    signal.throwIfAborted();
  }
  await put(lines.join(''));
  signal.throwIfAborted();
}

async function* sheetRows(
  { signal }: Io,
  { records }: OpenResults,
): AsyncGenerator<BesideValue[][]> {
  yield [[...RESULT_COLUMNS]];
  for await (const record of records) {
    signal.throwIfAborted();
    yield [RESULT_COLUMNS.map((column) => record[column])];
  }
}

function toNdjson(record: ResultRecord): string {
  return `${JSON.stringify(record)}\n`;
}
