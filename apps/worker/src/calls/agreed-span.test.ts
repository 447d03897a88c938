import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { agreedSpan } from './agreed-span.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** From eight to nine at night, each day. */
function daytime(at: number) {
  const day = Math.floor(at / DAY_MS) * DAY_MS;
  const span = { opensAt: day + 8 * HOUR_MS, closesAt: day + 21 * HOUR_MS };
  return at < span.closesAt
    ? span
    : { opensAt: span.opensAt + DAY_MS, closesAt: span.closesAt + DAY_MS };
}

const isOpen = (at: number) => daytime(at).opensAt <= at;
const instant = fc.integer({ min: 0, max: 10 * DAY_MS });
const skew = fc.integer({ min: -900_000, max: 900_000 });

test('is open only when both clocks say so, and lies ahead otherwise', () => {
  fc.assert(
    fc.property(instant, skew, (now, aheadMs) => {
      const span = agreedSpan(daytime, now, aheadMs, {});
      if (span === undefined) throw new Error('there is always a next day');
      expect(span.closesAt).toBeGreaterThan(now);
      expect(span.opensAt <= now).toBe(isOpen(now) && isOpen(now + aheadMs));
    }),
  );
});

test('holds a start and an expiry against both clocks too', () => {
  fc.assert(
    fc.property(instant, skew, instant, instant, (now, aheadMs, startsAt, expiresAt) => {
      const span = agreedSpan(() => ({ opensAt: 0, closesAt: 20 * DAY_MS }), now, aheadMs, {
        startsAt,
        expiresAt,
      });
      if (aheadMs === 0 || span === undefined || span.opensAt > now) return;
      expect(Math.min(now, now + aheadMs)).toBeGreaterThanOrEqual(startsAt);
      expect(Math.max(now, now + aheadMs)).toBeLessThan(expiresAt);
    }),
  );
});
