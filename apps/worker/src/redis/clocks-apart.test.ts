import { eventually, findLibfaketime, startRedis } from '@libby-dialer/testkit';
import { Worker } from 'bullmq';
import { expect, test } from 'vitest';
import { DialingWorld, LINE, phones } from '../testing/dialing-world.ts';

const HOUR_MS = 3_600_000;

test.skipIf(findLibfaketime() === undefined).for([7, -7])(
  'while Redis’s clock is %d hours off nothing is dialed and nothing ends, and it is said; then dialing goes on (needs libfaketime)',
  async (hours) => {
    await using redis = await startRedis({ settableClock: true });
    await using world = await DialingWorld.open(redis);
    // By a clock that is hours ahead they would be expired.
    await world.campaign({ expiresAt: new Date(Date.now() + 2 * HOUR_MS).toISOString() });
    const worker = await world.startWorker();
    const [parked = '', ...numbers] = phones(6);
    await world.load([parked], 'spring', { startsAt: Date.now() + HOUR_MS });
    const delayed = () => world.withQueue('spring', (jobs) => jobs.getDelayedCount());
    await eventually(async () => (await delayed()) === 1);
    const readiness = async () => (await fetch(`${worker.url}/readyz`)).text();
    await redis.setClock(hours * HOUR_MS);
    await eventually(async () => (await readiness()).includes('differ by more than 15 minutes'));
    await world.load(numbers);
    // It has taken a job, and given it back. Set back, the one that was parked may be the first
    // each time.
    const queue = world.keys.queue('spring');
    await eventually(async () => {
      const started = await Promise.all(
        [...numbers, ...(hours > 0 ? [] : [parked])].map((number) =>
          world.redis.hget(`${queue}${world.callId(number)}`, 'ats'),
        ),
      );
      return started.some(Number) && (await world.redis.llen(`${queue}active`)) === 0;
    });
    expect(world.simulator.stats().requests).toBe(0);
    expect(await world.results()).toEqual([]);
    // Nor does what is parked come up to end.
    expect(await world.redis.hget(world.keys.campaign('spring').state, 'endedFor')).toBeNull();
    // Set back, what is parked comes up, once.
    await eventually(async () => (await delayed()) === (hours > 0 ? 1 : 0));
    await redis.setClock(0);
    await eventually(async () => (await readiness()) === 'ready\n');
    expect((await world.settled(5)).map(({ outcome }) => outcome)).toEqual(
      Array(5).fill('accepted'),
    );
    const said = worker.logs.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(
      said.filter((msg) => msg.includes('nothing is dialed here until they agree')),
    ).toHaveLength(1);
  },
);

test.skipIf(findLibfaketime() === undefined)(
  'what was stored while Redis’s clock was hours ahead keeps nothing waiting once that is set back (needs libfaketime)',
  async () => {
    await using redis = await startRedis({ settableClock: true });
    await using world = await DialingWorld.open(redis);
    const [claimed = '', other = ''] = phones(2);
    await redis.setClock(7 * HOUR_MS);
    await world.campaign({ pacing: { maxInFlight: 1 } });
    await world.queue.parkedCalls.unpark('spring');
    // Another worker, for which it was no news, had a claim when it died, and had delayed a job to
    // when its clock would come as far.
    await world.gate(3000).claim({
      callId: world.callId(claimed),
      owner: 'died.1',
      campaign: 'spring',
      person: world.identity.person(claimed),
      lines: [LINE],
      limits: { conversationMs: 1000, maxInFlight: 1 },
      opensAt: 0,
      closesAt: Number.MAX_SAFE_INTEGER,
      ready: true,
    });
    await world.load([other]);
    const died = new Worker('spring', null, { connection: world.redis, prefix: world.keys.queues });
    const job = await died.getNextJob('died');
    await job?.moveToDelayed(Date.now() + 7 * HOUR_MS, 'died');
    await died.close(true);
    await world.load([claimed]);
    await redis.setClock(0);
    await world.startWorker();
    await world.settled(2);
    expect(await world.outcomes()).toEqual(
      new Map([
        [other, 'accepted'],
        [claimed, 'unknown'],
      ]),
    );
  },
);

test.skipIf(findLibfaketime() === undefined)(
  'a pace is kept over steps of Redis’s clock: every call goes out, once, and no second has too many (needs libfaketime)',
  async () => {
    await using redis = await startRedis({ settableClock: true });
    await using world = await DialingWorld.open(redis);
    await world.campaign({ pacing: { callsPerSecond: 20 } });
    await Promise.all([1, 2].map(() => world.startWorker()));
    const numbers = phones(140);
    await world.load(numbers);
    const settled = (count: number) =>
      eventually(async () => (await world.results()).length >= count);
    for (const [count, aheadMs] of [
      [20, 10_000],
      [60, 0],
      [100, 10_000],
    ] as const) {
      await settled(count);
      await redis.setClock(aheadMs);
    }
    await world.settled(140);
    expect(world.simulator.calls().byNumber).toEqual(
      Object.fromEntries(numbers.map((number) => [number, 1])),
    );
    const times = world.simulator.calls().calls.map(({ atMs }) => atMs);
    // What the provider sees exactly is measured in bench/: here both share a process with much
    // else to do.
    const most = Math.max(
      ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length),
    );
    expect(most).toBeLessThanOrEqual(20 + 2);
  },
);
