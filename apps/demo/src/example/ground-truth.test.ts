import type { Outcome } from '@libby-dialer/dialing';
import { describe, expect, test } from 'vitest';
import { compareWithTruth, isProven } from './ground-truth.ts';

const ANA = '+15055550101';
const BEN = '+15055550102';

const call = (toPhoneNumber: string, outcome: Outcome) => ({ toPhoneNumber, outcome });

describe("the dialer's word against the simulator's", () => {
  test('is proven where each accepted call rang once and each in doubt at most once', () => {
    const comparison = compareWithTruth(
      [
        call(ANA, 'accepted'),
        call(BEN, 'unknown'),
        call('+15055550103', 'unknown'),
        call('+15055550104', 'rejected'),
      ],
      new Map([
        [ANA, 1],
        [BEN, 1],
      ]),
    );
    expect(comparison).toEqual({
      taken: 2,
      numbers: 2,
      rungTooOften: [],
      neverRung: [],
      doubts: 2,
      doubtsThatRang: 1,
    });
    expect(isProven(comparison)).toBe(true);
  });

  test.each([
    ['rung twice', [call(ANA, 'accepted')], 2],
    ['rung though canceled', [call(ANA, 'canceled')], 1],
    ['rung though nowhere in the results', [], 1],
  ])('fails on a phone %s', (_, records, rang) => {
    const comparison = compareWithTruth(records, new Map([[ANA, rang]]));
    expect(comparison.rungTooOften).toEqual([ANA]);
    expect(isProven(comparison)).toBe(false);
  });

  test('fails on an accepted call that never rang', () => {
    const comparison = compareWithTruth([call(ANA, 'accepted')], new Map());
    expect(comparison.neverRung).toEqual([ANA]);
    expect(isProven(comparison)).toBe(false);
  });

  test('takes two calls to one number for what they are', () => {
    const both = [call(ANA, 'accepted'), call(ANA, 'accepted')];
    expect(isProven(compareWithTruth(both, new Map([[ANA, 2]])))).toBe(true);
    expect(isProven(compareWithTruth(both, new Map([[ANA, 3]])))).toBe(false);
  });
});
