import type { ResultRecord } from '@libby-dialer/dialing';
import { eventually, startFaultProxy, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, phone } from '../testing/dialing-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const NUMBER = phone(0);

/**
 * A call whose first attempt has provably failed, and nobody at work until the API can be reached
 * again.
 */
async function failedOnce(world: DialingWorld): Promise<void> {
  await world.campaign({ retry: { attempts: 100, backoffSeconds: 1, maxBackoffSeconds: 1 } });
  await using proxy = await startFaultProxy({
    targetPort: Number(new URL(world.simulator.apiUrl).port),
  });
  await proxy.inflict({ kind: 'refuse' });
  await using _worker = await world.startWorker({ apiUrl: `http://127.0.0.1:${proxy.port}` });
  await world.load([NUMBER]);
  await world.withQueue('spring', (queue) =>
    eventually(async () => (await queue.getDelayedCount()) === 1),
  );
}

/**
 * Nobody can know whether this person may be called, until it is mended. Gives the results of then.
 */
async function dialedUnknowing(
  world: DialingWorld,
  mend: () => Promise<unknown>,
): Promise<ResultRecord[]> {
  await world.campaign();
  await world.startWorker();
  await world.load([NUMBER]);
  await world.withQueue('spring', (queue) =>
    eventually(async () => (await queue.getDelayedCount()) === 1),
  );
  expect(world.simulator.stats().requests).toBe(0);
  expect(await world.results()).toEqual([]);
  await mend();
  const results = await world.settled(1);
  expect(await world.failedJobs()).toBe(0);
  return results;
}

/** How it fares in a race with the calls: see steering-race.test.ts. */
describe.concurrent('the do-not-call list', () => {
  test('a number that is added while its call waits for another attempt is not called', async () => {
    await using world = await DialingWorld.open(redis);
    await failedOnce(world);
    await world.doNotCall.add([NUMBER]);
    await world.startWorker();
    const [result] = await world.settled(1);
    expect(result).toMatchObject({ outcome: 'suppressed', reason: 'do_not_call' });
    expect(result?.attempts).toBeGreaterThan(0);
    expect(world.simulator.stats().requests).toBe(0);
  });

  test('a number that is taken off again before the next attempt is called', async () => {
    await using world = await DialingWorld.open(redis);
    await failedOnce(world);
    await world.doNotCall.add([NUMBER]);
    expect(await world.doNotCall.remove([NUMBER])).toBe(1);
    await world.startWorker();
    expect(await world.settled(1)).toMatchObject([{ outcome: 'accepted' }]);
    expect(world.requestsByNumber()).toEqual(new Map([[NUMBER, 1]]));
  });

  test('another number of the row keeps the call from being made, and the result says which was meant', async () => {
    await using world = await DialingWorld.open(redis);
    await world.campaign();
    await world.doNotCall.add([phone(9)]);
    await world.load([NUMBER], 'spring', { phoneColumn: 'Mobile', otherNumbers: [phone(9)] });
    await world.load([phone(1)], 'spring', { phoneColumn: 'Home', otherNumbers: [phone(8)] });
    await world.startWorker();
    const results = await world.settled(2);
    expect(Object.fromEntries(results.map((result) => [result.phoneColumn, result]))).toMatchObject(
      {
        Mobile: { outcome: 'suppressed', reason: 'do_not_call', toPhoneNumber: NUMBER },
        Home: { outcome: 'accepted', toPhoneNumber: phone(1) },
      },
    );
    expect(world.requestsByNumber()).toEqual(new Map([[phone(1), 1]]));
  });

  test('is damaged: nobody is called on a guess, and the call goes out once it is mended', async () => {
    await using world = await DialingWorld.open(redis);
    const key = world.keys.doNotCall(world.identity.person(NUMBER).bucket);
    await world.redis.set(key, 'no set');
    const results = await dialedUnknowing(world, () => world.redis.del(key));
    expect(results).toMatchObject([{ outcome: 'accepted', attempts: 1 }]);
  });

  test('may not be read: nobody is called on a guess, and the call goes out once it may', async () => {
    await using own = await startRedis({ own: true });
    await using world = await DialingWorld.open(own);
    await world.redis.call('ACL', 'SETUSER', 'default', '-sismember');
    const results = await dialedUnknowing(world, () =>
      world.redis.call('ACL', 'SETUSER', 'default', '+sismember'),
    );
    expect(results).toMatchObject([{ outcome: 'accepted', attempts: 1 }]);
  });
});
