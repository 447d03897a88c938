import { expect, test } from 'vitest';
import { bodyOf, emptyForm, formOf, isFilled, type ScheduleInFull } from './schedule-form.ts';

const STORED = {
  name: 'nightly',
  cron: '0 18 * * *',
  timezone: 'America/Denver',
  list: 'lists/{{date}}.csv',
  format: null,
  sheet: null,
  encoding: 'windows-1252',
  headerRow: 3,
  waitForListMs: 5_400_000,
  expiresAfterMs: null,
  keepRuns: 30,
  canary: { calls: 10, needed: 8 },
} as ScheduleInFull;

test('what is not changed in the form is given as it is stored', () => {
  expect(bodyOf(formOf(STORED), STORED)).toEqual({
    cron: '0 18 * * *',
    timezone: 'America/Denver',
    list: 'lists/{{date}}.csv',
    encoding: 'windows-1252',
    headerRow: 3,
    waitForListMs: 5_400_000,
    keepRuns: 30,
    canary: { calls: 10, pass: 0.8 },
  });
});

test('a field that is emptied is not set any more', () => {
  const form = { ...formOf(STORED), keepRuns: '', canaryCalls: '', expiresMinutes: '90' };
  expect(bodyOf(form, STORED)).toMatchObject({
    keepRuns: undefined,
    canary: undefined,
    expiresAfterMs: 5_400_000,
  });
});

test('a new one is asked about once all is filled in that it needs', () => {
  const form = { ...emptyForm('UTC'), name: 'n', cron: '0 18 * * *', list: 'a.csv' };
  expect(isFilled(form, true)).toBe(false);
  expect(isFilled({ ...form, campaign: 'spring' }, true)).toBe(true);
  expect(isFilled(form, false)).toBe(true);
});
