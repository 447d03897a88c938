import { expect, it } from 'vitest';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import type { UntriedCall } from './questions.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

const OWNER = 'owner-1';

it('writes what the gate and a settle would write, and removes the job', async () => {
  const [asJob, atOnce] = await canceledCalls();
  const gate = fixture.gate();
  expect(await gate.claim(fixture.request({ callId: asJob.callId }))).toMatchObject({
    kind: 'skip',
    outcome: 'canceled',
    attempts: 0,
  });
  const settling = { ...asJob, owner: OWNER, outcome: 'canceled', attempts: 0, expires: true };
  await gate.settle(fixture.settling(settling as Parameters<Fixture['settling']>[0]));
  await fixture.queue.waitingJobs.drop('spring', [asJob.callId]);

  expect(await gate.cancelUntried('spring', OWNER, [atOnce])).toEqual(new Set([atOnce.callId]));
  const written = await Promise.all([asJob, atOnce].map(traces));
  expect(written[1]).toEqual(written[0]);
  expect(written[1]).toMatchObject({ entry: { state: 'canceled', owner: OWNER }, hasJob: false });
  expect(await fixture.outcomeCount('canceled')).toBe(2);
});

it('says the same to the same owner again, writes nothing twice, and leaves it to no other', async () => {
  const [call] = await canceledCalls();
  const gate = fixture.gate();
  for (let time = 0; time < 2; time += 1)
    expect(await gate.cancelUntried('spring', OWNER, [call])).toEqual(new Set([call.callId]));
  expect(await gate.cancelUntried('spring', 'owner-2', [call])).toEqual(new Set());
  expect(await fixture.outcomeCount('canceled')).toBe(1);
  expect(await fixture.redis.xlen(fixture.keys.results)).toBe(1);
});

it('leaves a call alone that was tried, and all of them once the campaign is resumed or archived', async () => {
  await fixture.campaign();
  const [tried, untried] = await load();
  const gate = fixture.gate();
  await gate.claim(fixture.request({ callId: tried.callId, owner: OWNER }));
  await fixture.redis.hset(fixture.keys.campaign('spring').state, 'canceled', 1);
  expect(await gate.cancelUntried('spring', 'owner-2', [tried])).toEqual(new Set());
  await gate.release(fixture.releasing({ callId: tried.callId, attempts: 0 }));
  expect(await gate.cancelUntried('spring', OWNER, [tried])).toEqual(new Set());
  await fixture.queue.control.apply('resume', 'spring');
  expect(await gate.cancelUntried('spring', OWNER, [untried])).toEqual(new Set());
  const { state } = fixture.keys.campaign('spring');
  await fixture.redis.hset(state, 'canceled', 1, 'archived', 1);
  expect(await gate.cancelUntried('spring', OWNER, [untried])).toEqual(new Set());
  expect(await fixture.redis.xlen(fixture.keys.results)).toBe(0);
});

it('leaves the job to the worker that has it in hand', async () => {
  const [call] = await canceledCalls();
  await fixture.redis.set(`${fixture.keys.queue('spring')}${call.callId}:lock`, 'its worker');
  await fixture.gate().cancelUntried('spring', OWNER, [call]);
  expect(await traces(call)).toMatchObject({ entry: { state: 'canceled' }, hasJob: true });
});

async function canceledCalls(): Promise<readonly [UntriedCall, UntriedCall]> {
  await fixture.campaign();
  const calls = await load();
  await fixture.queue.control.apply('cancel', 'spring');
  return calls;
}

async function load(): Promise<readonly [UntriedCall, UntriedCall]> {
  const calls = fixture.calls(2, { expiresAt: Date.now() + 3_600_000 });
  await using loader = fixture.loader();
  await loader.add(calls);
  const [one, other] = calls.map(({ callId, call }) => ({
    callId,
    resultHead: JSON.stringify({ callId, outcome: 'canceled' }).slice(0, -1),
    payload: JSON.stringify(call),
  }));
  if (one === undefined || other === undefined) throw new Error('two calls were asked for');
  return [one, other];
}

/** All that stands of a call, told so that two can be compared. */
async function traces({ callId, payload }: UntriedCall) {
  const { redis, keys } = fixture;
  const { ledger, kept, expiries, claims } = keys.campaign('spring');
  const { results, ...entry } = JSON.parse((await redis.hget(ledger, callId)) ?? '{}') as {
    results?: string[];
  };
  const [id = ''] = results ?? [];
  const [[, fields] = ['', []]] = await redis.xrange(keys.results, id, id);
  return {
    entry,
    results: results?.length,
    fields: fields.map((field) => field.replace(callId, 'its id')),
    isKept: (await redis.hget(kept, callId)) === payload,
    expiry: await redis.zscore(expiries, callId),
    claim: await redis.zscore(claims, callId),
    hasJob: (await redis.exists(`${keys.queue('spring')}${callId}`)) === 1,
  };
}
