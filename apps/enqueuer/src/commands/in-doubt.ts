import { Option } from '@commander-js/extra-typings';
import type { DoubtfulCall, RedialResolution } from '@libby-dialer/dial-queue';
import { isoInstant, redialAfterMs } from '@libby-dialer/dialing';
import type { Context } from '@libby-dialer/operations';
import { countOf, DialerError } from '@libby-dialer/runtime';
import type { CommandLine } from '../command-line.ts';
import { type Io, print } from '../terminal/io.ts';
import { type Cell, formatTable, printFitted } from '../terminal/table.ts';
import { withContext } from '../with-context.ts';

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

interface ResolveOptions {
  readonly as: 'accepted' | 'redial';
  readonly by: string;
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
    .description('Say what is to become of a call in doubt.')
    .argument('<callId>', 'as "in-doubt list" shows it')
    .addOption(
      new Option(
        '--as <what>',
        'accepted: the provider has taken it; redial: dial it once more, and it may ring twice',
      )
        .choices(['accepted', 'redial'] as const)
        .makeOptionMandatory(),
    )
    .requiredOption('--by <who>', 'who decided it; kept for audit')
    .action((callId, options) => run(resolve(io, callId, options)));
}

async function list(
  io: Io,
  id: string | undefined,
  { json = false }: ListOptions,
): Promise<number> {
  return await withContext(io, async (context) => {
    const calls: DoubtfulCall[] = [];
    for (const campaign of id === undefined
      ? await idsOf(context)
      : [(await context.campaign(id)).id]) {
      for await (const call of context.desk.list(campaign)) calls.push(call);
    }
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
    call.row ?? '',
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

async function resolve(io: Io, callId: string, { as, by }: ResolveOptions): Promise<number> {
  return await withContext(io, async (context) => {
    const campaign = await context.desk.campaignOf(callId, await idsOf(context));
    if (campaign === undefined) {
      throw new DialerError(
        'no_such_call',
        `No call ${callId} has been dialed; see "enqueuer in-doubt list".`,
      );
    }
    const decide = as === 'redial' ? redial : accept;
    await print(io.stdout, `${await decide(context, campaign, callId, by)}\n`);
    return 0;
  });
}

async function accept(
  context: Context,
  campaign: string,
  callId: string,
  by: string,
): Promise<string> {
  const resolution = await context.desk.accept(campaign, callId, { by, at: await context.now() });
  if (resolution.kind !== 'resolved') throw refusal(campaign, callId, resolution);
  return `${callId} of ${campaign} is accepted.`;
}

async function redial(
  context: Context,
  campaign: string,
  callId: string,
  by: string,
): Promise<string> {
  const { desk } = context;
  const at = await context.now();
  await refuseIfSuppressed(context, campaign, callId);
  const afterMs = redialAfterMs(await context.campaign(campaign));
  const resolution = await desk.redial(campaign, callId, { by, at }, afterMs);
  if (resolution.kind !== 'resolved') throw refusal(campaign, callId, resolution);
  const when =
    resolution.redialAt <= at + SOON_MS ? 'now' : `from ${isoInstant(resolution.redialAt)} on`;
  return `${callId} of ${campaign} will be dialed once more, ${when}.`;
}

/** The gate would only leave it in doubt. */
async function refuseIfSuppressed(
  { queue, desk }: Context,
  campaign: string,
  callId: string,
): Promise<void> {
  const number = await desk.numberOf(campaign, callId);
  if (number === undefined) return;
  const [isListed] = await queue.doNotCall.check([number]);
  if (isListed)
    throw new DialerError('suppressed', `Call ${callId} is to a number on the do-not-call list.`);
}

function refusal(
  campaign: string,
  callId: string,
  resolution: Exclude<RedialResolution, { kind: 'resolved' }>,
): DialerError {
  const { kind } = resolution;
  return new DialerError(kind, `Call ${callId} of ${campaign} ${whyNot(campaign, resolution)}.`);
}

function whyNot(
  campaign: string,
  resolution: Exclude<RedialResolution, { kind: 'resolved' }>,
): string {
  switch (resolution.kind) {
    case 'not_in_doubt': {
      const isUnderWay = resolution.state === 'claimed' || resolution.state === 'open';
      return `is not in doubt: ${isUnderWay ? 'it has no outcome yet' : `its outcome is ${resolution.state}`}`;
    }
    case 'waits':
      return `is to be dialed once more already, from ${isoInstant(resolution.redialAt)} on`;
    case 'redialed':
      return 'was dialed once more already, and never will be again';
    case 'erased':
      return 'cannot be dialed once more: its data were erased';
    case 'canceled':
      return `cannot be dialed once more: its campaign is canceled; "enqueuer resume ${campaign}" first`;
    case 'expired':
      return 'cannot be dialed once more: its time is over';
  }
}

async function idsOf({ campaigns }: Context): Promise<string[]> {
  return (await campaigns.list()).map(({ id }) => id);
}
