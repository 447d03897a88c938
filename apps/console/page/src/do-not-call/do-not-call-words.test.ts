import { expect, it } from 'vitest';
import { askedText, doneText, foundText } from './do-not-call-words.ts';

const CHANGE = {
  id: '1-0',
  at: '2026-12-01T18:00:00.000Z',
  by: 'Ada',
  via: 'cli',
  from: 'desk',
  list: null,
  failure: null,
} as const;

it.each([
  [
    { action: 'imported', list: 'a.csv', given: 3, changed: 1 },
    'imported a.csv',
    '1 put on it, of 3 rows',
  ],
  [{ action: 'removed', given: 1, changed: 1 }, 'removed 1 number', '1 taken off'],
  [{ action: 'added', given: 2, changed: null }, 'added 2 numbers', 'no end is known'],
] as const)('a change says what was asked for, and what came of it: %j', (change, asked, done) => {
  expect(askedText({ ...CHANGE, ...change })).toBe(asked);
  expect(doneText({ ...CHANGE, ...change })).toBe(done);
});

it('a check says how many are on the list, and how many rows it could not read', () => {
  expect(foundText({ rows: 6, listed: 1, notListed: 2, rejected: 3 })).toBe(
    '1 of 3 numbers is on the list. 3 rows cannot be read.',
  );
});
