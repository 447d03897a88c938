import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBy, readWallClock, type WallClock } from '../testing/wall-clock.ts';
import {
  ALWAYS_OPEN,
  DAY_MS,
  openSpan,
  WEEKDAYS,
  type Weekday,
  type WeeklyHours,
} from './open-span.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const FIRST = Date.parse('2026-01-01');
const LAST = Date.parse('2028-01-01');

function hours(from: string, to: string, days: readonly Weekday[] = WEEKDAYS): WeeklyHours {
  return { from, to, days };
}

function spanAt(
  weekly: WeeklyHours,
  zones: readonly string[],
  at: string,
): [string, string] | undefined {
  const span = openSpan([{ hours: [weekly], zones }], Date.parse(at));
  return span && [iso(span.opensAt), iso(span.closesAt)];
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(':00.000Z', 'Z');
}

describe('openSpan', () => {
  it.each<
    [
      what: string,
      hours: WeeklyHours,
      zones: string[],
      at: string,
      opensAt: string,
      closesAt: string,
    ]
  >([
    [
      'an open window',
      hours('08:00', '21:00'),
      ['America/Denver'],
      '2026-07-01T18:00Z',
      '2026-07-01T14:00Z',
      '2026-07-02T03:00Z',
    ],
    [
      'the first instant',
      hours('08:00', '21:00'),
      ['America/Denver'],
      '2026-07-01T14:00Z',
      '2026-07-01T14:00Z',
      '2026-07-02T03:00Z',
    ],
    [
      'the instant of closing',
      hours('08:00', '21:00'),
      ['America/Denver'],
      '2026-07-02T03:00Z',
      '2026-07-02T14:00Z',
      '2026-07-03T03:00Z',
    ],
    [
      'days left out',
      hours('09:00', '17:00', ['mon']),
      ['UTC'],
      '2026-07-01T12:00Z',
      '2026-07-06T09:00Z',
      '2026-07-06T17:00Z',
    ],
    [
      'until midnight',
      hours('20:00', '24:00', ['fri']),
      ['UTC'],
      '2026-07-03T21:00Z',
      '2026-07-03T20:00Z',
      '2026-07-04T00:00Z',
    ],
    [
      'days that touch',
      hours('00:00', '24:00', ['fri', 'sat']),
      ['UTC'],
      '2026-07-03T21:00Z',
      '2026-07-03T00:00Z',
      '2026-07-05T00:00Z',
    ],
    [
      'across midnight, the morning after',
      hours('22:00', '02:00', ['fri']),
      ['UTC'],
      '2026-07-04T01:00Z',
      '2026-07-03T22:00Z',
      '2026-07-04T02:00Z',
    ],
    [
      'across midnight, not the evening after',
      hours('22:00', '02:00', ['fri']),
      ['UTC'],
      '2026-07-04T22:30Z',
      '2026-07-10T22:00Z',
      '2026-07-11T02:00Z',
    ],
    [
      'two zones',
      hours('08:00', '21:00'),
      ['America/New_York', 'America/Los_Angeles'],
      '2026-07-01T00:00Z',
      '2026-06-30T15:00Z',
      '2026-07-01T01:00Z',
    ],
    [
      'a quarter-hour zone',
      hours('08:00', '21:00'),
      ['Asia/Kathmandu'],
      '2026-07-01T18:00Z',
      '2026-07-02T02:15Z',
      '2026-07-02T15:15Z',
    ],
    // 2026-03-08 in Denver: 02:00 MST is followed by 03:00 MDT, at 09:00Z.
    [
      'a start in the skipped hour',
      hours('02:30', '05:00'),
      ['America/Denver'],
      '2026-03-08T08:00Z',
      '2026-03-08T09:00Z',
      '2026-03-08T11:00Z',
    ],
    [
      'an end in the skipped hour',
      hours('01:00', '02:30'),
      ['America/Denver'],
      '2026-03-08T08:00Z',
      '2026-03-08T08:00Z',
      '2026-03-08T09:00Z',
    ],
    [
      'a window all skipped',
      hours('02:10', '02:50'),
      ['America/Denver'],
      '2026-03-08T08:00Z',
      '2026-03-09T08:10Z',
      '2026-03-09T08:50Z',
    ],
    // 2026-11-01 in Denver: 02:00 MDT is followed by 01:00 MST, at 08:00Z.
    [
      'the doubled hour, first time',
      hours('01:00', '01:30'),
      ['America/Denver'],
      '2026-11-01T07:00Z',
      '2026-11-01T07:00Z',
      '2026-11-01T07:30Z',
    ],
    [
      'the doubled hour, second time',
      hours('01:00', '01:30'),
      ['America/Denver'],
      '2026-11-01T07:30Z',
      '2026-11-01T08:00Z',
      '2026-11-01T08:30Z',
    ],
    [
      'an evening before the doubled hour',
      hours('22:00', '01:30'),
      ['America/Denver'],
      '2026-11-01T07:29Z',
      '2026-11-01T04:00Z',
      '2026-11-01T07:30Z',
    ],
    [
      'a window over the doubled hour',
      hours('00:00', '03:00'),
      ['America/Denver'],
      '2026-11-01T07:29Z',
      '2026-11-01T06:00Z',
      '2026-11-01T10:00Z',
    ],
    // 2026-10-04 on Lord Howe: 02:00 is followed by 02:30, at 2026-10-03T15:30Z.
    [
      'a skipped half hour',
      hours('02:15', '05:00'),
      ['Australia/Lord_Howe'],
      '2026-10-03T15:00Z',
      '2026-10-03T15:30Z',
      '2026-10-03T18:00Z',
    ],
    // 2026-03-08 in Havana: there is no 00:00 to 01:00.
    [
      'a skipped midnight',
      hours('00:00', '24:00', ['sun']),
      ['America/Havana'],
      '2026-03-08T00:00Z',
      '2026-03-08T05:00Z',
      '2026-03-09T04:00Z',
    ],
    // Apia slept through 2011-12-30, a Friday, when it changed sides of the date line at
    // 2011-12-30T10:00Z.
    [
      'a skipped day',
      hours('08:00', '21:00', ['fri', 'sat']),
      ['Pacific/Apia'],
      '2011-12-30T08:00Z',
      '2011-12-30T18:00Z',
      '2011-12-31T07:00Z',
    ],
  ])('knows %s', (_what, weekly, zones, at, opensAt, closesAt) => {
    expect(spanAt(weekly, zones, at)).toEqual([opensAt, closesAt]);
  });

  it('joins hours of one day and intersects those of several', () => {
    const morning = hours('08:00', '12:00');
    const afternoon = hours('12:00', '18:00');
    const late = hours('10:00', '20:00');
    const noon = Date.parse('2026-07-01T12:00Z');
    const both = { hours: [afternoon, morning], zones: ['UTC'] };
    expect(openSpan([both], noon)).toEqual({
      opensAt: noon - 4 * HOUR_MS,
      closesAt: noon + 6 * HOUR_MS,
    });
    expect(openSpan([both, { hours: [late], zones: ['UTC'] }], noon)).toEqual({
      opensAt: noon - 2 * HOUR_MS,
      closesAt: noon + 6 * HOUR_MS,
    });
  });

  it('is always open without hours, in numbers that survive JSON', () => {
    expect(openSpan([], 0)).toBe(ALWAYS_OPEN);
    expect(JSON.parse(JSON.stringify(ALWAYS_OPEN))).toEqual(ALWAYS_OPEN);
  });

  it('has no span where the hours of the zones never meet', () => {
    const zones = ['Pacific/Auckland', 'Europe/London'];
    expect(spanAt(hours('12:00', '13:00'), zones, '2026-07-01')).toBeUndefined();
    expect(spanAt(hours('08:00', '21:00'), zones, '2026-07-01')).toBeDefined();
  });

  it('takes no unknown zone', () => {
    expect(() => spanAt(hours('08:00', '21:00'), ['Mars/Olympus'], '2026-07-01')).toThrow(
      RangeError,
    );
  });
});

