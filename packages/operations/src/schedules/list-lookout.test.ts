import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eachTest, type TestBench } from '../testing/test-bench.ts';
import { ListLookout } from './list-lookout.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

test('a list is there once it has stayed the same for long enough', async () => {
  let now = 1000;
  const lookout = new ListLookout(3000, () => now);
  const path = join(bench.directory, 'list.csv');
  expect(await lookout.look(path)).toBe('missing');
  await appendFile(path, '');
  expect(await lookout.look(path)).toBe('missing');
  await appendFile(path, 'Name,Phone\n');
  expect(await lookout.look(path)).toBe('unsettled');
  now += 2999;
  expect(await lookout.look(path)).toBe('unsettled');
  await appendFile(path, 'Ada,+15055550123\n');
  now += 2;
  expect(await lookout.look(path)).toBe('unsettled');
  now += 3000;
  expect(await lookout.look(path)).toBe('settled');
});

test('a directory is no list, and never will be', async () => {
  const path = join(bench.directory, 'list.csv');
  await mkdir(path);
  expect(await new ListLookout(3000).look(path)).toBe('no_file');
});
