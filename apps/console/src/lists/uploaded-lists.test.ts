import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UploadedLists } from './uploaded-lists.ts';

const DAY_MS = 24 * 3_600_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uploaded-lists-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** As a console leaves it that is killed. */
async function leave(name: string, daysAgo: number): Promise<string> {
  const left = join(folder, name);
  await mkdir(join(left, 'a-list'), { recursive: true });
  await writeFile(join(left, 'a-list', 'people.csv'), 'Phone\n');
  const then = new Date(Date.now() - daysAgo * DAY_MS);
  await utimes(left, then, then);
  return left;
}

const upload = (lists: UploadedLists) =>
  lists.add({
    name: 'people.csv',
    by: 'ada',
    content: new Blob(['Phone\n']).stream(),
    signal: new AbortController().signal,
  });

test('what a console that was killed has left goes, two days later', async () => {
  const [old, recent, foreign] = await Promise.all([
    leave('libby-console-old', 3),
    leave('libby-console-recent', 1),
    leave('of-somebody-else', 3),
  ]);
  await using lists = await UploadedLists.open(undefined, 1);
  expect([old, recent, foreign].map((left) => existsSync(left))).toEqual([false, true, true]);
  expect((await upload(lists)).bytes).toBe(6);
});

test('a list goes after a day, whether anybody looks or not', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  try {
    await using lists = await UploadedLists.open(folder, 1);
    const { list: first } = await upload(lists);
    await vi.advanceTimersByTimeAsync(DAY_MS / 2);
    const { list: second } = await upload(lists);
    await vi.advanceTimersByTimeAsync((3 * DAY_MS) / 4);
    await expect.poll(() => existsSync(join(folder, first))).toBe(false);
    expect(existsSync(join(folder, second))).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test('a console whose folder is gone takes lists all the same', async () => {
  await using lists = await UploadedLists.open(undefined, 1);
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
  expect((await upload(lists)).bytes).toBe(6);
  expect(await readdir(folder)).toHaveLength(1);
});
