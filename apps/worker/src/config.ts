import {
  allowInsecureHttp,
  type ConfigOf,
  derived,
  type Environment,
  httpConfig,
  integer,
  libbyConfig,
  libbyTimeouts,
  logConfig,
  redisConfig,
  variable,
} from '@libby-dialer/runtime';

export const DEFAULT_HTTP_PORT = 9464;

const graceMs = derived(
  {
    graceMs: variable('WORKER_SHUTDOWN_GRACE_MS', integer({ min: 1, max: 3_600_000 }), {
      default: 45_000,
      about: 'how long a stop waits for calls in flight; more than the two time-outs together',
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
    replicas: variable('REDIS_WAIT_REPLICAS', integer({ min: 0, max: 10 }), {
      default: 0,
      about: 'how many replicas must have a claim before its call goes out',
    }),
    timeoutMs: variable('REDIS_WAIT_TIMEOUT_MS', integer({ min: 1, max: 10_000 }), {
      default: 500,
      about: 'how long that is waited for',
    }),
  },
  ({ replicas, timeoutMs }) => (replicas === 0 ? undefined : { replicas, timeoutMs }),
);

/** Everything the worker reads from its environment. */
export const workerConfig = {
  redis: redisConfig,
  fence,
  libby: libbyConfig,
  allowInsecureHttp,
  concurrency: variable('WORKER_CONCURRENCY', integer({ min: 1, max: 10_000 }), {
    default: 50,
    about: 'calls in flight in one worker, over all campaigns',
  }),
  shutdownGraceMs: graceMs,
  http: httpConfig(
    'WORKER',
    DEFAULT_HTTP_PORT,
    '/healthz, /readyz and /metrics; 0: any free port, as when the default is taken',
  ),
  log: logConfig,
};

export type WorkerConfig = ConfigOf<typeof workerConfig>;

/** The environment of this process, as it was given. */
export function processEnvironment(): Environment {
  return process.env;
}
