import { DialerError } from '@libby-dialer/runtime';
import { beforeEach, expect, it, vi } from 'vitest';
import { eachTest, type TestBench } from '../testing/test-bench.ts';
import { decide } from './decide.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

const DECISION = { action: 'campaign.pause', campaign: 'spring' } as const;
const work = vi.fn(() => Promise.resolve('done'));
beforeEach(() => work.mockClear());

it('is kept with its actor before anything is done, and its end afterwards', async () => {
  const meanwhile = await decide(bench.context, DECISION, async (did) => {
    did({ wentOut: 2 });
    return await bench.decisions();
  });
  const actor = { by: 'Ada', via: 'cli', from: 'desk' };
  expect(meanwhile).toMatchObject([{ ...DECISION, ...actor, end: undefined }]);
  expect(await bench.decisions()).toMatchObject([{ end: { effect: { wentOut: 2 } } }]);
});

it('that fails is kept with what it did and why it ended', async () => {
  const failing = (reason: Error) =>
    decide(bench.context.as({ name: 'Kim', via: 'api', from: '192.0.2.7' }), DECISION, (did) => {
      did({ wentOut: 1 });
      return Promise.reject(reason);
    });
  await expect(failing(new DialerError('in_flight', 'A call.'))).rejects.toThrow('A call.');
  await expect(failing(new TypeError('a bug'))).rejects.toThrow('a bug');
  expect(await bench.decisions()).toMatchObject([
    { by: 'Kim', via: 'api', end: { failure: 'in_flight', effect: { wentOut: 1 } } },
    { by: 'Kim', from: '192.0.2.7', end: { failure: 'unexpected' } },
  ]);
});

it('that cannot be kept is not carried out', async () => {
  await bench.redis.set(bench.keys.audit, 'no stream');
  await expect(decide(bench.context, DECISION, work)).rejects.toThrow('WRONGTYPE');
  expect(work).not.toHaveBeenCalled();
});

it('whose end cannot be kept has been carried out', async () => {
  await bench.redis.set(bench.keys.auditEnds, 'no hash');
  expect(await decide(bench.context, DECISION, work)).toBe('done');
  await bench.redis.del(bench.keys.auditEnds);
  expect(await bench.decisions()).toMatchObject([{ ...DECISION, end: undefined }]);
});
