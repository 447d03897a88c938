import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DialQueue } from '@libby-dialer/dial-queue';
import { startSimulator } from '@libby-dialer/libby-simulator';
import {
  eventually,
  runProcess,
  type SpawnedProcess,
  spawnProcess,
  startRedis,
  type TestRedis,
} from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const ENQUEUER = join(ROOT, 'bin/enqueuer');
const WORKER = join(ROOT, 'bin/worker');

const CAMPAIGN = `
id: spring
fromPhoneNumber: "+15055550100"
introNotes: "Ask {{name}} about the {{Event type}}"
defaultCountry: US
callingWindow: anytime
`;

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startRedis({ appendonly: true, appendfsync: 'always' });
  folder = mkdtempSync(join(tmpdir(), 'libby-dialer-e2e-'));
  writeFileSync(join(folder, 'campaign.yaml'), CAMPAIGN);
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});

function environment(extra: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    REDIS_URL: redis.url,
    LOG_LEVEL: 'info',
    ...extra,
  };
}

async function enqueuer(...args: string[]) {
  return runProcess(ENQUEUER, args, { env: environment(), cwd: folder });
}

async function linesOf(name: string): Promise<string[]> {
  return (await readFile(join(folder, name), 'utf8')).split('\n');
}

function writeList(rows: number): void {
  const lines = Array.from({ length: rows }, (_, index) => {
    const number = `(505) 555-${String(index % 100).padStart(2, '0')}`;
    return `Person ${index},505${String(2_000_000 + index)},wedding,"Row ${index}, with a comma",${number}`;
  });
  writeFileSync(
    join(folder, 'list.csv'),
    `Name,Phone,Event type,Notes,Other\n${lines.join('\n')}\n`,
  );
}

/** Looks here until it is over, then asks the program. */
async function untilCompleted(): Promise<Record<string, number>> {
  const client = new Redis(redis.url);
  try {
    const { status } = DialQueue.open(client, '{libby}');
    await eventually(async () => (await status.read('spring'))?.state === 'completed', {
      intervalMs: 200,
    });
  } finally {
    client.disconnect();
  }
  const { stdout } = await enqueuer('status', 'spring', '--json');
  const { state, outcomes } = JSON.parse(stdout) as {
    state: string;
    outcomes: Record<string, number>;
  };
  expect(state).toBe('completed');
  return outcomes;
}

describe('a list, from its file to one outcome per row', () => {
  const ROWS = 600;

  it('is dialed once by three workers, one of which is killed', async () => {
    await using simulator = await startSimulator({ latencyMs: 20 });
    const { apiUrl, tokenUrl, clientId, clientSecret } = simulator;
    const env = environment({
      LIBBY_API_URL: apiUrl,
      LIBBY_TOKEN_URL: tokenUrl,
      LIBBY_CLIENT_ID: clientId,
      LIBBY_CLIENT_SECRET: clientSecret,
      LIBBY_CONNECT_TIMEOUT_MS: '3000',
      LIBBY_RESPONSE_TIMEOUT_MS: '5000',
      WORKER_CONCURRENCY: '10',
    });
    writeList(ROWS);
    const workers: SpawnedProcess[] = await Promise.all(
      [1, 2, 3].map(() => spawnProcess(WORKER, [], { env, cwd: folder })),
    );
    try {
      const load = await enqueuer('load', 'list.csv', '--campaign', 'campaign.yaml', '--json');
      expect(load).toMatchObject({ code: 0 });
      expect(JSON.parse(load.stdout)).toMatchObject({
        rows: ROWS,
        queued: ROWS,
        rejected: 0,
        duplicates: 0,
      });
      await workers[0]?.stop('SIGKILL');

      const again = await enqueuer('load', 'list.csv', '--campaign', 'campaign.yaml', '--json');
      expect(JSON.parse(again.stdout)).toMatchObject({ rows: ROWS, queued: 0, duplicates: 0 });

      const outcomes = await untilCompleted();
      expect((outcomes['accepted'] ?? 0) + (outcomes['unknown'] ?? 0)).toBe(ROWS);
      expect(outcomes['unknown']).toBeLessThanOrEqual(10);

      const { byNumber } = simulator.calls();
      expect(Object.values(byNumber).filter((taken) => taken > 1)).toEqual([]);
      expect(Object.keys(byNumber).length).toBeGreaterThanOrEqual(outcomes['accepted'] ?? ROWS);

      await enqueuer('results', 'spring', '-o', 'results.csv');
      const results = (await readFile(join(folder, 'results.csv'), 'utf8'))
        .trimEnd()
        .split('\n')
        .slice(1);
      expect(new Set(results.map((line) => line.split(',', 1)[0])).size).toBe(ROWS);

      await enqueuer('results', 'spring', '--join', 'list.csv', '-o', 'done.csv');
      const [list = [], done = []] = await Promise.all(['list.csv', 'done.csv'].map(linesOf));
      const beside = done.map((line, index) =>
        line.startsWith(`${list[index]},`) ? line.slice((list[index] ?? '').length + 1) : 'another',
      );
      const counted = Object.groupBy(beside, (cells) => cells.split(',', 1)[0] ?? '');
      expect(list).toHaveLength(ROWS + 2);
      expect(counted['outcome']).toHaveLength(1);
      expect(counted['accepted']).toHaveLength(outcomes['accepted'] ?? 0);
      expect(counted['unknown']?.length ?? 0).toBe(outcomes['unknown'] ?? 0);

      for (const worker of workers.slice(1))
        expect(await worker.stop('SIGTERM')).toMatchObject({ code: 0 });
      const logged = workers.flatMap(({ stderr }) => stderr).join('\n');
      expect(logged).toContain('worker has stopped');
      expect(logged).not.toContain(clientSecret);
      expect(logged).not.toMatch(/\+1505\d{7}|Person \d/);
    } finally {
      await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
    }
  });

  it('counts one token grant for all workers when none dies', async () => {
    await using simulator = await startSimulator();
    const { apiUrl, tokenUrl, clientId, clientSecret } = simulator;
    const env = environment({
      DIALER_PREFIX: '{one-grant}',
      LIBBY_API_URL: apiUrl,
      LIBBY_TOKEN_URL: tokenUrl,
      LIBBY_CLIENT_ID: clientId,
      LIBBY_CLIENT_SECRET: clientSecret,
    });
    writeList(200);
    const args = ['load', 'list.csv', '--campaign', 'campaign.yaml'];
    expect((await runProcess(ENQUEUER, args, { env, cwd: folder })).code).toBe(0);
    const workers = await Promise.all(
      [1, 2].map(() => spawnProcess(WORKER, [], { env, cwd: folder })),
    );
    try {
      await expect.poll(() => simulator.stats().taken).toBe(200);
      expect(simulator.stats()).toMatchObject({
        tokenGrants: 1,
        numbersTakenAgain: 0,
        requests: 200,
      });
    } finally {
      await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
    }
  });
});
