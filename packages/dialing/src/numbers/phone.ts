import { createRequire } from 'node:module';
import type * as Libphonenumber from 'libphonenumber-js/core';
import type { CountryCode, PhoneNumberType } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import { E164 } from './e164.ts';
import { findPlannedNumber } from './phone-plan.ts';
import { readPhoneText, type WrittenNumber } from './phone-text.ts';
import { type PhoneRefusal, type PhoneVerdict, refuse } from './phone-verdict.ts';

export type { CountryCode } from 'libphonenumber-js/max';
export type { PhoneVerdict } from './phone-verdict.ts';

/**
 * Loaded with the first number that is read: it takes a tenth of a second, and workers read none.
 */
let library: typeof Libphonenumber | undefined;
function libphonenumber(): typeof Libphonenumber {
  library ??= createRequire(import.meta.url)('libphonenumber-js/core') as typeof Libphonenumber;
  return library;
}

/** What is known of a number beside what its cell says. */
export interface PhoneContext {
  /** Where a number without a country code is dialed. */
  readonly country?: CountryCode | undefined;
  /** The row says so itself: a number of another calling code contradicts it. */
  readonly isRowsCountry?: boolean | undefined;
  /** Whether somebody vouches for a number that the numbering plans do not know. */
  readonly vouches?: ((e164: string) => boolean) | undefined;
}

/** A number that the plans know, called or not. */
interface Reading {
  readonly number: string;
  readonly type: PhoneNumberType | undefined;
  readonly country: CountryCode | undefined;
}

const FICTIONAL = /^\+1[2-9]\d\d55501\d\d$/;

/** ISO 3166 country code with a numbering plan, as `defaultCountry` needs. */
export function isCountryCode(text: string): text is CountryCode {
  return libphonenumber().isSupportedCountry(text as CountryCode, metadata);
}

/** The digits that all numbers of a country begin with. */
export function callingCodeOf(country: CountryCode): string {
  return libphonenumber().getCountryCallingCode(country, metadata);
}

/**
 * One cell of a list, as a number that can be dialed or the reason why not.
 *
 * Taken: E.164 with any customary formatting (`+1 (505) 555-0123`, `tel:` links, full-width or
 * other Unicode digits), and national or internationally prefixed numbers (`011 …`, `00 …`) as they
 * are dialed in the country. Refused: extensions and letters, which cannot be dialed; what a
 * spreadsheet has made of a number; several in one cell; numbers that are valid nowhere
 * (libphonenumber, full metadata); emergency, short, service, premium-rate and shared-cost numbers.
 * Digits that are a number both with the country code in them and as dialed in the country are
 * `ambiguous_number`: Excel and CRMs drop the plus. A guess is never made: a row refused is mended
 * in a minute, a stranger rung is not.
 */
export function parsePhoneNumber(text: string, context: PhoneContext = {}): PhoneVerdict {
  const verdict = acceptPlain(text) ?? parseText(text, context);
  return (verdict.ok ? contradiction(verdict.number, context) : undefined) ?? verdict;
}

function parseText(text: string, context: PhoneContext): PhoneVerdict {
  const written = readPhoneText(text, context.country);
  if ('ok' in written) return written;
  const { digits } = written;
  if (digits.length < 3) return refuse('invalid_phone', 'The number has too few digits.');
  if (isInternational(written)) return readInternational(written, context);
  if (context.country !== undefined) return readNational(digits, context.country, context);
  if (digits.length <= LONGEST_SHORT_NUMBER) return refuseShortNumber();
  return refuse(
    'not_e164',
    'The number does not start with a plus sign and a country code, and the campaign has no defaultCountry.',
  );
}

/**
 * True for the numbers set aside for examples and fiction, +1 (any area code) 555-0100 to 555-0199.
 * Broader than the assignment guidelines, which keep only 0199 in toll-free codes: an example must
 * never ring anybody.
 */
export function isFictional(e164: string): boolean {
  return FICTIONAL.test(e164);
}

/**
 * The verdict on a number that is valid as it stands, some thirty times faster than the library has
 * it.
 */
function acceptPlain(text: string): PhoneVerdict | undefined {
  if (!E164.test(text)) return undefined;
  const planned = findPlannedNumber(text);
  return planned && judge({ number: text, type: planned.type, country: planned.country });
}

/**
 * The row's country and the number's contradict each other: one of them is wrong, and nobody can
 * tell which.
 */
function contradiction(
  number: string,
  { country, isRowsCountry }: PhoneContext,
): PhoneRefusal | undefined {
  if (
    isRowsCountry !== true ||
    country === undefined ||
    number.startsWith(`+${callingCodeOf(country)}`)
  )
    return undefined;
  return refuse(
    'ambiguous_number',
    `The number's country code is not that of the row's country, ${country}.`,
  );
}

