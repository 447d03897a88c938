import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, phone, phones } from '../testing/dialing-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** As an enqueuer of a newer version stores it. */
async function storeNewer(world: DialingWorld, changes: object, id = 'spring'): Promise<void> {
  const { keys, redis } = world;
  const definition = JSON.parse((await redis.hget(keys.campaigns, id)) ?? '{}') as object;
  const version = Number(await redis.get(keys.registryVersion)) + 1;
  await redis
    .multi()
    .hset(keys.campaigns, id, JSON.stringify({ ...definition, ...changes }))
    .set(keys.registryVersion, version)
    .hset(keys.campaign(id).state, 'changed', version)
    .publish(keys.announcements, `campaign:${id}`)
    .exec();
}

const isUnkept = (world: DialingWorld) =>
  eventually(async () => (await world.status()).unknownRules.length > 0);

describe.concurrent('a campaign with a rule that this worker does not know', () => {
  test.each([
    ['a new key', { quietDays: ['2026-12-24'] }, 'quietDays'],
    ['a new value', { onUnknown: 'redial-twice' }, 'onUnknown'],
    ['a new meaning', { requires: ['pacing per line'] }, 'pacing per line'],
  ])('is not dialed, and is said to be so: %s', async (_, changes, rule) => {
    await using world = await DialingWorld.open(redis);
    await world.campaign();
    await storeNewer(world, changes);
    await world.load(phones(2));
    await world.campaign({ id: 'autumn' });
    await world.load([phone(5)], 'autumn');
    const worker = await world.startWorker();
    await world.settled(1, 'autumn');
    await isUnkept(world);
    expect(await world.status()).toMatchObject({ state: 'held', pending: 2, unknownRules: [rule] });
    expect(await worker.metric('libby_dialer_campaigns_unkept')).toBe(1);
    expect(world.simulator.calls().byNumber).toEqual({ [phone(5)]: 1 });
    // Once the rule is gone, or the worker knows it.
    await world.campaign({ priority: 1 });
    await world.settled(2);
    expect(await worker.metric('libby_dialer_campaigns_unkept')).toBe(0);
    expect(worker.logs.filter((line) => line.includes('does not know'))).toHaveLength(1);
  });

  test('stops where such a rule comes while it is dialed', async () => {
    await using world = await DialingWorld.open(redis);
    await world.campaign();
    await world.load([phone(0)]);
    // It keeps the campaign open.
    await world.load([phone(1)], 'spring', { startsAt: Date.now() + 3_600_000 });
    await world.startWorker();
    await world.settled(1);
    await storeNewer(world, { quietDays: [] });
    // Whoever has not noticed yet is told by the gate.
    await world.load([phone(2)]);
    await isUnkept(world);
    await world.campaign({ id: 'autumn' });
    await world.load([phone(5)], 'autumn');
    await world.settled(1, 'autumn');
    expect(await world.status()).toMatchObject({ pending: 2, outcomes: { accepted: 1 } });
  });
});
