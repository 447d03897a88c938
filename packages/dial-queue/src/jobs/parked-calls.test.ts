import { expect, it } from 'vitest';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import { killedAtEachCommand } from '../testing/mortal-redis.ts';
import type { QueuedJob } from './call-job.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

it('brings up the delayed calls of a campaign that is over', async () => {
  await fixture.campaign();
  const queue = fixture.queue.bullQueue('spring');
  await queue.add('call', {}, { jobId: 'a', delay: 60_000 });
  await fixture.redis.sadd(fixture.keys.openCampaigns, 'spring');
  expect((await fixture.campaigns.look()).over).toEqual([]);
  await fixture.redis.hset(fixture.keys.campaign('spring').state, 'canceled', 1);
  expect((await fixture.campaigns.look()).over).toEqual(['spring']);
  await fixture.queue.parkedCalls.unpark('spring');
  expect(await queue.getWaitingCount()).toBe(1);
  await queue.close();
});

it('brings up the delayed calls of an expired campaign once for each expiry: what is delayed then ends later', async () => {
  const parked = fixture.queue.parkedCalls;
  const queue = fixture.queue.bullQueue('spring');
  const { state } = fixture.keys.campaign('spring');
  const over = async () => (await fixture.campaigns.look()).over;
  await fixture.campaign();
  await fixture.redis.sadd(fixture.keys.openCampaigns, 'spring');
  await fixture.redis.hset(state, 'expiresAt', Date.now() - 1000);
  await queue.add('call', {}, { jobId: 'a', delay: 60_000 });
  expect(await over()).toEqual(['spring']);
  await parked.endAll('spring', Date.now());
  expect(await queue.getWaitingCount()).toBe(1);
  // As a worker does with a row that has a later end of its own.
  await queue.add('call', {}, { jobId: 'b', delay: 60_000 });
  expect(await over()).toEqual([]);
  await fixture.redis.hset(state, 'expiresAt', Date.now() - 500);
  expect(await over()).toEqual(['spring']);
  await parked.endAll('spring', Date.now());
  await queue.add('call', {}, { jobId: 'c', delay: 60_000 });
  await fixture.redis.hset(state, 'canceled', 1);
  expect(await over()).toEqual(['spring']);
  await queue.close();
});

it('knows whether a campaign has changed since its delayed calls last came up', async () => {
  const parked = fixture.queue.parkedCalls;
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
  if (due === undefined || later === undefined || refused === undefined)
    throw new Error('three calls were asked for');
  await loader.add([due, later, refused]);
  const handed: unknown[] = [];
  const parked = fixture.queue.parkedCalls;
  await parked.sweep('spring', now, async (call) => {
    handed.push(call.callId, call.data);
    return call.callId === due.callId && (await expire(call));
  });
  expect(handed).toEqual(
    expect.arrayContaining([due.callId, due.call, refused.callId, refused.call]),
  );
  expect(handed).toHaveLength(4);
  expect(new Set((await waiting()).map(({ callId }) => callId))).toEqual(
    new Set([later.callId, refused.callId]),
  );
  expect(await fixture.redis.zcard(fixture.keys.campaign('spring').expiries)).toBe(2);
});

it('loses no call that a person queues again before its job is removed, wherever the sweep is killed', async () => {
  const { redis, keys } = fixture;
  const reopener = fixture.queue.reopener;
  await killedAtEachCommand(redis, async ({ redis: sweeping }) => {
    await fixture.campaign();
    const now = Date.now();
    await using loader = fixture.loader();
    const due = fixture.calls(1, { expiresAt: now - 1 });
    await loader.add(due);
    const sweep = fixture.queueOf(sweeping).parkedCalls.sweep('spring', now, async (call) => {
      await expire(call);
      return (await reopener.reopen('spring', 'expired')) === 1;
    });
    await sweep.catch(() => {});
    // What every worker does when it looks.
    await reopener.restore('spring');
    expect(await waiting()).toEqual(due);
    expect(await redis.zcard(keys.campaign('spring').expiries)).toBe(1);
    await redis.del(...(await redis.keys(`${keys.prefix}:[cq]*`)));
  });
});

async function expire({ callId, data }: QueuedJob): Promise<boolean> {
  const payload = JSON.stringify(data);
  await fixture
    .gate()
    .settle(fixture.settling({ callId, outcome: 'expired', payload, expires: true }));
  return true;
}

async function waiting(): Promise<{ callId: string | undefined; call: unknown }[]> {
  const queue = fixture.queue.bullQueue('spring');
  const jobs = await queue.getJobs(['waiting']);
  await queue.close();
  return jobs.map(({ id, data }) => ({ callId: id, call: data }));
}
