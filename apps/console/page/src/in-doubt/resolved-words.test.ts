import type { ResolvedCallJson } from '@libby-dialer/http-api';
import { expect, test } from 'vitest';
import { resolvedText } from './resolved-words.ts';

const at = '2026-12-01T18:02:11Z';

test('whoever comes second is told who was first, and of a redial that is dropped', () => {
  const calls = [
    call('accepted'),
    call('accepted', { decided: { as: 'redial', by: 'Kim', at } }),
    call('refused', { code: 'not_in_doubt', decided: { as: 'accepted', by: 'Li: B', at } }),
    call('refused', { code: 'not_in_doubt', decided: { as: 'accepted', by: 'Li: B', at } }),
    call('refused', { code: 'not_in_doubt' }),
  ];
  expect(resolvedText(calls)).toEqual([
    '2 calls are accepted.',
    'Of 1 the redial is dropped that Kim had decided on.',
    'Li: B was first with 2: accepted.',
    '1 call stays as before: no longer in doubt, an answer came in after all or it is being dialed.',
  ]);
});

test('what cannot be dialed once more says why', () => {
  const calls = [
    call('redial'),
    call('refused', { code: 'suppressed' }),
    call('refused', { code: 'suppressed' }),
    call('refused', { code: 'newer_code' }),
  ];
  expect(resolvedText(calls)).toEqual([
    '1 call is to be dialed once more.',
    '2 calls stay as before: the number is on the do-not-call list.',
    '1 call stays as before: newer_code.',
  ]);
});

function call(
  status: ResolvedCallJson['status'],
  more: Partial<ResolvedCallJson> = {},
): ResolvedCallJson {
  return { callId: 'c', status, ...more };
}
