import type { SimulatorOptions } from '@libby-dialer/libby-simulator';
import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, phone, phones } from './testing/dialing-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const openWorld = (options?: SimulatorOptions) => DialingWorld.open(redis, options);

describe.concurrent('a worker that is stopped', () => {
  test('lets the calls in flight finish, begins none, and leaves the others queued', async () => {
    await using world = await openWorld({ latencyMs: 400 });
    await world.campaign();
    const worker = await world.startWorker({ concurrency: 5 });
    await world.load(phones(30));
    await eventually(() => world.simulator.stats().inFlight === 5);
    const noted = async () => await world.queue.workerNotes.list(0);
    expect(await noted()).toMatchObject([{ pid: process.pid, concurrency: 5, isStopping: false }]);
    const begun = world.simulator.stats().requests;
    const stopped = worker.stop();
    await eventually(async () => (await noted())[0]?.isStopping === true);
    await stopped;
    expect(await noted()).toEqual([]);
    expect(world.simulator.stats().requests).toBe(begun);
    const results = await world.results();
    expect(results).toHaveLength(begun);
    expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(await world.status()).toMatchObject({ pending: 30 - begun, inFlight: 0 });
    const counts = await world.withQueue('spring', (queue) =>
      queue.getJobCounts('wait', 'active', 'failed'),
    );
    expect(counts).toEqual({ wait: 30 - begun, active: 0, failed: 0 });
    await world.startWorker();
    await world.settled(30);
    expect(world.rangTwice()).toEqual([]);
  });

  test('has written of every request when it went out, and of nothing else', async () => {
    await using world = await openWorld({
      script: [{ match: { toPhoneNumber: phone(3), nth: 1 }, do: { status: 403 } }],
    });
    await world.campaign();
    await world.doNotCall.add([phone(7)]);
    const worker = await world.startWorker();
    await world.load(phones(20));
    await world.settled(20);
    await worker.stop();
    const inAWhile = Date.now() + 20_000;
    const steps = await world.queue.placedCalls.lastHalfHour('spring', inAWhile);
    const placed = steps.reduce((sum, { perSecond }) => sum + 10 * perSecond, 0);
    // One was refused and sent again, one was never sent.
    expect(world.simulator.stats().requests).toBe(20);
    expect(placed).toBeCloseTo(20);
  });

  test('does not begin calls that wait for a slot of the process', async () => {
    await using world = await openWorld({ latencyMs: 500 });
    const ids = ['spring', 'summer', 'autumn', 'winter'];
    for (const id of ids) await world.campaign({ id });
    const worker = await world.startWorker({ concurrency: 1 });
    await Promise.all(
      ids.map((id, index) => world.load([phone(2 * index), phone(2 * index + 1)], id)),
    );
    await eventually(() => world.simulator.stats().inFlight === 1);
    // Every campaign has fetched a job by now or will not any more; one call at a time may go out.
    await eventually(async () => {
      const active = await Promise.all(
        ids.map((id) => world.withQueue(id, (queue) => queue.getActiveCount())),
      );
      return active.every((count) => count === 1);
    });
    const begun = world.simulator.stats().requests;
    await worker.stop();
    expect(world.simulator.stats().requests).toBe(begun);
    expect(world.simulator.stats().maxInFlight).toBe(1);
    await world.startWorker();
    for (const id of ids) await world.settled(2, id);
    expect(world.rangTwice()).toEqual([]);
  });

  test('breaks off what hangs when its grace is over, and records the doubt', async () => {
    await using world = await openWorld({ script: [{ match: {}, do: { fault: 'hang' } }] });
    await world.campaign();
    const worker = await world.startWorker({
      concurrency: 3,
      shutdownGraceMs: 300,
      responseTimeoutMs: 600_000,
    });
    await world.load(phones(10));
    await eventually(() => world.simulator.stats().inFlight === 3);
    await worker.stop();
    const results = await world.results();
    expect(results).toHaveLength(3);
    expect(
      results.every(({ outcome, reason }) => outcome === 'unknown' && reason === 'no_response'),
    ).toBe(true);
    expect(world.simulator.stats().requests).toBe(3);
    expect(await world.status()).toMatchObject({ pending: 7, inFlight: 0 });
    expect(await world.failedJobs()).toBe(0);
  });

  test('waits for no token: a call without one goes back unclaimed', async () => {
    await using world = await openWorld({
      script: [{ match: { endpoint: 'token' }, do: { fault: 'hang' } }],
    });
    await world.campaign();
    const worker = await world.startWorker({
      shutdownGraceMs: 300,
      responseTimeoutMs: 600_000,
      logLevel: 'info',
    });
    await world.load(phones(3));
    await eventually(() => world.simulator.stats().tokenRequests === 1);
    await worker.stop();
    expect(await world.status()).toMatchObject({ pending: 3, inFlight: 0 });
    expect(worker.logs.filter((line) => line.includes('unexpected'))).toEqual([]);
  });

  test('stops while it sleeps, and twice, and before it has any work', async () => {
    await using world = await openWorld();
    const idle = await world.startWorker();
    await Promise.all([idle.stop(), idle.stop()]);
    await world.campaign();
    await world.control.apply('pause', 'spring');
    const worker = await world.startWorker();
    await world.load(phones(2));
    await world.sleepsOver(worker, 'paused');
    await worker.stop();
    expect(await world.status()).toMatchObject({ pending: 2, inFlight: 0 });
  });
});
