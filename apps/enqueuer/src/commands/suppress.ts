import { DoNotCallList, Identity } from '@libby-dialer/dial-queue';
import { parsePhoneNumber } from '@libby-dialer/dialing';
import { UsageError } from '@libby-dialer/runtime';
import type { CommandSlot } from '../command-slot.ts';
import { type Context, withContext } from '../context.ts';
import { countOf } from '../format.ts';
import { type Io, print } from '../io.ts';
import { formatTable } from '../table.ts';

type Country = NonNullable<Parameters<typeof parsePhoneNumber>[1]>;

interface SuppressOptions {
  /** For numbers that are not in E.164 form. */
  readonly country?: string | undefined;
}

const NUMBERS = ['<number...>', 'in E.164 form (+15055550123), or as dialed in --country'] as const;
const COUNTRY = ['--country <code>', 'two letters, such as US, for numbers without a country code'] as const;

export function addSuppressCommands({ program, io, run }: CommandSlot): void {
  const suppress = program.command('suppress').description('The do-not-call list, over all campaigns.');
  suppress
    .command('add')
    .description('Call these numbers no more.')
    .argument(...NUMBERS)
    .option(...COUNTRY)
    .action((numbers, options) => run(addNumbers(io, numbers, options)));
  suppress
    .command('remove')
    .description('Let these numbers be called again.')
    .argument(...NUMBERS)
    .option(...COUNTRY)
    .action((numbers, options) => run(removeNumbers(io, numbers, options)));
  suppress
    .command('check')
    .description('Show which of these numbers are on the list.')
    .argument(...NUMBERS)
    .option(...COUNTRY)
    .action((numbers, options) => run(checkNumbers(io, numbers, options)));
}

async function addNumbers(io: Io, texts: readonly string[], options: SuppressOptions): Promise<number> {
  const numbers = parseNumbers(texts, options);
  return await withContext(io, async (context) => {
    const added = await (await openList(context)).add(numbers);
    await print(
      io.stdout,
      `${countOf(added, 'number')} added${besides(numbers.length - added, 'on the list already')}.\n`,
    );
    return 0;
  });
}

async function removeNumbers(io: Io, texts: readonly string[], options: SuppressOptions): Promise<number> {
  const numbers = parseNumbers(texts, options);
  return await withContext(io, async (context) => {
    const removed = await (await openList(context)).remove(numbers);
    await print(
      io.stdout,
      `${countOf(removed, 'number')} removed${besides(numbers.length - removed, 'not on the list')}.\n`,
    );
    return 0;
  });
}

async function checkNumbers(io: Io, texts: readonly string[], options: SuppressOptions): Promise<number> {
  const numbers = parseNumbers(texts, options);
  return await withContext(io, async (context) => {
    const areListed = await (await openList(context)).check(numbers);
    const rows = numbers.map((number, index) => [number, areListed[index] ? 'suppressed' : 'not on the list']);
    await print(io.stdout, formatTable(rows));
    return 0;
  });
}

async function openList({ redis, keys }: Context): Promise<DoNotCallList> {
  return new DoNotCallList(redis, keys, await Identity.load(redis, keys));
}

function besides(count: number, what: string): string {
  return count === 0 ? '' : `, ${countOf(count, 'number')} ${what}`;
}

/** All or none: each different number once, in E.164 form. What cannot be read is told by its place and never repeated. */
function parseNumbers(texts: readonly string[], { country }: SuppressOptions): string[] {
  const verdicts = texts.map((text) => parsePhoneNumber(text, country?.toUpperCase() as Country | undefined));
  const problems = verdicts.flatMap((verdict, index) => (verdict.ok ? [] : `Number ${index + 1}: ${verdict.reason}`));
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return [...new Set(verdicts.flatMap((verdict) => (verdict.ok ? verdict.number : [])))];
}
