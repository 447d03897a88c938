import { describe, expect, it } from 'vitest';
import type { Rules } from '../stage/rules.ts';
import { runPlan } from './chaos-run.ts';
import { FAULTS, planFor, quietPlan } from './plan.ts';

const CALLS = 500;
/** As few as draw every fault there is, and of those the ones with the fewest processes. */
const SEEDS = [4530, 4605, 4968, 37737, 54336];

const RULES: readonly ((rules: Rules) => unknown)[] = [
  ({ pacing }) => pacing?.maxInFlight,
  ({ pacing }) => pacing?.callsPerSecond,
  ({ lines }) => lines,
  ({ frequencyCap }) => frequencyCap,
];

describe('whatever dies', () => {
  // Again: npm run chaos -- --seed N
  it.concurrent.each(SEEDS)('no phone rings twice and no row is lost (seed %i)', async (seed) => {
    expect((await runPlan(planFor(seed, CALLS))).violations).toEqual([]);
  });

  it.concurrent('without faults every call is accepted, by one token', async () => {
    const plan = quietPlan(0, CALLS);
    const { violations, outcomes, requests, mostAtOnce } = await runPlan(plan);
    expect(violations).toEqual([]);
    expect(outcomes).toEqual({ accepted: requests, suppressed: CALLS - requests });
    expect(requests).toBeGreaterThan(CALLS * 0.9);
    expect(mostAtOnce).toBeLessThanOrEqual(plan.clockSkewsMs.length * plan.concurrency);
  });
});

describe('the seeds', () => {
  const plans = SEEDS.map((seed) => planFor(seed, CALLS));

  it('draw every fault', () => {
    const drawn = plans.flatMap(({ events }) => Object.values(events).flat());
    const faults = new Set(drawn.map(({ fault }) => fault));
    expect([...faults].toSorted()).toEqual(Object.keys(FAULTS).toSorted());
  });

  it('load in every way, under every rule, with a forwarder and without', () => {
    expect(new Set(plans.map(({ loading }) => loading.kind)).size).toBe(3);
    expect(new Set(plans.map(({ forwards }) => forwards)).size).toBe(2);
    for (const isInForce of RULES)
      expect(plans.some(({ rules }) => isInForce(rules) !== undefined)).toBe(true);
  });
});

describe('a seed', () => {
  it('decides everything', () => {
    expect(planFor(7, CALLS)).toEqual(planFor(7, CALLS));
    expect(planFor(7, CALLS)).not.toEqual({ ...planFor(8, CALLS), seed: 7 });
  });
});