function isInternational({ hasPlus, hasTrunkZero, digits, firstGroup }: WrittenNumber): boolean {
  return hasPlus || (hasTrunkZero && callingCodeIn(digits) === firstGroup);
}

function readInternational(written: WrittenNumber, context: PhoneContext): PhoneVerdict {
  const digits = withoutTrunkZero(written);
  // The shape first: the library takes "+0…" for something else.
  if (digits.startsWith('0')) return refuse('invalid_phone', 'No country code starts with 0.');
  const reading = asInternational(digits);
  const callingCode = callingCodeIn(digits);
  if (callingCode !== undefined && isCutApart(callingCode, written)) {
    return refuse('invalid_phone', 'What stands after the plus sign is no country code.');
  }
  return reading === undefined ? refuseUnknown(`+${digits}`, undefined, context) : judge(reading);
}

/** There the zero is part of a landline's number, and without it some are somebody's mobile. */
const ITALY = '39';

/**
 * `49 (0)30 …` is dialed without the zero from abroad. Only where that makes no number does the
 * zero belong to it, as in Italy.
 */
function withoutTrunkZero({ digits, firstGroup, hasTrunkZero }: WrittenNumber): string {
  if (!hasTrunkZero || (firstGroup === ITALY && exactly(digits) !== undefined)) return digits;
  const short = firstGroup + digits.slice(firstGroup.length + 1);
  return asInternational(short) === undefined ? digits : short;
}

/**
 * `+8 (495) …` would be Vietnam's 84 only to whoever reads nothing but digits. "+38 (0…" is how
 * Ukraine's 380 is written.
 */
function isCutApart(callingCode: string, { firstGroup }: WrittenNumber): boolean {
  return firstGroup.length < callingCode.length && !(callingCode === '380' && firstGroup === '38');
}

function readNational(digits: string, country: CountryCode, context: PhoneContext): PhoneVerdict {
  const plain = acceptPlain(northAmerican(digits, country));
  if (plain !== undefined) return plain;
  const readings = readingsIn(digits, country);
  const [only] = readings;
  if (only === undefined) return refuseUnknown(digits, country, context);
  if (readings.length === 1) return judge(only);
  const numbers = readings.map(({ number }) => number);
  const sentence = `The number can be read as ${numbers.join(' or as ')}: write it with a plus sign and the country code.`;
  return { ...refuse('ambiguous_number', sentence), readings: numbers };
}

/**
 * Ten digits, or 1 and ten digits, mean the same all over North America: no need to ask the
 * library.
 */
function northAmerican(digits: string, country: CountryCode): string {
  const [, national] = /^1?([2-9]\d{9})$/.exec(digits) ?? [];
  return national !== undefined && callingCodeOf(country) === '1' ? `+1${national}` : '';
}

/**
 * Every number that these digits may be: as dialed in the country, with or without its trunk
 * prefix, and with a plus that was lost.
 */
function readingsIn(digits: string, country: CountryCode): Reading[] {
  const callingCode = callingCodeOf(country);
  const asWritten = exactly(callingCode + digits);
  const hasTrunkZero =
    digits.startsWith('0') && !(callingCode === ITALY && asWritten !== undefined);
  const atHome = [
    known(digits, country),
    asWritten,
    hasTrunkZero ? exactly(callingCode + digits.slice(1)) : undefined,
  ].filter((reading) => reading !== undefined);
  const abroad = asIfFromAbroad(digits, callingCode, atHome);
  const all = abroad === undefined ? atHome : [...atHome, abroad];
  return [...new Map(all.map((reading) => [reading.number, reading])).values()];
}

/**
 * The digits with the plus that may have been lost before them: where they begin with the country's
 * own code, and where what they are at home is never written so, without its zero: then either that
 * or a plus got lost. Digits that are a number at home also with 00 for the plus: in Brazil or
 * Singapore it is a part of other prefixes.
 */
function asIfFromAbroad(
  digits: string,
  callingCode: string,
  atHome: readonly Reading[],
): Reading | undefined {
  if (digits.startsWith('00'))
    return atHome.length > 0 ? asInternational(digits.slice(2)) : undefined;
  if (!digits.startsWith(callingCode) && !atHome.every(({ number }) => lacksZero(digits, number)))
    return undefined;
  const abroad = asInternational(digits);
  return atHome.length > 0 || digits.startsWith(callingCode) ? abroad : undefined;
}

function lacksZero(digits: string, number: string): boolean {
  return (
    !digits.startsWith('0') &&
    parseByLibrary(number, undefined)?.formatNational().startsWith('0') === true
  );
}

/**
 * The digits after a plus sign: as they stand, or else without what is only dialed inside the
 * country.
 */
function asInternational(digits: string): Reading | undefined {
  return exactly(digits) ?? known(`+${digits}`, undefined) ?? exactly(withoutRetiredDigit(digits));
}

