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
import { workerConfig } from './config.ts';
import { dialWorker } from './dial-worker.ts';

const HELP = `Usage: worker

Takes calls from the campaigns in Redis and places them, until it is stopped. On SIGTERM it finishes
the calls in flight. Start as many as you like, on as many machines as you like.

Environment (a .env file in the working directory is read if present; what may be a secret may come
from a file instead, named by the variable with _FILE at its end):
${variablesHelp(workerConfig)}
Options:
  --help     show this
  --version  show the version
`;
/** After the grace the last settles and the closing of connections. */
const STOP_MARGIN_MS = 10_000;
/**
 * More than the service takes at most, which says what becomes of unfinished calls: for when not
 * even that works.
 */
const LAST_RESORT_MS = 5_000;

/** The worker as a program: reads the environment, runs until the signal. */
export async function runWorker(
  args: readonly string[],
  environment: Environment,
  output: { write(text: string): unknown },
  context: MainContext,
): Promise<number> {
  const { signal, redactor } = context;
  const options = serviceOptions('worker', args);
  if (options.help || options.version) {
    output.write(options.help ? HELP : `${packageJson.version}\n`);
    return 0;
  }
  const variables = withDotEnv(environment, readDotEnv(process.cwd()));
  trustExtraAuthorities(variables);
  const config = loadConfig(workerConfig, variables, { redactor });
  const logger = createLogger({ level: config.log.level, name: 'worker', redactor });
  context.logCrashesTo(logger);
  const stopWithinMs = config.shutdownGraceMs + STOP_MARGIN_MS;
  context.stopWithin(stopWithinMs + LAST_RESORT_MS);
  for (const hint of misspelledVariables(workerConfig, variables)) logger.warn(hint);
  await runService(dialWorker(config, logger), { signal, stopWithinMs });
  return 0;
}
