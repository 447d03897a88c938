import { addStandardJob } from 'bullmq/dist/esm/scripts/addStandardJob-9.js';
import { bullFunction } from '../jobs/bull-function.ts';
import type { CallJob } from '../jobs/call-job.ts';
import type { Keys } from '../redis/keys.ts';
import { stepsOf } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { number, optional, rows, text } from '../redis/script-inputs.ts';

/** A call to be queued. */
export interface NewCall extends CallJob {
  /** The names it can be found by, as `namesToNote` has them; empty if they are noted already. */
  readonly names: string;
  /** Epoch ms, of its own. */
  readonly expiresAt: number | undefined;
}

/** One command takes some two milliseconds, and Redis serves others between two of them. */
const CALLS_PER_COMMAND = 32;

/** The keys that BullMQ's script takes, in its order, behind the prefix of their queue. */
const QUEUE_KEYS = [
  'wait',
  'paused',
  'meta',
  'id',
  'completed',
  'delayed',
  'active',
  'events',
  'marker',
];

const ADD = new Script({
  lua: new URL('./add-calls.lua', import.meta.url),
  functions: bullFunction('add_standard_job', addStandardJob),
  keys: ['state', 'expiries', 'setAside', '...queueKeys'],
  args: {
    queue: text,
    namesKey: text,
    queuedAt: number,
    calls: rows({
      callId: text,
      name: text,
      data: text,
      names: text,
      expiresAt: optional(number),
    }),
  },
  answer: (word: 'archived' | 'added') => word === 'added',
});

/**
 * Puts calls into their campaign's queue, in their order, as BullMQ's `addBulk` would: by the same
 * script, called for many jobs by one command.
 * @returns false if the campaign is archived: then nothing of it is queued
 */
export async function addCalls(
  redis: RedisConnection,
  keys: Keys,
  campaign: string,
  calls: readonly NewCall[],
): Promise<boolean> {
  const { state, expiries, setAside, names: namesKey } = keys.campaign(campaign);
  const queue = keys.queue(campaign);
  const at = { state, expiries, setAside, queueKeys: QUEUE_KEYS.map((name) => queue + name) };
  const adding: Promise<boolean>[] = [];
  for (const some of stepsOf(calls, CALLS_PER_COMMAND))
    adding.push(ADD.run(redis, at, { queue, namesKey, queuedAt: Date.now(), calls: some }));
  // If one fails, the others have ended too before this throws.
  await Promise.allSettled(adding);
  return (await Promise.all(adding)).every((isAdded) => isAdded);
}
