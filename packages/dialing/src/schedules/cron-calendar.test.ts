import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CronCalendar, type CronTime } from './cron-calendar.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FIRST = Date.parse('2026-01-01T00:00Z');
const LAST = Date.parse('2028-01-01T00:00Z');

function times(cron: string, zone: string, from: string, until: string): [string, string][] {
  const found = new CronCalendar(cron, zone).between(
    Date.parse(from),
    Date.parse(until),
    1000,
  ).times;
  return found.map(({ local, dueAt }) => [local, new Date(dueAt).toISOString().slice(0, 16)]);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What ICU says that a clock in the zone shows: other code and data than those under test. */
function wallClock(at: number, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
    formats.set(zone, format);
  }
  return format.format(at).replace(' ', 'T');
}

/** The hours in which a zone changes its clock, found by reading it. */
function changes(zone: string): number[] {
  const offset = (at: number) => Date.parse(`${wallClock(at, zone)}Z`) - at;
  const found: number[] = [];
  const search = (from: number, until: number): void => {
    if (offset(from) === offset(until)) return;
    if (until - from <= HOUR_MS) {
      found.push(until);
      return;
    }
    const middle = from + Math.round((until - from) / 2 / HOUR_MS) * HOUR_MS;
    search(from, middle);
    search(middle, until);
  };
  // Ramadan's change is the shortest there is: a month.
  for (let at = FIRST; at < LAST; at += 20 * DAY_MS) search(at, at + 20 * DAY_MS);
  return found;
}

const CHANGES = Intl.supportedValuesOf('timeZone').flatMap((zone) =>
  changes(zone).map((at) => ({ zone, at })),
);

describe('a time that the clock', () => {
  test('skips moves forward by as much as the clock', () => {
    expect(times('30 2 * * *', 'America/Denver', '2026-03-07T00:00Z', '2026-03-10T00:00Z')).toEqual(
      [
        ['2026-03-07T02:30', '2026-03-07T09:30'],
        ['2026-03-08T02:30', '2026-03-08T09:30'], // the clock shows 03:30
        ['2026-03-09T02:30', '2026-03-09T08:30'],
      ],
    );
  });

  test('shows twice is the first', () => {
    expect(times('30 1 * * *', 'America/Denver', '2026-10-31T12:00Z', '2026-11-03T00:00Z')).toEqual(
      [
        ['2026-11-01T01:30', '2026-11-01T07:30'],
        ['2026-11-02T01:30', '2026-11-02T08:30'],
      ],
    );
  });

  test('skips may be due together with one that it shows, and is a time of its own', () => {
    expect(
      times('*/30 2,3 * * *', 'America/Denver', '2026-03-08T06:00Z', '2026-03-09T00:00Z'),
    ).toEqual([
      ['2026-03-08T02:00', '2026-03-08T09:00'],
      ['2026-03-08T03:00', '2026-03-08T09:00'],
      ['2026-03-08T02:30', '2026-03-08T09:30'],
      ['2026-03-08T03:30', '2026-03-08T09:30'],
    ]);
  });
});

test('around every clock change of every zone each date has one time, due in order, and not before its first showing', () => {
  expect(CHANGES.length).toBeGreaterThan(300);
  const wrong: string[] = [];
  for (const { zone, at } of CHANGES) {
    const hour = Number(wallClock(at - 1, zone).slice(11, 13));
    for (const each of [hour, (hour + 1) % 24]) {
      const cron = `${(at / HOUR_MS) % 60} ${each} * * *`;
      const { times } = new CronCalendar(cron, zone).between(at - 2 * DAY_MS, at + 2 * DAY_MS, 100);
      const isRight =
        times.length >= 3 &&
        times.every((time, index) => isRightTime(time, zone, times[index - 1]));
      if (!isRight) wrong.push(`${zone} ${cron} ${new Date(at).toISOString()}`);
    }
  }
  expect(wrong).toEqual([]);
});

function isRightTime(
  { local, dueAt }: CronTime,
  zone: string,
  before: CronTime | undefined,
): boolean {
  if (before !== undefined && dateOf(local) !== dateOf(before.local) + DAY_MS) return false;
  if (before !== undefined && dueAt <= before.dueAt) return false;
  const shown = wallClock(dueAt, zone);
  if (shown === local)
    return [HOUR_MS / 2, HOUR_MS].every((ms) => wallClock(dueAt - ms, zone) !== local);
  // Skipped: the clock is ahead of it by as much as it jumped within the hour before.
  return shown > local && wallClock(dueAt - HOUR_MS, zone) < local;
}

