import { DialQueue } from '@libby-dialer/dial-queue';
import { LibbyClient, TokenSource } from '@libby-dialer/libby-client';
import {
  type Clock,
  type Logger,
  processName,
  RedisService,
  type Service,
  type ServiceWork,
  systemClock,
} from '@libby-dialer/runtime';
import { CallDialer } from './calls/call-dialer.ts';
import { CallGate } from './calls/call-gate.ts';
import { CallHandler } from './calls/call-handler.ts';
import { CallLedger } from './calls/call-ledger.ts';
import { JobCheck } from './calls/job-check.ts';
import { Announcements } from './campaigns/announcements.ts';
import { CampaignWorkers } from './campaigns/campaign-workers.ts';
import { PaceWatch } from './campaigns/pace-watch.ts';
import { DEFAULT_HTTP_PORT, type WorkerConfig } from './config.ts';
import { Heartbeat } from './heartbeat.ts';
import { HoldOpener } from './holds/hold-opener.ts';
import { ClaimWitness } from './redis/claim-witness.ts';
import { ClockSkewWatch } from './redis/clock-skew-watch.ts';
import { RedisClock } from './redis/redis-clock.ts';
import { RedisRefusals } from './redis/redis-refusals.ts';
import { RedisTokenCache } from './redis/redis-token-cache.ts';
import { WorkerEvents } from './worker-events.ts';
import { WorkerMetrics } from './worker-metrics.ts';

/** Waits at the gate, the settle after the answer, and clocks that run apart. */
const SETTLE_MARGIN_MS = 10_000;
/** From the gate's answer to the moment the connection is asked for. */
const SEND_MARGIN_MS = 1_000;

/**
 * The worker process: takes calls from the campaigns in Redis and places them until it is stopped.
 */
export function dialWorker(
  config: WorkerConfig,
  logger: Logger,
  clock: Clock = systemClock,
): Service {
  const metrics = new WorkerMetrics();
  return new RedisService({
    program: 'worker',
    redis: config.redis,
    http: { ...config.http, defaultPort: DEFAULT_HTTP_PORT },
    logger,
    clock,
    metrics: metrics.registry,
    lines: {
      started: 'worker is dialing',
      stopping: 'worker stops: no new calls, those in flight go on',
      stopped: 'worker has stopped',
    },
    facts: { concurrency: config.concurrency },
    build: async (shell) => {
      const { client, description } = shell.redis;
      const queue = DialQueue.open(client, config.redis.prefix, {
        onHoldChange: (change) => events.holdChanged(change),
      });
      const refusals = new RedisRefusals({
        redis: client,
        keys: queue.keys,
        description,
        monotonic: () => clock.monotonic(),
      });
      const events = new WorkerEvents(logger, metrics, refusals);
      const workerId = processName();
      const campaignWorkers = await buildCampaignWorkers(config, shell.release, {
        queue,
        refusals,
        events,
        clock: new RedisClock(clock),
        workerId,
      });
      const subscriber = await shell.connect('blocking');
      shell.release.use(
        await Announcements.listen(subscriber, queue.keys.announcements, {
          onAnnouncement: (scope) => campaignWorkers.announced(scope),
          onGap: () => campaignWorkers.missed(),
        }),
      );
      const heartbeat = shell.release.use(
        new Heartbeat({
          notes: queue.workerNotes,
          placedCalls: queue.placedCalls,
          workerId,
          concurrency: config.concurrency,
          inFlight: async () => (await metrics.inFlight.get()).values[0]?.value ?? 0,
          troubles: () => troublesOf(campaignWorkers, refusals),
        }),
      );
      return workOf({ campaignWorkers, refusals, heartbeat, config });
    },
  });
}

interface Parts {
  readonly campaignWorkers: CampaignWorkers;
  readonly refusals: RedisRefusals;
  readonly heartbeat: Heartbeat;
  readonly config: WorkerConfig;
}

function workOf({ campaignWorkers, refusals, heartbeat, config }: Parts): ServiceWork {
  return {
    start: async () => {
      await campaignWorkers.start();
      heartbeat.start();
    },
    stop: async () => {
      heartbeat.stopping();
      await campaignWorkers.stop(config.shutdownGraceMs);
    },
    troubles: () => troublesOf(campaignWorkers, refusals),
  };
}

