import { expect, test } from 'vitest';
import { changeLines, describeHours } from './live-plan.ts';

test.each([
  ['anytime', 'at any time of day and night'],
  [
    {
      from: '08:00',
      to: '21:00',
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      timezone: 'recipient',
    },
    '08:00 to 21:00, every day, where each person lives',
  ],
  [
    { from: '17:00', to: '20:00', days: ['mon', 'fri'], timezone: 'America/Denver' },
    '17:00 to 20:00, mon fri, America/Denver',
  ],
] as const)('hours in words: %j', (window, words) => {
  expect(describeHours(window)).toBe(words);
});

test('says what the file changes of the campaign as it is stored, and for how many', () => {
  const changes = [{ key: 'introNotes' }, { key: 'pacing' }];
  expect(changeLines({ changes, pending: 3 })).toEqual([
    '  Changes   introNotes, pacing of the campaign as it is stored, also for 3 calls waiting',
  ]);
  expect(changeLines(null)).toEqual([]);
});
