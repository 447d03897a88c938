import { expect, it } from 'vitest';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import { PlacedCalls } from './placed-calls.ts';

const NOW = Date.parse('2026-12-01T14:05:06Z');
const TEN_SECONDS = 10_000;

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

async function speeds(now: number): Promise<[at: string, perSecond: number][]> {
  const steps = await fixture.queue.placedCalls.lastHalfHour('spring', now);
  return steps.map(({ at, perSecond }) => [new Date(at).toISOString().slice(11, 19), perSecond]);
}

it('tells the last half hour in steps of ten seconds, as far as all have written', async () => {
  const all = await speeds(NOW);
  expect(all).toHaveLength(180);
  expect(all[0]).toEqual(['13:35:10', 0]);
  expect(all.at(-1)).toEqual(['14:05:00', 0]);
  expect((await speeds(NOW - 1)).at(-1)?.[0]).toBe('14:04:50');
});

it('adds up what several workers have placed, over the hour', async () => {
  const hour = Date.parse('2026-12-01T14:00:00Z');
  const workers = [fixture.queue.placedCalls, new PlacedCalls(fixture.redis, fixture.keys)];
  for (const worker of workers) {
    for (let call = 0; call < 10; call++) worker.count('spring', hour - 1);
    worker.count('spring', hour);
    worker.count('spring', hour + TEN_SECONDS - 1);
    worker.count('autumn', hour);
    await worker.write();
    await worker.write();
  }
  workers[0]?.count('spring', hour);
  await workers[0]?.write();
  expect((await speeds(NOW)).filter(([, perSecond]) => perSecond > 0)).toEqual([
    ['14:00:00', 2],
    ['14:00:10', 0.5],
  ]);
});

it('is gone after two hours', async () => {
  fixture.queue.placedCalls.count('spring', NOW);
  await fixture.queue.placedCalls.write();
  const keys = await fixture.redis.keys(`${fixture.keys.campaign('spring').placed}:*`);
  expect(keys).toHaveLength(1);
  for (const key of keys) {
    expect(await fixture.redis.pttl(key)).toBeLessThanOrEqual(7_200_000);
    expect(await fixture.redis.pttl(key)).toBeGreaterThan(0);
  }
});

it('does not count twice what Redis may have taken', async () => {
  const worker = fixture.queue.placedCalls;
  const key = `${fixture.keys.campaign('spring').placed}:${Math.floor(NOW / 3_600_000)}`;
  await fixture.redis.set(key, 'no hash');
  worker.count('spring', NOW);
  await expect(worker.write()).rejects.toThrow('WRONGTYPE');
  await fixture.redis.del(key);
  await worker.write();
  expect(await fixture.redis.exists(key)).toBe(0);
});
