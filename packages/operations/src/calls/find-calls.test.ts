import { expect, test } from 'vitest';
import { archiveCampaign } from '../campaigns/archive-campaign.ts';
import { controlCampaigns } from '../campaigns/control-campaigns.ts';
import { suppressNumbers } from '../people/do-not-call.ts';
import { erasePerson } from '../people/erase-person.ts';
import { noteExport, resultsPage } from '../results/results-page.ts';
import { eachTest, phone, type TestBench } from '../testing/test-bench.ts';
import { type CallInFull, findCall, findCalls } from './find-calls.ts';
import { retryCalls } from './retry-calls.ts';

const { signal } = new AbortController();
const ADA = phone(0);
const BY_PHONE = { kind: 'phone', text: ADA } as const;
const BY_KEY = { kind: 'externalId', text: 'crm-1' } as const;

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

/** A list of two people into a campaign that dedupes so. */
async function loaded(id: string, dedupeBy: 'phone' | 'externalId' | 'row'): Promise<string> {
  const rows = [
    { toPhoneNumber: ADA, name: 'Ada', externalId: 'crm-1' },
    { toPhoneNumber: phone(1), name: 'Bob', externalId: 'crm-2' },
  ];
  const list = await bench.file(`${id}.list.json`, JSON.stringify(rows));
  await bench.load(list, await bench.put(id, { dedupeBy }));
  return (await bench.queued(id))[0] ?? '';
}

const DIALED = {
  toPhoneNumber: ADA,
  externalId: 'crm-1',
  dialedAt: '2026-12-01T18:00:00.000Z',
  settledAt: '2026-12-01T18:00:01.000Z',
};

function stepsOf({ timeline }: CallInFull): string[] {
  return timeline.map(({ step }) => step);
}

test.each(['phone', 'externalId', 'row'] as const)(
  'calls of a campaign that dedupes by %s are found by number, key and id, and no others',
  async (dedupeBy) => {
    const callId = await loaded('spring', dedupeBy);
    for (const question of [BY_PHONE, BY_KEY, { kind: 'callId', text: callId } as const]) {
      const { calls, unnamed } = await findCalls(bench.context, question);
      expect(calls.map((call) => [call.campaign, call.callId])).toEqual([['spring', callId]]);
      expect(unnamed).toEqual([]);
    }
    expect(await findCalls(bench.context, { kind: 'phone', text: phone(5) })).toMatchObject({
      calls: [],
    });
  },
);

test('every call to a person is found, in whatever campaign', async () => {
  await loaded('spring', 'row');
  await loaded('summer', 'phone');
  await bench.load(await bench.list('spring.csv', 1), await bench.put('autumn'));
  const { calls } = await findCalls(bench.context, BY_PHONE);
  expect(calls.map(({ campaign }) => campaign).toSorted()).toEqual(['autumn', 'spring', 'summer']);
});

test('a waiting call says where it came from and what it waits for', async () => {
  const callId = await loaded('spring', 'phone');
  await controlCampaigns(bench.context, 'pause', 'spring', { signal });
  await suppressNumbers(bench.context, [ADA]);
  const call = await findCall(bench.context, callId, 'spring');
  expect(call).toMatchObject({ state: 'queued', row: 1, result: null });
  expect(stepsOf(call)).toEqual(['loaded', 'queued', 'waits', 'waits', 'waits']);
  expect(call.timeline.map(({ sentence }) => sentence).join(' ')).toMatch(
    /Loaded from .*spring\.list\.json, row 1.*do-not-call list.*none is running.*resumes/,
  );
});

test('a call that is dialed again tells of both times', async () => {
  const callId = await loaded('spring', 'row');
  await bench.claim('spring', callId);
  expect(await findCall(bench.context, callId)).toMatchObject({ state: 'in_flight' });
  const refused = { reason: 'bad_request', httpStatus: 400, providerMessage: 'too long' } as const;
  await bench.settle('spring', callId, 'rejected', { ...DIALED, ...refused });
  await retryCalls(bench.context, 'spring', 'rejected');
  expect(stepsOf(await findCall(bench.context, callId)).slice(-2)).toEqual([
    'queued_again',
    'waits',
  ]);
  await bench.claim('spring', callId, 'worker-2');
  await bench.settle('spring', callId, 'accepted', { ...DIALED, owner: 'worker-2' });
  const call = await findCall(bench.context, callId);
  expect(call).toMatchObject({ state: 'settled', outcome: 'accepted', revision: 2 });
  expect(stepsOf(call).join(' ')).toBe(
    'loaded queued dialed answered settled queued_again dialed settled',
  );
  expect(call.timeline[3]).toEqual({
    at: DIALED.settledAt,
    step: 'answered',
    sentence: 'Libby answered 400: too long',
  });
});

