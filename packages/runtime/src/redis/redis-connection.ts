import type { ConnectionOptions } from 'node:tls';
import {
  Cluster,
  type ClusterOptions,
  type DNSLookupFunction,
  Redis,
  type RedisOptions,
  ReplyError,
} from 'ioredis';
import { type Clock, sleep, systemClock } from '../clock.ts';
import { DialerError } from '../errors.ts';
import type { Logger } from '../logs/logger.ts';
import { describeRedis, type RedisConnectionConfig, type RedisTopology } from './redis-config.ts';
import { PatientSentinelConnector, PatientServerConnector } from './redis-connectors.ts';
import { explainRedisError, isPermanentRedisError } from './redis-errors.ts';

export type RedisClient = Redis | Cluster;

/**
 * - `producer`: a command fails at once when Redis is away, so that a person or service learns of
 *   it. (For BullMQ, set `skipWaitingForReady` on the queue as well.)
 * - `worker`: commands wait until Redis is back, for as long as it takes.
 * - `blocking`: the same for a connection that blocks or subscribes and can serve nothing else. A
 *   read must not block for more than 20 seconds: a longer silence is taken for a dead connection.
 */
export type RedisRole = 'producer' | 'worker' | 'blocking';

export interface RedisConnectionOptions {
  readonly role: RedisRole;
  /** Which program it is, as shown by Redis's CLIENT LIST. */
  readonly name: string;
  readonly logger: Logger;
  readonly clock?: Clock;
}

// Their sum is how long a worker may take to be back: less than dial-queue's pause on a new server
// (evidence.ts).
const CONNECT_TIMEOUT_MS = 5000;
const LONGEST_RETRY_DELAY_MS = 2000;
const CLOSE_WITHIN_MS = 1000;

// A host that vanishes closes no socket. Longer than any blocking read of BullMQ (10 s), or each
// would be cut off.
const SILENCE_MS = 30_000;

/** Builds a connection; nothing is sent before `connect()`. */
export function createRedis(
  config: RedisConnectionConfig,
  options: RedisConnectionOptions,
): RedisConnection {
  return new RedisConnection(config, options);
}

/** One ioredis client, its outages told once each, and its end. */
export class RedisConnection {
  /** For BullMQ and for commands. */
  readonly client: RedisClient;
  /** Where it leads, without credentials. */
  readonly description: string;
  readonly #failsFast: boolean;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #replicas: ReplicaPatience;
  #lastError: unknown;
  #wasReady = false;
  #lostAt: number | undefined;
  #stopped: Promise<void> | undefined;

