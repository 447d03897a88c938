/**
 * Pushes a call, and says what became of it in the inbox: `queued orders <callId>`, or `rejected
 * <code>`.
 *
 *   PRODUCER_URL=redis://producer:…@127.0.0.1:6379 READER_URL=redis://reader:…@127.0.0.1:6379 \
 *     node tools/run.mjs exec node examples/push/push.ts order-4711 Ada +15055550123
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CallProducer } from '@libby-dialer/call-producer';
import { Redis } from 'ioredis';

const { PRODUCER_URL = '', READER_URL = '' } = process.env;
const [externalId, name, toPhoneNumber] = process.argv.slice(2);

async function fateOf(entry: string): Promise<string> {
  // Without the check that asks INFO, which a reader has no right to.
  const reader = new Redis(READER_URL, { enableReadyCheck: false });
  try {
    // The fates of a day are a hash, named after the UTC day of their entries; an entry's id begins
    // with its milliseconds.
    const day = new Date(Number.parseInt(entry, 10)).toISOString().slice(0, 10);
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const fate = await reader.hget(`{libby}:inbox:fates:${day}`, entry);
      if (fate !== null) return fate;
      await sleep(100);
    }
    throw new Error(`${entry} waits for a daemon (enqueuer serve)`);
  } finally {
    reader.disconnect();
  }
}

await using producer = new CallProducer({ redis: PRODUCER_URL });
// Not sure whether it arrived? Push it again: the same externalId is called once.
const entry = await producer.add('orders', { externalId, name, toPhoneNumber });
console.log(entry, await fateOf(entry));
