import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '@libby-dialer/libby-simulator';
import { createLogger, createRedis, Redactor } from '@libby-dialer/runtime';
import {
  eventually,
  patienceMs,
  runProcess,
  type SpawnedProcess,
  spawnProcess,
} from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { QueueWorker } from '../apps/worker/src/campaigns/queue-worker.ts';
import { startRedisCluster } from './redis-cluster.ts';

const BIN = join(import.meta.dirname, '../bin');
const PREFIX = '{libby}';
const CONCURRENCY = 5;
const ROWS = 6 * CONCURRENCY;
/**
 * Longer than it takes to see that all are on the wire and to kill: no claim is made in between,
 * and none is lost.
 */
const LATENCY_MS = 1500;
/** Longer than a worker's own patience, of which it would tell. */
const STOPS_WITHIN_MS = 80_000;
const STOPPED = { code: 0, signal: null };
/** Of those that BullMQ closes by itself one in six never ends. */
const CAMPAIGNS = 30;

interface Line {
  readonly level: number;
  readonly msg: string;
}

function troubles({ stderr }: SpawnedProcess): string[] {
  const lines = stderr.map((line) => JSON.parse(line) as Line);
  return lines.filter(({ level }) => level > 40).map(({ msg }) => msg);
}

it('a master of a cluster that dies is replaced: each worker tells of it once at most, no phone rings twice, and both stop', async () => {
  await using cluster = await startRedisCluster(PREFIX);
  await using simulator = await startSimulator({ latencyMs: LATENCY_MS });
  await using folder = await mkdtempDisposable(join(tmpdir(), 'libby-dialer-cluster-'));
  const rows = Array.from({ length: ROWS }, (_, row) => `Person,505${String(2_000_000 + row)}`);
  await writeFile(join(folder.path, 'list.csv'), `Name,Phone\n${rows.join('\n')}\n`);
  const campaign = {
    id: 'spring',
    fromPhoneNumber: '+15055550100',
    defaultCountry: 'US',
    callingWindow: 'anytime',
  };
  await writeFile(join(folder.path, 'campaign.json'), JSON.stringify(campaign));
  const { apiUrl, tokenUrl, clientId, clientSecret } = simulator;
  const env = {
    REDIS_URL: cluster.urls,
    DIALER_PREFIX: PREFIX,
    LIBBY_API_URL: apiUrl,
    LIBBY_TOKEN_URL: tokenUrl,
    LIBBY_CLIENT_ID: clientId,
    LIBBY_CLIENT_SECRET: clientSecret,
    LOG_LEVEL: 'info',
    WORKER_CONCURRENCY: String(CONCURRENCY),
    WORKER_HTTP_PORT: '0',
  };
  const options = { env, cwd: folder.path };
  const load = await runProcess(
    join(BIN, 'enqueuer'),
    ['load', 'list.csv', '--campaign', 'campaign.json'],
    options,
  );
  expect(load).toMatchObject({ code: 0 });
  await using first = await spawnProcess(join(BIN, 'worker'), [], options);
  await using second = await spawnProcess(join(BIN, 'worker'), [], options);

  await eventually(() => simulator.stats().inFlight === 2 * CONCURRENCY);
  const holder = new Redis(cluster.holder.url);
  await holder.wait(1, patienceMs());
  holder.disconnect();
  await cluster.holder.kill();

  await eventually(() => simulator.stats().taken === ROWS);
  expect(simulator.stats()).toMatchObject({ requests: ROWS, numbersTakenAgain: 0 });
  // Nothing at all where the replica takes over before anybody gives up asking.
  const told = [troubles(first), troubles(second)];
  for (const messages of told) {
    expect(messages.filter((message) => !message.startsWith('Redis refuses'))).toEqual([]);
    expect(messages.length).toBeLessThanOrEqual(1);
  }
  const ends = await Promise.all(
    [first, second].map((worker) => worker.stop('SIGTERM', STOPS_WITHIN_MS)),
  );
  expect(ends).toEqual([STOPPED, STOPPED]);
});

it('campaign workers that have just found their new master end at once', async () => {
  await using cluster = await startRedisCluster(PREFIX);
  const nodes = cluster.urls
    .split(',')
    .map((url) => ({ host: '127.0.0.1', port: Number(new URL(url).port) }));
  const config = {
    topology: { kind: 'cluster', nodes },
    db: 0,
    tls: false,
    username: undefined,
    password: undefined,
  } as const;
  const logger = createLogger({ level: 'silent', name: 'workers', redactor: new Redactor() });
  await using redis = createRedis(config, { role: 'worker', name: 'workers', logger });
  await redis.connect();
  const workers = Array.from({ length: CAMPAIGNS }, (_, nth) => {
    const options = { connection: redis.client, prefix: `${PREFIX}:q`, runRetryDelay: 1000 };
    const worker = new QueueWorker(`spring-${nth}`, () => Promise.resolve(), options);
    worker.on('error', () => undefined);
    return worker;
  });
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  await cluster.holder.kill();
  await eventually(() => redis.client.set(`${PREFIX}:test`, '1').catch(() => false));
  const ends = workers.map((worker) => worker.finish().then(() => 'ended'));
  expect(new Set(await Promise.all(ends))).toEqual(new Set(['ended']));
});

it('a replica in a cluster sends whoever writes to its master: why its nodes are not left for a READONLY', async () => {
  await using cluster = await startRedisCluster(PREFIX);
  const replica = new Redis(cluster.replica.url);
  const key = `${PREFIX}:test`;
  const write = "return redis.call('SET', KEYS[1], '1')";
  try {
    await expect(replica.set(key, '1')).rejects.toThrow(/^MOVED /);
    await expect(replica.eval(`#!lua\n${write}`, 1, key)).rejects.toThrow(/^MOVED /);
    await expect(replica.eval(write, 1, key)).rejects.toThrow(/^MOVED /);
  } finally {
    replica.disconnect();
  }
});
