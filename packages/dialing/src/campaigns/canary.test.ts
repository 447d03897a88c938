import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canaryOf, isCanaryOutOfReach, MOST_CANARY_CALLS } from './canary.ts';

test.each([
  [5, 0.8, 4],
  [5, 0.81, 5],
  [100, 0.55, 55],
  [3, 0.01, 1],
  [7, 1, 7],
])('of %i calls a share of %f is %i', (calls, pass, needed) => {
  expect(canaryOf(calls, pass)).toEqual({ calls, needed });
});

test('without a share a person decides', () => {
  expect(canaryOf(5)).toEqual({ calls: 5 });
});

test.each([
  [{ calls: 5, dialed: 5, accepted: 0, inFlight: 0 }, false],
  [{ calls: 5, needed: 4, dialed: 0, accepted: 0, inFlight: 0 }, false],
  [{ calls: 5, needed: 4, dialed: 3, accepted: 1, inFlight: 1 }, false],
  [{ calls: 5, needed: 4, dialed: 3, accepted: 1, inFlight: 0 }, true],
])('%j is out of reach: %j', (progress, isOutOfReach) => {
  expect(isCanaryOutOfReach(progress)).toBe(isOutOfReach);
});

test('any share that is a number of calls asks for just these', () => {
  const counts = fc.integer({ min: 1, max: MOST_CANARY_CALLS });
  fc.assert(
    fc.property(counts, counts, (one, other) => {
      const [needed, calls] = [Math.min(one, other), Math.max(one, other)];
      expect(canaryOf(calls, needed / calls)).toEqual({ calls, needed });
    }),
  );
});
