import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, phone, phones } from '../testing/dialing-world.ts';
import { zoneWhereItIs } from '../testing/zone-where-it-is.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const NUMBER = phone(0);

describe.concurrent('a person who is erased', () => {
  test('is not called by the job that a worker had in hand', async () => {
    await using world = await DialingWorld.open(redis);
    await world.campaign({ callingWindow: { from: '00:00', to: '24:00' } });
    // At noon there, when no region's law forbids a call.
    await world.load(phones(2), 'spring', { timezone: zoneWhereItIs(12) });
    const lock = `${world.keys.queue('spring')}${world.callId(NUMBER)}:lock`;
    await world.redis.set(lock, 'a worker', 'PX', 60_000);
    const erasure = await world.queue.eraser.erase(NUMBER, {
      at: Date.now(),
    });
    expect(erasure).toMatchObject({ calls: 1, ended: 1, jobs: 1 });
    await world.redis.del(lock);
    const worker = await world.startWorker();
    await world.settled(2);
    await eventually(async () => (await world.status()).state === 'completed');
    expect(await world.status()).toMatchObject({
      pending: 0,
      outcomes: { accepted: 1, canceled: 1 },
    });
    expect(world.simulator.calls().byNumber).toEqual({ [phone(1)]: 1 });
    expect(await worker.metric('libby_dialer_unexpected_errors_total')).toBe(0);
  });

  test('does not come back from the memory of a worker that finds its outcomes lost', async () => {
    await using world = await DialingWorld.open(redis);
    await world.campaign();
    const { ledger } = world.keys.campaign('spring');
    await world.load(phones(2));
    await world.startWorker();
    await world.settled(2);
    await world.queue.eraser.erase(NUMBER, { at: Date.now() });
    // As when a Redis has gone back to before the calls.
    await world.redis.del(ledger, world.keys.results);
    await world.redis.hset(world.keys.claimCounts, 'lost', 1);
    await eventually(async () => (await world.redis.hlen(ledger)) === 2);
    const results = JSON.stringify(await world.redis.xrange(world.keys.results, '-', '+'));
    expect([phone(0), phone(1)].map((number) => results.includes(number))).toEqual([false, true]);
  });

  test('while the list is dialed is found in nothing that Redis holds, and every call has one outcome', async () => {
    await using world = await DialingWorld.open(redis, { latencyMs: 5 });
    await world.campaign();
    const numbers = phones(60);
    await world.load(numbers);
    await Promise.all([world.startWorker(), world.startWorker()]);
    const eraser = world.queue.eraser;
    // Those in flight are refused, and erased a moment later.
    for (const number of numbers.slice(20, 30)) {
      await eventually(() =>
        eraser.erase(number, { at: Date.now() }).then(
          () => true,
          () => false,
        ),
      );
    }
    const records = await world.settled(60);
    expect(records.filter(({ toPhoneNumber }) => toPhoneNumber === 'erased')).toHaveLength(10);
    await eventually(async () => (await world.status()).state === 'completed');
    const { accepted, canceled } = (await world.status()).outcomes;
    expect(accepted + canceled).toBe(60);
    expect(world.rangTwice()).toEqual([]);
  });
});
