import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

describe('a script on a full Redis', () => {
  const WRITE = "return redis.call('set', KEYS[1], 'x')";
  const DELETE_FIRST = "redis.call('del', KEYS[2]) return redis.call('set', KEYS[1], 'x')";
  let server: TestRedis;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis({ own: true });
    redis = new Redis(server.url);
  });
  beforeEach(async () => {
    await redis.config('SET', 'maxmemory', '0');
    await redis.flushall();
    await redis.set('old', 'x');
    await redis.config('SET', 'maxmemory', '1');
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const run = (script: string) => redis.eval(script, 2, 'new', 'old');

  test('is refused with #!lua, and nothing of it runs: so must the gate be', async () => {
    await expect(run(`#!lua\n${WRITE}`)).rejects.toThrow(/^OOM /);
    await expect(run(`#!lua\n${DELETE_FIRST}`)).rejects.toThrow(/^OOM /);
    expect(await redis.exists('old', 'new')).toBe(1);
  });

  test('passes with flags=allow-oom: so must settle and release', async () => {
    expect(await run(`#!lua flags=allow-oom\n${WRITE}`)).toBe('OK');
  });

  test('escapes the check without #!lua if its first write is a deletion: why ours all declare themselves', async () => {
    await expect(run(WRITE)).rejects.toThrow(/OOM /);
    expect(await run(DELETE_FIRST)).toBe('OK');
  });

  test('may read with #!lua flags=no-writes', async () => {
    expect(await run("#!lua flags=no-writes\nreturn redis.call('get', KEYS[2])")).toBe('x');
  });
});

describe('TIME in a script', () => {
  let server: TestRedis;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  test('may come before a write, is asked anew each time, and goes on while the script runs: ours ask once', async () => {
    const script = `#!lua
      local first = redis.call('TIME')
      local last
      redis.call('set', KEYS[1], first[1])
      repeat last = redis.call('TIME') until last[1] .. last[2] ~= first[1] .. first[2]
      redis.call('del', KEYS[1])
      return { first[1], first[2], last[1], last[2] }`;
    const texts = (await redis.eval(script, 1, '{time}:key')) as string[];
    const [seconds = 0, micros = 0, lastSeconds = 0, lastMicros = 0] = texts.map(Number);
    expect(lastSeconds * 1_000_000 + lastMicros).toBeGreaterThan(seconds * 1_000_000 + micros);
    expect(texts.every((text) => /^\d+$/.test(text))).toBe(true);
  });
});

function connect(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => undefined);
  return redis;
}

/** Writes until the connection breaks. */
async function writeOn(redis: Redis, write: (nth: number) => Promise<unknown>): Promise<void> {
  try {
    for (let nth = 0; redis.status !== 'end'; nth += 1) await write(nth);
  } catch {
    // Redis is gone: all that was answered has been noted.
  }
}

describe('with appendfsync always, kill -9', () => {
  let server: TestRedis;
  let writers: Redis[] = [];
  beforeEach(async () => {
    server = await startRedis({ appendonly: true, appendfsync: 'always' });
    writers = Array.from({ length: 4 }, () => connect(server.url));
  });
  afterEach(async () => {
    for (const writer of writers) writer.disconnect();
    await server.stop();
  });

  test('loses nothing that was acknowledged', async () => {
    const acknowledged: string[] = [];
    const writing = writers.map((redis, index) =>
      writeOn(redis, async (nth) => {
        const key = `claim:${index}:${nth}`;
        await redis.set(key, 'x');
        acknowledged.push(key);
      }),
    );
    await eventually(() => acknowledged.length > 200);
    await server.kill('SIGKILL');
    await Promise.all(writing);
    await server.restart();
    const after = connect(server.url);
    writers.push(after);
    expect(await after.exists(...acknowledged)).toBe(acknowledged.length);
  });

  test('leaves of a script all that it wrote, or nothing', async () => {
    const script = `#!lua
      for index = 1, 20 do redis.call('hincrby', KEYS[1], 'field' .. index, 1) end
      return redis.call('rpush', KEYS[2], 'x')`;
    let acknowledged = 0;
    const writing = writers.map((redis) =>
      writeOn(redis, async () => {
        await redis.eval(script, 2, 'counts', 'list');
        acknowledged += 1;
      }),
    );
    await eventually(() => acknowledged > 200);
    await server.kill('SIGKILL');
    await Promise.all(writing);
    await server.restart();
    const after = connect(server.url);
    writers.push(after);
    const counts = new Set(Object.values(await after.hgetall('counts')).map(Number));
    expect(counts).toEqual(new Set([await after.llen('list')]));
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(acknowledged);
  });
});
