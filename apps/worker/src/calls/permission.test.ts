import type { SimulatorOptions } from '@libby-dialer/libby-simulator';
import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, phone, phones } from '../testing/dialing-world.ts';
import { zoneWhereItIs } from '../testing/zone-where-it-is.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const openWorld = (options?: SimulatorOptions) => DialingWorld.open(redis, options);
const HOUR_MS = 3_600_000;

/** A window of one hour in UTC that is closed now and for hours to come. */
function closedWindow() {
  const opens = new Date(Date.now() + 6 * HOUR_MS).getUTCHours();
  return { from: onTheHour(opens), to: onTheHour(opens + 1), timezone: 'UTC' };
}

function onTheHour(hour: number): string {
  return `${String(hour % 24).padStart(2, '0')}:00`;
}

/** Two workers are in the middle of 400 calls when the campaign is paused or canceled. */
async function stopHalfWay(world: DialingWorld, action: 'pause' | 'cancel') {
  await world.campaign();
  const settings = { concurrency: 10, connectTimeoutMs: 200 };
  await Promise.all([world.startWorker(settings), world.startWorker(settings)]);
  await world.load(phones(400));
  await eventually(() => world.simulator.stats().requests >= 40);
  const requestsBefore = world.simulator.stats().requests;
  const { wentOut } = await world.control.apply(action, 'spring');
  const requestsAtReturn = world.simulator.stats().requests;
  expect(requestsAtReturn).toBeLessThan(400);
  return { wentOut, requestsBefore, requestsAtReturn };
}