/** What keeps this worker from dialing as it should, in sentences. */
function troublesOf(campaignWorkers: CampaignWorkers, refusals: RedisRefusals): string[] {
  return [refusals.reason, ...campaignWorkers.troubles].filter((trouble) => trouble !== undefined);
}

interface Basics {
  readonly queue: DialQueue;
  readonly refusals: RedisRefusals;
  readonly events: WorkerEvents;
  readonly clock: RedisClock;
  /** Names this process. */
  readonly workerId: string;
}

/** Every part of the dialing, built and handed down. */
async function buildCampaignWorkers(
  config: WorkerConfig,
  release: AsyncDisposableStack,
  { queue, refusals, events, clock, workerId }: Basics,
): Promise<CampaignWorkers> {
  const { redis, keys, evidence, holds } = queue;
  const { libby, concurrency, fence } = config;
  const tokens = release.use(buildTokenSource(config, { queue, events, clock }));
  const client = release.use(
    new LibbyClient({
      ...endpointOf(config),
      apiUrl: libby.apiUrl,
      proxy: libby.apiProxy?.reveal(),
      tokens,
      maxConnections: concurrency,
    }),
  );
  // A claim waits for the WAIT that is on its way, then for its own.
  const sendWithinMs = libby.connectTimeoutMs + SEND_MARGIN_MS + 2 * (fence?.timeoutMs ?? 0);
  const claimMs = sendWithinMs + libby.responseTimeoutMs + SETTLE_MARGIN_MS;
  const gate = queue.gate({ sendWithinMs, claimMs }, fence);
  const identity = await queue.identity();
  const witness = release.use(
    new ClaimWitness({ redis, keys, identity, evidence, gate, clock, events, workerId }),
  );
  await witness.start();
  const callGate = new CallGate({ gate, identity, witness, clock, events });
  const ledger = new CallLedger({ redis, gate, witness, clock, events, workerId });
  const holdOpener = new HoldOpener({ holds, clock, events });
  const random = Math.random;
  const paceWatch = new PaceWatch(clock, events);
  const dialer = new CallDialer({
    client,
    tokens,
    callGate,
    ledger,
    holdOpener,
    clock,
    paceWatch,
    placedCalls: queue.placedCalls,
    events,
    random,
  });
  const jobs = new JobCheck({
    identity,
    setAside: queue.setAsideJobs,
    clock,
    events,
    workerId,
  });
  const handler = new CallHandler({
    jobs,
    tokens,
    callGate,
    dialer,
    ledger,
    holdOpener,
    workerId,
  });
  return new CampaignWorkers({
    queue,
    handler,
    jobs,
    witness,
    clock,
    skewWatch: new ClockSkewWatch(clock, events),
    paceWatch,
    events,
    refusals,
    workerId,
    concurrency,
  });
}

function buildTokenSource(
  config: WorkerConfig,
  { queue, events, clock }: Pick<Basics, 'queue' | 'events' | 'clock'>,
): TokenSource {
  const { libby } = config;
  const xsrfToken = libby.xsrfToken?.reveal();
  return new TokenSource({
    ...endpointOf(config),
    tokenUrl: libby.tokenUrl,
    proxy: libby.tokenProxy?.reveal(),
    clientId: libby.clientId,
    clientSecret: libby.clientSecret.reveal(),
    scope: libby.scope,
    ...(xsrfToken === undefined ? {} : { xsrfToken }),
    cache: new RedisTokenCache(queue.redis, queue.keys),
    // The same for all: by the clocks of their hosts some would take a good token for ended, and
    // each get its own.
    now: () => clock.now(),
    onEvent: (event) => events.tokenEvent(event),
  });
}

function endpointOf({ libby, allowInsecureHttp }: WorkerConfig) {
  const { connectTimeoutMs, responseTimeoutMs } = libby;
  return {
    connectTimeoutMs,
    responseTimeoutMs,
    allowInsecureHttp,
  };
}
