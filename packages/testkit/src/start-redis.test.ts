import { setTimeout as delay } from 'node:timers/promises';
import { findLibfaketime } from '@libby-dialer/embedded';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startRedis } from './start-redis.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** One connection that fails at once instead of trying again. */
async function withClient<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on('error', () => undefined);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

describe('a private Redis', () => {
  test('serves, persists nothing, and stops for good', async () => {
    const redis = await startRedis({ own: true });
    expect(await withClient(redis.url, (client) => client.config('GET', 'save'))).toEqual([
      'save',
      '',
    ]);
    expect(await withClient(redis.url, (client) => client.config('GET', 'appendonly'))).toEqual([
      'appendonly',
      'no',
    ]);
    await redis.stop();
    await redis.stop();
    await expect(withClient(redis.url, (client) => client.ping())).rejects.toThrow(
      /closed|ECONNREFUSED/,
    );
  });

  test('takes its options', async () => {
    const options = {
      appendfsync: 'always',
      maxmemory: '64mb',
      requirepass: 'p@ss',
      args: ['--databases', '3'],
    } as const;
    await using redis = await startRedis({ appendonly: true, ...options });
    const settings = await withClient(redis.url, (client) =>
      client.call('CONFIG', 'GET', 'appendonly', 'appendfsync', 'maxmemory', 'databases'),
    );
    expect(settings).toEqual(
      expect.arrayContaining([
        'appendonly',
        'yes',
        'appendfsync',
        'always',
        'maxmemory',
        String(64 * 1024 ** 2),
        '3',
      ]),
    );
    await expect(
      withClient(redis.url.replace(/:p.*@/, ''), (client) => client.ping()),
    ).rejects.toThrow(/NOAUTH/);
  });

  test('killed, it comes back on its port with what it had on disk', async () => {
    await using redis = await startRedis({ appendonly: true, appendfsync: 'always' });
    const { port } = redis;
    await withClient(redis.url, (client) => client.set('key', 'kept'));
    await redis.kill();
    await redis.kill();
    await expect(withClient(redis.url, (client) => client.ping())).rejects.toThrow(
      /closed|ECONNREFUSED/,
    );
    await redis.restart();
    expect(redis.port).toBe(port);
    expect(await withClient(redis.url, (client) => client.get('key'))).toBe('kept');
  });

  test('paused it says nothing, resumed it answers', async () => {
    await using redis = await startRedis({ own: true });
    await withClient(redis.url, async (client) => {
      await client.ping();
      await redis.pause();
      const pong = client.ping();
      expect(await Promise.race([pong, delay(100, 'nothing')])).toBe('nothing');
      await redis.resume();
      expect(await pong).toBe('PONG');
    });
  });

  test('restarts even when paused', async () => {
    await using redis = await startRedis({ own: true });
    await redis.pause();
    await redis.restart();
    expect(await withClient(redis.url, (client) => client.ping())).toBe('PONG');
  });

  test('has a clock that can be set, also across a restart', async ({ skip }) => {
    skip(findLibfaketime() === undefined, 'needs libfaketime (Debian: apt-get install faketime)');
    await using redis = await startRedis({ settableClock: true });
    const hoursAhead = async () => {
      const [seconds] = await withClient(redis.url, (client) => client.time());
      return (Number(seconds) - Date.now() / 1000) / 3600;
    };
    expect(await hoursAhead()).toBeCloseTo(0, 1);
    await redis.setClock(5 * 3_600_000);
    expect(await hoursAhead()).toBeCloseTo(5, 1);
    await redis.restart();
    expect(await hoursAhead()).toBeCloseTo(5, 1);
    await redis.setClock(-7_200_000);
    expect(await hoursAhead()).toBeCloseTo(-2, 1);
  });

  test('many start at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => startRedis({ own: true })));
    expect(new Set(all.map(({ port }) => port)).size).toBe(5);
    await Promise.all(all.map((redis) => redis.stop()));
  });
});

describe('REDIS_URL', () => {
  test('is used where no option asks for a server of its own, and left alone', async () => {
    await using server = await startRedis({ own: true });
    vi.stubEnv('REDIS_URL', server.url);
    const shared = await startRedis();
    expect(shared).toMatchObject({ url: server.url, port: server.port, pid: undefined });
    await expect(shared.kill()).rejects.toThrow('startRedis({ own: true })');
    await shared.stop();
    expect(await withClient(server.url, (client) => client.ping())).toBe('PONG');
    await using own = await startRedis({ own: true });
    expect(own.url).not.toBe(server.url);
  });
});
