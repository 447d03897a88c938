import { setGlobalProxyFromEnv } from 'node:http';
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import {
  type DaemonContext,
  type DaemonKind,
  DEFAULT_FORWARD_PORT,
  Forwarder,
  type ForwarderEnd,
  type ForwarderOptions,
  ForwardMetrics,
  forwardConfig,
  keyOf,
  parseWebhookUrl,
  serveDaemon,
  Webhook,
  type WebhookUrl,
} from '@libby-dialer/daemon';
import type { ForwarderState, Forwarders } from '@libby-dialer/dial-queue';
import {
  countOf,
  DialerError,
  formatDuration,
  goesDirectly,
  type HttpsProxyConfig,
  misspelledVariables,
  runService,
  systemClock,
  UsageError,
} from '@libby-dialer/runtime';
import type { CommandLine } from '../command-line.ts';
import { type Io, print } from '../terminal/io.ts';
import { type Cell, formatTable, printFitted } from '../terminal/table.ts';
import { openLogger, readConfig, withContext } from '../with-context.ts';

const KIND: DaemonKind = {
  program: 'enqueuer-forward',
  httpPort: DEFAULT_FORWARD_PORT,
  noun: 'forwarder',
  verb: 'forwards',
};
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;
/** Beyond the time-out of the requests in flight. */
const STOP_GRACE_MS = 15_000;
/** A forwarder gives a sign of life each second, every 20 s where its receiver is down. */
const RUNNING_WITHIN_MS = 45_000;
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
      'where results are posted; with a secret in it rather by FORWARD_URL or FORWARD_URL_FILE, for all users of a machine see its arguments',
    )
    .option(
      '--name <name>',
      'under which it is remembered what was sent (default: made of host and path)',
      name,
    )
    .addOption(
      new Option('--from <where>', 'which results to begin with, the first time')
        .choices(['beginning', 'now'] as const)
        .default('beginning' as const),
    )
    .option(
      '--batch <n>',
      'post up to so many results in one request, as {"results": […]}',
      numberUpTo(1000),
    )
    .option('--concurrency <n>', 'requests at once', numberUpTo(256), 8)
    .option('--attempts <n>', 'after so many a result becomes a dead letter', numberUpTo(1000), 12)
    .option('--timeout-ms <ms>', 'for one request', numberUpTo(LONGEST_TIMEOUT_MS), 10_000)
    .action((options) => run(forwardResults(io, options)));
  forward
    .command('list')
    .description('Show how far the forwarders are.')
    .action(() => run(listForwarders(io)));
  forward
    .command('remove')
    .description(
      'Forget a forwarder that is no longer used, with its dead letters. Results do not wait for it any more.',
    )
    .argument('<name>', 'as "forward list" shows it')
    .action((chosen) => run(removeForwarder(io, chosen)));
  const dead = forward.command('dead').description('Results that could not be delivered.');
  dead
    .command('list')
    .description('Show them, without saying whose they are.')
    .argument('<name>', 'as "forward list" shows it')
    .option('--json', 'print one JSON object for each, with the result itself')
    .action((chosen, { json = false }) => run(listDead(io, chosen, json)));
  dead
    .command('retry')
    .description('Have them delivered again by the forwarders of that name.')
    .argument('<name>', 'as "forward list" shows it')
    .action((chosen) => run(retryDead(io, chosen)));
}

