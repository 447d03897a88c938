import { parseArgs } from 'node:util';
import { encodingNamed, type ListReading } from '@libby-dialer/call-list';
import { UsageError } from '@libby-dialer/runtime';

/** What the arguments ask for. */
export type DemoCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'example' }
  | ({ readonly kind: 'simulated' } & OwnList)
  | ({ readonly kind: 'live'; readonly confirmed: boolean } & OwnList);

/** What is dialed, and by which rules. */
export interface OwnList {
  readonly list: string;
  readonly campaign: string;
  readonly reading?: ListReading | undefined;
}

export const HELP = `Usage: npm start
       npm start -- <list> --campaign <campaign.yaml> [--live [--yes]]

Without arguments: dials examples/contacts.csv through a simulator of the Libby API. No phone rings,
nothing is left behind but the results in .run/. Says first at which address a browser shows it; on
a terminal it waits for Enter at its end, so that you can look around.

With a list (CSV, Excel, JSON or NDJSON) and a campaign file: the same with your own, still through the
simulator. Ends when every call has its outcome, or when all that are left wait for their calling
hours.

  --sheet, --encoding, --header-row
             how the list is read where it does not tell; see ./bin/enqueuer load --help
  --live     dials the real API, with REDIS_URL, LIBBY_CLIENT_ID and LIBBY_CLIENT_SECRET from the
             environment or .env; shows what it is about to do and asks first
  --yes      starts without asking, for use without a terminal
  --help     shows this

Exit codes: 0 done; 1 failed; 2 bad usage, configuration, campaign file or list; 3 done, but rows of
your list were rejected; 130 interrupted.
`;

const OPTIONS = {
  campaign: { type: 'string' },
  sheet: { type: 'string' },
  encoding: { type: 'string' },
  'header-row': { type: 'string' },
  live: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Throws a `UsageError`. */
export function parseCommandLine(args: readonly string[]): DemoCommand {
  const { values, positionals } = parse(args);
  const { campaign, live, yes, help } = values;
  if (help) return { kind: 'help' };
  const [list, ...more] = positionals;
  if (more.length > 0) throw new UsageError('One list at a time; see npm start -- --help.');
  if (yes && !live)
    throw new UsageError('--yes only goes with --live; through the simulator nothing is asked.');
  if (list === '-')
    throw new UsageError(
      'npm start reads the list more than once, so it cannot be "-"; name a file.',
    );
  const reading = readingIn(values);
  if (list === undefined && campaign === undefined && !live && reading === undefined)
    return { kind: 'example' };
  if (list === undefined)
    throw new UsageError('Name your list too: npm start -- <list> --campaign <campaign.yaml>.');
  if (campaign === undefined)
    throw new UsageError('Name the campaign file too: --campaign <campaign.yaml>.');
  return live
    ? { kind: 'live', list, campaign, ...(reading && { reading }), confirmed: yes }
    : { kind: 'simulated', list, campaign, ...(reading && { reading }) };
}

interface ReadingValues {
  readonly sheet?: string | undefined;
  readonly encoding?: string | undefined;
  readonly 'header-row'?: string | undefined;
}

function readingIn({
  sheet,
  encoding: name,
  'header-row': row,
}: ReadingValues): ListReading | undefined {
  const encoding = name === undefined ? undefined : encodingNamed(name);
  if (name !== undefined && encoding === undefined)
    throw new UsageError(`--encoding: ${name} is no encoding that lists are read in.`);
  if (row !== undefined && !/^[1-9]\d{0,6}$/.test(row))
    throw new UsageError('--header-row: it must be the number of a row, from 1.');
  if (sheet === undefined && encoding === undefined && row === undefined) return undefined;
  return {
    ...(sheet !== undefined && { sheet }),
    ...(encoding !== undefined && { encoding }),
    ...(row !== undefined && { headerRow: Number(row) }),
  };
}

/** The same for the enqueuer. */
export function readingArguments({ sheet, encoding, headerRow }: ListReading = {}): string[] {
  return [
    ...(sheet === undefined ? [] : ['--sheet', sheet]),
    ...(encoding === undefined ? [] : ['--encoding', encoding]),
    ...(headerRow === undefined ? [] : ['--header-row', String(headerRow)]),
  ];
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${reason}; see npm start -- --help.`, { cause: error });
  }
}
