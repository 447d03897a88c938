import { assert, double, integer, property } from 'fast-check';
import { expect, it } from 'vitest';
import { retryDelayMs } from './backoff.ts';

const RETRY = { attempts: 4, backoffSeconds: 30, maxBackoffSeconds: 3600 };

it('doubles from the first pause to the longest', () => {
  expect([1, 2, 3, 20].map((failures) => retryDelayMs(RETRY, failures, 1))).toEqual([
    30_000, 60_000, 120_000, 3_600_000,
  ]);
});

it('stays between half of the step and the step, whatever the jitter', () => {
  assert(
    property(
      integer({ min: 1, max: 2000 }),
      double({ min: 0, max: 1, noNaN: true }),
      (failures, random) => {
        const stepMs = Math.min(3_600_000, 30_000 * 2 ** (failures - 1));
        const delayMs = retryDelayMs(RETRY, failures, random);
        expect(delayMs).toBeGreaterThanOrEqual(Math.floor(stepMs / 2));
        expect(delayMs).toBeLessThanOrEqual(stepMs);
      },
    ),
  );
});
