import { expect, test } from 'vitest';
import { exactInstant, placeOf, sayDuration, sayInstant } from './times.ts';

const at = (text: string) => Date.parse(text);
const NOW = at('2026-12-01T10:41:00Z');

test.each([
  [-5, '0 s'],
  [38_000, '38 s'],
  [4 * 60_000, '4 min'],
  [130 * 60_000, '2 h 10 min'],
  [3 * 3_600_000, '3 h'],
  [86_400_000, '1 day'],
  [3 * 86_400_000, '3 days'],
])('%d ms is %s', (ms, said) => {
  expect(sayDuration(ms)).toBe(said);
});

test.each([
  ['2026-12-01T10:41:03Z', 'now'],
  ['2026-12-01T10:45:00Z', 'in 4 min'],
  ['2026-12-01T10:40:30Z', '30 s ago'],
  ['2026-12-01T14:10:00Z', '14:10'],
  ['2026-12-02T08:00:00Z', 'tomorrow 08:00'],
  ['2026-11-30T23:59:00Z', 'yesterday 23:59'],
  ['2026-11-24T08:00:00Z', 'Tue 24 Nov 08:00'],
  ['2025-11-24T08:00:00Z', '24 Nov 2025 08:00'],
])('%s is said as %s', (instant, said) => {
  // As everywhere in tests, the machine's clock is not asked: a zone of its own is given where the
  // hour shows.
  const distance = Math.abs(at(instant) - NOW);
  expect(sayInstant(at(instant), NOW, distance < 3_600_000 ? undefined : 'UTC')).toBe(said);
});

test('the clock of the place decides what is tomorrow', () => {
  expect(sayInstant(at('2026-12-01T23:30:00Z'), NOW, 'Asia/Tokyo')).toBe('tomorrow 08:30');
});

test('the exact instant, to the second and with its zone', () => {
  expect(exactInstant(at('2026-12-01T10:41:07Z'), 'UTC')).toBe('2026-12-01 10:41:07 UTC');
});

test('zones are named after their place', () => {
  expect(placeOf('America/Port_of_Spain')).toBe('Port of Spain');
});
