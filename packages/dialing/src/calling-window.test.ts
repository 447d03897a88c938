import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CallingHours,
  type CallingWindow,
  callingWindowProblem,
  DEFAULT_CALLING_WINDOW,
  openSpan,
} from './calling-window.ts';
import { ALWAYS_OPEN, WEEKDAYS, type Weekday } from './open-span.ts';

type TimedWindow = Exclude<CallingWindow, 'anytime'>;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAY_MINUTES = DAY_MS / MINUTE_MS;

function window(from: string, to: string, days: readonly Weekday[] = WEEKDAYS, timezone = 'recipient'): TimedWindow {
  return { from, to, days, timezone };
}

function spanAt(callingWindow: CallingWindow, zones: readonly string[], at: string): [string, string] | undefined {
  const span = openSpan(callingWindow, zones, Date.parse(at));
  return span && [iso(span.opensAt), iso(span.closesAt)];
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(':00.000Z', 'Z');
}

/** Sampling begins a day and a half before the date. */
function startOf(date: string): number {
  return Date.parse(date) - 1.5 * DAY_MS;
}

function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

describe('openSpan', () => {
  it.each<[what: string, window: TimedWindow, zones: string[], at: string, opensAt: string, closesAt: string]>([
    [
      'an open window',
      window('08:00', '21:00'),
      ['America/Denver'],
      '2026-07-01T18:00Z',
      '2026-07-01T14:00Z',
      '2026-07-02T03:00Z',
    ],
    [
      'the first instant',
      window('08:00', '21:00'),
      ['America/Denver'],
      '2026-07-01T14:00Z',
      '2026-07-01T14:00Z',
      '2026-07-02T03:00Z',
    ],
    [
      'the instant of closing',
      window('08:00', '21:00'),
      ['America/Denver'],
      '2026-07-02T03:00Z',
      '2026-07-02T14:00Z',
      '2026-07-03T03:00Z',
    ],
    [
      'days left out',
      window('09:00', '17:00', ['mon']),
      ['UTC'],
      '2026-07-01T12:00Z',
      '2026-07-06T09:00Z',
      '2026-07-06T17:00Z',
    ],
    [
      'until midnight',
      window('20:00', '24:00', ['fri']),
      ['UTC'],
      '2026-07-03T21:00Z',
      '2026-07-03T20:00Z',
      '2026-07-04T00:00Z',
    ],
    [
      'days that touch',
      window('00:00', '24:00', ['fri', 'sat']),
      ['UTC'],
      '2026-07-03T21:00Z',
      '2026-07-03T00:00Z',
      '2026-07-05T00:00Z',
    ],
    [
      'across midnight, the morning after',
      window('22:00', '02:00', ['fri']),
      ['UTC'],
      '2026-07-04T01:00Z',
      '2026-07-03T22:00Z',
      '2026-07-04T02:00Z',
    ],
    [
      'across midnight, not the evening after',
      window('22:00', '02:00', ['fri']),
      ['UTC'],
      '2026-07-04T22:30Z',
      '2026-07-10T22:00Z',
      '2026-07-11T02:00Z',
    ],
    [
      'two zones',
      window('08:00', '21:00'),
      ['America/New_York', 'America/Los_Angeles'],
      '2026-07-01T00:00Z',
      '2026-06-30T15:00Z',
      '2026-07-01T01:00Z',
    ],
    [
      'a quarter-hour zone',
      window('08:00', '21:00'),
      ['Asia/Kathmandu'],
      '2026-07-01T18:00Z',
      '2026-07-02T02:15Z',
      '2026-07-02T15:15Z',
    ],
    [
      'a fixed zone, whatever the recipient’s',
      window('08:00', '21:00', WEEKDAYS, 'UTC'),
      ['America/Denver'],
      '2026-07-01T09:00Z',
      '2026-07-01T08:00Z',
      '2026-07-01T21:00Z',
    ],
    // 2026-03-08 in Denver: 02:00 MST is followed by 03:00 MDT, at 09:00Z.
    [
      'a start in the skipped hour',
      window('02:30', '05:00'),
      ['America/Denver'],
      '2026-03-08T08:00Z',
      '2026-03-08T09:00Z',
      '2026-03-08T11:00Z',
    ],
    [
      'an end in the skipped hour',
      window('01:00', '02:30'),
      ['America/Denver'],
      '2026-03-08T08:00Z',
      '2026-03-08T08:00Z',
      '2026-03-08T09:00Z',
    ],
    [
      'a window all skipped',
      window('02:10', '02:50'),
      ['America/Denver'],
      '2026-03-08T08:00Z',
      '2026-03-09T08:10Z',
      '2026-03-09T08:50Z',
    ],
    // 2026-11-01 in Denver: 02:00 MDT is followed by 01:00 MST, at 08:00Z.
    [
      'the doubled hour, first time',
      window('01:00', '01:30'),
      ['America/Denver'],
      '2026-11-01T07:00Z',
      '2026-11-01T07:00Z',
      '2026-11-01T07:30Z',
    ],
    [
      'the doubled hour, second time',
      window('01:00', '01:30'),
      ['America/Denver'],
      '2026-11-01T07:30Z',
      '2026-11-01T08:00Z',
      '2026-11-01T08:30Z',
    ],
    [
      'an evening before the doubled hour',
      window('22:00', '01:30'),
      ['America/Denver'],
      '2026-11-01T07:29Z',
      '2026-11-01T04:00Z',
      '2026-11-01T07:30Z',
    ],
    [
      'a window over the doubled hour',
      window('00:00', '03:00'),
      ['America/Denver'],
      '2026-11-01T07:29Z',
      '2026-11-01T06:00Z',
      '2026-11-01T10:00Z',
    ],
    // 2026-10-04 on Lord Howe: 02:00 is followed by 02:30, at 2026-10-03T15:30Z.
    [
      'a skipped half hour',
      window('02:15', '05:00'),
      ['Australia/Lord_Howe'],
      '2026-10-03T15:00Z',
      '2026-10-03T15:30Z',
      '2026-10-03T18:00Z',
    ],
    // 2026-03-08 in Havana: there is no 00:00 to 01:00.
    [
      'a skipped midnight',
      window('00:00', '24:00', ['sun']),
      ['America/Havana'],
      '2026-03-08T00:00Z',
      '2026-03-08T05:00Z',
      '2026-03-09T04:00Z',
    ],
    // Apia slept through 2011-12-30, a Friday, when it changed sides of the date line at 2011-12-30T10:00Z.
    [
      'a skipped day',
      window('08:00', '21:00', ['fri', 'sat']),
      ['Pacific/Apia'],
      '2011-12-30T08:00Z',
      '2011-12-30T18:00Z',
      '2011-12-31T07:00Z',
    ],
  ])('knows %s', (_what, callingWindow, zones, at, opensAt, closesAt) => {
    expect(spanAt(callingWindow, zones, at)).toEqual([opensAt, closesAt]);
  });

  it('is always open for "anytime", in numbers that survive JSON', () => {
    expect(openSpan('anytime', [], 0)).toBe(ALWAYS_OPEN);
    expect(JSON.parse(JSON.stringify(ALWAYS_OPEN))).toEqual(ALWAYS_OPEN);
  });

  it('has no span where the hours of the zones never meet', () => {
    const zones = ['Pacific/Auckland', 'Europe/London'];
    expect(openSpan(window('12:00', '13:00'), zones, Date.parse('2026-07-01'))).toBeUndefined();
    expect(openSpan(window('08:00', '21:00'), zones, Date.parse('2026-07-01'))).toBeDefined();
  });

  it('takes no recipient’s window without the recipient’s zones', () => {
    expect(() => openSpan(DEFAULT_CALLING_WINDOW, [], 0)).toThrow(RangeError);
    expect(openSpan(window('08:00', '21:00', WEEKDAYS, 'UTC'), [], 0)).toBeDefined();
  });

  it('takes no unknown zone and no impossible window', () => {
    expect(() => openSpan(DEFAULT_CALLING_WINDOW, ['Mars/Olympus'], 0)).toThrow(RangeError);
    expect(() => openSpan(window('8:00', '21:00'), ['UTC'], 0)).toThrow(RangeError);
  });
});

