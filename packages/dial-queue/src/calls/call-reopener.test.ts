import { expect, it } from 'vitest';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import { killedAtEachCommand } from '../testing/mortal-redis.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

const reopener = () => fixture.queue.reopener;
const queued = async () => {
  const queue = fixture.queue.bullQueue('spring');
  const jobs = await queue.getJobs(['waiting']);
  await queue.close();
  return jobs.map(({ id, data }) => ({ id, data: data as unknown }));
};

it('queues those with the outcome again, with their payload, and counts them out', async () => {
  const gate = fixture.gate();
  await gate.settle(fixture.settling({ callId: 'a', outcome: 'rejected' }));
  await gate.settle(fixture.settling({ callId: 'b', outcome: 'expired' }));
  await gate.settle(fixture.settling({ callId: 'c' }));
  expect(await reopener().reopen('spring', 'rejected')).toBe(1);
  expect(await queued()).toEqual([{ id: 'a', data: { to: '+15055550123', name: 'Ann' } }]);
  expect(await fixture.outcomeCount('rejected')).toBe(0);
  expect(await fixture.outcomeCount('expired')).toBe(1);
  expect(await reopener().reopen('spring', 'rejected')).toBe(0);
});

it('queues only those that are named, and of these only those with the outcome', async () => {
  const gate = fixture.gate();
  for (const callId of ['a', 'b'])
    await gate.settle(fixture.settling({ callId, outcome: 'rejected' }));
  await gate.settle(fixture.settling({ callId: 'c', outcome: 'expired' }));
  expect(await reopener().reopen('spring', 'rejected', ['a', 'c', 'nobody'])).toBe(1);
  expect((await queued()).map(({ id }) => id)).toEqual(['a']);
});

it('keeps the expiry that a call has of its own', async () => {
  const payload = JSON.stringify({ to: '+15055550123', name: 'Ann', expiresAt: 9e12 });
  await fixture.gate().settle(fixture.settling({ outcome: 'exhausted', payload, expires: true }));
  await reopener().reopen('spring', 'exhausted');
  expect(await fixture.redis.zscore(fixture.keys.campaign('spring').expiries, 'call-1')).toBe(
    '9000000000000',
  );
});

it('goes on with attempts and revisions where they stood', async () => {
  const gate = fixture.gate();
  await gate.settle(fixture.settling({ outcome: 'exhausted', attempts: 4 }));
  await reopener().reopen('spring', 'exhausted');
  expect(await gate.claim(fixture.request())).toMatchObject({
    kind: 'dial',
    claim: { attempts: 4, failures: 0 },
  });
  expect(await gate.settle(fixture.settling({ attempts: 5 }))).toEqual({
    kind: 'settled',
    revision: 2,
  });
  const records = await Array.fromAsync(fixture.results.read('spring'));
  expect(records).toMatchObject([{ outcome: 'accepted', revision: 2 }]);
});

it('is not undone by a late copy of what settled the call', async () => {
  const gate = fixture.gate();
  await gate.settle(fixture.settling({ outcome: 'rejected' }));
  await reopener().reopen('spring', 'rejected');
  expect(await gate.settle(fixture.settling({ outcome: 'rejected' }))).toEqual({ kind: 'lost' });
  expect(await gate.claim(fixture.request({ owner: 'owner-2' }))).toMatchObject({ kind: 'dial' });
});

it('finishes what a crash left half done', async () => {
  const own = fixture.keys.campaign('spring');
  const gate = fixture.gate();
  await gate.settle(fixture.settling({ outcome: 'rejected' }));
  await reopener().reopen('spring', 'rejected');
  const queue = fixture.queue.bullQueue('spring');
  await (await queue.getJob('call-1'))?.remove();
  await queue.close();
  await fixture.redis.hset(own.kept, 'call-1', '{"to":"+15055550123","name":"Ann"}');
  await fixture.redis.sadd(own.reopened, 'call-1');
  expect((await fixture.campaigns.look()).reopened).toEqual(['spring']);
  expect(await reopener().restore('spring')).toBe(1);
  expect(await queued()).toHaveLength(1);
  expect(await fixture.redis.exists(own.kept, own.reopened)).toBe(0);
});

it('loses no call, wherever it is killed', async () => {
  const { redis, keys } = fixture;
  await killedAtEachCommand(redis, async (mortal) => {
    await fixture.gate().settle(fixture.settling({ callId: 'a', outcome: 'rejected' }));
    await fixture
      .queueOf(mortal.redis)
      .reopener.reopen('spring', 'rejected')
      .catch(() => {});
    // What every worker does when it looks; and the person asks again.
    await reopener().restore('spring');
    await reopener().reopen('spring', 'rejected');
    expect(await queued()).toEqual([{ id: 'a', data: { to: '+15055550123', name: 'Ann' } }]);
    expect(await fixture.outcomeCount('rejected')).toBe(0);
    expect(await redis.scard(keys.campaign('spring').reopened)).toBe(0);
    await redis.del(...(await redis.keys(`${keys.prefix}:[cq]*`)));
  });
});

it('grants a redial once, wherever it is killed', async () => {
  const { redis, keys } = fixture;
  await killedAtEachCommand(redis, async (mortal) => {
    await fixture.gate().settle(fixture.settling({ callId: 'a', outcome: 'unknown' }));
    const dying = fixture.queueOf(mortal.redis).unknownCalls;
    await dying.redial('spring', 'a', 0, { by: 'Ada' }).catch(() => {});
    await reopener().restore('spring');
    await fixture.queue.unknownCalls.redial('spring', 'a', 0, { by: 'Ada' });
    expect(await queued()).toEqual([{ id: 'a', data: { to: '+15055550123', name: 'Ann' } }]);
    expect(await redis.hget(keys.campaign('spring').state, 'redialing')).toBe('1');
    await redis.del(...(await redis.keys(`${keys.prefix}:[cq]*`)));
  });
});

it('waits for a job that a worker still has in hand, and adds it when that has ended', async () => {
  const own = fixture.keys.campaign('spring');
  const queue = fixture.queue.bullQueue('spring');
  await queue.add('call', { to: '+15055550123', name: 'Ann' }, { jobId: 'call-1' });
  await fixture.redis.rpoplpush(
    `${fixture.keys.queue('spring')}wait`,
    `${fixture.keys.queue('spring')}active`,
  );
  await fixture.gate().settle(fixture.settling({ outcome: 'rejected' }));
  await reopener().reopen('spring', 'rejected');
  expect(await fixture.redis.smembers(own.reopened)).toEqual(['call-1']);
  // The worker's run ends: BullMQ takes the job away.
  await fixture.redis.lrem(`${fixture.keys.queue('spring')}active`, 1, 'call-1');
  await (await queue.getJob('call-1'))?.remove();
  await queue.close();
  expect(await reopener().restore('spring')).toBe(1);
  expect(await queued()).toHaveLength(1);
  expect(await fixture.redis.exists(own.reopened)).toBe(0);
});
