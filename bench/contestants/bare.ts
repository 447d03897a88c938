/**
 * The least that BullMQ and HTTP can cost: a BullMQ worker and undici's own `request`. No ledger.
 */
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Pool } from 'undici';
import { fetchToken, payloadMaker, rivalSettings } from './job.ts';

const settings = rivalSettings();
const authorization = `Bearer ${await fetchToken(settings)}`;
const payloadOf = payloadMaker();
const connection = new Redis(settings.redisUrl, { maxRetriesPerRequest: null });
const pool = new Pool(settings.apiUrl, { connections: settings.concurrency });

const worker = new Worker(
  settings.queue,
  async (job) => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/outbound',
      headers: { 'content-type': 'application/json', authorization },
      body: payloadOf(job.data),
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`refused: ${statusCode}`);
  },
  { connection, prefix: settings.prefix, concurrency: settings.concurrency },
);

process.once(
  'SIGTERM',
  () => void worker.close().then(() => Promise.all([connection.quit(), pool.close()])),
);
