import { setGlobalProxyFromEnv } from 'node:http';
import {
  DialerError,
  goesDirectly,
  type HttpsProxyConfig,
  type Logger,
  runService,
  systemClock,
} from '@libby-dialer/runtime';
import { DEFAULT_FORWARD_PORT, type ForwardConfig } from '../config.ts';
import type { DaemonContext } from '../daemon-part.ts';
import { type DaemonKind, serveDaemon } from '../serve-daemon.ts';
import { ForwardMetrics } from './forward-metrics.ts';
import { Forwarder, type ForwarderEnd, type ForwarderOptions } from './forwarder.ts';
import { Webhook } from './webhook.ts';
import { keyOf } from './webhook-signature.ts';
import type { WebhookUrl } from './webhook-url.ts';

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

export interface ForwardRequest
  extends Pick<ForwarderOptions, 'from' | 'batch' | 'concurrency' | 'attempts'> {
  /** The name under which progress is kept; several forwarders of the same name share the work. */
  readonly name: string;
  readonly target: WebhookUrl;
  /** For one request. */
  readonly timeoutMs: number;
}

/**
 * Sends settled calls to a webhook until the signal aborts. Throws `DialerError`
 * (`forwarder_removed`, `receiver_gone`). It sets the proxy of the whole process.
 */
export async function runForwarder(
  config: ForwardConfig,
  logger: Logger,
  request: ForwardRequest,
  signal: AbortSignal,
): Promise<void> {
  const { name, target, timeoutMs } = request;
  goThrough(config.proxy, target);
  const keys = config.secrets.flatMap((secret) => keyOf(secret.reveal()) ?? []);
  const webhook = new Webhook({ target, keys, timeoutMs, clock: systemClock });
  const gone = new AbortController();
  const daemon = serveDaemon(
    config,
    logger,
    async (context) => {
      logger.info({ forwarder: name, to: target.origin }, 'results go to the receiver');
      return [await buildForwarder(context, webhook, request, (why) => gone.abort(why))];
    },
    KIND,
  );
  await runService(daemon, {
    signal: AbortSignal.any([signal, gone.signal]),
    stopWithinMs: timeoutMs + STOP_GRACE_MS,
  });
  if (gone.signal.aborted) throw endError(gone.signal.reason as ForwarderEnd, request);
}

function endError(why: ForwarderEnd, { name, target }: ForwardRequest): DialerError {
  if (why === 'removed')
    return new DialerError('forwarder_removed', `${name} was removed, and forwards no more.`);
  return new DialerError(
    'receiver_gone',
    `${target.origin} wants no more results (410 Gone); what is undelivered waits. If that is for good, "enqueuer forward remove ${name}".`,
  );
}

async function buildForwarder(
  { context, logger, registry, daemonId, connect }: DaemonContext,
  webhook: Webhook,
  { name, from, batch, concurrency, attempts, timeoutMs }: ForwardRequest,
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
    queue: queue.forwardQueue({ name, consumer: daemonId }),
    blocking: await connect('worker'),
    webhook,
    requestWithinMs: timeoutMs,
    options,
    metrics: new ForwardMetrics(registry, async () =>
      redis.status === 'ready' ? await forwarders.read(name) : undefined,
    ),
    logger,
    clock: systemClock,
    random: Math.random,
    onGone,
  });
}

/** fetch has no other way. It is set for the whole process, where nothing else uses https. */
function goThrough({ url: proxy, except }: HttpsProxyConfig, { url }: WebhookUrl): void {
  if (proxy !== undefined && !goesDirectly(url, except))
    setGlobalProxyFromEnv({ HTTPS_PROXY: proxy.reveal() });
}