describe.concurrent('who may not be called, or not now', () => {
  test('what stands first decides: canceled, expired, suppressed, paused, held, too early', async () => {
    await using world = await openWorld();
    const now = Date.now();
    const number = phone(0);
    // Every reason at once; the strongest is taken away, one after the other.
    await world.campaign({ startsAt: new Date(now + HOUR_MS).toISOString() });
    await world.load([number], 'spring', { expiresAt: now - 1 });
    await world.doNotCall.add([number]);
    await world.control.apply('pause', 'spring');
    await world.holds.open(
      {
        scope: 'all',
        reason: 'endpoint',
        firstPauseMs: HOUR_MS,
        maxPauseMs: HOUR_MS,
        retryAfterMs: 0,
      },
      'nobody',
    );
    await world.redis.hset(world.keys.campaign('spring').state, 'canceled', 1);
    const worker = await world.startWorker();
    expect(await world.settled(1)).toMatchObject([
      { outcome: 'canceled', reason: 'campaign_canceled' },
    ]);

    await world.campaign({ id: 'autumn', startsAt: new Date(now + HOUR_MS).toISOString() });
    await world.control.apply('pause', 'autumn');
    await world.load([number], 'autumn', { expiresAt: now - 1 });
    expect(await world.settled(1, 'autumn')).toMatchObject([
      { outcome: 'expired', reason: 'deadline' },
    ]);

    await world.campaign({ id: 'winter', startsAt: new Date(now + HOUR_MS).toISOString() });
    await world.control.apply('pause', 'winter');
    await world.load([number], 'winter');
    expect(await world.settled(1, 'winter')).toMatchObject([
      { outcome: 'suppressed', reason: 'do_not_call' },
    ]);

    await world.load([phone(1)], 'winter');
    await worker.gateAnswered('paused');
    await world.control.apply('resume', 'winter');
    await worker.gateAnswered('held');
    await world.holds.release('all');
    await worker.gateAnswered('wait');
    expect(world.simulator.stats().requests).toBe(0);
  });

  test('a person who asks not to be called while the call waits is not called', async () => {
    await using world = await openWorld({ latencyMs: 40 });
    await world.campaign();
    await world.startWorker({ concurrency: 2 });
    const numbers = phones(60);
    await world.load(numbers);
    await eventually(() => world.simulator.stats().requests >= 5);
    await world.doNotCall.add(numbers);
    const asked = world.simulator.stats().requests;
    const results = await world.settled(60);
    const called = results
      .filter(({ outcome }) => outcome === 'accepted')
      .map(({ toPhoneNumber }) => toPhoneNumber);
    expect(results.filter(({ outcome }) => outcome === 'suppressed')).toHaveLength(
      60 - called.length,
    );
    expect(called.toSorted()).toEqual(Object.keys(world.simulator.calls().byNumber).toSorted());
    // The gate lets nobody through any more; only claims made before it may still have begun.
    expect(called.length).toBeLessThanOrEqual(asked + 2);
  });

  test('the same person is called by another campaign, and by none once suppressed', async () => {
    await using world = await openWorld();
    await world.campaign();
    await world.campaign({ id: 'autumn' });
    await world.startWorker();
    await world.load([phone(0)]);
    await world.settled(1);
    await world.doNotCall.add([phone(0)]);
    await world.load([phone(0)], 'autumn');
    expect(await world.settled(1, 'autumn')).toMatchObject([
      { outcome: 'suppressed', attempts: 0 },
    ]);
    expect(world.simulator.calls().byNumber).toEqual({ [phone(0)]: 1 });
  });

  test('pause: once it returns, no call begins until the campaign is resumed', async () => {
    await using world = await openWorld({ latencyMs: 30 });
    const { wentOut, requestsAtReturn, requestsBefore } = await stopHalfWay(world, 'pause');
    expect(wentOut).toBeLessThanOrEqual(requestsAtReturn - requestsBefore + 20);
    await eventually(async () => (await world.status()).inFlight === 0);
    expect(await world.status()).toMatchObject({
      state: 'paused',
      pending: 400 - requestsAtReturn,
    });
    expect(await world.results()).toHaveLength(requestsAtReturn);
    expect(world.simulator.stats().requests).toBe(requestsAtReturn);
    await world.control.apply('resume', 'spring');
    await world.settled(400);
    expect(world.rangTwice()).toEqual([]);
  });

  test('cancel: once it returns, no call begins, and every call that has not gone out ends as canceled', async () => {
    await using world = await openWorld({ latencyMs: 30 });
    const { requestsAtReturn } = await stopHalfWay(world, 'cancel');
    const results = await world.settled(400);
    expect(results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(requestsAtReturn);
    expect(results.filter(({ outcome }) => outcome === 'canceled')).toHaveLength(
      400 - requestsAtReturn,
    );
    // A worker that has just taken a job ends it when it finds its call settled.
    await eventually(async () => (await world.status()).pending === 0);
    expect(await world.status()).toMatchObject({ state: 'canceled', inFlight: 0 });
    expect(world.simulator.stats().requests).toBe(requestsAtReturn);
    expect(world.rangTwice()).toEqual([]);
  });

  test('a pause while the API hangs: it counts exactly the calls on the wire, and no other follows', async () => {
    await using world = await openWorld({ script: [{ match: {}, do: { fault: 'hang' } }] });
    await world.campaign();
    await world.startWorker({ concurrency: 4, connectTimeoutMs: 200, responseTimeoutMs: 3000 });
    await world.load(phones(20));
    await eventually(() => world.simulator.stats().inFlight === 4);
    expect(await world.control.apply('pause', 'spring')).toEqual({ wentOut: 4 });
    const results = await world.settled(4);
    expect(results.every(({ outcome }) => outcome === 'unknown')).toBe(true);
    expect(await world.status()).toMatchObject({ state: 'paused', pending: 16, inFlight: 0 });
    expect(world.simulator.stats().requests).toBe(4);
  });

  test('a paused campaign: records whose own time is over expire all the same, the others stay', async () => {
    await using world = await openWorld();
    await world.campaign();
    await world.control.apply('pause', 'spring');
    await world.startWorker();
    await world.load([phone(0)]);
    await world.load([phone(1), phone(2)], 'spring', { expiresAt: Date.now() + 300 });
    const results = await world.settled(2);
    expect(new Set(results.map(({ toPhoneNumber }) => toPhoneNumber))).toEqual(
      new Set([phone(1), phone(2)]),
    );
    expect(results.every(({ outcome }) => outcome === 'expired')).toBe(true);
    // Their jobs go after their outcomes are written.
    await eventually(async () => (await world.status()).pending === 1);
    expect(await world.status()).toMatchObject({ state: 'paused' });
    expect(world.simulator.stats().requests).toBe(0);
  });

  test("a canceled campaign: calls that are delayed to their record's own instant settle at once", async () => {
    await using world = await openWorld();
    await world.campaign();
    await world.startWorker();
    await world.load(phones(5), 'spring', { startsAt: Date.now() + HOUR_MS });
    await world.withQueue('spring', (queue) =>
      eventually(async () => (await queue.getDelayedCount()) === 5),
    );
    await world.control.apply('cancel', 'spring');
    const results = await world.settled(5);
    expect(results.every(({ outcome }) => outcome === 'canceled')).toBe(true);
    expect(world.simulator.stats().requests).toBe(0);
  });

  test.for(['the campaign', 'the record'])(
    'startsAt of %s: not a moment earlier, and then',
    async (whose) => {
      await using world = await openWorld();
      const startsAt = Date.now() + 1500;
      await world.campaign(
        whose === 'the campaign' ? { startsAt: new Date(startsAt).toISOString() } : {},
      );
      await world.startWorker();
      await world.load(phones(5), 'spring', whose === 'the record' ? { startsAt } : {});
      await world.settled(5);
      const { calls } = world.simulator.calls();
      expect(calls).toHaveLength(5);
      expect(Math.min(...calls.map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(startsAt);
    },
  );

  test('a start in the far future: the campaign worker sleeps instead of asking again and again', async () => {
    await using world = await openWorld();
    await world.campaign({ startsAt: new Date(Date.now() + 40 * 24 * HOUR_MS).toISOString() });
    const worker = await world.startWorker();
    await world.load(phones(5));
    const asked = () => worker.metric('libby_dialer_gate_answers_total', 'answer="wait"');
    await worker.gateAnswered('wait');
    // Another campaign's calls take a while; an alarm that rings at once would ring all that time.
    await world.campaign({ id: 'autumn' });
    await world.load(phones(200), 'autumn');
    await world.settled(200, 'autumn');
    // Each once, and again for what a busy machine makes of it: a lock that ran out.
    expect(await asked()).toBeLessThanOrEqual(25);
    expect((await world.status()).state).toBe('waiting');
  });

  test('a closed calling window in a fixed zone: nobody is called, the campaign waits', async () => {
    await using world = await openWorld();
    await world.campaign({ callingWindow: closedWindow() });
    const worker = await world.startWorker();
    await world.load(phones(5));
    await worker.gateAnswered('wait');
    await eventually(async () => (await world.status()).pending === 5);
    expect((await world.status()).state).toBe('waiting');
    expect(world.simulator.stats().requests).toBe(0);
    // Opened by a change of the campaign, it goes on without a restart.
    await world.campaign();
    await world.settled(5);
  });

  test("a closed window in the recipients' time: each call waits for its own hour", async () => {
    await using world = await openWorld();
    // At noon there, when no region's law forbids a call either.
    await world.campaign({ callingWindow: { from: '12:00', to: '14:00' } });
    await world.startWorker();
    await world.load([phone(0)], 'spring', { timezone: zoneWhereItIs(18) });
    await world.withQueue('spring', (queue) =>
      eventually(async () => (await queue.getDelayedCount()) === 1),
    );
    expect((await world.status()).state).toBe('waiting');
    await world.load([phone(1)], 'spring', { timezone: zoneWhereItIs(12) });
    expect(await world.settled(1)).toMatchObject([
      { toPhoneNumber: phone(1), outcome: 'accepted' },
    ]);
  });

  test('hours that change while no worker runs count for the calls that wait by the old ones', async () => {
    await using world = await openWorld();
    await world.campaign({ callingWindow: { from: '12:00', to: '14:00' } });
    const worker = await world.startWorker();
    await world.load([phone(0)], 'spring', { timezone: zoneWhereItIs(18) });
    await world.withQueue('spring', (queue) =>
      eventually(async () => (await queue.getDelayedCount()) === 1),
    );
    await worker.stop();
    await world.campaign({ callingWindow: 'anytime' });
    await world.startWorker();
    expect(await world.settled(1)).toMatchObject([
      { toPhoneNumber: phone(0), outcome: 'accepted' },
    ]);
  });

  test("a closed hour of a region within a fixed zone's window: only its own people wait", async () => {
    await using world = await openWorld();
    await world.campaign({ callingWindow: { from: '00:00', to: '24:00', timezone: 'UTC' } });
    await world.startWorker();
    await world.load([phone(0)], 'spring', { timezone: zoneWhereItIs(23) });
    await world.withQueue('spring', (queue) =>
      eventually(async () => (await queue.getDelayedCount()) === 1),
    );
    await world.load([phone(1)], 'spring', { timezone: zoneWhereItIs(12) });
    expect(await world.settled(1)).toMatchObject([
      { toPhoneNumber: phone(1), outcome: 'accepted' },
    ]);
    expect(world.requestsByNumber().has(phone(0))).toBe(false);
  });

  test('a probe that may not be called after all leaves the hold to the next call', async () => {
    const [number, other] = [phone(0), phone(1)];
    await using world = await openWorld({
      script: [
        { match: { toPhoneNumber: number, nth: 1 }, do: { status: 401 } },
        { match: { endpoint: 'token', nth: 2 }, do: { latencyMs: 800 } },
      ],
    });
    await world.campaign();
    await world.holds.open(
      { scope: 'all', reason: 'endpoint', firstPauseMs: 0, maxPauseMs: 0, retryAfterMs: 0 },
      'nobody',
    );
    // Its lease would last longer than this test.
    await world.startWorker({ concurrency: 1, responseTimeoutMs: 600_000 });
    await world.load([number]);
    await eventually(() => world.simulator.stats().tokenRequests === 2);
    await world.doNotCall.add([number]);
    expect(await world.settled(1)).toMatchObject([{ outcome: 'suppressed', attempts: 1 }]);
    await world.load([other]);
    await world.settled(2);
    expect(world.requestsByNumber().get(other)).toBe(1);
    await world.noHolds();
  });

  test('a call that expires while it waits is never called', async () => {
    await using world = await openWorld();
    await world.campaign({ callingWindow: closedWindow() });
    await world.startWorker();
    await world.load(phones(3), 'spring', { expiresAt: Date.now() + 500 });
    const results = await world.settled(3);
    expect(
      results.every(({ outcome, reason }) => outcome === 'expired' && reason === 'deadline'),
    ).toBe(true);
    expect(world.simulator.stats().requests).toBe(0);
  });
});
