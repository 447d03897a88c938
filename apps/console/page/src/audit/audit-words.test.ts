import { expect, test } from 'vitest';
import { actionText, askedText, endText } from './audit-words.ts';

const at = '2026-12-01T18:02:11Z';

test('what was asked for is told in words, without what only machines can read', () => {
  const changes = [
    { key: 'priority', before: 0, after: 5 },
    { key: 'timezone', after: 'UTC' },
  ];
  expect(askedText({ details: { callId: 'cJZW', as: 'redial', note: 'by mail' } })).toBe(
    'as redial, note by mail',
  );
  expect(askedText({ details: { changes } })).toBe('changes priority 0 → 5; timezone none → UTC');
  expect(askedText({ details: { changes: [], people: ['h1'], withDoubts: true } })).toBe(
    'with doubts true',
  );
  expect([actionText({ action: 'campaign.pause' }), actionText({ action: 'newer.one' })]).toEqual([
    'paused a campaign',
    'newer.one',
  ]);
});

test('what came of it is told, as far as anybody knows', () => {
  const ends = [
    { at, failure: null, effect: { wentOut: 2 } },
    { at, failure: null, effect: {} },
    { at, failure: 'in_flight', effect: { erased: 1 } },
    null,
  ];
  expect(ends.map((end) => endText({ end }))).toEqual([
    'went out 2',
    'done',
    'not done: in_flight, erased 1',
    'no end is known',
  ]);
});
