import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RETRY_AFTER_MAX_MS, retryAfterMs } from './retry-after.ts';

const NOW = Date.UTC(2026, 10, 30, 12, 0, 0);
const instants = fc.date({
  min: new Date('2000-01-01'),
  max: new Date('2069-01-01'),
  noInvalidDate: true,
});

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5000],
    ['99999999999', RETRY_AFTER_MAX_MS],
    ['Mon, 30 Nov 2026 12:00:30 GMT', 30_000],
    ['Monday, 30-Nov-26 12:00:30 GMT', 30_000],
    ['Mon Nov 30 12:00:30 2026', 30_000],
    ['Mon, 30 Nov 2026 11:00:00 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Tue, 30 Nov 2027 12:00:00 GMT', RETRY_AFTER_MAX_MS],
  ])('%j asks for %i ms', (header, ms) => {
    expect(retryAfterMs(header, undefined, NOW)).toBe(ms);
  });

  test.each([
    '',
    '-1',
    '1.5',
    'soon',
    '1e3',
    'Mon, 30 Foo 2026 12:00:30 GMT',
    'Mon, 30 Nov 2026 25:00:00 GMT',
  ])('%j makes no sense and asks for nothing', (header) => {
    expect(retryAfterMs(header, undefined, NOW)).toBeUndefined();
  });

  test.each([undefined, null, 7, ['3', '4']])('%j is no header', (header) => {
    expect(retryAfterMs(header, undefined, NOW)).toBeUndefined();
  });

  test('is measured on the server’s clock where it tells the time', () => {
    expect(
      retryAfterMs('Mon, 30 Nov 2026 13:00:10 GMT', 'Mon, 30 Nov 2026 13:00:00 GMT', NOW),
    ).toBe(10_000);
    expect(retryAfterMs('Mon, 30 Nov 2026 12:00:10 GMT', 'no date', NOW)).toBe(10_000);
  });

  test('is the distance between the two dates, whatever time it is here', () => {
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: 0, max: 3600 }),
        fc.integer(),
        (date, seconds, now) => {
          const until = new Date(date.getTime() + seconds * 1000);
          expect(retryAfterMs(until.toUTCString(), date.toUTCString(), now)).toBe(seconds * 1000);
        },
      ),
    );
  });

  test('says the same in each of the three forms a date may have', () => {
    const soon = fc.integer({ min: -7200, max: 7200 });
    // In RFC 850's form the century is ours to guess; and all that counts is the distance to now.
    const now = fc.integer({ min: Date.UTC(1990), max: Date.UTC(2090) });
    fc.assert(
      fc.property(now, soon, (now, seconds) => {
        const until = new Date(now + seconds * 1000);
        const exact = Math.floor(until.getTime() / 1000) * 1000 - now;
        const expected = Math.min(Math.max(exact, 0), RETRY_AFTER_MAX_MS);
        for (const form of [imfFixdate, rfc850, asctime]) {
          expect(retryAfterMs(form(until), undefined, now)).toBe(expected);
        }
      }),
    );
  });

  test('is seconds only where it is digits alone, and then never negative, broken or beyond the limit', () => {
    const digits = fc.stringMatching(/^\d{1,400}$/);
    const almost = fc
      .tuple(fc.constantFrom('-', '+', '.', '0x', '1e', '1_', ' 1 '), digits)
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(digits, almost, (digits, almost) => {
        const seconds = BigInt(digits);
        const expected = seconds < 3600n ? Number(seconds) * 1000 : RETRY_AFTER_MAX_MS;
        expect(retryAfterMs(digits, undefined, NOW)).toBe(expected);
        expect(retryAfterMs(almost, undefined, NOW)).toBeUndefined();
      }),
    );
  });

  test('is nothing or within bounds, whatever the headers hold', () => {
    const header = fc.oneof(
      fc.string(),
      fc.anything(),
      fc.nat().map(String),
      instants.map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(header, header, (retryAfter, date) => {
        const ms = retryAfterMs(retryAfter, date, NOW);
        if (ms === undefined) return;
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(RETRY_AFTER_MAX_MS);
      }),
    );
  });
});

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

function imfFixdate(date: Date): string {
  return date.toUTCString();
}

function rfc850(date: Date): string {
  const [, day = '', month = '', year = '', time = ''] = date.toUTCString().split(' ');
  return `${DAYS[date.getUTCDay()]}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
}

function asctime(date: Date): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = date.toUTCString().split(' ');
  return `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
}