test('to a person who was erased no name leads any more', async () => {
  const callId = await loaded('spring', 'row');
  await bench.claim('spring', callId);
  await bench.settle('spring', callId, 'accepted', DIALED);
  await erasePerson(bench.context, ADA, signal);
  expect(await findCalls(bench.context, BY_PHONE)).toMatchObject({ calls: [] });
  expect(await findCalls(bench.context, BY_KEY)).toMatchObject({ calls: [] });
  const erased = { toPhoneNumber: 'erased', outcome: 'accepted', revision: 2 };
  expect(await findCall(bench.context, callId)).toMatchObject(erased);
});

test.each(['phone', 'row'] as const)(
  'by a number that its row has beside the dialed one a call is found, and erased, also once it has ended (%s)',
  async (dedupeBy) => {
    const [mobile, home] = [phone(2), phone(3)];
    const settings = { dedupeBy, columns: { toPhoneNumber: ['Mobile', 'Home'] } };
    const csv = `Name,Mobile,Home\nAda,${mobile},${home}\nBob,${phone(4)},${phone(5)}\n`;
    await bench.load(await bench.file('two.csv', csv), await bench.put('spring', settings));
    const [callId = ''] = await bench.queued('spring');
    const asked = async (text: string) =>
      (await findCalls(bench.context, { kind: 'phone', text })).calls;
    const expected = { callId, toPhoneNumber: mobile, phoneColumn: 'Mobile' };
    expect(await asked(home)).toMatchObject([{ ...expected, isOtherNumber: true }]);
    expect(await asked(mobile)).toMatchObject([{ ...expected, isOtherNumber: false }]);

    await bench.claim('spring', callId);
    const dialed = { ...DIALED, toPhoneNumber: mobile, phoneColumn: 'Mobile' };
    await bench.settle('spring', callId, 'accepted', dialed);
    const accepted = { ...expected, outcome: 'accepted', isOtherNumber: true };
    expect(await asked(home)).toMatchObject([accepted]);

    expect(await erasePerson(bench.context, home, signal)).toMatchObject({ calls: 1, results: 1 });
    expect(await findCall(bench.context, callId)).toMatchObject({ toPhoneNumber: 'erased' });
    expect(await asked(home)).toEqual([]);
    expect(await asked(phone(5))).toMatchObject([{ isOtherNumber: true }]);
  },
);

test('an erased call is noted under none of its numbers', async () => {
  const [first, second, third] = [phone(2), phone(3), phone(4)];
  const settings = { columns: { toPhoneNumber: ['Mobile', 'Home', 'Work'] } };
  const csv = `Name,Mobile,Home,Work\nAda,${first},${second},${third}\n`;
  await bench.load(await bench.file('three.csv', csv), await bench.put('spring', settings));
  const [callId = ''] = await bench.queued('spring');
  await bench.claim('spring', callId);
  const dialed = { ...DIALED, toPhoneNumber: first, phoneColumn: 'Mobile' };
  await bench.settle('spring', callId, 'accepted', dialed);
  await erasePerson(bench.context, second, signal);
  const { names } = bench.keys.campaign('spring');
  expect(await bench.redis.keys(`${names}:*`)).toEqual([]);
});

test('of an archived campaign nothing is left to be found by', async () => {
  await bench.load(await bench.list('list.csv', 1), await bench.put('spring', { dedupeBy: 'row' }));
  const [callId = ''] = await bench.queued('spring');
  await bench.claim('spring', callId);
  await bench.settle('spring', callId, 'accepted', DIALED);
  const { names } = bench.keys.campaign('spring');
  expect(await bench.redis.keys(`${names}:*`)).toHaveLength(1);
  const { upTo = '' } = await resultsPage(bench.context, 'spring', { limit: 1 });
  await noteExport(bench.context, 'spring', upTo);
  await archiveCampaign(bench.context, 'spring');
  expect(await bench.redis.keys(`${names}:*`)).toEqual([]);
  expect(await findCalls(bench.context, BY_PHONE)).toMatchObject({ calls: [] });
});

test('calls from before they were noted are found as far as they can be', async () => {
  const callId = await loaded('spring', 'phone');
  await bench.claim('spring', callId);
  await bench.settle('spring', callId, 'accepted', DIALED);
  const { names, state, ledger } = bench.keys.campaign('spring');
  await bench.redis.del(await bench.redis.keys(`${names}:*`));
  await bench.redis.hdel(state, 'named');
  const { results: _, ...entry } = JSON.parse((await bench.redis.hget(ledger, callId)) ?? '');
  await bench.redis.hset(ledger, callId, JSON.stringify(entry));
  expect(await findCalls(bench.context, BY_PHONE)).toMatchObject({
    calls: [{ callId, outcome: 'accepted', settledAt: DIALED.settledAt }],
    unnamed: [],
  });
  expect(await findCalls(bench.context, BY_KEY)).toMatchObject({ calls: [], unnamed: ['spring'] });
});

test('what is no call is said to be none', async () => {
  const failure = { code: 'no_such_call', kind: 'not_found' };
  await expect(findCall(bench.context, 'cAAAAAAAAAAAAAAAAAAAA')).rejects.toMatchObject(failure);
});