function name(text: string): string {
  if (/^[a-z0-9-]{1,63}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 63 of a-z, 0-9 and "-".');
}

function numberUpTo(most: number): (text: string) => number {
  return (text) => {
    const number = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
    if (number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  };
}

async function forwardResults(io: Io, options: ForwardOptions): Promise<number> {
  const config = readConfig(io, forwardConfig);
  const [given, from] =
    options.to === undefined ? [config.url?.reveal(), 'FORWARD_URL'] : [options.to, '--to'];
  if (given === undefined)
    throw new UsageError('Say with --to where results are to be posted, or in FORWARD_URL.');
  const target = parseWebhookUrl(given, { ...config, from });
  hideSecretsOf(target, given, io);
  goThrough(config.proxy, target);
  const logger = openLogger(io, config);
  for (const sentence of misspelledVariables(forwardConfig, io.environment()))
    logger.warn(sentence);
  const keys = config.secrets.flatMap((secret) => keyOf(secret.reveal()) ?? []);
  const webhook = new Webhook({ target, keys, timeoutMs: options.timeoutMs, clock: systemClock });
  const gone = new AbortController();
  const chosen = options.name ?? target.name;
  const daemon = serveDaemon(
    config,
    logger,
    async (context) => {
      logger.info({ forwarder: chosen, to: target.origin }, 'results go to the receiver');
      return [await buildForwarder(context, chosen, webhook, options, (why) => gone.abort(why))];
    },
    KIND,
  );
  const signal = AbortSignal.any([io.signal, gone.signal]);
  await runService(daemon, { signal, stopWithinMs: options.timeoutMs + STOP_GRACE_MS });
  if (gone.signal.aborted) throw endError(gone.signal.reason as ForwarderEnd, chosen, target);
  return 0;
}

function endError(why: ForwarderEnd, chosen: string, { origin }: WebhookUrl): DialerError {
  if (why === 'removed')
    return new DialerError('forwarder_removed', `${chosen} was removed, and forwards no more.`);
  return new DialerError(
    'receiver_gone',
    `${origin} wants no more results (410 Gone); what is undelivered waits. If that is for good, "enqueuer forward remove ${chosen}".`,
  );
}

async function buildForwarder(
  { context, logger, registry, daemonId, connect }: DaemonContext,
  chosen: string,
  webhook: Webhook,
  { from, batch, concurrency, attempts }: ForwardOptions,
  onGone: (why: ForwarderEnd) => void,
): Promise<Forwarder> {
  const { redis, queue } = context;
  const { forwarders } = queue;
  const options: ForwarderOptions = {
    from,
    batch,
    concurrency,
    attempts,
    firstPauseMs: FIRST_PAUSE_MS,
    longestPauseMs: LONGEST_PAUSE_MS,
  };
  return new Forwarder({
    queue: queue.forwardQueue({ name: chosen, consumer: daemonId }),
    blocking: await connect('worker'),
    webhook,
    options,
    metrics: new ForwardMetrics(registry, async () =>
      redis.status === 'ready' ? await forwarders.read(chosen) : undefined,
    ),
    logger,
    clock: systemClock,
    random: Math.random,
    onGone,
  });
}

/** The only way that fetch has. It is the whole process's, in which nothing else speaks https. */
function goThrough({ url: proxy, except }: HttpsProxyConfig, { url }: WebhookUrl): void {
  if (proxy !== undefined && !goesDirectly(url, except))
    setGlobalProxyFromEnv({ HTTPS_PROXY: proxy.reveal() });
}

/** A URL's path, query and password may be what lets results in. */
function hideSecretsOf({ url, authorization }: WebhookUrl, given: string, { redactor }: Io): void {
  const { pathname, search } = new URL(url);
  const { password } = new URL(given);
  for (const secret of [pathname.slice(1), search.slice(1), password, authorization]) {
    if (secret !== undefined && secret.length >= 8) redactor.registerSecret(secret);
  }
}

async function listForwarders(io: Io): Promise<number> {
  return await withContext(io, async ({ queue: { forwarders } }) => {
    const states: ForwarderState[] = [];
    for (const each of await forwarders.names())
      states.push(...[(await forwarders.read(each)) ?? []].flat());
    const rows = states.map((state): Cell[] => [
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

async function removeForwarder(io: Io, chosen: string): Promise<number> {
  return await withForwarder(io, chosen, async (forwarders) => {
    await refuseIfRunning(forwarders, chosen);
    await forwarders.remove(chosen);
    await print(io.stdout, `${chosen} is forgotten.\n`);
  });
}

/** It, or who starts it again, would take every result there is for a new one. */
async function refuseIfRunning(forwarders: Forwarders, chosen: string): Promise<void> {
  const seenMs = await forwarders.lastSeenMs(chosen);
  if (seenMs === undefined || seenMs > RUNNING_WITHIN_MS) return;
  throw new DialerError(
    'forwarder_runs',
    `A forwarder ${chosen} was there ${formatDuration(seenMs)} ago: stop it first. One that was killed counts as running for ${formatDuration(RUNNING_WITHIN_MS)}.`,
  );
}

async function listDead(io: Io, chosen: string, json: boolean): Promise<number> {
  return await withForwarder(io, chosen, async (forwarders) => {
    const rows: Cell[][] = [];
    for await (const letter of forwarders.deadLetters(chosen)) {
      if (json) await print(io.stdout, `${JSON.stringify(letter)}\n`);
      else
        rows.push([
          letter.id,
          letter.campaign,
          letter.result.callId,
          letter.reason,
          letter.attempts,
          letter.at,
        ]);
    }
    if (json) return;
    const headings = ['RESULT', 'CAMPAIGN', 'CALL', 'REASON', 'ATTEMPTS', 'GIVEN UP'];
    if (rows.length === 0) await print(io.stdout, 'There are no dead letters.\n');
    else await printFitted(io.stdout, (width) => formatTable([headings, ...rows], width));
  });
}

async function retryDead(io: Io, chosen: string): Promise<number> {
  return await withForwarder(io, chosen, async (forwarders) => {
    await print(
      io.stdout,
      `${countOf(await forwarders.retry(chosen), 'result')} will be delivered again.\n`,
    );
  });
}

async function withForwarder(
  io: Io,
  chosen: string,
  work: (forwarders: Forwarders) => Promise<void>,
): Promise<number> {
  return await withContext(io, async ({ queue: { forwarders } }) => {
    if ((await forwarders.read(chosen)) === undefined) {
      throw new DialerError(
        'no_such_forwarder',
        `There is no forwarder ${chosen}; see "enqueuer forward list".`,
      );
    }
    await work(forwarders);
    return 0;
  });
}
