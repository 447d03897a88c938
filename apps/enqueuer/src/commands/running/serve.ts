import { runService } from '@libby-dialer/runtime';
import type { CommandLine } from '../../command-line.ts';
import type { Io } from '../../terminal/io.ts';
import { readConfigAndLog } from '../../with-context.ts';

/**
 * For a batch in hand, not for a list: a load that is broken off is taken up again by the next
 * daemon.
 */
const STOP_WITHIN_MS = 30_000;

export function addServeCommand({ program, io, run }: CommandLine): void {
  program
    .command('serve')
    .description(
      'Run schedules and take calls from the inbox, until stopped. Several may run at once, on several machines.',
    )
    .action(() => run(serve(io)));
}

async function serve(io: Io): Promise<number> {
  // Not for every command: it takes a while to load.
  const { buildParts, serveConfig, serveDaemon } = await import('@libby-dialer/daemon');
  const { config, logger } = readConfigAndLog(io, serveConfig);
  await runService(serveDaemon(config, logger, buildParts), {
    signal: io.signal,
    stopWithinMs: STOP_WITHIN_MS,
  });
  return 0;
}
