import type { Clock } from '../clock.ts';
import type { Logger } from '../logs/logger.ts';
import type { RedisConfig } from '../redis/redis-config.ts';
import {
  createRedis,
  type RedisClient,
  type RedisConnection,
  type RedisRole,
} from '../redis/redis-connection.ts';
import { requireDurableRedis } from '../redis/redis-durability.ts';
import { type HttpServer, type OtherRequests, startHttpServer } from './http-server.ts';
import { type Metrics, probeRoutes } from './probe-routes.ts';
import type { Service } from './service.ts';

/** What a service is there for; connections, probes and the order of its end are the shell's. */
export interface ServiceWork {
  /** Resolves once it works; works until `stop`. */
  start(): Promise<void>;
  /** Finishes or gives back what is in hand. Also after a rejected or unfinished `start`. */
  stop(): Promise<void>;
  /** Sentences on why it cannot work at the moment, for `/readyz`. */
  troubles(): readonly string[];
  /** Who answers what is no probe. */
  readonly requests?: OtherRequests;
}

/** What the work is built from. */
export interface ServiceShell {
  /** Connected, and fit. */
  readonly redis: RedisConnection;
  /** Another connection, connected; closed after the work has stopped. */
  readonly connect: (role: RedisRole) => Promise<RedisClient>;
  /** What is released after the work has stopped, in reverse order. */
  readonly release: AsyncDisposableStack;
}

export interface RedisServiceOptions {
  /** Names its connections to Redis. */
  readonly program: string;
  readonly redis: RedisConfig;
  /** What its connection does while Redis is away; left out: `worker`. */
  readonly role?: RedisRole;
  readonly http: {
    readonly host: string;
    /** Undefined: the default port, or a free one where another process has that. */
    readonly port: number | undefined;
    readonly defaultPort: number;
  };
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly metrics: Metrics;
  /** What it says in the log. */
  readonly lines: {
    readonly started: string;
    readonly stopping: string;
    readonly stopped: string;
  };
  /** Told with the first line. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Told where it answers, once it works. */
  readonly onListening?: (url: string) => void;
  readonly build: (shell: ServiceShell) => Promise<ServiceWork>;
}

/**
 * The shell of every service: connects, checks Redis, answers probes, lets its work begin, and
 * takes everything apart again in reverse order.
 */
export class RedisService implements Service {
  readonly #options: RedisServiceOptions;
  readonly #redis: RedisConnection;
  readonly #release = new AsyncDisposableStack();
  #work: ServiceWork | undefined;
  #isStarted = false;
  #stopping: Promise<void> | undefined;

  constructor(options: RedisServiceOptions) {
    this.#options = options;
    this.#redis = this.#createRedis(options.role ?? 'worker');
  }

  /**
   * Rejects with a `DialerError` when Redis cannot be reached or is not fit (`redis_unavailable`,
   * `redis_unfit`, `redis_failed`), or the port is taken (`http_listen`).
   */
  async start(): Promise<void> {
    await this.#redis.explaining(() => this.#start());
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(): Promise<void> {
    const { redis, logger, lines, facts, build, onListening } = this.#options;
    this.#release.use(this.#redis);
    await this.#redis.connect();
    await requireDurableRedis(this.#redis.client, redis, logger);
    const work = await build({
      redis: this.#redis,
      connect: (role) => this.#connect(role),
      release: this.#release,
    });
    this.#work = work;
    const http = await this.#listen(work);
    await work.start();
    this.#isStarted = true;
    logger.info({ ...facts, http: http.url }, lines.started);
    onListening?.(http.url);
  }

  async #stop(): Promise<void> {
    const { logger, lines } = this.#options;
    if (this.#isStarted) logger.info(lines.stopping);
    try {
      await this.#work?.stop();
    } finally {
      await this.#release.disposeAsync();
    }
    if (this.#isStarted) logger.info(lines.stopped);
  }

  async #connect(role: RedisRole): Promise<RedisClient> {
    const connection = this.#release.use(this.#createRedis(role));
    await connection.connect();
    return connection.client;
  }

  #createRedis(role: RedisRole): RedisConnection {
    const { redis, program, logger, clock } = this.#options;
    return createRedis(redis.connection, {
      role,
      name: program,
      logger,
      ...(clock !== undefined && { clock }),
    });
  }

  async #listen(work: ServiceWork): Promise<HttpServer> {
    const { http, metrics, logger } = this.#options;
    const server = await startHttpServer({
      host: http.host,
      port: http.port ?? http.defaultPort,
      fallbackToFreePort: http.port === undefined,
      routes: probeRoutes(metrics, () => this.#troubles(work)),
      others: work.requests,
      onError: (error) => logger.warn({ err: error }, 'could not answer a request'),
    });
    return this.#release.use(server);
  }

  #troubles(work: ServiceWork): readonly string[] {
    if (this.#redis.client.status !== 'ready') return ['Redis is not reachable'];
    const troubles = work.troubles();
    return troubles.length === 0 && !this.#isStarted ? ['starting'] : troubles;
  }
}
