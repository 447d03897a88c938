import { Queue } from 'bullmq';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

/** BullMQ keeps an event stream per queue that nobody here reads: results are in ours. */
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
