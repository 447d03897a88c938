import { expect, it } from 'vitest';
import { CallReopener } from './call-reopener.ts';
import { ParkedCalls } from './parked-calls.ts';
import { openQueue } from './queues.ts';
import { eachTest, type Fixture } from './testing/fixture.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

it('brings up the delayed calls of a campaign that is over', async () => {
  await fixture.campaign();
  const queue = openQueue(fixture.redis, fixture.keys, 'spring');
  await queue.add('call', {}, { jobId: 'a', delay: 60_000 });
  await fixture.redis.sadd(fixture.keys.openCampaigns, 'spring');
  expect((await fixture.campaigns.look()).over).toEqual([]);
  await fixture.redis.hset(fixture.keys.campaign('spring').state, 'canceled', 1);
  expect((await fixture.campaigns.look()).over).toEqual(['spring']);
  await new ParkedCalls(fixture.redis, fixture.keys).unpark('spring');
  expect(await queue.getWaitingCount()).toBe(1);
  await queue.close();
});

it('knows whether a campaign has changed since its delayed calls last came up', async () => {
  const parked = new ParkedCalls(fixture.redis, fixture.keys);
  expect(await parked.areOutdated('spring')).toBe(false);
  await fixture.campaign();
  expect(await parked.areOutdated('spring')).toBe(true);
  await parked.unpark('spring');
  expect(await parked.areOutdated('spring')).toBe(false);
  await fixture.campaign();
  expect(await parked.areOutdated('spring')).toBe(false);
  await fixture.campaign({ priority: 1 });
  expect(await parked.areOutdated('spring')).toBe(true);
});

it('hands over the calls whose own expiry has come, and removes what is settled', async () => {
  await fixture.campaign();
  const now = Date.now();
  await using loader = fixture.loader();
  const [due, later, refused] = [-1, 60_000, -1].map((inMs, index) => ({
    ...fixture.calls(3)[index],
    call: { ...fixture.calls(3)[index]?.call, expiresAt: now + inMs },
  })) as ReturnType<Fixture['calls']>;
  if (due === undefined || later === undefined || refused === undefined) throw new Error('three calls were asked for');
  await loader.add([due, later, refused]);
  const handed: unknown[] = [];
  const parked = new ParkedCalls(fixture.redis, fixture.keys);
  await parked.sweep('spring', now, async (call) => {
    handed.push(call.callId, call.data);
    return call.callId === due.callId;
  });
  expect(handed).toEqual(expect.arrayContaining([due.callId, due.call, refused.callId, refused.call]));
  expect(handed).toHaveLength(4);
  const queue = openQueue(fixture.redis, fixture.keys, 'spring');
  const left = (await queue.getJobs(['waiting'])).map(({ id }) => id);
  expect(new Set(left)).toEqual(new Set([later.callId, refused.callId]));
  await queue.close();
  expect(await fixture.redis.zcard(fixture.keys.campaign('spring').expiries)).toBe(2);
});

it('loses no call that a person queues again between its settling and the removal of its job', async () => {
  await fixture.campaign();
  const now = Date.now();
  await using loader = fixture.loader();
  const due = fixture.calls(1, { expiresAt: now - 1 });
  await loader.add(due);
  const reopener = new CallReopener(fixture.redis, fixture.keys);
  await new ParkedCalls(fixture.redis, fixture.keys).sweep('spring', now, async ({ callId, data }) => {
    const payload = JSON.stringify(data);
    await fixture.gate().settle(fixture.settling({ callId, outcome: 'expired', payload, expires: true }));
    expect(await reopener.reopen('spring', 'expired')).toBe(1);
    return true;
  });
  expect((await fixture.campaigns.look()).reopened).toEqual(['spring']);
  await reopener.restore('spring');
  const queue = openQueue(fixture.redis, fixture.keys, 'spring');
  expect((await queue.getJobs(['waiting'])).map(({ id, data }) => ({ callId: id, call: data }))).toEqual(due);
  await queue.close();
  expect(await fixture.redis.zcard(fixture.keys.campaign('spring').expiries)).toBe(1);
});
