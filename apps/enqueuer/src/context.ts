import {
  CallReopener,
  CampaignArchive,
  CampaignArchivedError,
  CampaignControl,
  CampaignStore,
  CampaignUnsupportedError,
  Holds,
  Keys,
  type RedisConnection as QueueConnection,
  Results,
  StatusReader,
  type StoredCampaign,
  UnknownCalls,
} from '@libby-dialer/dial-queue';
import {
  createLogger,
  createRedis,
  DialerError,
  explainRedisError,
  type Logger,
  loadConfig,
  misspelledVariables,
  type RedisConnection,
  type Schema,
  trustExtraAuthorities,
} from '@libby-dialer/runtime';
import { ReplyError } from 'ioredis';
import { type EnqueuerConfig, enqueuerConfig } from './config.ts';
import type { Io } from './io.ts';

/** What the commands work with: the parts of the Redis contract, on one connection. */
export class Context {
  readonly config: EnqueuerConfig;
  readonly logger: Logger;
  readonly redis: QueueConnection;
  readonly keys: Keys;
  readonly campaigns: CampaignStore;
  readonly control: CampaignControl;
  readonly reopener: CallReopener;
  readonly archive: CampaignArchive;
  readonly desk: UnknownCalls;
  readonly holds: Holds;
  readonly status: StatusReader;
  readonly results: Results;

  constructor(config: EnqueuerConfig, logger: Logger, redis: QueueConnection) {
    this.config = config;
    this.logger = logger;
    this.redis = redis;
    this.keys = new Keys(config.redis.prefix);
    this.campaigns = new CampaignStore(redis, this.keys);
    this.control = new CampaignControl(redis, this.keys);
    this.reopener = new CallReopener(redis, this.keys);
    this.archive = new CampaignArchive(redis, this.keys);
    this.desk = new UnknownCalls(redis, this.keys);
    this.holds = new Holds(redis, this.keys);
    this.status = new StatusReader(redis, this.keys, this.campaigns, this.holds);
    this.results = new Results(redis, this.keys);
  }

  /** Epoch ms of Redis's clock. */
  async now(): Promise<number> {
    const [seconds, microseconds] = await this.redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }

  /** To show or steer it. Also an archived one. Throws `NoSuchCampaignError`. */
  async campaign(id: string): Promise<StoredCampaign> {
    const campaign = await this.campaigns.peek(id);
    if (campaign === undefined) throw new NoSuchCampaignError(id);
    return campaign;
  }
}

export class NoSuchCampaignError extends DialerError {
  override readonly exitCode = 2;

  constructor(id: string, isWhat = 'no campaign') {
    super(
      'no_such_campaign',
      `${id} is ${isWhat}; "enqueuer campaign list" shows those there are.`,
    );
  }
}

function archivedError(cause: CampaignArchivedError): DialerError {
  const message = `Campaign ${cause.campaign} is archived: it takes no more rows and cannot be changed; use another id.`;
  return new DialerError(cause.code, message, { cause });
}

/**
 * Whoever acted by a definition without a rule of it might have somebody called who must not be.
 */
function unsupportedError(cause: CampaignUnsupportedError): DialerError {
  const rules = cause.unknownRules.join(', ');
  const message = `Campaign ${cause.campaign} was stored by a newer version, and this one does not know its ${rules}; upgrade this program.`;
  return new DialerError(cause.code, message, { cause });
}

/**
 * A logger on standard error, for people if they look at it, at the level that the environment asks
 * for.
 */
export function openLogger(io: Io, config: EnqueuerConfig): Logger {
  return createLogger({
    level: config.log.level,
    name: 'enqueuer',
    redactor: io.redactor,
    destination: io.stderr,
    pretty: io.stderr.isTTY === true,
  });
}

/**
 * Reads the configuration, connects and runs the work. What Redis objects to becomes one sentence
 * (`redis_failed`).
 */
export async function withContext<T>(io: Io, work: (context: Context) => Promise<T>): Promise<T> {
  const config = readConfig(io, enqueuerConfig);
  const logger = openLogger(io, config);
  for (const sentence of misspelledVariables(enqueuerConfig, io.environment()))
    logger.warn(sentence);
  await using connection = createRedis(config.redis.connection, {
    role: 'producer',
    name: 'enqueuer',
    logger,
  });
  await connection.connect({ signal: io.signal });
  return await explainingRedis(connection, io.signal, () =>
    work(new Context(config, logger, connection.client)),
  );
}

/** The configuration that a schema describes, from the environment. Throws `ConfigError`. */
export function readConfig<const S extends Schema>(io: Io, schema: S) {
  const environment = io.environment();
  trustExtraAuthorities(environment);
  return loadConfig(schema, environment, { redactor: io.redactor });
}

async function explainingRedis<T>(
  connection: RedisConnection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  let wasLost = false;
  connection.client.on('close', () => {
    wasLost = true;
  });
  try {
    return await work();
  } catch (error) {
    if (error instanceof CampaignArchivedError) throw archivedError(error);
    if (error instanceof CampaignUnsupportedError) throw unsupportedError(error);
    // Not told by the error's name: ioredis calls a command whose connection was lost an
    // `AbortError` too.
    signal.throwIfAborted();
    if (!(error instanceof ReplyError) && !(wasLost && isOperating(error))) throw error;
    const sentence = explainRedisError(error, connection.description);
    throw new DialerError('redis_failed', sentence, { cause: error });
  }
}

/**
 * ioredis reports a lost connection by errors of many kinds and no common class; what is surely
 * none of them is ruled out.
 */
function isOperating(error: unknown): boolean {
  const isProgrammers =
    error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  return error instanceof Error && !isProgrammers && !(error instanceof DialerError);
}
