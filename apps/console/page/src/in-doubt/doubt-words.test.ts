import type { CallInDoubt } from '@libby-dialer/http-api';
import { expect, test } from 'vitest';
import { evidenceInFull, evidenceText, mayBeRedialed } from './doubt-words.ts';

test('of a call that was dialed twice both attempts are told', () => {
  const once = { reason: 'no_response', isRedialed: false } as CallInDoubt;
  const twice = { ...once, isRedialed: true, lateOutcome: 'accepted' } as CallInDoubt;
  expect([evidenceText(once), evidenceText(twice)]).toEqual([
    'no answer in time',
    'dialed twice: no answer in time',
  ]);
  expect(evidenceInFull(twice)).toBe(
    'It was dialed twice. The second time: It was sent, and no answer came in time. Of the first time Libby said: accepted.',
  );
  expect(evidenceText({ ...twice, reason: 'connect_failed' })).toBe(
    'dialed twice: no connection to Libby',
  );
});

test('a call is dialed once more only once', () => {
  const call = { isRedialed: false } as CallInDoubt;
  expect(mayBeRedialed(call)).toBe(true);
  expect(mayBeRedialed({ ...call, isRedialed: true })).toBe(false);
  expect(mayBeRedialed({ ...call, redialAt: '2026-12-01T18:02:11Z' })).toBe(false);
});
