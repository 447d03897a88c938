import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, phones } from '../testing/dialing-world.ts';

const EVENT = { introNotes: 'Ask about the {{Event}}' };
const COMPLETE = { form: [['Event', 'picnic']] as [string, string][] };

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe('calls that lack what their campaign asks for', () => {
  test('wait by themselves while the others go out, until the campaign is mended', async () => {
    await using world = await DialingWorld.open(redis);
    await world.campaign(EVENT);
    const numbers = phones(65);
    await world.load(numbers.slice(0, 5));
    await world.load(numbers.slice(5), 'spring', COMPLETE);
    await world.startWorker();
    const results = await world.settled(60);
    expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    await eventually(async () => (await world.status()).hasIncompleteCalls);
    expect(await world.status()).toMatchObject({ pending: 5, holds: [] });
    await world.campaign({ introNotes: 'Hi' });
    expect(await world.settled(65)).toHaveLength(65);
    expect(await world.status()).toMatchObject({ state: 'completed', hasIncompleteCalls: false });
    expect(world.rangTwice()).toEqual([]);
  });

  test('keep none of the others waiting, however many of them come first', async () => {
    await using world = await DialingWorld.open(redis);
    await world.campaign(EVENT);
    const numbers = phones(65);
    await world.load(numbers.slice(0, 45));
    await world.load(numbers.slice(45), 'spring', COMPLETE);
    const worker = await world.startWorker({ concurrency: 5 });
    await world.settled(20);
    await eventually(async () => (await world.status()).hasIncompleteCalls);
    expect(await world.status()).toMatchObject({ pending: 45, holds: [] });
    expect(await worker.metric('libby_dialer_hold_changes_total', 'change="opened"')).toBe(0);
  });

  test('hold it where there is no other, until it is mended, and not once more', async () => {
    await using world = await DialingWorld.open(redis);
    await world.campaign(EVENT);
    await world.load(phones(30));
    const first = await world.startWorker();
    expect(await world.heldBy('campaign:spring')).toBe('campaign_incomplete');
    expect(world.simulator.stats().requests).toBe(0);
    const workers = [first, await world.startWorker()];
    await world.campaign({ introNotes: 'Hi' });
    await world.settled(30);
    expect(await world.status()).toMatchObject({ state: 'completed', holds: [] });
    const opened = workers.map((worker) =>
      worker.metric('libby_dialer_hold_changes_total', 'change="opened"'),
    );
    expect(await Promise.all(opened)).toEqual([1, 0]);
  });
});
