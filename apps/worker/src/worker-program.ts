import { parseArgs } from 'node:util';
import {
  createLogger,
  type Environment,
  loadConfig,
  type MainContext,
  misspelledVariables,
  readDotEnv,
  runService,
  trustExtraAuthorities,
  UsageError,
  withDotEnv,
} from '@libby-dialer/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { workerConfig } from './config.ts';
import { dialWorker } from './dial-worker.ts';

const HELP = `Usage: worker

Takes calls from the campaigns in Redis and places them, until it is stopped (SIGTERM: finishes the calls in flight).
Start as many as you like, on as many machines as you like.

Environment (a .env file in the working directory is read if present):
  REDIS_URL                    where the campaigns are (redis://127.0.0.1:6379)
  REDIS_TLS_CA_FILE            who vouches for a rediss:// with a certificate of your own authority
  REDIS_TLS_CERT_FILE, _KEY_FILE  the certificate for a Redis that asks for one
  REDIS_CLUSTER                1: REDIS_URL is the one endpoint of a cluster
  LIBBY_CLIENT_ID              required; or LIBBY_CLIENT_ID_FILE
  LIBBY_CLIENT_SECRET          required; or LIBBY_CLIENT_SECRET_FILE
  HTTPS_PROXY, NO_PROXY        what https goes through (CONNECT), and to which hosts it does not
  LIBBY_PROXY                  the same for calls and token requests alone
  NODE_EXTRA_CA_CERTS          a file of further authorities to trust
  WORKER_CONCURRENCY           calls in flight in this process (50)
  WORKER_HTTP_PORT, _HOST      /healthz, /readyz, /metrics (9464, 127.0.0.1)
  WORKER_SHUTDOWN_GRACE_MS     how long a stop waits for calls in flight (45000)
  LOG_LEVEL                    trace, debug, info, warn, error, fatal, silent (info)
All others: docs/reference/environment.md

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
  const options = readArgs(args);
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

function readArgs(args: readonly string[]): { help?: boolean; version?: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean' }, version: { type: 'boolean' } },
    });
    return values;
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)}. See worker --help.`,
    );
  }
}
