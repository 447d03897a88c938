import { readCountry, readNumber } from '@libby-dialer/operations';
import { DialerError } from '@libby-dialer/runtime';

/** One number as a person gives it, in E.164 form. */
export function numberOf(text: string, country: string | undefined): string {
  const verdict = readNumber(text, { country: readCountry(country) });
  if (verdict.ok) return verdict.number;
  const message = `The number cannot be read: ${verdict.reason}`;
  throw new DialerError('number', message, { kind: 'invalid' });
}
