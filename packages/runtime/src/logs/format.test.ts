import { expect, test } from 'vitest';
import { countOf, formatDuration, progressBar } from './format.ts';

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

test('a bar is filled from the left', () => {
  expect([progressBar(0, 3), progressBar(2, 3), progressBar(3, 3)]).toEqual(['░░░', '██░', '███']);
});
