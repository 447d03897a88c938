import {
  type CountryCode,
  isCountryCode,
  type PhoneVerdict,
  parsePhoneNumber,
} from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';

/** A country as people write it: two letters, in either case. Throws `DialerError` (`country`). */
export function readCountry(text: string | undefined): CountryCode | undefined {
  if (text === undefined) return undefined;
  const country = text.toUpperCase();
  if (isCountryCode(country)) return country;
  const message = 'No country has this code; give two letters, such as US.';
  throw new DialerError('country', message, { kind: 'invalid' });
}

/** Where a number stands: its country, and whether a column of its own row says so. */
export interface NumberPlace {
  readonly country?: CountryCode | undefined;
  readonly isRowsCountry?: boolean | undefined;
}

/**
 * A number given beside any campaign, whose defaultCountry would help. One that no numbering plan
 * knows is taken all the same, if it has the right length: some campaign may vouch for it.
 */
export function readNumber(text: string, place: NumberPlace): PhoneVerdict {
  const verdict = parsePhoneNumber(text, { ...place, vouches: () => true });
  if (verdict.ok || verdict.code !== 'not_e164') return verdict;
  const reason =
    'The number does not start with a plus sign and a country code: say in which country it is dialed.';
  return { ...verdict, reason };
}

/** Whoever is not to be called must not be called under any number that the text may mean. */
export function readNumbers(
  text: string,
  place: NumberPlace,
): readonly string[] | Extract<PhoneVerdict, { ok: false }> {
  const verdict = readNumber(text, place);
  return verdict.ok ? [verdict.number] : (verdict.readings ?? verdict);
}
