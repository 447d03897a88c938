import { Context, explainingErrors } from '@libby-dialer/operations';
import {
  createLogger,
  createRedis,
  type Logger,
  loadConfig,
  misspelledVariables,
  type Schema,
  trustExtraAuthorities,
} from '@libby-dialer/runtime';
import { actorOf } from './actor.ts';
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
 * (`redis_failed`). @param by who decides what is done
 */
export async function withContext<T>(
  io: Io,
  work: (context: Context) => Promise<T>,
  by?: string,
): Promise<T> {
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
  return await explainingErrors(connection, io.signal, () =>
    work(new Context(config, logger, connection.client, actorOf(by))),
  );
}

/** The configuration that a schema describes, from the environment. Throws `ConfigError`. */
export function readConfig<const S extends Schema>(io: Io, schema: S) {
  const environment = io.environment();
  trustExtraAuthorities(environment);
  return loadConfig(schema, environment, { redactor: io.redactor });
}
