import { Context, requireDurableRedis } from '@libby-dialer/operations';
import {
  createRedis,
  type HttpServer,
  type Logger,
  probeRoutes,
  processName,
  type RedisConnection,
  type RedisRole,
  type Service,
  startHttpServer,
} from '@libby-dialer/runtime';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { DEFAULT_HTTP_PORT, type ServeConfig } from './config.ts';
import type { DaemonContext, DaemonPart } from './daemon-part.ts';

/** What one kind of daemon has of its own. */
export interface DaemonKind {
  /** Names its connections to Redis. */
  readonly program: string;
  /** Where its pages are unless the configuration says otherwise. */
  readonly httpPort: number;
  /** What it is called in the log, and what it does. */
  readonly noun: string;
  readonly verb: string;
}

const SERVE: DaemonKind = {
  program: 'enqueuer-serve',
  httpPort: DEFAULT_HTTP_PORT,
  noun: 'daemon',
  verb: 'serves',
};

/**
 * The daemon: connects, builds its parts, runs them, and takes everything apart again in reverse
 * order.
 */
export class ServeDaemon implements Service {
  readonly #config: ServeConfig;
  readonly #kind: DaemonKind;
  readonly #logger: Logger;
  readonly #buildParts: (daemon: DaemonContext) => Promise<readonly DaemonPart[]>;
  readonly #registry = new Registry();
  readonly #redis: RedisConnection;
  readonly #release = new AsyncDisposableStack();
  #parts: readonly DaemonPart[] = [];
  #isStarted = false;
  #stopping: Promise<void> | undefined;

  constructor(
    config: ServeConfig,
    logger: Logger,
    buildParts: (daemon: DaemonContext) => Promise<readonly DaemonPart[]>,
    kind: DaemonKind = SERVE,
  ) {
    this.#config = config;
    this.#kind = kind;
    this.#logger = logger;
    this.#buildParts = buildParts;
    this.#redis = this.#createRedis('worker');
    collectDefaultMetrics({ register: this.#registry });
  }

  /**
   * Rejects with a `DialerError` when Redis cannot be reached or is not fit (`redis_unavailable`,
   * `redis_volatile`, `redis_failed`).
   */
  async start(): Promise<void> {
    await this.#redis.explaining(() => this.#start());
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(): Promise<void> {
    this.#release.use(this.#redis);
    await this.#redis.connect();
    const context = new Context(this.#config, this.#logger, this.#redis.client);
    await requireDurableRedis(context);
    this.#parts = await this.#buildParts({
      context,
      logger: this.#logger,
      registry: this.#registry,
      daemonId: processName(),
      connect: (role) => this.#connect(role),
    });
    const http = await this.#listen();
    for (const part of this.#parts) await part.start();
    this.#isStarted = true;
    this.#logger.info({ http: http.url }, `the ${this.#kind.noun} ${this.#kind.verb}`);
  }

  async #stop(): Promise<void> {
    if (this.#isStarted)
      this.#logger.info(`the ${this.#kind.noun} stops: what is in hand is finished`);
    const ends = await Promise.allSettled(this.#parts.map((part) => part.stop()));
    await this.#release.disposeAsync();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    if (this.#isStarted) this.#logger.info(`the ${this.#kind.noun} has stopped`);
  }

  async #connect(role: RedisRole): Promise<RedisConnection['client']> {
    const connection = this.#release.use(this.#createRedis(role));
    await connection.connect();
    return connection.client;
  }

  #createRedis(role: RedisRole): RedisConnection {
    return createRedis(this.#config.redis.connection, {
      role,
      name: this.#kind.program,
      logger: this.#logger,
    });
  }

  async #listen(): Promise<HttpServer> {
    const { port, host } = this.#config.http;
    const http = await startHttpServer({
      host,
      port: port ?? this.#kind.httpPort,
      fallbackToFreePort: port === undefined,
      routes: probeRoutes(this.#registry, () => this.#troubles()),
      onError: (error) => this.#logger.warn({ err: error }, 'could not answer a request'),
    });
    this.#release.defer(() => http.stop());
    return http;
  }

  #troubles(): string[] {
    if (this.#redis.client.status !== 'ready') return ['Redis is not reachable'];
    const troubles = this.#parts.flatMap((part) => part.trouble() ?? []);
    return troubles.length === 0 && !this.#isStarted ? ['starting'] : troubles;
  }
}
