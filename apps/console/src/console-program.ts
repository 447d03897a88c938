import {
  createLogger,
  type Environment,
  loadConfig,
  type MainContext,
  misspelledVariables,
  readDotEnv,
  runService,
  serviceOptions,
  trustExtraAuthorities,
  variablesHelp,
  withDotEnv,
} from '@libby-dialer/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { consoleConfig } from './config.ts';
import { consoleService } from './console-service.ts';

const HELP = `Usage: console

Serves the page and the HTTP API, until it is stopped. Several may run at once. When it is ready it
prints its address as a line of JSON.

Environment (a .env file in the working directory is read if present; what may be a secret may come
from a file instead, named by the variable with _FILE at its end):
${variablesHelp(consoleConfig)}
Options:
  --help     show this
  --version  show the version
`;
/** For what is being answered and for a batch of a list, not for the list. */
const STOP_WITHIN_MS = 15_000;
const LAST_RESORT_MS = 5_000;

/** The console as a program: reads the environment, runs until the signal. */
export async function runConsole(
  args: readonly string[],
  environment: Environment,
  output: { write(text: string): unknown },
  context: MainContext,
): Promise<number> {
  const { signal, redactor } = context;
  const options = serviceOptions('console', args);
  if (options.help || options.version) {
    output.write(options.help ? HELP : `${packageJson.version}\n`);
    return 0;
  }
  const variables = withDotEnv(environment, readDotEnv(process.cwd()));
  trustExtraAuthorities(variables);
  const config = loadConfig(consoleConfig, variables, { redactor });
  const logger = createLogger({ level: config.log.level, name: 'console', redactor });
  context.logCrashesTo(logger);
  context.stopWithin(STOP_WITHIN_MS + LAST_RESORT_MS);
  for (const hint of misspelledVariables(consoleConfig, variables)) logger.warn(hint);
  const announce = (url: string) => output.write(`${JSON.stringify({ url })}\n`);
  const service = consoleService(config, logger, { announce });
  await runService(service, { signal, stopWithinMs: STOP_WITHIN_MS });
  return 0;
}
