import { isDeepStrictEqual } from 'node:util';
import type { SimulatorOptions } from '@libby-dialer/libby-simulator';
import { eventually, startFaultProxy, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import { DialingWorld, phones, type TestWorker } from '../testing/dialing-world.ts';
import { loseGateAnswer } from '../testing/lost-answer.ts';

/** These tests kill or fill their Redis, so each has its own, as durable as the worker wants it. */
const startDurableRedis = (args: readonly string[] = []) =>
  startRedis({ own: true, appendonly: true, appendfsync: 'always', args });

/** Until a worker waits for the instant at which it tries to connect again. */
async function lostRedis(worker: TestWorker): Promise<void> {
  await eventually(() => worker.logs.some((line) => line.includes('Redis connection lost')));
}

async function openWorld(redis: TestRedis, options: SimulatorOptions = {}): Promise<DialingWorld> {
  const world = await DialingWorld.open(redis, options);
  await world.campaign();
  return world;
}

describe.concurrent('Redis goes away', () => {
  test.for(['SIGTERM', 'SIGKILL'] as const)(
    '%s while dialing, and comes back: nothing twice, nothing lost',
    async (signal) => {
      await using redis = await startDurableRedis();
      await using world = await openWorld(redis, { latencyMs: 20 });
      const settings = { concurrency: 5 };
      await Promise.all([world.startWorker(settings), world.startWorker(settings)]);
      const numbers = phones(200);
      await world.load(numbers);
      await eventually(() => world.simulator.stats().requests >= 40);
      await redis.kill(signal);
      await redis.restart();
      const results = await world.settled(200);
      expect(world.rangTwice()).toEqual([]);
      expect(results.map(({ toPhoneNumber }) => toPhoneNumber).toSorted()).toEqual(
        numbers.toSorted(),
      );
      // What was in flight is settled when Redis is back: an outage is no doubt.
      expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
      expect(world.simulator.calls().byNumber).toEqual(
        Object.fromEntries(numbers.map((number) => [number, 1])),
      );
      expect(await world.failedJobs()).toBe(0);
      await eventually(async () => (await world.status()).state === 'completed');
    },
  );

  test('for moments only, again and again: replies get lost, calls neither lost nor repeated', async () => {
    await using redis = await startDurableRedis();
    await using proxy = await startFaultProxy({ targetPort: redis.port });
    await using world = await openWorld(redis, { latencyMs: 10 });
    await world.startWorker({ concurrency: 5, redisPort: proxy.port });
    const numbers = phones(200);
    await world.load(numbers);
    for (const settled of [20, 60, 100, 140]) {
      await eventually(async () => (await world.results()).length >= settled);
      // What is on its way to Redis arrives; what Redis says to it does not.
      await proxy.inflict({ kind: 'drop_replies' });
      const { bytesSwallowed } = proxy.counts();
      await eventually(() => proxy.counts().bytesSwallowed > bytesSwallowed);
      proxy.resetAll();
      await proxy.heal();
    }
    // What was fetched by a command whose reply was lost is nobody's until its lock has run out.
    await eventually(async () => {
      const { active, wait } = await world.withQueue('spring', (queue) =>
        queue.getJobCounts('active', 'wait'),
      );
      const { pending } = await world.status();
      return wait === 0 && pending === active && world.simulator.stats().inFlight === 0;
    });
    await world.passDeadlines();
    const results = await world.settled(200);
    expect(results.every(({ outcome, revision }) => outcome === 'accepted' && revision === 1)).toBe(
      true,
    );
    expect(world.simulator.calls().byNumber).toEqual(
      Object.fromEntries(numbers.map((number) => [number, 1])),
    );
    expect((await world.status()).outcomes.accepted).toBe(200);
    expect(await world.failedJobs()).toBe(0);
  });

  test("full just when the gate's answer got lost: what it had let out goes back, and is no doubt", async () => {
    await using redis = await startDurableRedis();
    const { proxy: opened, isLost } = await loseGateAnswer(redis.port);
    await using proxy = opened;
    await using world = await openWorld(redis);
    await world.startWorker({ concurrency: 1, redisPort: proxy.port });
    await world.load(phones(1));
    await isLost;
    const { claims, ledger } = world.keys.campaign('spring');
    await eventually(async () => (await world.redis.zcard(claims)) === 1);
    await world.redis.config('SET', 'maxmemory', '1');
    await proxy.heal();
    await eventually(async () => (await world.redis.zcard(claims)) === 0);
    expect(Object.values(await world.redis.hgetall(ledger))).toEqual([
      expect.stringContaining('"open"'),
    ]);
    expect(world.simulator.stats().requests).toBe(0);
    await world.redis.config('SET', 'maxmemory', '0');
    expect(await world.settled(1)).toMatchObject([
      { outcome: 'accepted', attempts: 1, revision: 1 },
    ]);
    expect(world.simulator.stats().requests).toBe(1);
  });

  test('full: no call goes out that could not be recorded, and with room again every call is made', async () => {
    await using redis = await startDurableRedis();
    await using world = await openWorld(redis, { latencyMs: 300 });
    const worker = await world.startWorker({ concurrency: 5 });
    const numbers = phones(60);
    await world.load(numbers);
    await eventually(() => world.simulator.stats().requests >= 5);
    await world.redis.config('SET', 'maxmemory', '1');
    // What had passed the gate is settled all the same.
    await worker.counted('libby_dialer_redis_refusals_total', 1);
    const ledger = await eventually(async () => {
      const { inFlight } = await world.status();
      return inFlight === 0 && world.redis.hgetall(world.keys.campaign('spring').ledger);
    });
    const requests = world.simulator.stats().requests;
    expect(requests).toBeLessThan(60);
    expect(await world.results()).toHaveLength(requests);
    expect(Object.values(ledger).every((entry) => entry.includes('accepted'))).toBe(true);
    expect(await world.failedJobs()).toBe(0);
    await world.redis.config('SET', 'maxmemory', '0');
    const results = await world.settled(60);
    expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(world.simulator.calls().byNumber).toEqual(
      Object.fromEntries(numbers.map((number) => [number, 1])),
    );
    await eventually(async () => (await world.status()).state === 'completed');
    expect(await world.failedJobs()).toBe(0);
  });
});

describe.concurrent('a worker that is stopped while Redis is away, and it comes back,', () => {
  const settings = { concurrency: 3 };

  test('ends when it had nothing to do', async () => {
    await using redis = await startDurableRedis();
    await using world = await openWorld(redis);
    const worker = await world.startWorker(settings);
    await world.load(phones(3));
    await world.settled(3);
    await redis.kill('SIGKILL');
    await lostRedis(worker);
    const stopped = worker.stop();
    await redis.restart();
    await stopped;
    expect((await world.status()).outcomes).toMatchObject({ accepted: 3 });
  });

  test('ends when its campaign is paused, and leaves the calls queued', async () => {
    await using redis = await startDurableRedis();
    await using world = await openWorld(redis);
    await world.control.apply('pause', 'spring');
    const worker = await world.startWorker(settings);
    await world.load(phones(3));
    await worker.gateAnswered('paused');
    await redis.kill('SIGKILL');
    await lostRedis(worker);
    const stopped = worker.stop();
    await redis.restart();
    await stopped;
    // What was being fetched when Redis died is nobody's until its lock has run out: then the next
    // worker puts it back.
    await world.passDeadlines();
    await world.startWorker(settings);
    const back = { wait: 3, active: 0, failed: 0 };
    await eventually(async () => isDeepStrictEqual(await queued(world), back));
    expect(world.simulator.stats().requests).toBe(0);
  });

  test('ends when calls were in flight: these are settled, the others go back', async () => {
    await using redis = await startDurableRedis();
    await using world = await openWorld(redis, { latencyMs: 300 });
    const worker = await world.startWorker(settings);
    await world.load(phones(40));
    await world.settled(6);
    await eventually(() => world.simulator.stats().inFlight === 3);
    await redis.kill('SIGKILL');
    await lostRedis(worker);
    const stopped = worker.stop();
    await redis.restart();
    await stopped;
    const { requests } = world.simulator.stats();
    const results = await world.results();
    expect(results).toHaveLength(requests);
    expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(await queued(world)).toEqual({ wait: 40 - requests, active: 0, failed: 0 });
    expect(await world.status()).toMatchObject({ pending: 40 - requests, inFlight: 0 });
  });
});

describe.concurrent('a worker that is stopped while Redis stays away', () => {
  /** How it is away: it refuses connections, or takes them and says nothing. */
  const WAYS = ['killed', 'frozen'] as const;
  const settings = { concurrency: 3, shutdownGraceMs: 300 };

  test.for(WAYS)('(%s) ends well when no call is in hand', async (way) => {
    await using redis = await startDurableRedis();
    await using world = await openWorld(redis);
    const worker = await world.startWorker(settings);
    await world.load(phones(3));
    await world.settled(3);
    await sendAway(redis, way);
    await worker.stop();
    expect(worker.logs.at(-1)).toContain('worker has stopped');
    await callBack(redis, way);
  });

  test.for(WAYS)(
    '(%s) leaves in doubt what it cannot record, and nothing rings twice',
    async (way) => {
      await using redis = await startDurableRedis();
      await using world = await openWorld(redis, { latencyMs: 300 });
      const worker = await world.startWorker(settings);
      await world.load(phones(10));
      await eventually(() => world.simulator.stats().inFlight === 3);
      await sendAway(redis, way);
      await expect(worker.stop()).rejects.toMatchObject({ code: 'stop_timeout' });
      const { requests } = world.simulator.stats();
      await callBack(redis, way);
      await world.passDeadlines();
      await world.startWorker({ concurrency: 3 });
      const results = await world.settled(10);
      const doubts = results.filter(({ outcome }) => outcome === 'unknown');
      expect(doubts.length).toBeGreaterThanOrEqual(1);
      expect(doubts.every(({ reason }) => reason === 'worker_lost')).toBe(true);
      expect(world.rangTwice()).toEqual([]);
      expect(world.simulator.stats().requests).toBe(10);
      expect(requests).toBeLessThan(10);
    },
  );
});

async function sendAway(redis: TestRedis, way: 'killed' | 'frozen'): Promise<void> {
  await (way === 'killed' ? redis.kill('SIGKILL') : redis.pause());
}

async function callBack(redis: TestRedis, way: 'killed' | 'frozen'): Promise<void> {
  await (way === 'killed' ? redis.restart() : redis.resume());
}

function queued(world: DialingWorld) {
  return world.withQueue('spring', (queue) => queue.getJobCounts('wait', 'active', 'failed'));
}
