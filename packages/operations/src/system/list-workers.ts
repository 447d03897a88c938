import type { NotedWorker } from '@libby-dialer/dial-queue';
import { isoInstant } from '@libby-dialer/dialing';
import type { Context } from '../context.ts';

/** It says so every five seconds that it is there. */
const SILENT_AFTER_MS = 20_000;

export interface Workers {
  /** Epoch ms of Redis's clock. */
  readonly now: number;
  /** How many listen for work; undefined where Redis does not tell. */
  readonly listening: number | undefined;
  /** Those heard of within the hour, by host. Those of versions that say nothing are not there. */
  readonly workers: readonly NotedWorker[];
}

/** Which worker processes there are, and what each says of itself. */
export async function listWorkers(context: Context): Promise<Workers> {
  const { workerNotes, idleReasons } = context.queue;
  const now = await context.now();
  const [listening, workers] = await Promise.all([idleReasons.workers(), workerNotes.list(now)]);
  return { now, listening, workers };
}

/** As programs read it. */
export function workersJson({ now, listening, workers }: Workers) {
  return {
    at: isoInstant(now),
    count: listening ?? null,
    workers: workers.map(({ at, upMs, troubles, ...worker }) => ({
      ...worker,
      since: isoInstant(at - upMs),
      lastSeenAt: isoInstant(at),
      isSilent: now - at > SILENT_AFTER_MS,
      troubles: [...troubles],
    })),
  };
}
