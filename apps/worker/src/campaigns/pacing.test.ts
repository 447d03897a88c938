import { eventually, startFaultProxy, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, LINE, phone, phones } from '../testing/dialing-world.ts';
import { loseGateAnswer } from '../testing/lost-answer.ts';

const OTHER_LINE = '+15055550101';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** The most of them within any stretch of so many ms. */
function mostWithin(times: readonly number[], ms: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  let most = 0;
  let from = 0;
  for (const [index, time] of sorted.entries()) {
    while ((sorted[from] ?? 0) <= time - ms) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

describe.concurrent('a campaign with limits, over all workers', () => {
  test('pace: no second has more calls than allowed, and every call is placed once', async () => {
    await using world = await DialingWorld.open(redis, { latencyMs: 30 });
    await world.campaign({ pacing: { callsPerSecond: 20 } });
    await Promise.all([1, 2, 3].map(() => world.startWorker({ concurrency: 10 })));
    const numbers = phones(100);
    await world.load(numbers);
    const results = await world.settled(100);
    expect(world.simulator.calls().byNumber).toEqual(
      Object.fromEntries(numbers.map((number) => [number, 1])),
    );
    // When each was let go, by Redis's clock as its worker knows it. What the provider sees is
    // measured in bench/.
    const dialed = results.map(({ dialedAt }) => Date.parse(dialedAt ?? ''));
    expect(mostWithin(dialed, 1000)).toBeLessThanOrEqual(20 + 2);
  });

  test.for([80, 150])(
    'pace: calls go out over a link on which everything arrives %d ms later',
    async (latencyMs) => {
      await using proxy = await startFaultProxy({ targetPort: redis.port });
      await proxy.inflict({ kind: 'slow', latencyMs });
      await using world = await DialingWorld.open(redis);
      await world.campaign({ pacing: { callsPerSecond: 20 } });
      await world.startWorker({ redisPort: proxy.port });
      const numbers = phones(60);
      await world.load(numbers);
      const results = await world.settled(60);
      expect(
        results.filter(({ outcome, attempts }) => outcome === 'accepted' && attempts === 1),
      ).toHaveLength(60);
      expect(world.simulator.calls().byNumber).toEqual(
        Object.fromEntries(numbers.map((number) => [number, 1])),
      );
      const dialed = results.map(({ dialedAt }) => Date.parse(dialedAt ?? ''));
      expect(mostWithin(dialed, 1000)).toBeLessThanOrEqual(20 + 2);
    },
  );

  test('pace: where no slot can be kept to, the worker says so until it can', async () => {
    await using proxy = await startFaultProxy({ targetPort: redis.port });
    await using world = await DialingWorld.open(redis);
    await world.campaign({ pacing: { callsPerSecond: 100 } });
    const worker = await world.startWorker({ redisPort: proxy.port, concurrency: 50 });
    const readiness = async () => (await fetch(`${worker.url}/readyz`)).text();
    await world.load(phones(1));
    await world.settled(1);
    await proxy.inflict({ kind: 'slow', latencyMs: 1300 });
    await world.load(phones(300).slice(1));
    await eventually(async () =>
      (await readiness()).includes('Redis answers too late for their slots'),
    );
    await eventually(async () => (await world.status()).workersOffPace === 1);
    await proxy.heal();
    expect(new Set((await world.settled(300)).map(({ attempts }) => attempts))).toEqual(
      new Set([1]),
    );
    await eventually(async () => !(await readiness()).includes('too late'));
    await eventually(async () => (await world.status()).workersOffPace === 0);
  });

  test('pace: a call whose slot is over before its worker knows takes another, and is placed once', async () => {
    const { proxy: opened, isLost } = await loseGateAnswer(redis.port);
    await using proxy = opened;
    await using world = await DialingWorld.open(redis);
    await world.campaign({ pacing: { callsPerSecond: 100 } });
    const worker = await world.startWorker({ redisPort: proxy.port });
    await world.load([phone(0)]);
    await isLost;
    const { ledger } = world.keys.campaign('spring');
    await eventually(async () => {
      const entry = await world.redis.hget(ledger, world.callId(phone(0)));
      const [seconds = 0, micros = 0] = await world.redis.time();
      const { sendBy = Number.POSITIVE_INFINITY } = JSON.parse(entry ?? '{}') as {
        sendBy?: number;
      };
      return seconds * 1000 + micros / 1000 > sendBy;
    });
    // The question is sent again, and gets the answer that it got then.
    await proxy.heal();
    expect(await world.settled(1)).toMatchObject([{ outcome: 'accepted', attempts: 1 }]);
    expect(await worker.metric('libby_dialer_slots_missed_total')).toBeGreaterThanOrEqual(1);
    expect(world.simulator.stats().requests).toBe(1);
  });

  test('pace: calls that are skipped take no slot', async () => {
    await using world = await DialingWorld.open(redis);
    // A hundred slots would take a day.
    await world.campaign({ pacing: { callsPerSecond: 0.001 } });
    const numbers = phones(100);
    await world.doNotCall.add(numbers.slice(1));
    await world.startWorker();
    await world.load(numbers);
    const results = await world.settled(100);
    expect(results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    expect(results.filter(({ reason }) => reason === 'do_not_call')).toHaveLength(99);
  });

  test('pace: a change takes effect while the campaign runs', async () => {
    await using world = await DialingWorld.open(redis);
    await world.campaign({ pacing: { callsPerSecond: 0.001 } });
    await world.startWorker();
    await world.load(phones(20));
    await world.settled(1);
    await world.campaign({ pacing: { callsPerSecond: 100 } });
    await world.settled(20);
    expect(world.rangTwice()).toEqual([]);
  });

  test('maxInFlight: never more at the provider at once, and never fewer for long', async () => {
    await using world = await DialingWorld.open(redis, { latencyMs: 100 });
    await world.campaign({ pacing: { maxInFlight: 4 } });
    await Promise.all([1, 2, 3].map(() => world.startWorker({ concurrency: 10 })));
    const numbers = phones(100);
    await world.load(numbers);
    await world.settled(100);
    expect(world.simulator.stats().maxInFlight).toBe(4);
    expect(world.rangTwice()).toEqual([]);
  });

  test('lines: a full line holds its calls back, the next goes when one of its conversations is over', async () => {
    await using world = await DialingWorld.open(redis);
    const conversationMs = 1500;
    await world.campaign({
      lines: { maxConcurrentCalls: 3, assumedCallSeconds: conversationMs / 1000 },
    });
    await Promise.all([1, 2].map(() => world.startWorker()));
    await world.load(phones(12));
    const results = await world.settled(12);
    const dialed = results.map(({ dialedAt }) => Date.parse(dialedAt ?? ''));
    expect(mostWithin(dialed, conversationMs - 50)).toBeLessThanOrEqual(3);
    expect(world.rangTwice()).toEqual([]);
  });

  test('lines: of a pool the freest carries the next call, over all campaigns', async () => {
    await using world = await DialingWorld.open(redis);
    await world.campaign({ id: 'autumn' });
    await world.startWorker();
    await world.load(phones(10), 'autumn');
    await world.settled(10, 'autumn');
    await world.campaign({
      fromPhoneNumber: [LINE, OTHER_LINE],
      lines: { maxConcurrentCalls: 15 },
    });
    await world.load(phones(20).slice(10));
    const results = await world.settled(10);
    expect(results.map(({ fromPhoneNumber }) => fromPhoneNumber)).toEqual(
      Array.from({ length: 10 }, () => OTHER_LINE),
    );
  });

  test('lines: rows that name a full line leave those that name another to it', async () => {
    await using world = await DialingWorld.open(redis);
    await world.campaign({ lines: { maxConcurrentCalls: 1, assumedCallSeconds: 3600 } });
    await world.startWorker();
    await world.load(phones(30), 'spring', { from: LINE });
    await world.load([phone(30)], 'spring', { from: OTHER_LINE });
    const results = await world.settled(2);
    expect(results.map(({ fromPhoneNumber }) => fromPhoneNumber).toSorted()).toEqual([
      LINE,
      OTHER_LINE,
    ]);
    // The others wait, each for a turn of its own.
    await eventually(
      async () => (await world.withQueue('spring', (queue) => queue.getDelayedCount())) === 29,
    );
    const { turns } = world.keys.campaign('spring');
    expect(Number(await world.redis.hget(turns, `${LINE}:0`))).toBeGreaterThan(
      Date.now() + 28 * 3_600_000,
    );
  });

  test('lines: a full pool leaves rows that name another line to it', async () => {
    await using world = await DialingWorld.open(redis);
    await world.campaign({ lines: { maxConcurrentCalls: 1, assumedCallSeconds: 3600 } });
    await world.startWorker();
    await world.load(phones(30));
    await world.settled(1);
    await world.load([phone(30)], 'spring', { from: OTHER_LINE });
    const results = await world.settled(2);
    expect(results.map(({ fromPhoneNumber }) => fromPhoneNumber).toSorted()).toEqual([
      LINE,
      OTHER_LINE,
    ]);
  });

  test('frequency cap: the third call to a person is not placed', async () => {
    await using world = await DialingWorld.open(redis);
    await world.startWorker();
    const frequencyCap = { calls: 2, hours: 24 };
    for (const id of ['spring', 'autumn', 'winter']) {
      await world.campaign({ id, frequencyCap });
      await world.load([phone(0)], id);
      await world.settled(1, id);
    }
    expect(await world.results('winter')).toMatchObject([
      { outcome: 'suppressed', reason: 'frequency_cap', attempts: 0 },
    ]);
    expect(world.simulator.stats().requests).toBe(2);
  });

  test('frequency cap: a call waits while another to the same person has no answer, and goes out if that did not ring', async () => {
    await using world = await DialingWorld.open(redis);
    const frequencyCap = { calls: 1, hours: 24 };
    for (const id of ['spring', 'autumn']) await world.campaign({ id, frequencyCap });
    const first = {
      callId: world.callId(phone(0), 'autumn'),
      owner: 'another worker',
      campaign: 'autumn',
    };
    const limits = { conversationMs: 1000, caps: [frequencyCap] };
    const hours = { opensAt: 0, closesAt: Number.MAX_SAFE_INTEGER };
    const person = world.identity.person(phone(0));
    await world.gate().claim({ ...first, ...hours, person, lines: [LINE], limits, ready: true });
    const worker = await world.startWorker();
    await world.load([phone(0)]);
    await worker.gateAnswered('wait');
    await world.gate().release({ ...first, attempts: 1, failures: 1, answered: false, probes: [] });
    expect(await world.settled(1)).toMatchObject([{ outcome: 'accepted' }]);
  });
});
