import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Sharer, shareOut, weightOf } from './share-out.ts';

const ALL = Number.POSITIVE_INFINITY;
const sharers = (...priorities: number[]): Sharer[] =>
  priorities.map((priority) => ({ weight: weightOf(priority), wants: ALL }));

const anySharer = fc.record({
  weight: fc.integer({ min: -100, max: 100 }).map(weightOf),
  wants: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(ALL)),
});
const anySlots = fc.integer({ min: 1, max: 100 });
const anySharers = fc.array(anySharer, { maxLength: 120 });
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('sharing out slots', () => {
  test.each([
    { slots: 50, priorities: [0], shares: [50] },
    { slots: 50, priorities: [0, 0], shares: [25, 25] },
    { slots: 10, priorities: [0, 0, 0], shares: [4, 3, 3] },
    { slots: 30, priorities: [0, 20], shares: [10, 20] },
    { slots: 33, priorities: [100, 0], shares: [32, 1] },
    { slots: 10, priorities: [100, -100], shares: [9, 1] },
    { slots: 3, priorities: [0, 0, 0, 0, 0], shares: [1, 1, 1, 1, 1] },
    { slots: 4, priorities: [100, 0, 0, 0, 0], shares: [4, 1, 1, 1, 1] },
    { slots: 4, priorities: [], shares: [] },
  ])('$slots slots among priorities $priorities', ({ slots, priorities, shares }) => {
    expect(shareOut(slots, sharers(...priorities))).toEqual(shares);
  });

  test('what one cannot use goes to the others by their weights', () => {
    const [small, ...others] = sharers(0, 0, 20);
    expect(shareOut(33, [{ ...(small as Sharer), wants: 3 }, ...others])).toEqual([3, 10, 20]);
  });

  test('everybody gets at least one and nobody more than it wants', () => {
    fc.assert(
      fc.property(anySlots, anySharers, (slots, all) => {
        for (const [index, share] of shareOut(slots, all).entries()) {
          expect(share).toBeGreaterThanOrEqual(1);
          expect(share).toBeLessThanOrEqual(all[index]?.wants ?? 0);
        }
      }),
    );
  });

  test('no slot is left over that somebody wants, and none is given twice while there are enough', () => {
    fc.assert(
      fc.property(anySlots, anySharers, (slots, all) => {
        fc.pre(all.length <= slots);
        expect(sum(shareOut(slots, all))).toBe(Math.min(slots, sum(all.map(({ wants }) => wants))));
      }),
    );
  });

  test('where there are not enough, no more wait for their turn than there are sharers', () => {
    fc.assert(
      fc.property(anySlots, anySharers, (slots, all) => {
        fc.pre(all.length > slots);
        expect(sum(shareOut(slots, all))).toBeLessThanOrEqual(slots + all.length);
      }),
    );
  });

  test('who weighs more and wants as much never gets less', () => {
    fc.assert(
      fc.property(anySlots, anySharers, (slots, all) => {
        const byWeight = all
          .map(({ weight }) => ({ weight, wants: ALL }))
          .toSorted((a, b) => a.weight - b.weight);
        const out = shareOut(slots, byWeight);
        const shares = byWeight.map(({ weight }, index) => ({ weight, share: out[index] ?? 0 }));
        const isLess = shares.some(({ weight, share }, index) =>
          shares
            .slice(0, index)
            .some((lighter) => lighter.weight < weight && lighter.share > share),
        );
        expect(isLess).toBe(false);
      }),
    );
  });

  test('with one more slot nobody gets less', () => {
    fc.assert(
      fc.property(anySlots, anySharers, (slots, all) => {
        fc.pre(all.length <= slots);
        const before = shareOut(slots, all);
        for (const [index, share] of shareOut(slots + 1, all).entries()) {
          expect(share).toBeGreaterThanOrEqual(before[index] ?? 0);
        }
      }),
    );
  });
});
