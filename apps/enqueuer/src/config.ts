import {
  type ConfigOf,
  type Environment,
  flag,
  libbyConfig,
  logConfig,
  port,
  readDotEnv,
  redisConfig,
  type Schema,
  secret,
  text,
  variable,
  withDotEnv,
} from '@libby-dialer/runtime';

/** What every command reads. The client's id and secret are the worker's business. */
export const enqueuerConfig = { redis: redisConfig, log: logConfig } satisfies Schema;
export type EnqueuerConfig = ConfigOf<typeof enqueuerConfig>;

export const DEFAULT_HTTP_PORT = 9465;

/** What the daemon reads. */
export const serveConfig = {
  ...enqueuerConfig,
  http: {
    /** Undefined: the default port, or a free one if a daemon on this host has it already. */
    port: variable('ENQUEUER_HTTP_PORT', port(), { optional: true }),
    host: variable('ENQUEUER_HTTP_HOST', text(), { default: '127.0.0.1' }),
  },
} satisfies Schema;
export type ServeConfig = ConfigOf<typeof serveConfig>;

/** What `doctor` examines beside that. */
export const doctorConfig = {
  ...enqueuerConfig,
  libby: {
    ...libbyConfig,
    clientId: variable('LIBBY_CLIENT_ID', text(), { fromFile: true, optional: true }),
    clientSecret: variable('LIBBY_CLIENT_SECRET', secret(), { fromFile: true, optional: true }),
    allowInsecureHttp: variable('LIBBY_ALLOW_INSECURE_HTTP', flag(), { default: false }),
  },
} satisfies Schema;
export type DoctorConfig = ConfigOf<typeof doctorConfig>;

/** The environment of this process, and what `.env` in the working directory adds to it. */
export function processEnvironment(): Environment {
  return withDotEnv(process.env, readDotEnv(process.cwd()));
}
