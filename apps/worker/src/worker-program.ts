import type { ServiceProgram } from '@libby-dialer/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { workerConfig } from './config.ts';
import { dialWorker } from './dial-worker.ts';

/** After the grace the last settles and the closing of connections. */
const STOP_MARGIN_MS = 10_000;

/** The worker as a program. */
export const workerProgram: ServiceProgram<typeof workerConfig> = {
  name: 'worker',
  version: packageJson.version,
  about: `\
Takes calls from the campaigns in Redis and places them, until it is stopped. On SIGTERM it finishes
the calls in flight. Start as many as you like, on as many machines as you like.`,
  config: workerConfig,
  open: (config, logger) => dialWorker(config, logger),
  stopWithinMs: ({ shutdownGraceMs }) => shutdownGraceMs + STOP_MARGIN_MS,
};
