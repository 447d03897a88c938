import {
  type ConfigOf,
  type Environment,
  loadConfig,
  misspelledVariables,
  type Schema,
} from '../config/config.ts';
import { readDotEnv, withDotEnv } from '../config/dot-env.ts';
import type { logConfig } from '../config/log-config.ts';
import { variablesHelp } from '../config/variables-help.ts';
import { createLogger, type Logger } from '../logs/logger.ts';
import { trustExtraAuthorities } from './extra-authorities.ts';
import type { MainContext } from './run-main.ts';
import { runService, type Service } from './service.ts';
import { serviceOptions } from './service-options.ts';

/** Where a program writes what others read: its address, its help. */
export interface Output {
  write(text: string): unknown;
}

/** How a program was called. */
export interface ProgramCall {
  readonly args: readonly string[];
  readonly environment: Environment;
  readonly output: Output;
}

/** A program that is told all by its environment, and runs one service until it is stopped. */
export interface ServiceProgram<S extends Schema & { readonly log: typeof logConfig }> {
  /** As people call it, such as `worker`. */
  readonly name: string;
  readonly version: string;
  /** What `--help` says it does. */
  readonly about: string;
  readonly config: S;
  readonly open: (config: ConfigOf<S>, logger: Logger, output: Output) => Service;
  /** How long the service may take to stop. */
  readonly stopWithinMs: (config: ConfigOf<S>) => number;
}

/**
 * More than a service takes at most, which says what becomes of what it has in hand: for when not
 * even that works.
 */
const LAST_RESORT_MS = 5_000;

/**
 * Reads options and environment, and runs the service until the signal. Resolves to the exit code.
 * Throws `UsageError` and `ConfigError`.
 */
export async function runServiceProgram<S extends Schema & { readonly log: typeof logConfig }>(
  program: ServiceProgram<S>,
  { args, environment, output }: ProgramCall,
  context: MainContext,
): Promise<number> {
  const options = serviceOptions(program.name, args);
  if (options.help || options.version) {
    output.write(options.help ? helpOf(program) : `${program.version}\n`);
    return 0;
  }
  const { signal, redactor } = context;
  const variables = withDotEnv(environment, readDotEnv(process.cwd()));
  trustExtraAuthorities(variables);
  const config = loadConfig(program.config, variables, { redactor });
  const { level } = config.log;
  const logger = createLogger({ level, name: program.name, redactor });
  context.logCrashesTo(logger);
  const stopWithinMs = program.stopWithinMs(config);
  context.stopWithin(stopWithinMs + LAST_RESORT_MS);
  for (const hint of misspelledVariables(program.config, variables)) logger.warn(hint);
  await runService(program.open(config, logger, output), { signal, stopWithinMs });
  return 0;
}

function helpOf({
  name,
  about,
  config,
}: Pick<ServiceProgram<never>, 'name' | 'about'> & { config: Schema }): string {
  return `Usage: ${name}

${about}

Environment (a .env file in the working directory is read if present; what may be a secret may come
from a file instead, named by the variable with _FILE at its end):
${variablesHelp(config)}
Options:
  --help     show this
  --version  show the version
`;
}
