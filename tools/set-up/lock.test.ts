import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from './lock.mjs';

let folder: string;
let lock: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  lock = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('lets one in at a time, each in the end, and leaves nothing behind', async () => {
  let inside = 0;
  let most = 0;
  let done = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    done += 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(lock, work)));
  expect({ most, done, left: readdirSync(folder) }).toEqual({ most: 1, done: 8, left: [] });
});

it('gives the lock back when the work fails', async () => {
  const failing = withLock(lock, () => Promise.reject(new Error('broken')));
  await expect(failing).rejects.toThrow('broken');
  await expect(withLock(lock, async () => 'free')).resolves.toBe('free');
});

it('goes from an owner that died to one of those who wait at a time, and leaves nothing', async () => {
  mkdirSync(lock);
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 20));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(lock, work, { staleAfterMs: 50 })));
  expect({ most, left: readdirSync(folder) }).toEqual({ most: 1, left: [] });
});

it('goes on when an heir died as well', async () => {
  mkdirSync(join(lock, 'heir-of-1'), { recursive: true });
  await expect(withLock(lock, async () => 'free', { staleAfterMs: 50 })).resolves.toBe('free');
});

it('fails where there can be no lock', async () => {
  await expect(withLock(join(lock, 'deeper'), async () => 'never')).rejects.toThrow('ENOENT');
});

it('does not take over from an owner that takes long', async () => {
  const finish = Promise.withResolvers<void>();
  const order: string[] = [];
  const staleAfterMs = 200;
  const slow = withLock(lock, () => finish.promise.then(() => order.push('slow')), {
    staleAfterMs,
  });
  const waiting = withLock(lock, async () => order.push('waiting'), {
    staleAfterMs,
    onWait: () => setTimeout(finish.resolve, 3 * staleAfterMs),
  });
  await Promise.all([slow, waiting]);
  expect(order).toEqual(['slow', 'waiting']);
});

it('stops waiting when told to, leaving the lock with its owner', async () => {
  const stop = new AbortController();
  await withLock(lock, async () => {
    const waiting = withLock(lock, async () => 'never', {
      signal: stop.signal,
      onWait: () => stop.abort(),
    });
    await expect(waiting).rejects.toThrow('aborted');
    expect(readdirSync(folder)).toEqual(['lock']);
  });
});
