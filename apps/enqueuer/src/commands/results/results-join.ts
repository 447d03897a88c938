import { extname, resolve } from 'node:path';
import type { ListFormat, ListReading } from '@libby-dialer/call-list';
import { type JoinCounts, type OpenJoin, openJoin } from '@libby-dialer/operations';
import { countOf, UsageError } from '@libby-dialer/runtime';
import { ResultsFile } from '../../results-file.ts';
import { type Io, print, warn } from '../../terminal/io.ts';
import { formatTable } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';
import { inputOf } from '../lists/load-options.ts';

export interface JoinOptions extends Omit<ListReading, 'format'> {
  readonly format?: 'csv' | 'ndjson' | 'xlsx' | undefined;
  readonly outcome?: string | undefined;
  readonly follow?: boolean | undefined;
  readonly output?: string | undefined;
  readonly bom?: boolean | undefined;
  readonly results?: string | undefined;
}

/** Gives a person's own table back, with what became of each row beside it. */
export async function joinResults(
  io: Io,
  campaign: string,
  path: string,
  options: JoinOptions,
): Promise<number> {
  const output = outputOf(path, options);
  const { results, bom, sheet, encoding, headerRow } = options;
  return await withContext(io, async (context) => {
    await using join = await openJoin(context, {
      ...inputOf(io, path, { sheet, encoding, headerRow }),
      campaign,
      results,
      output: options.format ?? formatNamed(output),
      byteOrderMark: bom,
    });
    await using file = new ResultsFile(output, { grows: false });
    await file.start();
    for await (const bytes of join.bytes) {
      io.signal.throwIfAborted();
      await file.write(bytes);
    }
    await file.close();
    await print(io.stdout, countsTable(output, join.counts));
    for (const sentence of remarks(campaign, join, options)) warn(io, sentence);
    return 0;
  });
}

function outputOf(path: string, { outcome, follow, output, results, bom }: JoinOptions): string {
  if (outcome !== undefined || follow)
    throw new UsageError('--outcome and --follow do not go with --join: it gives every row back.');
  if (output === undefined)
    throw new UsageError('--join needs -o FILE, for the list it gives back.');
  if ([path, results].some((read) => read !== undefined && resolve(read) === resolve(output)))
    throw new UsageError(`-o: ${output} is read by this very command; name another file.`);
  if (bom && (formatNamed(output) ?? 'csv') !== 'csv')
    throw new UsageError('--bom goes with a CSV only.');
  if (output.endsWith('.gz'))
    throw new UsageError('-o: the file is not packed; name it without ".gz".');
  return output;
}

const FORMATS: Readonly<Record<string, ListFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.xlsx': 'xlsx',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
};

/** Undefined: as the list is. */
function formatNamed(output: string): ListFormat | undefined {
  return FORMATS[extname(output).toLowerCase()];
}

function countsTable(output: string, { rows, outcomes }: JoinCounts): string {
  const counted = [...outcomes].toSorted(([, one], [, other]) => other - one);
  return formatTable([[output, countOf(rows, 'row')], ...counted]);
}

/** What a person should know of the table before relying on it. */
function remarks(campaign: string, { counts, bare }: OpenJoin, { results }: JoinOptions): string[] {
  const { withoutDetails, fromElsewhere, outcomes } = counts;
  const said: string[] = [];
  if (withoutDetails > 0) {
    const more = results === undefined ? ' If they were exported, give that file: --results.' : '';
    said.push(
      `of ${countOf(withoutDetails, 'row')} only the outcome is known: the results are not in Redis any more.${more}`,
    );
  }
  const notLoaded = outcomes.get('not_loaded') ?? 0;
  if (notLoaded > 0)
    said.push(
      `${countOf(notLoaded, 'row')} of the list without a call in campaign ${campaign}: was it this list, as it is now, that was loaded?`,
    );
  if (fromElsewhere > 0)
    said.push(
      `${countOf(fromElsewhere, 'row')} called by way of another list, or of another version of this one.`,
    );
  if (bare.length > 0) {
    const lines = bare.slice(0, 10).join(', ') + (bare.length > 10 ? ' …' : '');
    said.push(
      `nothing stands beside ${countOf(bare.length, 'row')} that cannot be read (line ${lines}).`,
    );
  }
  return said;
}
