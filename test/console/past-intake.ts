import { randomUUID } from 'node:crypto';
import { DialQueue } from '@libby-dialer/dial-queue';
import { Redis } from 'ioredis';
import type { ConsoleWorld } from './console-world.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';

/**
 * An inbox that has rejected what strangers pushed, and a webhook that has given up every result
 * there is: as a daemon and a forwarder would have left them.
 */
export async function pastIntake({ redisUrl }: ConsoleWorld, webhook: string): Promise<void> {
  const redis = new Redis(redisUrl);
  const blocking = redis.duplicate();
  try {
    const queue = DialQueue.open(redis, '{libby}');
    for (const [index, name] of HOSTILE_NAMES.entries()) {
      const call = JSON.stringify({ name, toPhoneNumber: '505' }).slice(0, 4000);
      const reason = 'toPhoneNumber: 505 is no phone number of US';
      const fields = ['campaign', 'spring', 'code', 'invalid_phone', 'reason', reason];
      const entry = `1764547200000-${index}`;
      await redis.xadd(queue.keys.inboxRejected, '*', 'entry', entry, ...fields, 'call', call);
    }
    const forwarder = queue.forwardQueue({ name: webhook, consumer: randomUUID(), blockMs: 1 });
    await forwarder.open('beginning');
    for (const result of await forwarder.read(blocking, 100))
      await forwarder.bury(result, 'http_500', 8, Date.now());
    await forwarder.release([]);
  } finally {
    redis.disconnect();
    blocking.disconnect();
  }
}
