import { Context, campaignRefusal } from '@libby-dialer/operations';
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
import type { Io } from './terminal/io.ts';

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
    const refusal = campaignRefusal(error);
    if (refusal !== undefined) throw refusal;
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
