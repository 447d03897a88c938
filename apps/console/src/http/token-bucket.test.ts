import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

it('lets so many through in a second, and says when there is one again', () => {
  let now = 0;
  const bucket = new TokenBucket(10, () => now);
  for (let taken = 0; taken < 10; taken += 1) expect(bucket.take()).toBe(0);
  expect(bucket.take()).toBe(100);
  now += 100;
  expect(bucket.take()).toBe(0);
  expect(bucket.take()).toBeGreaterThan(0);
  now += 3_600_000;
  for (let taken = 0; taken < 10; taken += 1) expect(bucket.take()).toBe(0);
  expect(bucket.take()).toBeGreaterThan(0);
});
