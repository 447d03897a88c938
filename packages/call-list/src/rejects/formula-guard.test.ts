import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { guarded, unguarded } from './formula-guard.ts';

const cells = array(constantFrom("'", '=', '+', '-', '@', '\t', '\r', '1', 'a', ' '), {
  maxLength: 6,
}).map((parts) => parts.join(''));

test('no guarded cell starts a formula, and each comes back as it was', () => {
  assert(
    property(cells, (cell) => {
      const safe = guarded(cell);
      expect(unguarded(safe)).toBe(cell);
      expect(safe).toMatch(/^(?:$|[^=+\-@\t\r]|\+\d+$)/);
    }),
  );
});

test.each([
  ['=1+1', "'=1+1"],
  ["'=1+1", "''=1+1"],
  ['+15055550123', '+15055550123'],
  ["'+15055550123", "''+15055550123"],
  ["O'Neil", "O'Neil"],
])('%s is written as %s', (cell, written) => {
  expect(guarded(cell)).toBe(written);
});
