import { expect, test } from 'vitest';
import { patienceMs } from './patience.ts';

test('is between one minute and five, in whole milliseconds, whatever the load is', () => {
  const ms = patienceMs();
  expect(ms).toBeGreaterThanOrEqual(60_000);
  expect(ms).toBeLessThanOrEqual(300_000);
  expect(Number.isInteger(ms)).toBe(true);
});
