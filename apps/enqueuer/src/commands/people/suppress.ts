import type { Command } from '@commander-js/extra-typings';
import {
  areSuppressed,
  type DoNotCallStatus,
  doNotCallChangeJson,
  doNotCallChanges,
  doNotCallStatus,
  readCountry,
  readNumber,
  readNumbers,
  suppressNumbers,
  unsuppressNumbers,
} from '@libby-dialer/operations';
import { countOf, DialerError, formatCount } from '@libby-dialer/runtime';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { encodingOption, headerRowOption, sheetOption } from '../../list-options.ts';
import { wholeNumberUpTo } from '../../option-values.ts';
import { doNotCallTable } from '../../reports/do-not-call-report.ts';
import { type Io, print } from '../../terminal/io.ts';
import { formatTable, printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';
import { checkList } from './suppress-check-list.ts';
import { importList, warnOfClaims } from './suppress-import.ts';

interface SuppressOptions {
  /** For numbers that are not in E.164 form. */
  readonly country?: string | undefined;
  readonly by?: string | undefined;
}

const NUMBERS = ['<number...>', 'in E.164 form (+15055550123), or as dialed in --country'] as const;
const COUNTRY = [
  '--country <code>',
  'two letters, such as US, for numbers without a country code',
] as const;

const LIST = [
  '<file>',
  'CSV, Excel (.xlsx), text with a number per line, JSON or NDJSON, also with .gz; - for standard input',
] as const;
const COLUMN = [
  '--column <heading>',
  'column of the numbers, if its heading does not tell',
] as const;
const SHOWN_CHANGES = 50;
const MOST_CHANGES = 1000;

export function addSuppressCommands({ program, io, run }: CommandLine): void {
  const suppress = program
    .command('suppress')
    .description('The do-not-call list, over all campaigns.');
  suppress
    .command('add')
    .description(
      'Put numbers on the list: nobody calls them any more. Returns once no call to them is about to go out.',
    )
    .argument(...NUMBERS)
    .option(...COUNTRY)
    .option(...BY)
    .action((numbers, options) => run(addNumbers(io, numbers, options)));
  numberList(suppress.command('import'))
    .description(
      'Put all numbers of a file on the list. The same list again, or after a crash, adds only what is missing.',
    )
    .option(...BY)
    .option(
      '--rejects <file>',
      'where to write rows that cannot be read (default: <file>.rejected.csv)',
    )
    .option('--json', 'print the result as one JSON object')
    .action((file, options) => run(importList(io, file, options)));
  suppress
    .command('remove')
    .description('Let these numbers be called again.')
    .argument(...NUMBERS)
    .option(...COUNTRY)
    .option(...BY)
    .action((numbers, options) => run(removeNumbers(io, numbers, options)));
  suppress
    .command('check')
    .description('Show which of these numbers are on the list.')
    .argument(...NUMBERS)
    .option(...COUNTRY)
    .action((numbers, options) => run(checkNumbers(io, numbers, options)));
  numberList(suppress.command('check-list'))
    .description(
      'Show which numbers of a list are on it: a line of CSV for each row. It changes nothing.',
    )
    .action((file, options) => run(checkList(io, file, options)));
  suppress
    .command('changes')
    .description(
      'Show when and by whom numbers were put on the list or taken off it, and by which imports, the newest first.',
    )
    .option('--limit <n>', 'show at most this many', wholeNumberUpTo(MOST_CHANGES), SHOWN_CHANGES)
    .option('--json', 'print one JSON object')
    .action((options) => run(showChanges(io, options)));
  suppress
    .command('status')
    .description(
      'Show how many numbers are on the list, and its version, which grows with every change.',
    )
    .option('--json', 'print one JSON object')
    .action(({ json = false }) => run(showStatus(io, json)));
}

/** Has a command read a list of numbers. */
function numberList(command: Command) {
  return command
    .argument(...LIST)
    .addOption(sheetOption())
    .addOption(encodingOption())
    .addOption(headerRowOption())
    .option(...COLUMN)
    .option(...COUNTRY);
}

async function addNumbers(
  io: Io,
  texts: readonly string[],
  { country, by }: SuppressOptions,
): Promise<number> {
  const numbers = parseNumbers(texts, country, readNumbers);
  return await withContext(
    io,
    async (context) => {
      const { signal } = io;
      const waitBrokenOff = () => warnOfClaims(io);
      const added = await suppressNumbers(context, numbers, { signal, waitBrokenOff });
      await print(
        io.stdout,
        `${countOf(added, 'number')} added${besides(numbers.length - added, 'on the list already')}.\n`,
      );
      return 0;
    },
    by,
  );
}

async function removeNumbers(
  io: Io,
  texts: readonly string[],
  { country, by }: SuppressOptions,
): Promise<number> {
  const numbers = parseNumbers(texts, country, readOneNumber);
  return await withContext(
    io,
    async (context) => {
      const removed = await unsuppressNumbers(context, numbers);
      await print(
        io.stdout,
        `${countOf(removed, 'number')} removed${besides(numbers.length - removed, 'not on the list')}.\n`,
      );
      return 0;
    },
    by,
  );
}

async function checkNumbers(
  io: Io,
  texts: readonly string[],
  { country }: SuppressOptions,
): Promise<number> {
  const numbers = parseNumbers(texts, country, readNumbers);
  return await withContext(io, async (context) => {
    const areListed = await areSuppressed(context, numbers);
    const rows = numbers.map((number, index) => [
      number,
      areListed[index] ? 'suppressed' : 'not on the list',
    ]);
    await print(io.stdout, formatTable(rows));
    return 0;
  });
}

interface ChangesOptions {
  readonly limit: number;
  readonly json?: boolean | undefined;
}

async function showChanges(io: Io, { limit, json = false }: ChangesOptions): Promise<number> {
  return await withContext(io, async (context) => {
    const { changes } = await doNotCallChanges(context, { limit });
    const found = { changes: changes.map(doNotCallChangeJson) };
    if (json) await print(io.stdout, `${JSON.stringify(found)}\n`);
    else if (changes.length === 0) await print(io.stdout, 'No change of the list is kept.\n');
    else await printFitted(io.stdout, (width) => doNotCallTable(changes, width));
    return 0;
  });
}

async function showStatus(io: Io, json: boolean): Promise<number> {
  return await withContext(io, async (context) => {
    const status = await doNotCallStatus(context);
    await print(io.stdout, json ? `${JSON.stringify(status)}\n` : statusLine(status));
    return 0;
  });
}

function statusLine({ numbers, version }: DoNotCallStatus): string {
  return `${countOf(numbers, 'number')} on the list, version ${formatCount(version)}.\n`;
}

function besides(count: number, what: string): string {
  return count === 0 ? '' : `, ${countOf(count, 'number')} ${what}`;
}

/**
 * All or none: each different number once, in E.164 form. What cannot be read is told by its place.
 */
function parseNumbers(
  texts: readonly string[],
  country: string | undefined,
  read: typeof readNumbers,
): string[] {
  const place = { country: readCountry(country) };
  const verdicts = texts.map((text) => read(text, place));
  const problems = verdicts.flatMap((verdict, index) =>
    'reason' in verdict ? [`Number ${index + 1}: ${verdict.reason}`] : [],
  );
  if (problems.length > 0)
    throw new DialerError('number', problems.join('\n'), { kind: 'invalid' });
  return [...new Set(verdicts.flatMap((verdict) => ('reason' in verdict ? [] : verdict)))];
}

/** Who is to be called again is named without a doubt. */
const readOneNumber: typeof readNumbers = (text, place) => {
  const verdict = readNumber(text, place);
  return verdict.ok ? [verdict.number] : verdict;
};
