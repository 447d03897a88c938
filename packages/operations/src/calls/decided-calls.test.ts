import { describe, expect, test } from 'vitest';
import { suppressNumbers } from '../people/do-not-call.ts';
import { eachTest, phone, type TestBench } from '../testing/test-bench.ts';
import { listSetAsideJobs, resolveSetAsideJobs } from './set-aside-jobs.ts';
import { listUnknownCalls, resolveUnknownCall } from './unknown-calls.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

/** A call that may have rung. */
async function doubted(): Promise<string> {
  await bench.load(await bench.list('list.csv', 1), await bench.put('spring'));
  const [callId = ''] = await bench.queued('spring');
  await bench.claim('spring', callId);
  await bench.settle('spring', callId, 'unknown', { reason: 'no_response' });
  return callId;
}

describe('a call in doubt', () => {
  test('ends as accepted, or is dialed once more', async () => {
    const callId = await doubted();
    expect(await listUnknownCalls(bench.context, 'spring')).toMatchObject([{ callId }]);
    const redial = await resolveUnknownCall(bench.context, callId, 'redial');
    expect(redial).toMatchObject({ kind: 'redial', campaign: 'spring' });
    expect(await resolveUnknownCall(bench.context, callId, 'accepted')).toEqual({
      kind: 'accepted',
      campaign: 'spring',
    });
    expect(await listUnknownCalls(bench.context, undefined)).toEqual([]);
    expect(await bench.decisions('in_doubt.resolve')).toMatchObject([
      { campaign: 'spring', details: { callId, as: 'redial' }, end: { effect: {} } },
      { campaign: 'spring', details: { callId, as: 'accepted' } },
    ]);
  });

  test('is not dialed again where the person must not be called', async () => {
    const callId = await doubted();
    await suppressNumbers(bench.context, [phone(0)]);
    await expect(resolveUnknownCall(bench.context, callId, 'redial')).rejects.toMatchObject({
      code: 'suppressed',
      kind: 'conflict',
    });
    expect(await bench.decisions('in_doubt.resolve')).toEqual([]);
  });

  test('that nobody knows is not found', async () => {
    await bench.put('spring');
    await expect(resolveUnknownCall(bench.context, 'c1', 'accepted')).rejects.toMatchObject({
      code: 'no_such_call',
      kind: 'not_found',
    });
  });
});

async function setAside(): Promise<void> {
  await bench.put('spring');
  const job = { name: 'copy', data: '{"to":', queuedAt: 0, refusal: 'unreadable' };
  await bench.redis.hset(bench.keys.campaign('spring').setAside, '17', JSON.stringify(job));
}

describe('a job that was set aside', () => {
  test('is queued only as the row of its id', async () => {
    await setAside();
    const resolved = await resolveSetAsideJobs(bench.context, 'spring', undefined, 'queued');
    expect(resolved).toMatchObject({ done: 0, refusal: { code: 'not_queued', kind: 'refused' } });
    expect(await listSetAsideJobs(bench.context, 'spring')).toMatchObject([
      { job: { callId: '17' }, canBeQueued: false },
    ]);
  });

  test('is canceled, which is kept', async () => {
    await setAside();
    expect(await resolveSetAsideJobs(bench.context, 'spring', ['17'], 'canceled')).toEqual({
      done: 1,
      refusal: undefined,
    });
    await expect(
      resolveSetAsideJobs(bench.context, 'spring', ['17'], 'canceled'),
    ).rejects.toMatchObject({ code: 'no_such_job' });
    expect(await bench.decisions('set_aside.resolve')).toMatchObject([
      { campaign: 'spring', details: { as: 'canceled', jobs: 1, ids: ['17'] } },
    ]);
  });
});
