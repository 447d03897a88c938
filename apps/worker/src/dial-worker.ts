import { DialQueue, type Keys } from '@libby-dialer/dial-queue';
import { LibbyClient, TokenSource } from '@libby-dialer/libby-client';
import {
  type Clock,
  checkRedisDurability,
  createRedis,
  DialerError,
  type HttpServer,
  type Logger,
  probeRoutes,
  processName,
  type RedisConnection,
  type Service,
  startHttpServer,
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
import { HoldOpener } from './holds/hold-opener.ts';
import { ClaimWitness } from './redis/claim-witness.ts';
import { ClockSkewWatch } from './redis/clock-skew-watch.ts';
import { RedisClock } from './redis/redis-clock.ts';
import { RedisRefusals } from './redis/redis-refusals.ts';
import { RedisTokenCache } from './redis/redis-token-cache.ts';
import { WorkerEvents } from './worker-events.ts';
import { WorkerMetrics } from './worker-metrics.ts';

const PROGRAM = 'worker';
/** Waits at the gate, the settle after the answer, and clocks that run apart. */
const SETTLE_MARGIN_MS = 10_000;
/** From the gate's answer to the moment the connection is asked for. */
const SEND_MARGIN_MS = 1_000;

/**
 * The worker process: builds every part, hands them down, and takes them apart again in reverse
 * order.
 */
export class DialWorker implements Service {
  readonly #config: WorkerConfig;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #redis: RedisConnection;
  readonly #subscriber: RedisConnection;
  readonly #metrics = new WorkerMetrics();
  readonly #queue: DialQueue;
  readonly #refusals: RedisRefusals;
  readonly #events: WorkerEvents;
  readonly #release = new AsyncDisposableStack();
  #campaignWorkers: CampaignWorkers | undefined;
  #http: HttpServer | undefined;
  #stopping: Promise<void> | undefined;

  constructor(config: WorkerConfig, logger: Logger, clock: Clock = systemClock) {
    this.#config = config;
    this.#logger = logger;
    this.#clock = clock;
    this.#redis = createRedis(config.redis.connection, {
      role: 'worker',
      name: PROGRAM,
      logger,
      clock,
    });
    this.#subscriber = createRedis(config.redis.connection, {
      role: 'blocking',
      name: PROGRAM,
      logger,
      clock,
    });
    const { client: redis, description } = this.#redis;
    this.#queue = DialQueue.open(redis, config.redis.prefix, {
      onHoldChange: (change) => this.#events.holdChanged(change),
    });
    this.#refusals = new RedisRefusals({
      redis,
      keys: this.#queue.keys,
      description,
      monotonic: () => clock.monotonic(),
    });
    this.#events = new WorkerEvents(logger, this.#metrics, this.#refusals);
  }

  /**
   * Rejects with a `DialerError` when Redis cannot be reached or is not fit (`redis_unavailable`,
   * `redis_unfit`, `redis_failed`).
   */
  async start(): Promise<void> {
    await this.#redis.explaining(() => this.#start());
  }

  async #start(): Promise<void> {
    this.#release.use(this.#redis);
    this.#release.use(this.#subscriber);
    await Promise.all([this.#redis.connect(), this.#subscriber.connect()]);
    await this.#checkRedis();
    const campaignWorkers = await this.#buildCampaignWorkers();
    this.#campaignWorkers = campaignWorkers;
    this.#release.use(
      await Announcements.listen(this.#subscriber.client, this.#queue.keys.announcements, {
        onAnnouncement: (scope) => campaignWorkers.announced(scope),
        onGap: () => campaignWorkers.missed(),
      }),
    );
    await this.#listen(campaignWorkers);
    await campaignWorkers.start();
    this.#logger.info(
      { concurrency: this.#config.concurrency, http: this.#http?.url },
      'worker is dialing',
    );
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const campaignWorkers = this.#campaignWorkers;
    if (campaignWorkers !== undefined)
      this.#logger.info('worker stops: no new calls, those in flight go on');
    await campaignWorkers?.stop(AbortSignal.timeout(this.#config.shutdownGraceMs));
    await this.#release.disposeAsync();
    if (campaignWorkers !== undefined) this.#logger.info('worker has stopped');
  }

  async #checkRedis(): Promise<void> {
    const { problems, warnings } = await checkRedisDurability(this.#redis.client, {
      allowVolatile: this.#config.redis.allowVolatile,
    });
    for (const { code, message } of warnings) this.#logger.warn({ code }, message);
    if (problems.length > 0)
      throw new DialerError('redis_unfit', problems.map(({ message }) => message).join('\n'));
  }

  async #buildCampaignWorkers(): Promise<CampaignWorkers> {
    const queue = this.#queue;
    const { redis, keys, evidence, holds } = queue;
    const { libby, concurrency, fence } = this.#config;
    const events = this.#events;
    const clock = new RedisClock(this.#clock);
    const tokens = this.#release.use(this.#buildTokenSource(keys, events, clock));
    const client = this.#release.use(
      new LibbyClient({
        ...this.#endpoint,
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
    const witness = this.#release.use(
      new ClaimWitness({ redis, keys, identity, evidence, gate, clock, events }),
    );
    await witness.start();
    const workerId = processName();
    const callGate = new CallGate({ gate, identity, witness, clock, events });
    const ledger = new CallLedger({ gate, witness, clock, events, workerId });
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
      refusals: this.#refusals,
      workerId,
      concurrency,
    });
  }

  #buildTokenSource(keys: Keys, events: WorkerEvents, clock: RedisClock): TokenSource {
    const { libby } = this.#config;
    const xsrfToken = libby.xsrfToken?.reveal();
    return new TokenSource({
      ...this.#endpoint,
      tokenUrl: libby.tokenUrl,
      proxy: libby.tokenProxy?.reveal(),
      clientId: libby.clientId,
      clientSecret: libby.clientSecret.reveal(),
      scope: libby.scope,
      ...(xsrfToken === undefined ? {} : { xsrfToken }),
      cache: new RedisTokenCache(this.#redis.client, keys),
      // The same for all: by the clocks of their hosts some would take a good token for ended, and
      // each get its own.
      now: () => clock.now(),
      onEvent: (event) => events.tokenEvent(event),
    });
  }

  get #endpoint() {
    const { connectTimeoutMs, responseTimeoutMs } = this.#config.libby;
    return {
      connectTimeoutMs,
      responseTimeoutMs,
      allowInsecureHttp: this.#config.allowInsecureHttp,
    };
  }

  async #listen(campaignWorkers: CampaignWorkers): Promise<void> {
    const { port, host } = this.#config.http;
    const http = await startHttpServer({
      host,
      port: port ?? DEFAULT_HTTP_PORT,
      fallbackToFreePort: port === undefined,
      routes: probeRoutes(this.#metrics.registry, () => this.#troubles(campaignWorkers)),
      onError: (error) => this.#logger.warn({ err: error }, 'could not answer a request'),
    });
    this.#http = http;
    this.#release.defer(() => http.stop());
  }

  #troubles(campaignWorkers: CampaignWorkers): string[] {
    if (this.#redis.client.status !== 'ready') return ['Redis is not reachable'];
    if (campaignWorkers.lastLookAt === undefined) return ['starting'];
    return this.#refusals.reason === undefined
      ? campaignWorkers.troubles
      : [this.#refusals.reason, ...campaignWorkers.troubles];
  }
}
