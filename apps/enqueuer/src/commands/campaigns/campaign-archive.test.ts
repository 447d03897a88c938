import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '@libby-dialer/dialing';
import { Interrupted } from '@libby-dialer/runtime';
import { expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

async function dialed(id: string, outcomes: readonly Outcome[]): Promise<string> {
  const file = await bench.campaign(id);
  await bench.run(['load', await bench.list(`${id}.csv`, outcomes.length), '--campaign', file]);
  for (const [index, callId] of (await bench.queued(id)).entries()) {
    await bench.placed(id, callId, outcomes[index] ?? 'accepted');
  }
  return file;
}

const archive = (...argv: string[]) => bench.run(['campaign', 'archive', 'spring', ...argv]);
const output = () => join(bench.directory, 'results.csv');

test('a finished campaign is archived once its results are in a file, and its id is spent', async () => {
  const file = await dialed('spring', ['accepted', 'rejected']);
  expect(await archive()).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('-o FILE" first.'),
  });
  await bench.run(['results', 'spring', '-o', output()]);
  expect((await readFile(output(), 'utf8')).trim().split('\n')).toHaveLength(3);
  expect(await archive()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('spring is archived'),
  });
  expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
    state: 'archived',
    outcomes: { accepted: 1, rejected: 1 },
  });
  expect(await bench.json(['status', '--json'])).toEqual([]);
  expect((await bench.run(['campaign', 'list'])).stdout).toBe('There is no campaign yet.\n');
  expect((await bench.run(['campaign', 'list', '--archived'])).stdout).toMatch(/spring +20\d\d-/);
  expect((await bench.run(['campaign', 'show', 'spring'])).stdout).toContain('id: "spring"');
  const refused = {
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('Campaign spring is archived: it takes no'),
  };
  const list = await bench.list('again.csv', 2);
  expect(await bench.run(['load', list, '--campaign', file])).toEqual(refused);
  expect(await bench.run(['load', list, '--campaign', 'spring', '--dry-run'])).toEqual(refused);
  expect(await bench.run(['campaign', 'put', file])).toEqual(refused);
  expect(await bench.run(['resume', 'spring'])).toEqual(refused);
  expect(await bench.run(['retry', 'spring', '--outcome', 'rejected'])).toEqual(refused);
  const { code, stderr } = await bench.run(['results', 'spring', '--format', 'ndjson']);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr:
      'Warning: campaign spring is archived; its results were exported before and are removed.\n',
  });
});

test('a part of the results is no export, nor are those that were never followed to an end', async () => {
  await dialed('spring', ['accepted', 'rejected']);
  await bench.run(['results', 'spring']);
  await bench.run(['results', 'spring', '--outcome', 'rejected', '-o', output()]);
  const stop = new AbortController();
  const following = bench.run(['results', 'spring', '--follow', '-o', output()], {
    signal: stop.signal,
  });
  await expect.poll(() => readFile(output(), 'utf8')).toContain('rejected');
  stop.abort(new Interrupted('SIGINT'));
  await following;
  expect(await archive()).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not all exported'),
  });
});

test('each refusal says what to do', async () => {
  expect(await archive()).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('spring is no campaign'),
  });
  await dialed('spring', ['accepted', 'unknown']);
  expect(await archive()).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('in-doubt list spring'),
  });
  await bench.redis.xgroup('CREATE', bench.keys.results, 'billing', '0');
  expect(await archive('--with-doubts')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('by billing;'),
  });
  await bench.redis.xgroup('DESTROY', bench.keys.results, 'billing');
  await bench.run(['results', 'spring', '-o', output()]);
  await bench.run(['load', await bench.list('more.csv', 1, 50), '--campaign', 'spring']);
  expect(await archive('--with-doubts')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is not finished'),
  });
});
