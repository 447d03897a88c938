import { afterEach, expect, test, vi } from 'vitest';
import { giveUpAfter, overload, patienceMs } from './patience.ts';

afterEach(() => void vi.useRealTimers());

test('is a minute, and as much longer as the machine is overloaded, in whole milliseconds', () => {
  const least = overload();
  const ms = patienceMs();
  expect(ms).toBeGreaterThanOrEqual(Math.floor(60_000 * Math.min(least, overload())));
  expect(ms).toBeLessThanOrEqual(Math.ceil(60_000 * Math.max(least, overload())));
  expect(Number.isInteger(ms)).toBe(true);
});

test('ends once, no sooner than on a machine that does nothing else', () => {
  vi.useFakeTimers();
  let ended = 0;
  giveUpAfter(undefined, () => void (ended += 1));
  vi.advanceTimersByTime(59_999);
  expect(ended).toBe(0);
  vi.advanceTimersByTime(36_000_000);
  expect(ended).toBe(1);
});

test.each([undefined, 1000])('never ends when it is taken back, of %s ms', (timeoutMs) => {
  vi.useFakeTimers();
  let ended = 0;
  giveUpAfter(timeoutMs, () => void (ended += 1))();
  vi.advanceTimersByTime(36_000_000);
  expect(ended).toBe(0);
});
