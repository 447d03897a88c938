import { OUTCOMES, type Outcome } from '@libby-dialer/dialing';
import { countOf } from '@libby-dialer/runtime';
import { expect, test } from 'vitest';
import { outcomeTable, sumCounts, totalOf } from './outcome-table.ts';

const PLAIN = { styled: (_: string, text: string) => text };

function counts(some: Partial<Record<Outcome, number>>) {
  return {
    ...(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>),
    ...some,
  };
}

test('every outcome has a line that says whether the phone may have rung, none wider than a terminal', () => {
  const [heading, ...lines] = outcomeTable(PLAIN, counts({ accepted: 1234567, unknown: 3 }), {
    all: true,
  });
  expect(heading).toContain('could ring?');
  expect(lines.map((line) => line.trim().split(/ +/).slice(0, 3))).toEqual([
    ['accepted', '1,234,567', 'yes'],
    ['rejected', '0', 'no'],
    ['exhausted', '0', 'no'],
    ['unknown', '3', 'perhaps'],
    ['suppressed', '0', 'no'],
    ['expired', '0', 'no'],
    ['canceled', '0', 'no'],
  ]);
  for (const line of lines) expect(line.length).toBeLessThan(80);
});

test('an outcome that no call has is left out', () => {
  expect(outcomeTable(PLAIN, counts({ expired: 1 }))).toHaveLength(2);
});

test('counts add up', () => {
  const sum = sumCounts([
    counts({ accepted: 1, unknown: 2 }),
    counts({ accepted: 3, canceled: 4 }),
  ]);
  expect(sum).toEqual(counts({ accepted: 4, unknown: 2, canceled: 4 }));
  expect(totalOf(sum)).toBe(10);
});

test('one is no plural', () => {
  expect([0, 1, 2, 1000].map((count) => countOf(count, 'call'))).toEqual([
    '0 calls',
    '1 call',
    '2 calls',
    '1,000 calls',
  ]);
});
