import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { eachTest, type TestBench } from '../testing/test-bench.ts';
import { callsAtOnce, planLoad } from './plan-load.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

const planOf = async (rows: number, given: { mostRows?: number; canary?: { calls: number } }) =>
  await planLoad(bench.context, {
    path: await bench.list('list.csv', rows),
    campaign: await bench.put('spring'),
    stdin: Readable.from([]),
    signal: new AbortController().signal,
    warn: () => {},
    ...given,
  });

test('of a long list the plan looks at the beginning, and says how much of it that is', async () => {
  const whole = await planOf(1200, {});
  expect(whole).toMatchObject({ isWhole: true, share: 1, counts: { rows: 1200, queued: 1200 } });
  const { isWhole, counts, share } = await planOf(1200, { mostRows: 500 });
  expect(isWhole).toBe(false);
  expect(counts.rows).toBeGreaterThanOrEqual(500);
  expect(counts.rows).toBeLessThan(1200);
  expect(share).toBeGreaterThan(0);
  expect(await bench.queued('spring')).toEqual([]);
});

test('no more calls go out at once than its canary has places', async () => {
  expect(callsAtOnce(await planOf(20, {}))).toBe(20);
  expect(callsAtOnce(await planOf(20, { canary: { calls: 5 } }))).toBe(5);
});
