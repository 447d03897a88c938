import { Option } from '@commander-js/extra-typings';
import type { Resolution } from '@libby-dialer/dial-queue';
import type { ResultRecord } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import type { CommandSlot } from '../command-slot.ts';
import { type Context, withContext } from '../context.ts';
import { countOf } from '../format.ts';
import { type Io, print } from '../io.ts';
import { type Cell, formatTable } from '../table.ts';

const HEADING = ['CALL', 'CAMPAIGN', 'ROW', 'DIALED', 'LINE', 'REASON', 'ATTEMPTS', 'NUMBER', 'NAME'];

interface ListOptions {
  readonly json?: boolean | undefined;
}

export function addInDoubtCommands({ program, io, run }: CommandSlot): void {
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
    .description('Say what is to become of a call in doubt.')
    .argument('<callId>', 'as "in-doubt list" shows it')
    .addOption(
      new Option('--as <what>', 'accepted: the provider has taken it')
        .choices(['accepted'] as const)
        .makeOptionMandatory(),
    )
    .requiredOption('--by <who>', 'who decided it; kept for audit')
    .action((callId, { by }) => run(resolve(io, callId, by)));
}

async function list(io: Io, id: string | undefined, { json = false }: ListOptions): Promise<number> {
  return await withContext(io, async (context) => {
    const calls: ResultRecord[] = [];
    for (const campaign of id === undefined ? await idsOf(context) : [(await context.campaign(id)).id]) {
      for await (const call of context.desk.list(campaign)) calls.push(call);
    }
    if (json) await print(io.stdout, `${JSON.stringify({ calls })}\n`);
    else await print(io.stdout, calls.length === 0 ? 'No call is in doubt.\n' : tableOf(calls));
    return 0;
  });
}

function tableOf(calls: readonly ResultRecord[]): string {
  return `${formatTable([HEADING, ...calls.map(rowOf)])}\n${countOf(calls.length, 'call')} in doubt.\n`;
}

function rowOf(call: ResultRecord): Cell[] {
  return [
    call.callId,
    call.campaign,
    call.row ?? '',
    call.dialedAt ?? '',
    call.fromPhoneNumber,
    call.reason,
    call.attempts,
    call.toPhoneNumber,
    call.name,
  ];
}

async function resolve(io: Io, callId: string, by: string): Promise<number> {
  return await withContext(io, async (context) => {
    const campaign = await context.desk.campaignOf(callId, await idsOf(context));
    if (campaign === undefined) {
      throw new DialerError('no_such_call', `No call ${callId} has been dialed; see "enqueuer in-doubt list".`);
    }
    const resolution = await context.desk.accept(campaign, callId, { by, at: await context.now() });
    if (resolution.kind !== 'resolved') throw refusal(callId, resolution);
    await print(io.stdout, `${callId} of ${campaign} is accepted.\n`);
    return 0;
  });
}

function refusal(callId: string, resolution: Resolution & { kind: 'not_in_doubt' }): DialerError {
  const { state } = resolution;
  const isUnderWay = state === 'claimed' || state === 'open';
  const now = isUnderWay ? 'it has no outcome yet' : `its outcome is ${state}`;
  return new DialerError('not_in_doubt', `Call ${callId} is not in doubt: ${now}.`);
}

async function idsOf({ campaigns }: Context): Promise<string[]> {
  return (await campaigns.list()).map(({ id }) => id);
}
