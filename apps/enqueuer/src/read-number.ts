import { type CountryCode, isCountryCode, type PhoneVerdict, parsePhoneNumber } from '@libby-dialer/dialing';
import { UsageError } from '@libby-dialer/runtime';

/** `--country` as it is given: two letters, in either case. Throws `UsageError`. */
export function readCountry(text: string | undefined): CountryCode | undefined {
  if (text === undefined) return undefined;
  const country = text.toUpperCase();
  if (isCountryCode(country)) return country;
  throw new UsageError('--country: no country has this code; give two letters, such as US.');
}

/** A number given beside any campaign: what would help is the command's option. */
export function readNumber(text: string, country: CountryCode | undefined): PhoneVerdict {
  const verdict = parsePhoneNumber(text, country);
  if (verdict.ok || verdict.code !== 'not_e164') return verdict;
  const reason =
    'The number does not start with a plus sign and a country code: say with --country where it is dialed.';
  return { ...verdict, reason };
}
