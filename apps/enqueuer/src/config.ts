import {
  type Environment,
  libbyConfig,
  logConfig,
  readDotEnv,
  redisConfig,
  type Schema,
  withDotEnv,
} from '@libby-dialer/runtime';

/** What every command reads. The client's id and secret are the worker's business. */
export const enqueuerConfig = { redis: redisConfig, log: logConfig } satisfies Schema;

/** Where calls go, as far as the enqueuer knows: workers have a configuration of their own. */
export const apiConfig = { apiUrl: libbyConfig.apiUrl } satisfies Schema;

/** The environment of this process, and what `.env` in the working directory adds to it. */
export function processEnvironment(): Environment {
  return withDotEnv(process.env, readDotEnv(process.cwd()));
}
