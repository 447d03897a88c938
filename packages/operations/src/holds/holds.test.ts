import { expect, test } from 'vitest';
import { eachTest, type TestBench } from '../testing/test-bench.ts';
import { addHold, listHolds, releaseHold } from './holds.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

test('a hold is released, and what it was is kept', async () => {
  const pauses = { firstPauseMs: 60_000, maxPauseMs: 60_000, retryAfterMs: 0 };
  await bench.queue.holds.open({ scope: 'all', reason: 'forbidden', ...pauses }, 'call-1');
  expect((await listHolds(bench.context)).holds).toMatchObject([{ scope: 'all' }]);
  await releaseHold(bench.context, 'all');
  expect((await listHolds(bench.context)).holds).toEqual([]);
  await expect(releaseHold(bench.context, 'all')).rejects.toMatchObject({
    code: 'no_such_hold',
    kind: 'not_found',
  });
  expect(await bench.decisions()).toMatchObject([
    { action: 'hold.release', details: { scope: 'all', reason: 'forbidden' } },
  ]);
});

test('what a person stops is kept with why, and stays until it is released', async () => {
  await addHold(bench.context, 'all', { note: 'wrong texts' });
  expect((await listHolds(bench.context)).holds).toMatchObject([
    { scope: 'all', reason: 'stopped', until: undefined, cause: { message: 'wrong texts' } },
  ]);
  await releaseHold(bench.context, 'all');
  expect(await bench.decisions()).toMatchObject([
    { action: 'hold.add', details: { scope: 'all', note: 'wrong texts' } },
    { action: 'hold.release', details: { scope: 'all', reason: 'stopped' } },
  ]);
});

test('where Redis has lost claims, stopping everything says so', async () => {
  await bench.queue.evidence.compare(new Map([['a server of before', 3]]), true);
  await expect(addHold(bench.context, 'all')).rejects.toMatchObject({
    code: 'held_already',
    kind: 'conflict',
  });
  expect((await listHolds(bench.context)).holds).toMatchObject([{ reason: 'evidence_lost' }]);
});
