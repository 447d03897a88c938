import { expect, test } from 'vitest';
import { sleep, systemClock } from './clock.ts';

test('an aborted sleep ends at once', async () => {
  const abort = new AbortController();
  const sleeping = sleep(1_000_000, abort.signal);
  abort.abort();
  await expect(sleeping).rejects.toMatchObject({ name: 'AbortError' });
  await expect(sleep(1, abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
});

test('a sleep of months is not over at once', async () => {
  const abort = new AbortController();
  const months = sleep(2 ** 33, abort.signal);
  const first = await Promise.race([months, sleep(5, abort.signal).then(() => 'short')]);
  expect(first).toBe('short');
  abort.abort();
  await expect(months).rejects.toMatchObject({ name: 'AbortError' });
});

test.each([0, -5, 1])('a sleep of %d ms ends', async (ms) => {
  await expect(sleep(ms)).resolves.toBeUndefined();
});

test('the monotonic clock does not go back', () => {
  const first = systemClock.monotonic();
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
});
