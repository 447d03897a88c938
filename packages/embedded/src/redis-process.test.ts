import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findOnPath } from './config.ts';
import { startRedisProcess } from './redis-process.ts';

const PROGRAM = findOnPath('redis-server');

let folder: string;

// A folder for temporary ones that no other test run uses, to see what is left in it.
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redis-process-'));
  vi.stubEnv('TMPDIR', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const start = (...args: string[]) => startRedisProcess(PROGRAM ?? '', { args });

describe.skipIf(PROGRAM === undefined)('redis-server of the PATH', () => {
  test('leaves no folder and no process behind', async () => {
    const redis = await start();
    const { pid } = redis;
    expect(await readdir(folder)).toHaveLength(1);
    await redis.stop();
    await redis.stop();
    expect(await readdir(folder)).toEqual([]);
    expect(redis.pid).toBeUndefined();
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  });

  test('has a new pid after a restart, and none while it is killed', async () => {
    await using redis = await start();
    const { pid } = redis;
    await redis.kill();
    expect(redis.pid).toBeUndefined();
    await redis.restart();
    expect(redis.pid).toEqual(expect.any(Number));
    expect(redis.pid).not.toBe(pid);
  });

  test('says why it could not start', async () => {
    await expect(start('--no-such-option', 'x')).rejects.toThrow(
      /ended before it was ready:[^]*no-such-option/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('cannot be started from a program that is none', async () => {
    await expect(startRedisProcess('/no/such/program', {})).rejects.toThrow('ENOENT');
    expect(await readdir(folder)).toEqual([]);
  });
});