describe('openSpan against the wall clock, minute by minute', () => {
  const zones = [
    'America/New_York',
    'America/St_Johns',
    'America/Havana',
    'America/Santiago',
    'America/Nuuk',
    'Africa/Casablanca',
    'Africa/Cairo',
    'Europe/London',
    'Asia/Beirut',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
    'Pacific/Apia',
    'Antarctica/Troll',
  ];
  // Around the clock changes of America, Europe, Oceania, Chile and Egypt, and of Morocco's Ramadan; one day on the date line.
  const changes = (
    '2026-02-15 2026-03-08 2026-03-29 2026-04-05 2026-04-24 2026-09-06 2026-10-04 2026-10-25 ' +
    '2026-10-30 2026-11-01 2027-03-14 2027-03-28 2027-04-04 2027-09-26 2027-10-31 2027-11-07 2011-12-30'
  ).split(' ');
  const SAMPLED_MINUTES = 3 * DAY_MINUTES;

  interface WallClock {
    day: number;
    minute: number;
  }

  const clocks = new Map<string, WallClock[]>();

  /** What the zone's wall clock reads in each minute from a day and a half before a date to as long after it. */
  function wallClocks(zone: string, date: string): WallClock[] {
    const known = clocks.get(zone + date);
    if (known !== undefined) return known;
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    const read = Array.from({ length: SAMPLED_MINUTES }, (_, index): WallClock => {
      const text = format.format(startOf(date) + index * MINUTE_MS); // "Sun, 01:30" or "Sun 01:30"
      const [, day = '', hour, minute] = /^(\w{3}),? (\d\d):(\d\d)$/.exec(text) ?? [];
      return { day: WEEKDAYS.indexOf(day.toLowerCase() as Weekday), minute: Number(hour) * 60 + Number(minute) };
    });
    clocks.set(zone + date, read);
    return read;
  }

  function isOpen({ from, to, days }: TimedWindow, { day, minute }: WallClock): boolean {
    const listed = (index: number) => days.includes(WEEKDAYS[(index + 7) % 7] as Weekday);
    const [opens, closes] = [from, to].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) as [
      number,
      number,
    ];
    if (opens < closes) return opens <= minute && minute < closes && listed(day);
    return (minute >= opens && listed(day)) || (minute < closes && listed(day - 1));
  }

  const time = fc.integer({ min: 0, max: 1439 }).map((minute) => clockText(minute));
  const night = fc.integer({ min: 0, max: 240 }).map((minute) => clockText(minute));
  const windows = fc
    .record({
      from: fc.oneof(time, night),
      to: fc.oneof(time, night, fc.constant('24:00')),
      days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
      timezone: fc.constant('recipient'),
    })
    .filter(({ from, to }) => from !== to);

  it('agrees in one zone and in several', () => {
    fc.assert(
      fc.property(
        windows,
        fc.uniqueArray(fc.constantFrom(...zones), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...changes),
        fc.integer({ min: 0, max: SAMPLED_MINUTES - 1 }),
        fc.integer({ min: 0, max: MINUTE_MS - 1 }),
        (callingWindow, someZones, date, atMinute, ms) => {
          const sampled = someZones.map((zone) => wallClocks(zone, date));
          const start = startOf(date);
          const span = openSpan(callingWindow, someZones, start + atMinute * MINUTE_MS + ms);
          const opens = span === undefined ? Number.POSITIVE_INFINITY : (span.opensAt - start) / MINUTE_MS;
          const closes = span === undefined ? Number.POSITIVE_INFINITY : (span.closesAt - start) / MINUTE_MS;
          // Judged: from a little before the span, or from the question, to the minute in which it closes.
          const first = Math.max(0, Math.ceil(Math.min(atMinute, opens)) - (opens > atMinute - DAY_MINUTES ? 1 : 0));
          const wrong: number[] = [];
          for (let index = first; index < SAMPLED_MINUTES && index <= closes; index++) {
            if (index < opens && index < atMinute && index !== opens - 1) continue;
            const open = sampled.every((clock) => isOpen(callingWindow, clock[index] as WallClock));
            if (open !== (opens <= index && index < closes)) wrong.push(index);
          }
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('gives the same answers from the cache, in whatever order it is asked', () => {
    fc.assert(
      fc.property(
        windows,
        fc.array(fc.tuple(fc.subarray(zones.slice(0, 4), { minLength: 1 }), fc.integer({ min: 0, max: 20 * 1440 })), {
          maxLength: 40,
        }),
        (callingWindow, questions) => {
          const hours = new CallingHours(callingWindow);
          for (const [someZones, minute] of questions) {
            const at = Date.parse('2026-10-20') + minute * MINUTE_MS;
            const cached = hours.openSpan(someZones, at);
            const computed = openSpan(callingWindow, someZones, at);
            expect(cached?.closesAt).toBe(computed?.closesAt);
            // A span asked for late may be given as begun two days ago only; the cache knows better.
            expect(Math.max(cached?.opensAt ?? 0, at)).toBe(Math.max(computed?.opensAt ?? 0, at));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('CallingHours', () => {
  it('computes once for a span', () => {
    const hours = new CallingHours(DEFAULT_CALLING_WINDOW);
    const first = hours.openSpan(['America/Denver'], Date.parse('2026-07-01T10:00Z'));
    expect(hours.openSpan(['America/Denver'], Date.parse('2026-07-01T18:00Z'))).toBe(first);
    expect(hours.openSpan(['America/Denver'], Date.parse('2026-07-02T03:00Z'))).not.toBe(first);
  });

  it('keeps zone sets apart', () => {
    const hours = new CallingHours(DEFAULT_CALLING_WINDOW);
    const at = Date.parse('2026-07-01T18:00Z');
    expect(hours.openSpan(['America/Denver'], at)).not.toEqual(hours.openSpan(['America/Denver', 'America/Adak'], at));
  });

  it('is open at any time without asking where', () => {
    expect(new CallingHours('anytime').openSpan([], 0)).toBe(ALWAYS_OPEN);
  });
});

describe('callingWindowProblem', () => {
  it.each<[window: TimedWindow, problem: RegExp]>([
    [window('8:00', '21:00'), /from/],
    [window('24:00', '21:00'), /from/],
    [window('08:00', '25:00'), /\.to/],
    [window('08:00', '08:00'), /differ/],
    [window('08:00', '21:00', []), /days/],
    [window('08:00', '21:00', ['someday' as Weekday]), /days/],
    [window('08:00', '21:00', WEEKDAYS, 'Mars/Olympus'), /timezone/],
  ])('finds what is wrong with %j', (callingWindow, problem) => {
    expect(callingWindowProblem(callingWindow)).toMatch(problem);
  });

  it.each<CallingWindow>([
    'anytime',
    DEFAULT_CALLING_WINDOW,
    window('22:00', '02:00'),
    window('08:00', '24:00', ['mon'], 'UTC'),
  ])('takes %j', (callingWindow) => {
    expect(callingWindowProblem(callingWindow)).toBeUndefined();
  });
});
