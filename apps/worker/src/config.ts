import {
  type ConfigOf,
  derived,
  type Environment,
  flag,
  integer,
  libbyConfig,
  libbyTimeouts,
  logConfig,
  port,
  redisConfig,
  text,
  variable,
} from '@libby-dialer/runtime';

export const DEFAULT_HTTP_PORT = 9464;

const graceMs = derived(
  {
    graceMs: variable('WORKER_SHUTDOWN_GRACE_MS', integer({ min: 1, max: 3_600_000 }), {
      default: 45_000,
    }),
    ...libbyTimeouts,
  },
  (values, report) => {
    const longestCallMs = values.connectTimeoutMs + values.responseTimeoutMs;
    if (values.graceMs <= longestCallMs) {
      report(
        'WORKER_SHUTDOWN_GRACE_MS',
        `must exceed LIBBY_CONNECT_TIMEOUT_MS + LIBBY_RESPONSE_TIMEOUT_MS (${longestCallMs}), or a stop leaves calls in doubt`,
      );
    }
    return values.graceMs;
  },
);

/** Undefined when no replica has to have a claim. */
const fence = derived(
  {
    replicas: variable('REDIS_WAIT_REPLICAS', integer({ min: 0, max: 10 }), { default: 0 }),
    timeoutMs: variable('REDIS_WAIT_TIMEOUT_MS', integer({ min: 1, max: 10_000 }), {
      default: 500,
    }),
  },
  ({ replicas, timeoutMs }) => (replicas === 0 ? undefined : { replicas, timeoutMs }),
);

/** Everything the worker reads from its environment. */
export const workerConfig = {
  redis: redisConfig,
  fence,
  libby: libbyConfig,
  allowInsecureHttp: variable('LIBBY_ALLOW_INSECURE_HTTP', flag(), { default: false }),
  concurrency: variable('WORKER_CONCURRENCY', integer({ min: 1, max: 10_000 }), { default: 50 }),
  shutdownGraceMs: graceMs,
  http: {
    /** Undefined: the default port, or a free one if a worker on this host has it already. */
    port: variable('WORKER_HTTP_PORT', port(), { optional: true }),
    host: variable('WORKER_HTTP_HOST', text(), { default: '127.0.0.1' }),
  },
  log: logConfig,
};

export type WorkerConfig = ConfigOf<typeof workerConfig>;

/** The environment of this process, as it was given. */
export function processEnvironment(): Environment {
  return process.env;
}
