import { expect, test } from 'vitest';
import { callTimeText, lastToOpen, wallClock } from './wall-clock.ts';

const at = (text: string) => Date.parse(text);

test('what a clock there shows, at midnight too', () => {
  expect(wallClock(at('2026-12-01T15:00:00Z'), 'America/Denver')).toBe('Tue 2026-12-01 08:00');
  expect(wallClock(at('2026-12-02T07:00:00Z'), 'America/Denver')).toBe('Wed 2026-12-02 00:00');
  expect(wallClock(at('2026-07-01T15:00:00Z'), 'America/Denver')).toBe('Wed 2026-07-01 09:00');
});

test('the clock furthest behind, also across a date', () => {
  expect(lastToOpen(at('2026-12-01T15:00:00Z'), ['America/Chicago', 'America/Denver'])).toBe(
    'America/Denver',
  );
  expect(lastToOpen(at('2026-12-01T20:00:00Z'), ['Asia/Tokyo', 'America/Denver'])).toBe(
    'America/Denver',
  );
  expect(lastToOpen(0, [])).toBeUndefined();
});

test('both clocks, and the day twice only where it differs', () => {
  const zones = ['America/Chicago', 'America/Denver'];
  expect(callTimeText(at('2026-12-01T15:00:00Z'), zones)).toBe(
    'Tue 2026-12-01 08:00 America/Denver (15:00 UTC)',
  );
  const evening = at('2026-12-02T01:30:00Z');
  expect(callTimeText(evening, zones)).toBe(
    'Tue 2026-12-01 18:30 America/Denver (Wed 2026-12-02 01:30 UTC)',
  );
  expect(callTimeText(evening, [])).toBe('Wed 2026-12-02 01:30 UTC');
});
