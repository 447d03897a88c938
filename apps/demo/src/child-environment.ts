import type { Environment } from '@libby-dialer/runtime';

/** What any program needs of the machine it runs on. */
const OF_THE_SYSTEM = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ'] as const;

/** A provider that is none, as the simulator describes itself. */
interface SimulatedApi {
  readonly apiUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

export interface SimulatedSetting {
  readonly redisUrl: string;
  readonly api: SimulatedApi;
  readonly workerConcurrency: number;
}

/** Short, so that a call that hangs is a matter of seconds in the demo. */
const CONNECT_TIMEOUT_MS = 1000;
const RESPONSE_TIMEOUT_MS = 2500;
const SHUTDOWN_GRACE_MS = 5000;

/**
 * The environment of every program the demo starts: made from nothing, so that no LIBBY_API_URL or
 * REDIS_URL that somebody has set for real work can turn a demonstration into one that rings
 * phones.
 */
export function simulatedEnvironment(
  own: Environment,
  { redisUrl, api, workerConcurrency }: SimulatedSetting,
) {
  const system = OF_THE_SYSTEM.flatMap((name): [string, string][] => {
    const value = own[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(system),
    REDIS_URL: redisUrl,
    LIBBY_API_URL: api.apiUrl,
    LIBBY_TOKEN_URL: api.tokenUrl,
    LIBBY_CLIENT_ID: api.clientId,
    LIBBY_CLIENT_SECRET: api.clientSecret,
    LIBBY_SCOPE: api.scope,
    LIBBY_CONNECT_TIMEOUT_MS: String(CONNECT_TIMEOUT_MS),
    LIBBY_RESPONSE_TIMEOUT_MS: String(RESPONSE_TIMEOUT_MS),
    WORKER_CONCURRENCY: String(workerConcurrency),
    WORKER_SHUTDOWN_GRACE_MS: String(SHUTDOWN_GRACE_MS),
    WORKER_HTTP_PORT: '0',
  };
}

/**
 * With `--live`, the user's own; only the ports of two workers on one host must not be the same.
 */
export function liveChildEnvironment(variables: Environment): Record<string, string> {
  const set = Object.entries(variables).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { ...Object.fromEntries(set), WORKER_HTTP_PORT: '0' };
}
