import { expect, it } from 'vitest';
import { eachTest, type Fixture } from '../testing/fixture.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

const sample = (size: number) => fixture.queue.pendingSample.read('spring', size);

it('is everything that waits, where that is little', async () => {
  await fixture.campaign();
  expect(await sample(10)).toEqual([]);
  await using loader = fixture.loader();
  const calls = fixture.calls(7);
  await loader.add(calls);
  const numbers = (await sample(10)).map(({ to }) => to);
  expect(numbers.toSorted()).toEqual(calls.map(({ call }) => call.to).toSorted());
});

it('of a long queue it takes a part, from everywhere, delayed calls too', async () => {
  await fixture.campaign();
  await using loader = fixture.loader();
  await loader.add(fixture.calls(90));
  const queue = fixture.keys.queue('spring');
  // The last 30 of the list wait for an instant.
  const ids = await fixture.redis.lrange(`${queue}wait`, 0, 29);
  await fixture.redis.ltrim(`${queue}wait`, 30, -1);
  await fixture.redis.zadd(`${queue}delayed`, ...ids.flatMap((id, index) => [index, id]));
  const rows = (await sample(30)).map(({ row = 0 }) => row);
  expect(rows).toHaveLength(30);
  expect(new Set(rows).size).toBe(30);
  expect(rows.filter((row) => row > 60)).toHaveLength(10);
  expect(Math.min(...rows)).toBeLessThanOrEqual(45);
});

it('passes over a call that has gone meanwhile', async () => {
  await fixture.campaign();
  await using loader = fixture.loader();
  const calls = fixture.calls(2);
  await loader.add(calls);
  await fixture.redis.del(`${fixture.keys.queue('spring')}${calls[0]?.callId ?? ''}`);
  expect(await sample(10)).toHaveLength(1);
});

it('passes over what is no call of ours', async () => {
  await fixture.campaign();
  await using loader = fixture.loader();
  const calls = fixture.calls(3);
  await loader.add(calls);
  const jobKey = (index: number) => `${fixture.keys.queue('spring')}${calls[index]?.callId ?? ''}`;
  await fixture.redis.hset(jobKey(0), 'data', '{"to":');
  await fixture.redis.hset(jobKey(1), 'data', 'null');
  expect(await sample(10)).toHaveLength(1);
});
