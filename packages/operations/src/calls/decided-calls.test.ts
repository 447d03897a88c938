import { describe, expect, test } from 'vitest';
import { suppressNumbers } from '../people/do-not-call.ts';
import { erasePerson } from '../people/erase-person.ts';
import { eachTest, phone, type TestBench } from '../testing/test-bench.ts';
import { resolveUnknownCall, resolveUnknownCalls } from './resolve-unknown-calls.ts';
import { listSetAsideJobs, resolveSetAsideJobs } from './set-aside-jobs.ts';
import { listUnknownCalls, unknownCallPage } from './unknown-calls.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

/** So many calls that may have rung. */
async function doubted(count = 1, campaign = 'spring'): Promise<string[]> {
  await bench.load(await bench.list('list.csv', count), await bench.put(campaign));
  const callIds = await bench.queued(campaign);
  for (const [index, callId] of callIds.entries()) {
    await bench.claim(campaign, callId);
    const seen = { reason: 'no_response', toPhoneNumber: phone(index), name: 'Ada Ruiz' } as const;
    await bench.settle(campaign, callId, 'unknown', seen);
  }
  return callIds;
}

const kim = () => bench.context.as({ name: 'Kim', via: 'page', from: '192.0.2.7' });

describe('a call in doubt', () => {
  test('ends as accepted, or is dialed once more', async () => {
    const [callId = ''] = await doubted();
    expect(await listUnknownCalls(bench.context, 'spring')).toMatchObject([{ callId }]);
    const redial = await resolveUnknownCall(bench.context, callId, { as: 'redial' });
    expect(redial).toMatchObject({ kind: 'redial', campaign: 'spring' });
    const accepted = await resolveUnknownCall(bench.context, callId, { as: 'accepted' });
    expect(accepted).toMatchObject({ kind: 'accepted', before: { as: 'redial', by: 'Ada' } });
    expect(await listUnknownCalls(bench.context, undefined)).toEqual([]);
    expect(await bench.decisions('in_doubt.resolve')).toMatchObject([
      { campaign: 'spring', details: { callId, as: 'redial' }, end: { effect: {} } },
      { campaign: 'spring', details: { callId, as: 'accepted' } },
    ]);
  });

  test('keeps what was noted, in audit and record, without whom it is about', async () => {
    const [taken = '', again = ''] = await doubted(2);
    const note = `Libby took the call\nof person ${phone(0)}.`;
    const kept = 'Libby took the call of [name] [number].';
    await resolveUnknownCall(bench.context, taken, { as: 'accepted', note });
    await resolveUnknownCall(bench.context, again, { as: 'redial', note });
    const record = await bench.queue.results.latestOf('spring', taken);
    expect(record).toMatchObject({ outcome: 'accepted', note: kept, revision: 2 });
    expect(await bench.decisions('in_doubt.resolve')).toMatchObject([
      { details: { callId: taken, note: kept } },
      { details: { callId: again, note: kept } },
    ]);
    const decided = { as: 'redial', by: 'Ada', at: expect.any(String) };
    expect(await listUnknownCalls(bench.context, 'spring')).toMatchObject([
      { callId: again, decided: { ...decided, note: kept } },
    ]);
    await erasePerson(bench.context, phone(1), new AbortController().signal);
    const [erased] = await listUnknownCalls(bench.context, 'spring');
    expect(erased?.decided).toEqual(decided);
  });

  test('on which another has decided says who', async () => {
    const [taken = '', again = '', neither = ''] = await doubted(3);
    await resolveUnknownCall(bench.context, taken, { as: 'accepted', note: 'by mail' });
    await resolveUnknownCall(bench.context, again, { as: 'redial' });
    const decided = await resolveUnknownCalls(kim(), [taken, again, neither, 'c1'], {
      as: 'redial',
    });
    expect([...decided.values()]).toMatchObject([
      { code: 'not_in_doubt', decided: { as: 'accepted', by: 'Ada', note: 'by mail' } },
      { code: 'waits', decided: { as: 'redial', by: 'Ada' } },
      { kind: 'redial', campaign: 'spring' },
      { code: 'no_such_call' },
    ]);
    await expect(resolveUnknownCall(kim(), taken, { as: 'accepted' })).rejects.toThrow(
      /^Call \S+ of spring is not in doubt: its outcome is accepted; Ada decided “accepted” at /,
    );
  });

  test('is not dialed again where the person must not be called', async () => {
    const [callId = ''] = await doubted();
    await suppressNumbers(bench.context, [phone(0)]);
    await expect(resolveUnknownCall(bench.context, callId, { as: 'redial' })).rejects.toMatchObject(
      { code: 'suppressed', kind: 'conflict' },
    );
    expect(await bench.decisions('in_doubt.resolve')).toEqual([]);
  });

  test('that nobody knows is not found', async () => {
    await bench.put('spring');
    await expect(resolveUnknownCall(bench.context, 'c1', { as: 'accepted' })).rejects.toMatchObject(
      { code: 'no_such_call', kind: 'not_found' },
    );
  });
});

const page = (request: object) => unknownCallPage(bench.context, { limit: 2, ...request });

describe('calls in doubt', () => {
  test('come a page at a time, and none is passed over because others were decided', async () => {
    const spring = await doubted(3, 'spring');
    const winter = await doubted(1, 'winter');
    await bench.put('empty');
    const first = await page({});
    expect(first.calls.map(({ callId }) => callId)).toEqual(spring.slice(0, 2));
    expect([...first.counts]).toEqual([
      ['spring', 3],
      ['winter', 1],
    ]);
    await resolveUnknownCalls(bench.context, spring.slice(0, 2), { as: 'accepted' });
    const second = await page({ after: first.next });
    expect(second.calls.map(({ callId }) => callId)).toEqual([spring[2], winter[0]]);
    expect(second.next).toBeUndefined();
    expect((await page({ campaign: 'winter' })).calls).toMatchObject([{ campaign: 'winter' }]);
    await expect(page({ after: '7' })).rejects.toMatchObject({ code: 'bad_cursor' });
  });

  test('say by which clocks their recipients live', async () => {
    await doubted(1);
    const { calls } = await page({});
    expect(calls).toMatchObject([{ zones: ['America/Denver'] }]);
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