/** Mexico's 1 before mobile numbers is gone since 2019, and still in every messenger's export. */
function withoutRetiredDigit(digits: string): string {
  return digits.replace(/^521(?=\d{10}$)/, '52');
}

function exactly(digits: string): Reading | undefined {
  const number = `+${digits}`;
  const planned = E164.test(number) ? findPlannedNumber(number) : undefined;
  if (planned !== undefined) return { number, type: planned.type, country: planned.country };
  const reading = known(number, undefined);
  return reading?.number === number ? reading : undefined;
}

/** What the library makes of digits, if that is a number of some plan. */
function known(digits: string, country: CountryCode | undefined): Reading | undefined {
  const parsed = parseByLibrary(digits, country);
  if (parsed === undefined || !E164.test(parsed.number)) return undefined;
  const type = parsed.getType();
  // Some numbering plans have no 555 exchange; a country all the same means that the area code
  // exists.
  const named =
    type === undefined && isFictional(parsed.number)
      ? parseByLibrary(parsed.number, undefined)
      : parsed;
  const isKnown =
    type !== undefined || (isFictional(parsed.number) && named?.country !== undefined);
  return isKnown ? { number: parsed.number, type, country: named?.country } : undefined;
}

function parseByLibrary(digits: string, country: CountryCode | undefined) {
  const options = country === undefined ? {} : { defaultCountry: country };
  return libphonenumber().parsePhoneNumberFromString(digits, options, metadata);
}

function callingCodeIn(digits: string): string | undefined {
  for (let length = 1; length <= 3; length += 1) {
    const code = digits.slice(0, length);
    if (code in metadata.country_calling_codes || code in metadata.nonGeographic) return code;
  }
  return undefined;
}

const UNDIALED_TYPES: Partial<Record<PhoneNumberType, string>> = {
  PREMIUM_RATE: 'Premium-rate numbers are not dialed.',
  SHARED_COST: 'Shared-cost numbers are not dialed.',
};

function judge({ number, type, country }: Reading): PhoneVerdict {
  const objection = (type && UNDIALED_TYPES[type]) ?? northAmericanService(number, type);
  if (objection !== undefined) return refuse('unsupported_number', objection);
  return accept(number, country);
}

/**
 * What no subscriber has in North America (ATIS-0300051): the exchanges N11, 950 (carriers), 958
 * and 959 (tests), 976 (premium), and directory assistance, 555-1212. Toll-free codes have
 * exchanges like any other, 411 included.
 */
function northAmericanService(
  number: string,
  type: PhoneNumberType | undefined,
): string | undefined {
  if (!/^\+1\d{10}$/.test(number)) return undefined;
  if (number.endsWith('5551212')) return 'Directory assistance is not dialed.';
  if (type === 'TOLL_FREE' || !/^(?:\d11|95[089]|976)/.test(number.slice(5))) return undefined;
  return 'The exchange (the three digits after the area code) is one for services, which are not dialed.';
}

/** Emergency numbers and service codes (911, 112, 988, 116117) have at most so many digits. */
const LONGEST_SHORT_NUMBER = 6;
const LONGEST_EMERGENCY_NUMBER = 3;

/** No plan knows the number: what is wrong with it, unless somebody vouches for it. */
function refuseUnknown(
  digits: string,
  country: CountryCode | undefined,
  { vouches }: PhoneContext,
): PhoneVerdict {
  const parsed = parseByLibrary(digits, country);
  const national = parsed?.nationalNumber ?? digits.replace('+', '');
  if (
    national.length <= (country === undefined ? LONGEST_EMERGENCY_NUMBER : LONGEST_SHORT_NUMBER)
  ) {
    return refuseShortNumber();
  }
  const problem = lengthProblem(digits, country);
  if (problem !== undefined) return refuse('invalid_phone', problem);
  if (parsed !== undefined && E164.test(parsed.number) && vouches?.(parsed.number) === true) {
    return accept(parsed.number, undefined);
  }
  return refuse('invalid_phone', 'There is no such number; check its area code and digits.');
}

function lengthProblem(digits: string, country: CountryCode | undefined): string | undefined {
  if (country !== undefined && digits.startsWith('00')) {
    return `The number starts with 00, which is not how ${country} dials abroad; write a plus sign instead.`;
  }
  const options = country === undefined ? {} : { defaultCountry: country };
  const length = libphonenumber().validatePhoneNumberLength(digits, options, metadata);
  if (length === 'INVALID_COUNTRY') return 'The number starts with no known country code.';
  if (length === 'TOO_SHORT') return 'The number has too few digits.';
  if (length === 'TOO_LONG') return 'The number has too many digits.';
  return undefined;
}

function accept(number: string, country: CountryCode | undefined): PhoneVerdict {
  return country === undefined ? { ok: true, number } : { ok: true, number, country };
}

function refuseShortNumber(): PhoneRefusal {
  return refuse('unsupported_number', 'Emergency and short numbers are not dialed.');
}
