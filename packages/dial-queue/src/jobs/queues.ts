import { Queue } from 'bullmq';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

/**
 * BullMQ keeps an event stream for each queue. Nobody here reads it: results have a stream of their
 * own.
 */
const MAX_EVENTS = 100;

/** A campaign's queue. The connection stays the caller's. */
export function openQueue(redis: RedisConnection, keys: Keys, campaign: string): Queue {
  const queue = new Queue(campaign, {
    connection: redis,
    prefix: keys.queues,
    streams: { events: { maxLen: MAX_EVENTS } },
    skipWaitingForReady: true,
  });
  // Commands report their own errors; an emitter without a listener would end the process.
  queue.on('error', () => {});
  return queue;
}

/**
 * How BullMQ itself keeps a campaign's jobs back. Nothing here uses that; a dashboard or another
 * program did it. `paused`: no job is handed out. `limited`: only so many at once, or so fast.
 */
export type QueueHalt = 'paused' | 'limited' | 'open';

/** Lets BullMQ hand out the campaign's jobs again, without any limit. */
export async function liftQueueHalt(
  redis: RedisConnection,
  keys: Keys,
  campaign: string,
): Promise<void> {
  const queue = openQueue(redis, keys, campaign);
  try {
    await queue.removeGlobalConcurrency();
    await queue.removeGlobalRateLimit();
    await queue.removeRateLimitKey();
    await queue.resume();
  } finally {
    await queue.close();
  }
}
