import { describe, expect, it } from 'vitest';
import { runPlan } from './chaos-run.ts';
import { IN_THE_END_MS } from './patience.ts';
import { planFor, quietPlan } from './plan.ts';

const CALLS = 500;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('whatever dies', () => {
  // Again: npm run chaos -- --seed N
  it.concurrent.each(SEEDS)(
    'no phone rings twice and no row is lost (seed %i)',
    async (seed) => {
      expect((await runPlan(planFor(seed, CALLS))).violations).toEqual([]);
    },
    IN_THE_END_MS,
  );

  it.concurrent(
    'without faults every call is accepted, by one token',
    async () => {
      const plan = quietPlan(0, CALLS);
      const { violations, outcomes, requests, mostAtOnce } = await runPlan(plan);
      expect(violations).toEqual([]);
      expect(outcomes).toEqual({ accepted: requests, suppressed: CALLS - requests });
      expect(requests).toBeGreaterThan(CALLS * 0.9);
      expect(mostAtOnce).toBeLessThanOrEqual(plan.clockSkewsMs.length * plan.concurrency);
    },
    IN_THE_END_MS,
  );
});

describe('a seed', () => {
  it('decides everything', () => {
    expect(planFor(7, CALLS)).toEqual(planFor(7, CALLS));
    expect(planFor(7, CALLS)).not.toEqual({ ...planFor(8, CALLS), seed: 7 });
  });
});
