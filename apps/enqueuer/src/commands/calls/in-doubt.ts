import { Option } from '@commander-js/extra-typings';
import type { DoubtfulCall } from '@libby-dialer/dial-queue';
import { isoInstant } from '@libby-dialer/dialing';
import {
  listUnknownCalls,
  type ResolvedCall,
  resolveUnknownCall,
  type UnknownCallWord,
} from '@libby-dialer/operations';
import { countOf } from '@libby-dialer/runtime';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { type Io, print } from '../../terminal/io.ts';
import { type Cell, formatTable, printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';

const HEADING = [
  'CALL',
  'CAMPAIGN',
  'ROW',
  'DIALED',
  'LINE',
  'REASON',
  'ATTEMPTS',
  'NUMBER',
  'NAME',
  'REDIAL',
  'LIST',
  'PROVIDER SAID',
];

/** A redial that is due by then is said to be now. */
const SOON_MS = 1000;

interface ListOptions {
  readonly json?: boolean | undefined;
}

interface ResolveOptions extends UnknownCallWord {
  readonly by?: string | undefined;
}

export function addInDoubtCommands({ program, io, run }: CommandLine): void {
  const inDoubt = program
    .command('in-doubt')
    .description('Calls that may have rung: sent, or perhaps sent, without a usable answer.');
  inDoubt
    .command('list')
    .description('Show the calls in doubt of one campaign, or of all.')
    .argument('[campaign]', 'id of the campaign')
    .option('--json', 'print one JSON object')
    .action((campaign, options) => run(list(io, campaign, options)));
  inDoubt
    .command('resolve')
    .description('Decide what becomes of a call in doubt.')
    .argument('<callId>', 'as "in-doubt list" shows it')
    .addOption(
      new Option(
        '--as <what>',
        'accepted: the provider has taken it; redial: dial it once more, and it may ring twice',
      )
        .choices(['accepted', 'redial'] as const)
        .makeOptionMandatory(),
    )
    .option('--note <text>', 'kept with it, in audit and results; without name and number')
    .option(...BY)
    .action((callId, options) => run(resolve(io, callId, options)));
}

async function list(
  io: Io,
  campaign: string | undefined,
  { json = false }: ListOptions,
): Promise<number> {
  return await withContext(io, async (context) => {
    const calls = await listUnknownCalls(context, campaign);
    if (json) await print(io.stdout, `${JSON.stringify({ calls })}\n`);
    else if (calls.length === 0) await print(io.stdout, 'No call is in doubt.\n');
    else await printFitted(io.stdout, (width) => tableOf(calls, width));
    return 0;
  });
}

function tableOf(calls: readonly DoubtfulCall[], width: number): string {
  return `${formatTable([HEADING, ...calls.map(rowOf)], width)}\n${countOf(calls.length, 'call')} in doubt.\n`;
}

function rowOf(call: DoubtfulCall): Cell[] {
  return [
    call.callId,
    call.campaign,
    call.sheetRow ?? call.row ?? '',
    call.dialedAt ?? '',
    call.fromPhoneNumber,
    call.reason,
    call.attempts,
    call.toPhoneNumber,
    call.name,
    call.isRedialed ? 'done' : (call.redialAt ?? ''),
    call.list ?? '',
    call.providerMessage ?? '',
  ];
}

async function resolve(io: Io, callId: string, { by, ...word }: ResolveOptions): Promise<number> {
  return await withContext(
    io,
    async (context) => {
      const resolved = await resolveUnknownCall(context, callId, word);
      await print(io.stdout, `${callId} of ${resolved.campaign} ${endText(resolved)}\n`);
      return 0;
    },
    by,
  );
}

function endText(resolved: ResolvedCall): string {
  if (resolved.kind === 'accepted') return 'is accepted.';
  const { redialAt, now } = resolved;
  const when = redialAt <= now + SOON_MS ? 'now' : `from ${isoInstant(redialAt)} on`;
  return `will be dialed once more, ${when}.`;
}