  constructor(
    config: RedisConnectionConfig,
    { role, name, logger, clock = systemClock }: RedisConnectionOptions,
  ) {
    this.description = describeRedis(config);
    this.#failsFast = role === 'producer';
    this.#logger = logger.child({ redis: this.description, role });
    this.#clock = clock;
    this.#replicas = new ReplicaPatience(clock);
    this.client = createClient(config, role, `${name}:${role}`, this.#replicas);
    // Duplicates inherit the options, and a lazy one tries only once: BullMQ's, which it blocks on,
    // would be dead for good.
    this.client.options.lazyConnect = false;
    this.client.on('error', (error: unknown) => this.#failed(error));
    this.client.on('close', () => this.#lost());
    this.client.on('ready', () => this.#ready());
    if (this.client instanceof Cluster) this.client.on('+node', joinWrites);
    else joinWrites(this.client);
  }

  /**
   * Resolves when Redis answers commands. Until the deadline it tries again, unless only a person
   * can mend what is wrong; a producer does not try again. Rejects with a `DialerError`
   * (`redis_unavailable`) that says what to do.
   */
  async connect({
    withinMs = 10_000,
    signal,
  }: {
    withinMs?: number;
    signal?: AbortSignal;
  } = {}): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = () => reject(this.#unavailable());
    const onError = (error: unknown) => {
      if (this.#failsFast || isPermanentRedisError(error)) fail();
    };
    const onAbort = () => reject(signal?.reason as Error);
    const deadline = setTimeout(fail, withinMs);
    this.client.once('ready', resolve).on('error', onError).once('end', fail);
    signal?.addEventListener('abort', onAbort);
    // Not thrown: the rejection must be the one that is awaited, or `end` makes another that nobody
    // awaits.
    if (signal?.aborted) onAbort();
    try {
      // Its own rejection says only "Connection is closed"; the reason comes as an `error` event.
      this.client.connect().catch((error: unknown) => this.#failed(error));
      await promise;
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      clearTimeout(deadline);
      this.client.off('ready', resolve).off('error', onError).off('end', fail);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Runs the work. What Redis objects to becomes one sentence (`DialerError`, `redis_failed`). */
  async explaining<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      throw new DialerError('redis_failed', explainRedisError(error, this.description), {
        cause: error,
      });
    }
  }

  /** Lets replies on their way arrive, for a second at most; then closes. */
  stop(): Promise<void> {
    this.#stopped ??= this.#close();
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #close(): Promise<void> {
    if (this.client.status === 'end') return;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.client.once('end', resolve);
    const late = new AbortController();
    const deadline = sleep(CLOSE_WITHIN_MS, late.signal).catch(() => {});
    if (this.client.status === 'ready')
      await Promise.race([this.client.quit().catch(() => {}), deadline]);
    this.#disconnect();
    await Promise.race([ended, deadline]);
    late.abort();
  }

  // Closed between two attempts to connect, ioredis would leave waiting commands unsettled for
  // ever; during one, it rejects them.
  #disconnect(): void {
    if (this.client.status === 'reconnecting') this.client.connect().catch(() => {});
    this.client.disconnect();
  }

  #unavailable(): DialerError {
    const error = this.#lastError ?? new Error('timed out');
    return new DialerError('redis_unavailable', explainRedisError(error, this.description), {
      kind: 'unavailable',
      cause: error,
    });
  }

  // An error may come again with every attempt to reconnect; the log tells the beginning and the
  // end of an outage.
  #failed(error: unknown): void {
    if (!isConsequence(error) || this.#lastError === undefined) this.#lastError = error;
    this.#logger.debug({ err: error }, 'Redis error');
    if (this.#wasReady && this.client.status !== 'ready') this.#lost();
  }

  #lost(): void {
    if (!this.#wasReady || this.#lostAt !== undefined || this.#stopped !== undefined) return;
    this.#lostAt = this.#clock.monotonic();
    const reason = explainRedisError(
      this.#lastError ?? new Error('connection is closed'),
      this.description,
    );
    this.#logger.error({ reason }, 'Redis connection lost');
  }

  #ready(): void {
    this.#wasReady = true;
    // A replica that stays one answers, and takes nothing: it is as lost as before.
    if (this.#lostAt !== undefined && this.#replicas.isMet) void this.#restoredIfMaster();
    else this.#restored();
  }

  async #restoredIfMaster(): Promise<void> {
    const replication = await this.client.info('replication').catch(() => '');
    if (!/^role:master/m.test(replication)) return;
    this.#replicas.isMet = false;
    this.#restored();
  }

  #restored(): void {
    if (this.#lostAt !== undefined) {
      const outageMs = Math.round(this.#clock.monotonic() - this.#lostAt);
      this.#logger.info({ outageMs }, 'Redis connection restored');
    }
    this.#lostAt = undefined;
    this.#lastError = undefined;
  }
}

/** That the connection is closed follows from something said before. */
function isConsequence(error: unknown): boolean {
  return error instanceof Error && error.message === 'Connection is closed.';
}

function createClient(
  config: RedisConnectionConfig,
  role: RedisRole,
  connectionName: string,
  replicas: ReplicaPatience,
): RedisClient {
  const { topology } = config;
  if (topology.kind === 'cluster') {
    return new Cluster([...topology.nodes], clusterOptions(config, role, connectionName));
  }
  const reconnectOnError = reconnectAfterFailover(role);
  return new Redis({
    ...nodeOptions(config, role, connectionName),
    ...placeOptions(config, topology),
    lazyConnect: true,
    enableOfflineQueue: role !== 'producer',
    reconnectOnError: (error) => {
      const answer = reconnectOnError(error);
      if (answer !== false) replicas.met();
      return answer;
    },
    retryStrategy: (attempt) => replicas.delayMs(attempt),
  });
}

function placeOptions(
  config: RedisConnectionConfig,
  topology: Exclude<RedisTopology, { kind: 'cluster' }>,
) {
  if (topology.kind === 'single') return topology.node;
  if (topology.kind === 'socket') return { path: topology.path };
  return {
    Connector: PatientSentinelConnector,
    sentinels: [...topology.sentinels],
    name: topology.name,
    sentinelUsername: topology.username,
    sentinelPassword: topology.password?.reveal(),
    sentinelRetryStrategy: retryDelayMs,
    sentinelReconnectStrategy: retryDelayMs,
    enableTLSForSentinelMode: config.tls,
    sentinelTLS: tlsOptions(config),
    // In a planned failover the old master goes on taking writes for a while, and loses them.
    failoverDetector: true,
    // Each connection listens by so many of its own; one campaign worker has one, and there may be
    // many campaign workers.
    sentinelMaxConnections: 2,
  } satisfies RedisOptions;
}

function nodeOptions(config: RedisConnectionConfig, role: RedisRole, connectionName: string) {
  return {
    connectionName,
    username: config.username,
    password: config.password?.reveal(),
    db: config.db,
    tls: tlsOptions(config),
    Connector: PatientServerConnector,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    disconnectTimeout: CLOSE_WITHIN_MS / 2,
    maxRetriesPerRequest: role === 'producer' ? 0 : null,
  } satisfies RedisOptions;
}

function tlsOptions({ tls, certificates }: RedisConnectionConfig): ConnectionOptions | undefined {
  if (!tls) return undefined;
  const { ca, cert, key } = certificates ?? {};
  // Left out, not undefined, is what has Node trust its own authorities.
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key: key.reveal() }),
  };
}

function clusterOptions(config: RedisConnectionConfig, role: RedisRole, connectionName: string) {
  return {
    lazyConnect: true,
    enableOfflineQueue: role !== 'producer',
    clusterRetryStrategy: retryDelayMs,
    redisOptions: nodeOptions(config, role, connectionName),
    // A managed cluster shows a certificate for its host names, which a look-up here would turn
    // into addresses.
    ...(config.tls && { dnsLookup: keepHostName }),
  } satisfies ClusterOptions;
}

const keepHostName: DNSLookupFunction = (host, callback) => callback(null, host);

/**
 * To connect again succeeds at once where a replica stays one, and ioredis takes that for the end
 * of the trouble. Shared by all duplicates of a connection: what they meet in the same pause is
 * one.
 */
class ReplicaPatience {
  /** Until somebody finds a master there. */
  isMet = false;
  readonly #clock: Clock;
  #times = 0;
  #metAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  met(): void {
    this.isMet = true;
    const sinceMs = this.#clock.monotonic() - this.#metAt;
    if (sinceMs > 2 * LONGEST_RETRY_DELAY_MS) this.#times = 0;
    else if (sinceMs < retryDelayMs(this.#times)) return;
    this.#times += 1;
    this.#metAt = this.#clock.monotonic();
  }

  delayMs(attempt: number): number {
    const isLately = this.#clock.monotonic() - this.#metAt <= 2 * LONGEST_RETRY_DELAY_MS;
    return retryDelayMs(isLately ? Math.max(attempt, this.#times) : attempt);
  }
}

function retryDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_RETRY_DELAY_MS);
}

/**
 * The master we knew has become a replica: connect anew, to the new one. A refused command was not
 * carried out, so a worker sends it again; a producer is told. Nodes of a cluster need none of
 * this: a replica there names its master (MOVED), and the client asks that.
 */
function reconnectAfterFailover(role: RedisRole): (error: Error) => 1 | 2 | false {
  const andThen = role === 'producer' ? 1 : 2;
  return (error) => (error.message.startsWith('READONLY') ? andThen : false);
}

/**
 * Lets what is sent in one turn of the event loop leave in one system call, at the end of the turn.
 * A call each costs a busy worker as much as all that it does for the command otherwise, and Redis
 * a pass of its loop and, with `appendfsync always`, a write to disk. Unlike ioredis's automatic
 * pipelining it never waits for earlier replies.
 */
function joinWrites(redis: Redis): void {
  redis.on('connect', () => {
    const { stream } = redis;
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    let isCorked = false;
    const uncork = () => {
      isCorked = false;
      stream.uncork();
    };
    stream.write = (...args: unknown[]) => {
      if (!isCorked) {
        isCorked = true;
        stream.cork();
        setImmediate(uncork);
      }
      return write(...args);
    };
  });
}
