/**
 * What one would write first: a BullMQ worker and `fetch`. No ledger: what is delivered twice rings
 * twice.
 */
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { fetchToken, payloadMaker, rivalSettings } from './job.ts';

const settings = rivalSettings();
const authorization = `Bearer ${await fetchToken(settings)}`;
const payloadOf = payloadMaker();
const connection = new Redis(settings.redisUrl, { maxRetriesPerRequest: null });

const worker = new Worker(
  settings.queue,
  async (job) => {
    const response = await fetch(`${settings.apiUrl}/outbound`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: payloadOf(job.data),
    });
    await response.text();
    if (!response.ok) throw new Error(`refused: ${response.status}`);
  },
  { connection, prefix: settings.prefix, concurrency: settings.concurrency },
);

process.once('SIGTERM', () => void worker.close().then(() => connection.quit()));
