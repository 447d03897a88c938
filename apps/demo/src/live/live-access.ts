import { ConfigError, type Environment } from '@libby-dialer/runtime';

const REQUIRED = {
  REDIS_URL:
    'must be set for --live: a Redis made for this run would know nothing of it in the next, which would ring everybody again',
  LIBBY_CLIENT_ID: 'must be set for --live: it is your access to the Libby API',
  LIBBY_CLIENT_SECRET: 'must be set for --live: it is your access to the Libby API',
} as const;

/** Throws a `ConfigError` that names all that is missing. */
export function insistOnOwnAccess(variables: Environment): void {
  const isSet = (name: string) => Boolean(variables[name] ?? variables[`${name}_FILE`]);
  const missing = Object.entries(REQUIRED).filter(
    ([name]) => !isSet(name) && !(name === 'REDIS_URL' && isSet('REDIS_SENTINELS')),
  );
  if (missing.length > 0)
    throw new ConfigError(missing.map(([variable, message]) => ({ variable, message })));
}
