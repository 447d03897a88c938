import { startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config/config.ts';
import { createLogger } from '../logs/logger.ts';
import { redisConfig } from '../redis/redis-config.ts';
import type { RedisClient } from '../redis/redis-connection.ts';
import { RedisService, type ServiceShell, type ServiceWork } from './redis-service.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const METRICS = { contentType: 'text/plain', metrics: async () => 'calls 1\n' };
const LINES = { started: 'it serves', stopping: 'it stops', stopped: 'it has stopped' };

/** A service that says in its log what it does. */
function service(
  work: Partial<ServiceWork>,
  {
    allowVolatile = true,
    onBuild,
  }: { allowVolatile?: boolean; onBuild?: (shell: ServiceShell) => Promise<void> } = {},
) {
  const logs: { msg: string; http?: string; code?: string }[] = [];
  const logger = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => logs.push(JSON.parse(line) as { msg: string }) },
  });
  const config = loadConfig(redisConfig, { REDIS_URL: redis.url });
  const shell = new RedisService({
    program: 'test',
    redis: { ...config, allowVolatile },
    http: { host: '127.0.0.1', port: 0, defaultPort: 1 },
    logger,
    metrics: METRICS,
    lines: LINES,
    build: async (built) => {
      built.release.defer(() => logger.info('released'));
      await onBuild?.(built);
      return {
        start: async () => logger.info('work begins'),
        stop: async () => logger.info('work ends'),
        troubles: () => [],
        ...work,
      };
    },
  });
  const url = () => logs.find(({ http }) => http !== undefined)?.http ?? '';
  return {
    shell,
    url,
    lines: () => logs.filter(({ code }) => code === undefined).map(({ msg }) => msg),
  };
}

test('lets its work begin once Redis answers, and releases everything after the work has ended', async () => {
  const { shell, url, lines } = service({});
  await shell.start();
  expect((await fetch(`${url()}/readyz`)).status).toBe(200);
  expect(await (await fetch(`${url()}/metrics`)).text()).toBe('calls 1\n');
  await Promise.all([shell.stop(), shell.stop()]);
  expect(lines()).toEqual([
    'work begins',
    'it serves',
    'it stops',
    'work ends',
    'released',
    'it has stopped',
  ]);
});

test('releases everything though its work does not stop as it should, and tells why', async () => {
  const { shell, lines } = service({ stop: () => Promise.reject(new Error('cannot stop')) });
  await shell.start();
  await expect(shell.stop()).rejects.toThrow('cannot stop');
  expect(lines()).toContain('released');
  expect(lines()).not.toContain('it has stopped');
});

test('is ready only while its work has no trouble', async () => {
  const troubles: string[] = [];
  const { shell, url } = service({ troubles: () => troubles });
  await shell.start();
  troubles.push('the inbox cannot be read');
  const answer = await fetch(`${url()}/readyz`);
  expect([answer.status, await answer.text()]).toEqual([503, 'the inbox cannot be read\n']);
  await shell.stop();
});

test('closes the connections that its work has asked for', async () => {
  const clients: RedisClient[] = [];
  const { shell } = service(
    {},
    {
      onBuild: async ({ connect }) => {
        clients.push(await connect('blocking'));
      },
    },
  );
  await shell.start();
  expect(clients.map(({ status }) => status)).toEqual(['ready']);
  await shell.stop();
  expect(clients.map(({ status }) => status)).toEqual(['end']);
});

test('does not begin on a Redis that would not keep what it acknowledges', async () => {
  const { shell, lines } = service({}, { allowVolatile: false });
  await expect(shell.start()).rejects.toMatchObject({ code: 'redis_unfit' });
  await shell.stop();
  expect(lines()).toEqual([]);
});
