/**
 * `enqueuer serve` with a calendar in which a night takes three seconds: run by `night-run.ts`.
 * Arguments: a file that holds, once it is there, when the calendar has begun to run, and what it
 * shows until then, both in epoch ms.
 */
import { readFileSync } from 'node:fs';
import { InboxPart, SchedulePart, serveConfig, serveDaemon } from '@libby-dialer/daemon';
import { createLogger, loadConfig, runMain, runService } from '@libby-dialer/runtime';
import { HASTE } from './plan.ts';

/** A killed daemon's run is taken over well within its night. */
const LEASE_MS = 400;
const LOOK_EVERY_MS = 50;
const STOP_WITHIN_MS = 30_000;

const [file = '', beginsAt] = process.argv.slice(2);
let begunAt: number | undefined;

await runMain(process, async ({ signal, redactor }) => {
  const config = loadConfig(serveConfig, process.env, { redactor });
  const logger = createLogger({ level: config.log.level, name: 'daemon', redactor });
  const daemon = serveDaemon(config, logger, async (context) => [
    new InboxPart(context),
    new SchedulePart(context, {
      now: async () => now(),
      lookEveryMs: LOOK_EVERY_MS,
      settleMs: 0,
      leaseMs: LEASE_MS,
    }),
  ]);
  await runService(daemon, { signal, stopWithinMs: STOP_WITHIN_MS });
  return 0;
});

function now(): number {
  begunAt ??= readBegin();
  return Number(beginsAt) + (begunAt === undefined ? 0 : (Date.now() - begunAt) * HASTE);
}

function readBegin(): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}
