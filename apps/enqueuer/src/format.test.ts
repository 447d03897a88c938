import { expect, test } from 'vitest';
import { countOf, formatDuration } from './format.ts';
import { formatTable } from './table.ts';

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [180_000_000, '2 d 2 h'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('counts have their noun', () => {
  expect([countOf(1, 'call'), countOf(1234, 'call')]).toEqual(['1 call', '1,234 calls']);
});

test('tables have texts on the left and numbers on the right, and no blanks at the end', () => {
  expect(
    formatTable([
      ['NAME', 'COUNT', 'NOTE'],
      ['a', 1234, ''],
      ['longer', 5, 'x'],
    ]),
  ).toBe('NAME    COUNT  NOTE\na       1,234\nlonger      5  x\n');
  expect(formatTable([])).toBe('');
});
