/** Longer than this is no advice to a dialer; by then the next attempt may ask again. */
export const RETRY_AFTER_MAX_MS = 60 * 60 * 1000;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const IMF_FIXDATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const RFC_850 = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

/**
 * How long `Retry-After` asks us to wait (RFC 9110, section 10.2.3): seconds, or a date. A date is
 * measured from the answer's own `Date`, so that the distance between two clocks does not count;
 * without one, from `now`.
 *
 * @returns milliseconds from 0 to `RETRY_AFTER_MAX_MS`; undefined where the header is absent or
 * makes no sense
 */
export function retryAfterMs(retryAfter: unknown, date: unknown, now: number): number | undefined {
  if (typeof retryAfter !== 'string') return undefined;
  const text = retryAfter.trim();
  if (/^\d+$/.test(text)) return clamp(Number(text) * 1000);
  const until = parseHttpDate(text, now);
  if (until === undefined) return undefined;
  const since = typeof date === 'string' ? parseHttpDate(date.trim(), now) : undefined;
  return clamp(until - (since ?? now));
}

/**
 * All three forms of RFC 9110, section 5.6.7. `Date.parse` takes a great deal more, such as "-1" or
 * "1.5".
 */
function parseHttpDate(text: string, now: number): number | undefined {
  const imf = IMF_FIXDATE.exec(text);
  if (imf) return instant(imf[3], imf[2], imf[1], imf[4], imf[5], imf[6]);
  const rfc850 = RFC_850.exec(text);
  if (rfc850)
    return instant(
      fullYear(Number(rfc850[3]), now),
      rfc850[2],
      rfc850[1],
      rfc850[4],
      rfc850[5],
      rfc850[6],
    );
  const asctime = ASCTIME.exec(text);
  if (asctime)
    return instant(asctime[6], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]);
  return undefined;
}

/**
 * A two-digit year more than 50 years ahead means the most recent past year with the same digits.
 */
function fullYear(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}

function instant(
  ...[year, month, day, hour, minute, second]: (string | number | undefined)[]
): number | undefined {
  const index = MONTHS.indexOf(String(month));
  if (
    index < 0 ||
    Number(day) > 31 ||
    Number(hour) > 23 ||
    Number(minute) > 59 ||
    Number(second) > 60
  )
    return undefined;
  return Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second));
}

function clamp(ms: number): number {
  return Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS);
}
