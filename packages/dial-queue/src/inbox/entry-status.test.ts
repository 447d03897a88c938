import { expect, it } from 'vitest';
import { dayOf, type EntryStatus, readStatus, statusText } from './entry-status.ts';

it.each<EntryStatus>([
  { kind: 'queued', campaign: 'spring', callId: 'cAbc_-1' },
  { kind: 'duplicate', campaign: 'spring', callId: 'cAbc_-1' },
  { kind: 'rejected', code: 'missing_phone' },
  { kind: 'erased' },
])('%j is read as it was written', (status) => {
  expect(readStatus(statusText(status))).toEqual(status);
});

it.each([
  ['1795368579289-0', '2026-11-22'],
  ['0-1', '1970-01-01'],
  ['18446744073709551615-18446744073709551615', '+275760-09-13'],
  ['not an id', '1970-01-01'],
])('%s is of the day %s', (id, day) => {
  expect(dayOf(id)).toBe(day);
});
