import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError } from '../errors.ts';
import type { Environment } from './config.ts';

/** The variables in the `.env` file of a directory; none if there is no such file. */
export function readDotEnv(directory: string): Environment {
  try {
    return parseEnv(readFileSync(join(directory, '.env'), 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw new ConfigError([
      { variable: '.env', message: `cannot be read (${code}); make it readable or remove it` },
    ]);
  }
}

/**
 * The environment, and from `.env` what it leaves unset. `NAME` and `NAME_FILE` are two ways to say
 * one thing, so either in the environment overrules both in the file.
 */
export function withDotEnv(environment: Environment, dotEnv: Environment): Environment {
  const unset = Object.entries(dotEnv).filter(
    ([name]) => environment[name] === undefined && environment[twinOf(name)] === undefined,
  );
  return { ...Object.fromEntries(unset), ...environment };
}

function twinOf(name: string): string {
  return name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : `${name}_FILE`;
}
