/**
 * `enqueuer serve` by a calendar in which a night takes three seconds: run by `night-run.ts`.
 * Argument: the calendar's file.
 */
import { InboxPart, SchedulePart, serveConfig, serveDaemon } from '@libby-dialer/daemon';
import { createLogger, loadConfig, runMain, runService } from '@libby-dialer/runtime';
import { shownBy } from './calendar.ts';

/** A killed daemon's run is taken over well within its night. */
const LEASE_MS = 400;
const LOOK_EVERY_MS = 50;
const STOP_WITHIN_MS = 30_000;

const [calendar = ''] = process.argv.slice(2);

await runMain(process, async ({ signal, redactor }) => {
  const config = loadConfig(serveConfig, process.env, { redactor });
  const logger = createLogger({ level: config.log.level, name: 'daemon', redactor });
  const daemon = serveDaemon(config, logger, async (context) => [
    new InboxPart(context),
    new SchedulePart(context, {
      now: async () => shownBy(calendar),
      lookEveryMs: LOOK_EVERY_MS,
      settleMs: 0,
      leaseMs: LEASE_MS,
    }),
  ]);
  await runService(daemon, { signal, stopWithinMs: STOP_WITHIN_MS });
  return 0;
});
