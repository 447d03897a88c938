import { Context, explainingErrors } from '@libby-dialer/operations';
import {
  type ConfigOf,
  createLogger,
  createRedis,
  type Logger,
  loadConfig,
  type logConfig,
  misspelledVariables,
  type Schema,
  trustExtraAuthorities,
} from '@libby-dialer/runtime';
import { actorOf } from './actor.ts';
import { enqueuerConfig } from './config.ts';
import type { Io } from './terminal/io.ts';

/**
 * What the environment says, and a logger at the level that it asks for: on standard error, for
 * people if they look at it. Variables that look misspelled are its first lines. Throws
 * `ConfigError`.
 */
export function readConfigAndLog<const S extends Schema & { readonly log: typeof logConfig }>(
  io: Io,
  schema: S,
): { readonly config: ConfigOf<S>; readonly logger: Logger } {
  const config = readConfig(io, schema);
  const logger = createLogger({
    level: config.log.level,
    name: 'enqueuer',
    redactor: io.redactor,
    destination: io.stderr,
    pretty: io.stderr.isTTY === true,
  });
  for (const hint of misspelledVariables(schema, io.environment())) logger.warn(hint);
  return { config, logger };
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
  const { config, logger } = readConfigAndLog(io, enqueuerConfig);
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
