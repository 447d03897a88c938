import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import type { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, phones, type TestWorker } from '../testing/dialing-world.ts';

const CALLS = 5;

/** As a dashboard of BullMQ does it. */
const HALTS: readonly {
  readonly name: string;
  readonly halt: (queue: Queue) => Promise<unknown>;
}[] = [
  { name: 'paused in BullMQ', halt: (queue) => queue.pause() },
  {
    name: 'of which BullMQ may hand out none at once',
    halt: (queue) => queue.setGlobalConcurrency(0),
  },
];

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** Resolves once the worker has seen the queue as it is. */
async function looked(world: DialingWorld, worker: TestWorker): Promise<void> {
  await world.campaign({ id: 'beacon' });
  await world.load(phones(1), 'beacon');
  await world.settled(1, 'beacon');
  expect(await worker.metric('libby_dialer_campaigns_open')).toBeGreaterThanOrEqual(1);
}

describe.concurrent('a queue', () => {
  test.for(HALTS)('$name is not dialed, status says why, and resume lifts it', async ({ halt }) => {
    await using world = await DialingWorld.open(redis);
    await world.campaign();
    await world.withQueue('spring', halt);
    const worker = await world.startWorker();
    await world.load(phones(CALLS));
    await looked(world, worker);
    expect(await world.status()).toMatchObject({
      state: 'paused',
      queue: 'paused',
      pending: CALLS,
    });
    expect(await world.results()).toEqual([]);
    await world.control.apply('resume', 'spring');
    await world.settled(CALLS);
    expect(await world.status()).toMatchObject({ state: 'completed', queue: 'open' });
  });

  test.for(HALTS)('$name ends when its campaign is canceled', async ({ halt }) => {
    await using world = await DialingWorld.open(redis);
    await world.campaign();
    await world.withQueue('spring', halt);
    await world.startWorker();
    await world.load(phones(CALLS));
    await world.control.apply('cancel', 'spring');
    const results = await world.settled(CALLS);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['canceled']));
  });

  test.for(HALTS)(
    '$name ends when its campaign expires, and what was stopped stays so with more time',
    async ({ halt }) => {
      await using world = await DialingWorld.open(redis);
      await world.campaign({ expiresAt: new Date(Date.now() + 1000).toISOString() });
      await world.withQueue('spring', halt);
      await world.startWorker();
      await world.load(phones(CALLS));
      const results = await world.settled(CALLS);
      expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['expired']));
      await eventually(async () => (await world.status()).queue === 'open');
      await world.campaign({ expiresAt: '2999-01-01T00:00:00Z' });
      await world.load(phones(2 * CALLS).slice(CALLS));
      expect(await world.status()).toMatchObject({ state: 'paused', pending: CALLS });
    },
  );
});
