import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunFolder, shown } from './run-folder.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'run-folder-'));
});

afterEach(() => rm(home, { recursive: true }));

test('two runs in one second have a folder each, for their owner alone', async () => {
  const now = new Date('2026-01-19T14:30:05.678Z');
  const folders = await Promise.all([1, 2, 3].map(() => RunFolder.create(now, join(home, '.run'))));
  expect(folders.map(({ path }) => basename(path)).toSorted()).toEqual([
    '2026-01-19-143005',
    '2026-01-19-143005-2',
    '2026-01-19-143005-3',
  ]);
  for (const { path } of folders) expect((await stat(path)).mode & 0o777).toBe(0o700);
});

test('says where it cannot be', async () => {
  await writeFile(join(home, 'file'), '');
  await expect(RunFolder.create(new Date(), join(home, 'file'))).rejects.toThrow(
    /cannot be written; make it writable/,
  );
});

test('paths are shown as one would type them', () => {
  expect(shown('/home/ana/dialer/.run/x.csv', '/home/ana/dialer')).toBe('.run/x.csv');
  expect(shown('/etc/x.csv', '/home/ana/dialer/deep')).toBe('/etc/x.csv');
});