describe('openSpan against the wall clock, in every zone there is', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  const changes = new Map<string, readonly number[]>();
  beforeAll(() => {
    for (const zone of zones) changes.set(zone, changesOf(zone));
  });

  /**
   * What is tried around every clock change: the skipped and the doubled hour, midnight, weekdays,
   * and usual hours.
   */
  const tried: readonly WeeklyHours[] = [
    hours('08:00', '21:00'),
    hours('02:30', '05:00'),
    hours('01:00', '02:30'),
    hours('02:10', '02:50'),
    hours('01:15', '01:45'),
    hours('22:00', '02:00', ['sat']),
    hours('23:30', '00:30', ['sat', 'sun']),
    hours('00:00', '24:00', ['sun']),
    hours('00:00', '24:00', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat']),
  ];

  it('knows when each zone changes its clock', () => {
    const changing = zones.filter((zone) => changes.get(zone)?.length);
    expect(changing.length).toBeGreaterThan(100);
    expect(changing).toEqual(
      expect.arrayContaining([
        'America/Denver',
        'Europe/Berlin',
        'Australia/Sydney',
        'America/Santiago',
        'Africa/Cairo',
      ]),
    );
  });

  it('is right in every minute around every change of 2026 and 2027', () => {
    const wrong: string[] = [];
    for (const zone of zones) {
      for (const change of changes.get(zone) ?? []) {
        const instants = minutesAround(change);
        const clocks = instants.map((at) => readWallClock(zone, at));
        for (const weekly of tried) wrong.push(...wrongMinutes(weekly, zone, instants, clocks));
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is right on ordinary days, in every zone', () => {
    const wrong: string[] = [];
    for (const [index, zone] of zones.entries()) {
      const day = FIRST + ((index * 37) % 700) * DAY_MS;
      const instants = Array.from({ length: 192 }, (_, quarter) => day + quarter * 15 * MINUTE_MS);
      const clocks = instants.map((at) => readWallClock(zone, at));
      for (const weekly of tried) wrong.push(...wrongMinutes(weekly, zone, instants, clocks));
    }
    expect(wrong).toEqual([]);
  });

  const time = fc.integer({ min: 0, max: 1439 }).map(clockText);
  const weeklyHours = fc
    .record({
      from: time,
      to: fc.oneof(time, fc.constant('24:00')),
      days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
    })
    .filter(({ from, to }) => from !== to);

  it('intersects any hours in any zones, minute by minute', () => {
    const someHours = fc.record({
      hours: fc.array(weeklyHours, { minLength: 1, maxLength: 3 }),
      zones: fc.uniqueArray(fc.constantFrom(...zones), { minLength: 1, maxLength: 2 }),
    });
    fc.assert(
      fc.property(
        fc.array(someHours, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: FIRST / MINUTE_MS, max: LAST / MINUTE_MS }),
        fc.integer({ min: 0, max: MINUTE_MS - 1 }),
        (all, minute, ms) => {
          const asked = minute * MINUTE_MS;
          const span = openSpan(all, asked + ms);
          const wrong: string[] = [];
          const until = Math.min(span?.closesAt ?? Number.POSITIVE_INFINITY, asked + DAY_MS);
          // Until the span closes, and in the minute in which it does.
          for (let at = asked; at <= until; at += MINUTE_MS) {
            const open = all.every(({ hours: some, zones: theirs }) =>
              theirs.every((zone) => {
                const clock = readWallClock(zone, at);
                return some.some((weekly) => openBy(weekly)(clock));
              }),
            );
            if (open !== (span !== undefined && span.opensAt <= at && at < span.closesAt))
              wrong.push(iso(at));
          }
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/**
 * Minutes in which the answer for these hours is not what the wall clock says, of those that begin
 * at these instants.
 */
function wrongMinutes(
  weekly: WeeklyHours,
  zone: string,
  instants: readonly number[],
  clocks: readonly WallClock[],
) {
  const isOpenBy = openBy(weekly);
  let span = openSpan([{ hours: [weekly], zones: [zone] }], instants[0] ?? 0);
  const wrong: string[] = [];
  for (const [index, at] of instants.entries()) {
    if (span !== undefined && span.closesAt <= at)
      span = openSpan([{ hours: [weekly], zones: [zone] }], at);
    const isOpen = span !== undefined && span.opensAt <= at;
    if (isOpen !== isOpenBy(clocks[index] as WallClock)) wrong.push(`${zone} ${iso(at)}`);
  }
  return wrong;
}

/**
 * The first minutes by a changed clock, found by halving the days on which it reads otherwise than
 * 24 hours before.
 */
function changesOf(zone: string): number[] {
  const found: number[] = [];
  let ahead = aheadOfUtc(zone, FIRST);
  for (let day = FIRST; day < LAST; day += DAY_MS) {
    if (ahead === aheadOfUtc(zone, day + DAY_MS)) continue;
    ahead = aheadOfUtc(zone, day + DAY_MS);
    let [before, after] = [day, day + DAY_MS];
    while (after - before > MINUTE_MS) {
      const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS;
      if (aheadOfUtc(zone, middle) === aheadOfUtc(zone, before)) before = middle;
      else after = middle;
    }
    found.push(after);
  }
  return found;
}

/** Minutes, modulo a day. */
function aheadOfUtc(zone: string, at: number): number {
  return (readWallClock(zone, at).minute - (at % DAY_MS) / MINUTE_MS + 1440) % 1440;
}

/** Every minute for two hours on both sides of a change, every quarter of an hour for two days. */
function minutesAround(change: number): number[] {
  const instants: number[] = [];
  for (let at = change - 2 * DAY_MS; at < change + 2 * DAY_MS; ) {
    instants.push(at);
    at += Math.abs(at + MINUTE_MS / 2 - change) < 2 * HOUR_MS ? MINUTE_MS : 15 * MINUTE_MS;
  }
  return instants;
}
