import type { ServiceProgram } from '@libby-dialer/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { consoleConfig } from './config.ts';
import { consoleService } from './console-service.ts';

/** For what is being answered and for a batch of a list, not for the list. */
const STOP_WITHIN_MS = 15_000;

/** The console as a program. */
export const consoleProgram: ServiceProgram<typeof consoleConfig> = {
  name: 'console',
  version: packageJson.version,
  about: `\
Serves the page and the HTTP API, until it is stopped. Several may run at once. When it is ready it
prints its address as a line of JSON.`,
  config: consoleConfig,
  open: (config, logger, output) =>
    consoleService(config, logger, {
      announce: (url) => output.write(`${JSON.stringify({ url })}\n`),
    }),
  stopWithinMs: () => STOP_WITHIN_MS,
};
