import { type Environment, readDotEnv, withDotEnv } from '@libby-dialer/runtime';

export function processEnvironment(): Environment {
  return process.env;
}

/** For `--live` alone: everything else must not even know what `.env` says. */
export function liveEnvironment(environment: Environment): Environment {
  return withDotEnv(environment, readDotEnv(process.cwd()));
}