function dateOf(local: string): number {
  return Date.parse(`${local.slice(0, 10)}Z`);
}

test('however a stretch of time is cut, no time is lost or comes twice', () => {
  const zones = fc.constantFrom(...new Set(CHANGES.map(({ zone }) => zone)), 'Asia/Kolkata');
  const crons = fc.constantFrom(
    '*/30 * * * *',
    '0 * * * *',
    '15 1-3 * * *',
    '0 18 * * 1-5',
    '*/7 0-4 * * 0',
  );
  const cuts = fc.array(fc.integer({ min: 0, max: 4 * DAY_MS }), { maxLength: 12 });
  fc.assert(
    fc.property(
      zones,
      crons,
      cuts,
      fc.integer({ min: 1, max: 30 }),
      fc.nat(),
      (zone, cron, cuts, limit, pick) => {
        const own = CHANGES.filter((change) => change.zone === zone);
        const from = (own[pick % Math.max(1, own.length)]?.at ?? FIRST) - 2 * DAY_MS;
        const calendar = new CronCalendar(cron, zone);
        const whole = calendar.between(from, from + 4 * DAY_MS, 10_000);
        const pieces: string[] = [];
        let at = from;
        for (const end of [...cuts, 4 * DAY_MS].toSorted((one, other) => one - other)) {
          while (at < from + end) {
            const { times, until } = calendar.between(at, from + end, limit);
            expect(until).toBeGreaterThan(at);
            pieces.push(...times.map(({ local }) => local));
            at = until;
          }
        }
        expect(pieces).toEqual(whole.times.map(({ local }) => local));
      },
    ),
    { numRuns: 60 },
  );
});

test('gives the next times, however far they are', () => {
  const next = new CronCalendar('0 0 29 2 *', 'Europe/Berlin').next(Date.parse('2096-03-01'), 2);
  expect(next.map(({ local }) => local)).toEqual(
    ['2104-02-29T00:00', '2108-02-29T00:00'].slice(0, next.length),
  );
  expect(next.length).toBeGreaterThan(0);
  const often = new CronCalendar('*/20 9-10 * * *', 'America/Denver');
  expect(often.next(Date.parse('2026-12-01T17:30Z'), 4).map(({ local }) => local)).toEqual([
    '2026-12-01T10:40',
    '2026-12-02T09:00',
    '2026-12-02T09:20',
    '2026-12-02T09:40',
  ]);
});

test('gives the times of a date', () => {
  const calendar = new CronCalendar('0 9,18 * * 1-5', 'America/Denver');
  expect(calendar.on('2026-12-01').map(({ local }) => local)).toEqual([
    '2026-12-01T09:00',
    '2026-12-01T18:00',
  ]);
  expect(calendar.on('2026-12-05')).toEqual([]);
});

test.each([
  ['0 18 * * 1-5', 'date'],
  ['@daily', 'date'],
  ['30 0 18 * * *', 'date'],
  ['0 9,18 * * *', 'minute'],
  ['0,30 9 * * *', 'minute'],
  ['0,30 0 9 * * *', 'second'],
])('%s takes its %s to be told apart', (cron, precision) => {
  expect(new CronCalendar(cron, 'UTC').precision).toBe(precision);
});

test.each([
  ['', 'must have five fields'],
  ['* * *', 'must have five fields'],
  ['99 * * * *', 'got value 99 expected range 0-59'],
  ['0 18 * * foo', 'cannot resolve alias'],
  ['0 0 31 2,4 *', 'never comes'],
  ['H 3 * * *', 'holds an H'],
  ['@often', 'cannot be read'],
])('the cron "%s" is refused in a sentence', (cron, why) => {
  expect(() => new CronCalendar(cron, 'UTC')).toThrow(why);
});

test('an unknown zone is refused', () => {
  expect(() => new CronCalendar('0 18 * * *', 'Mars/Olympus')).toThrow(
    'Mars/Olympus is no IANA time zone',
  );
});
