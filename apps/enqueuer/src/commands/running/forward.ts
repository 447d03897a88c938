import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { WebhookUrl } from '@libby-dialer/daemon';
import type { DeadLetter } from '@libby-dialer/dial-queue';
import {
  deadLetters,
  listForwarders,
  removeForwarder,
  retryDeadLetters,
} from '@libby-dialer/operations';
import { countOf, UsageError } from '@libby-dialer/runtime';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { wholeNumberUpTo } from '../../option-values.ts';
import { type Io, print } from '../../terminal/io.ts';
import { type Cell, formatTable, printFitted } from '../../terminal/table.ts';
import { readConfigAndLog, withContext } from '../../with-context.ts';

const LONGEST_TIMEOUT_MS = 60_000;

interface ForwardOptions {
  readonly to?: string | undefined;
  readonly name?: string | undefined;
  readonly from: 'beginning' | 'now';
  readonly batch?: number | undefined;
  readonly concurrency: number;
  readonly attempts: number;
  readonly timeoutMs: number;
}

export function addForwardCommands({ program, io, run }: CommandLine): void {
  const forward = program
    .command('forward')
    .description(
      'Send settled calls to a webhook, until stopped: signed, each at least once. Several of the same name share the work. Needs FORWARD_SECRET.',
    )
    .option(
      '--to <url>',
      'where results are posted; if the address holds a secret, use FORWARD_URL or FORWARD_URL_FILE instead: every user of a machine can read arguments',
    )
    .option(
      '--name <name>',
      'under which its progress is kept (default: made of host and path)',
      name,
    )
    .addOption(
      new Option('--from <where>', 'which results to begin with, the first time')
        .choices(['beginning', 'now'] as const)
        .default('beginning' as const),
    )
    .option(
      '--batch <n>',
      'post up to this many results in one request, as {"results": […]}',
      wholeNumberUpTo(1000),
    )
    .option('--concurrency <n>', 'requests at once', wholeNumberUpTo(256), 8)
    .option(
      '--attempts <n>',
      'after this many a result becomes a dead letter',
      wholeNumberUpTo(1000),
      12,
    )
    .option('--timeout-ms <ms>', 'for one request', wholeNumberUpTo(LONGEST_TIMEOUT_MS), 10_000)
    .action((options) => run(forwardResults(io, options)));
  forward
    .command('list')
    .description('Show how far the forwarders are.')
    .action(() => run(list(io)));
  forward
    .command('remove')
    .description(
      'Forget a forwarder that is no longer used, with its dead letters. Results do not wait for it any more.',
    )
    .argument('<name>', 'as "forward list" shows it')
    .option(...BY)
    .action((chosen, { by }) => run(remove(io, chosen, by)));
  const dead = forward.command('dead').description('Results that could not be delivered.');
  dead
    .command('list')
    .description('Show the dead letters, without saying whose they are.')
    .argument('<name>', 'as "forward list" shows it')
    .option('--json', 'print one JSON object for each, with the result itself')
    .action((chosen, { json = false }) => run(listDead(io, chosen, json)));
  dead
    .command('retry')
    .description('Deliver them again, by the forwarders of that name.')
    .argument('<name>', 'as "forward list" shows it')
    .option(...BY)
    .action((chosen, { by }) => run(retryDead(io, chosen, by)));
}

function name(text: string): string {
  if (/^[a-z0-9-]{1,63}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 63 of a-z, 0-9 and "-".');
}

async function forwardResults(io: Io, options: ForwardOptions): Promise<number> {
  // Not for every command: it takes a while to load.
  const { forwardConfig, parseWebhookUrl, runForwarder } = await import('@libby-dialer/daemon');
  const { config, logger } = readConfigAndLog(io, forwardConfig);
  const { to, name: chosen, batch, ...request } = options;
  const [given, from] = to === undefined ? [config.url?.reveal(), 'FORWARD_URL'] : [to, '--to'];
  if (given === undefined)
    throw new UsageError('Say with --to where results are to be posted, or in FORWARD_URL.');
  const target = parseWebhookUrl(given, { ...config, from });
  hideSecretsOf(target, given, io);
  const forward = { ...request, batch, name: chosen ?? target.name, target };
  await runForwarder(config, logger, forward, io.signal);
  return 0;
}

/** A URL's path, query and password may be what lets results in. */
function hideSecretsOf({ url, authorization }: WebhookUrl, given: string, { redactor }: Io): void {
  const { pathname, search } = new URL(url);
  const { password } = new URL(given);
  for (const secret of [pathname.slice(1), search.slice(1), password, authorization]) {
    if (secret !== undefined && secret.length >= 8) redactor.registerSecret(secret);
  }
}

async function list(io: Io): Promise<number> {
  return await withContext(io, async (context) => {
    const rows = (await listForwarders(context)).map((state): Cell[] => [
      state.name,
      state.unread ?? '?',
      state.inHand,
      state.dead,
    ]);
    const headings = ['FORWARDER', 'UNREAD', 'IN HAND', 'DEAD'];
    if (rows.length === 0) await print(io.stdout, 'Nothing was ever forwarded.\n');
    else await printFitted(io.stdout, (width) => formatTable([headings, ...rows], width));
    return 0;
  });
}

async function remove(io: Io, name: string, by: string | undefined): Promise<number> {
  return await withContext(
    io,
    async (context) => {
      await removeForwarder(context, name);
      await print(io.stdout, `${name} is forgotten.\n`);
      return 0;
    },
    by,
  );
}

async function listDead(io: Io, name: string, json: boolean): Promise<number> {
  return await withContext(io, async (context) => {
    const rows: Cell[][] = [];
    for await (const letter of deadLetters(context, name)) {
      if (json) await print(io.stdout, `${JSON.stringify(letter)}\n`);
      else rows.push(rowOf(letter));
    }
    if (json) return 0;
    const headings = ['RESULT', 'CAMPAIGN', 'CALL', 'REASON', 'ATTEMPTS', 'GIVEN UP'];
    if (rows.length === 0) await print(io.stdout, 'There are no dead letters.\n');
    else await printFitted(io.stdout, (width) => formatTable([headings, ...rows], width));
    return 0;
  });
}

function rowOf({ id, campaign, result, reason, attempts, at }: DeadLetter): Cell[] {
  return [id, campaign, result.callId, reason, attempts, at];
}

async function retryDead(io: Io, name: string, by: string | undefined): Promise<number> {
  return await withContext(
    io,
    async (context) => {
      const count = await retryDeadLetters(context, name);
      await print(io.stdout, `${countOf(count, 'result')} will be delivered again.\n`);
      return 0;
    },
    by,
  );
}
