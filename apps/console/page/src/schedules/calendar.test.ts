import { expect, test } from 'vitest';
import { weeksOf } from './calendar.ts';
import { nightsOf, type ScheduleRunJson } from './night.ts';

const TODAY = '2026-12-02';

test('a calendar has whole weeks, from the first night to the end of the next week', () => {
  const weeks = weeksOf(nights('2026-11-25T18:00', '2026-11-25T19:00'), TODAY);
  expect(weeks.map(([monday]) => monday?.date)).toEqual(['2026-11-23', '2026-11-30', '2026-12-07']);
  expect(weeks.map((week) => week.length)).toEqual([7, 7, 7]);
  expect(weeks[0]?.[2]?.nights.map(({ local }) => local)).toEqual([
    '2026-11-25T18:00',
    '2026-11-25T19:00',
  ]);
});

test('it goes back no further than five weeks, and has this week where no night has come', () => {
  expect(weeksOf(nights('2026-01-01T18:00'), TODAY)).toHaveLength(7);
  expect(weeksOf(nights('2027-01-01T18:00'), TODAY)).toHaveLength(2);
  expect(weeksOf([], TODAY)).toHaveLength(2);
});

test.each([
  [{ state: 'loaded', isLate: false }, 'done'],
  [{ state: 'loaded', isLate: true }, 'late'],
  [{ state: 'waiting_for_list', isLate: false }, 'open'],
  [{ state: 'waiting_for_list', isLate: true }, 'late'],
  [{ state: 'failed', isLate: false }, 'failed'],
] as const)('%o is %s', (run, state) => {
  const [night] = nightsOf({ last: [{ ...run, local: '' } as ScheduleRunJson], next: [] });
  expect(night?.state).toBe(state);
});

test('a night that was carried out early is not coming as well', () => {
  const local = '2026-12-03T18:00';
  const next = [{ local, dueAt: '2026-12-04T01:00:00.000Z', campaign: 'nightly-2026-12-03' }];
  const last = [{ local, state: 'loaded', isLate: false } as ScheduleRunJson];
  expect(nightsOf({ last, next })).toMatchObject([{ local, state: 'done' }]);
  expect(nightsOf({ last: [], next })).toMatchObject([{ local, state: 'coming' }]);
});

function nights(...locals: string[]) {
  return nightsOf({
    last: locals.map((local) => ({ local, state: 'loaded' }) as ScheduleRunJson),
    next: [],
  });
}
