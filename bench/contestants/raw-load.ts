/**
 * The least that queueing can cost: `addBulk` of jobs that are ready made, batch after batch.
 * Checks nothing.
 */

import { fictionalNumbers } from '@libby-dialer/testkit';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { externalId } from '../src/list-file.ts';
import { queuedCall } from '../src/workload.ts';

const BATCH = 1000;

const [redisUrl = '', prefix = '', name = '', rows = '0'] = process.argv.slice(2);
const numbers = fictionalNumbers();
const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue(name, { connection, prefix });
for (let from = 0; from < Number(rows); from += BATCH) {
  const batch = Array.from(
    { length: Math.min(BATCH, Number(rows) - from) },
    (_, index) => from + index,
  );
  await queue.addBulk(
    batch.map((row) => ({
      name: 'call',
      data: { ...queuedCall(row, numbers), externalId: externalId(row) },
      opts: { jobId: `call-${row}`, removeOnComplete: true },
    })),
  );
}
await queue.close();
await connection.quit();
