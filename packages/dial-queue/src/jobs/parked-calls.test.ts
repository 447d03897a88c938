import { expect, it } from 'vitest';
import type { DialQueue } from '../dial-queue.ts';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import { killedAtEachCommand } from '../testing/mortal-redis.ts';
import type { QueuedJob } from './call-job.ts';
import type { EndOfAll, ParkedCalls } from './parked-calls.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

it('shows a campaign that is over for as long as calls of it wait', async () => {
  await fixture.campaign();
  const queue = fixture.queue.bullQueue('spring');
  await queue.add('call', {}, { jobId: 'a', delay: 60_000 });
  await fixture.redis.sadd(fixture.keys.openCampaigns, 'spring');
  expect(await over()).toEqual([]);
  await fixture.redis.hset(fixture.keys.campaign('spring').state, 'canceled', 1);
  expect(await over()).toEqual(['spring']);
  await fixture.queue.parkedCalls.unpark('spring');
  expect(await queue.getWaitingCount()).toBe(1);
  expect(await over()).toEqual(['spring']);
  await endAll({});
  expect(await over()).toEqual(['spring']);
  await queue.close();
});

it('looks at the waiting calls of an expired campaign once for each expiry: what waits then ends later', async () => {
  const { state } = fixture.keys.campaign('spring');
  await fixture.campaign();
  await load(2);
  await fixture.redis.hset(state, 'expiresAt', Date.now() - 1000);
  expect(await over()).toEqual(['spring']);
  await endAll({});
  expect(await over()).toEqual([]);
  await fixture.redis.hset(state, 'expiresAt', Date.now() - 500);
  expect(await over()).toEqual(['spring']);
  await endAll({});
  await fixture.redis.hset(state, 'canceled', 1);
  expect(await over()).toEqual(['spring']);
});

it('ends each call of a canceled campaign once, wherever it waits, and leaves those that cannot end', async () => {
  await fixture.campaign();
  const calls = await load(600);
  const [stays = '', later = '', first = ''] = calls.map(({ callId }) => callId);
  const queue = fixture.queue.bullQueue('spring');
  await (await queue.getJob(later))?.remove();
  await queue.add('call', calls[1]?.call, { jobId: later, delay: 60_000 });
  await (await queue.getJob(first))?.changePriority({ priority: 1 });
  await fixture.queue.control.apply('cancel', 'spring');
  const settled: string[] = [];
  await endAll({
    settle: async (job) => {
      if (job.callId === stays) return false;
      settled.push(job.callId);
      return await end('canceled', job);
    },
  });
  const ended = calls.map(({ callId }) => callId).filter((callId) => callId !== stays);
  expect(settled.toSorted()).toEqual(ended.toSorted());
  expect(await fixture.outcomeCount('canceled')).toBe(ended.length);
  expect((await waiting()).map(({ callId }) => callId)).toEqual([stays]);
  expect(await queue.getDelayedCount()).toBe(0);
  expect(await queue.getPrioritizedCount()).toBe(0);
  await queue.close();
});

it('takes no job from a worker that has it in hand, and none that came back since it was settled', async () => {
  await fixture.campaign();
  const [taken, again] = await load(2);
  await fixture.queue.control.apply('cancel', 'spring');
  const { redis, keys } = fixture;
  const queue = keys.queue('spring');
  await endAll({
    settle: async (job) => {
      await end('canceled', job);
      if (job.callId === again?.callId)
        return (await fixture.queue.reopener.reopen('spring', 'canceled')) === 1;
      await redis.lrem(`${queue}wait`, 1, job.callId);
      await redis.lpush(`${queue}active`, job.callId);
      await redis.set(`${queue}${job.callId}:lock`, 'its worker');
      return true;
    },
  });
  expect((await waiting()).map(({ callId }) => callId)).toEqual([again?.callId]);
  expect(await redis.lrange(`${queue}active`, 0, -1)).toEqual([taken?.callId]);
  expect(await redis.exists(`${queue}${taken?.callId}`)).toBe(1);
});

it('is the work of one process at a time, until that has said nothing for a while', async () => {
  await fixture.campaign();
  await load(1);
  const { ending } = fixture.keys.campaign('spring');
  let calls = 0;
  const settle = async () => {
    calls += 1;
    expect(await fixture.redis.pttl(ending)).toBeGreaterThan(0);
    await endAll({ settle: () => expect.unreachable('two at once') });
    return false;
  };
  await endAll({ settle });
  expect(await fixture.redis.exists(ending)).toBe(0);
  await endAll({ settle });
  expect(calls).toBe(2);
});

it('loses no call of a canceled campaign and ends none twice, wherever whoever ends them is killed', async () => {
  const { redis, keys } = fixture;
  await killedAtEachCommand(redis, async ({ redis: ending }) => {
    await fixture.campaign();
    const calls = await load(3);
    await fixture.queue.control.apply('cancel', 'spring');
    await endAll(canceledBy(fixture.queueOf(ending))).catch(() => {});
    await redis.del(keys.campaign('spring').ending);
    await endAll(canceledBy(fixture.queue));
    expect(await waiting()).toEqual([]);
    expect(await fixture.outcomeCount('canceled')).toBe(calls.length);
    expect(await redis.xlen(keys.results)).toBe(calls.length);
    await redis.del(keys.results, ...(await redis.keys(`${keys.prefix}:[cq]*`)));
  });
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
    return call.callId === due.callId && (await end('expired', call));
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
      await end('expired', call);
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

async function over(): Promise<readonly string[]> {
  return (await fixture.campaigns.look()).over;
}

async function load(count: number): Promise<ReturnType<Fixture['calls']>> {
  await using loader = fixture.loader();
  const calls = fixture.calls(count);
  await loader.add(calls);
  return calls;
}

interface End extends Partial<EndOfAll> {
  readonly parked?: ParkedCalls;
}

async function endAll({ parked = fixture.queue.parkedCalls, ...how }: End): Promise<void> {
  await parked.endAll('spring', {
    now: Date.now(),
    worker: 'w',
    cancelUntried: async () => new Set(),
    settle: async () => false,
    signal: new AbortController().signal,
    ...how,
  });
}

/** By the gate's ways in turn. */
function canceledBy(queue: DialQueue): End {
  const gate = queue.gate({ sendWithinMs: 60_000, claimMs: 120_000 });
  return {
    parked: queue.parkedCalls,
    cancelUntried: (jobs) =>
      gate.cancelUntried(
        'spring',
        'owner-1',
        jobs.slice(1).map(({ callId }) => ({ callId, resultHead: '{"a":1', payload: '{}' })),
      ),
    settle: (job) => end('canceled', job, queue),
  };
}

/** As a worker does it. */
async function end(
  outcome: 'expired' | 'canceled',
  { callId, data }: QueuedJob,
  queue = fixture.queue,
): Promise<boolean> {
  const gate = queue.gate({ sendWithinMs: 60_000, claimMs: 120_000 });
  const payload = JSON.stringify(data);
  const { kind } = await gate.settle(
    fixture.settling({ callId, outcome, payload, expires: outcome === 'expired' || undefined }),
  );
  return kind !== 'lost';
}

async function waiting(): Promise<{ callId: string | undefined; call: unknown }[]> {
  const queue = fixture.queue.bullQueue('spring');
  const jobs = await queue.getJobs(['waiting']);
  await queue.close();
  return jobs.map(({ id, data }) => ({ callId: id, call: data }));
}
