import { misspelledVariables, runService } from '@libby-dialer/runtime';
import type { CommandSlot } from '../command-slot.ts';
import { serveConfig } from '../config.ts';
import { openLogger, readConfig } from '../context.ts';
import type { Io } from '../io.ts';
import { buildParts } from '../serve/build-parts.ts';
import { ServeDaemon } from '../serve/serve-daemon.ts';

/**
 * For a batch in hand, not for a list: a load that is broken off is taken up again by the next
 * daemon.
 */
const STOP_WITHIN_MS = 30_000;

export function addServeCommand({ program, io, run }: CommandSlot): void {
  program
    .command('serve')
    .description(
      'Run schedules and take calls from the inbox, until stopped. Several may run at once, on several machines.',
    )
    .action(() => run(serve(io)));
}

async function serve(io: Io): Promise<number> {
  const config = readConfig(io, serveConfig);
  const logger = openLogger(io, config);
  for (const sentence of misspelledVariables(serveConfig, io.environment())) logger.warn(sentence);
  await runService(new ServeDaemon(config, logger, buildParts), {
    signal: io.signal,
    stopWithinMs: STOP_WITHIN_MS,
  });
  return 0;
}
