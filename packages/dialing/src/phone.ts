import { createRequire } from 'node:module';
import type * as Libphonenumber from 'libphonenumber-js/core';
import type { CountryCode, PhoneNumberType } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import { findPlannedNumber } from './phone-plan.ts';

export type { CountryCode } from 'libphonenumber-js/max';

type PhoneProblem = 'missing_phone' | 'invalid_phone' | 'not_e164' | 'unsupported_number';

/** `number` is E.164 (`+` and digits); `reason` is a plain sentence for the rejects file and holds no digit of the number. */
export type PhoneVerdict =
  | { ok: true; number: string; country?: CountryCode }
  | { ok: false; code: PhoneProblem; reason: string };

/** Loaded with the first number that is read: it takes a tenth of a second, and workers read none. */
let library: typeof Libphonenumber | undefined;
function libphonenumber(): typeof Libphonenumber {
  library ??= createRequire(import.meta.url)('libphonenumber-js/core') as typeof Libphonenumber;
  return library;
}

type Refusal = Extract<PhoneVerdict, { ok: false }>;

const E164 = /^\+[1-9]\d{6,14}$/;
const FICTIONAL = /^\+1[2-9]\d\d55501\d\d$/;

/** Longer cells hold no phone number; a limit keeps every pattern below cheap. */
const MAX_TEXT_LENGTH = 100;

/** ISO 3166 country code with a numbering plan, as `defaultCountry` needs. */
export function isCountryCode(text: string): text is CountryCode {
  return libphonenumber().isSupportedCountry(text as CountryCode, metadata);
}

/**
 * One cell of a list, as a number that can be dialed or the reason why not.
 *
 * Taken: E.164 with any customary formatting (`+1 (505) 555-0123`, `tel:` links, full-width or other Unicode digits), and
 * national or internationally prefixed numbers (`011 …`, `00 …`) as they are dialed in `defaultCountry`.
 * Refused: extensions and letters, which cannot be dialed; what a spreadsheet has made of a number; numbers that
 * are valid nowhere (libphonenumber, full metadata); emergency, short, premium-rate and shared-cost numbers.
 * A guess is never made: a row refused is mended in a minute, a stranger rung is not.
 */
export function parsePhoneNumber(text: string, defaultCountry?: CountryCode): PhoneVerdict {
  const plain = acceptPlain(text);
  if (plain !== undefined) return plain;
  const written = withoutDisguise(text);
  if (written === '') return refuse('missing_phone', 'The phone number is empty.');
  return notANumber(written) ?? parseDigits(written.replace(/[^+\d]/g, ''), defaultCountry);
}

/**
 * True for the numbers set aside for examples and fiction, +1 (any area code) 555-0100 to 555-0199.
 * Broader than the assignment guidelines, which keep only 0199 in toll-free codes: an example must never ring anybody.
 */
export function isFictional(e164: string): boolean {
  return FICTIONAL.test(e164);
}

/** For logs: the first digit and the last two, and not even the length of the rest. */
export function maskPhoneNumber(e164: string): string {
  return e164.length < 8 ? '***' : `${e164.slice(0, 2)}***${e164.slice(-2)}`;
}

/** The verdict on a number that is valid as it stands, some thirty times faster than the library has it. */
function acceptPlain(text: string): PhoneVerdict | undefined {
  if (!E164.test(text)) return undefined;
  const planned = findPlannedNumber(text);
  return planned && judgeType(text, planned.type, planned.country);
}

/** What programs wrap around a number: Unicode digits, dashes, spaces, invisible marks, `tel:`, a leading apostrophe, `="…"`. */
function withoutDisguise(text: string): string {
  return asciiPhoneCharacters(text.slice(0, MAX_TEXT_LENGTH + 1))
    .trim()
    .replace(/^="(.*)"$/, '$1')
    .replace(/^['’‘`]/, '')
    .replace(/^tel:/i, '')
    .trim();
}

function asciiPhoneCharacters(text: string): string {
  // oxlint-disable-next-line no-control-regex -- plain ASCII, the usual case, needs none of this
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return text
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .replace(/\p{Nd}/gu, digitValue)
    .replace(/[\uff0b\uff08\uff09\uff0e\uff0f]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

/** Unicode keeps decimal digits in runs of ten, zero first. */
function digitValue(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let first = point;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
  return String((point - first) % 10);
}

/** Why this text cannot be read as one phone number. */
function notANumber(text: string): Refusal | undefined {
  if (text.length > MAX_TEXT_LENGTH) return refuse('invalid_phone', 'The text is too long for a phone number.');
  if (/^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$/i.test(text)) {
    return refuse(
      'invalid_phone',
      'A spreadsheet has turned the number into scientific notation and lost digits; format the column as text and export it again.',
    );
  }
  if (/^\+?\d{6,}[.,]0+$/.test(text)) {
    return refuse(
      'invalid_phone',
      'The number ends in a decimal fraction, as programs write it that took it for an amount; export the column as text.',
    );
  }
  if (
    /\d[\s;,.]*(?:ext(?:ension|n)?|x|#|durchwahl|poste|int(?:erno)?|anexo|ramal)[\s.:=#-]*\d+$/i.test(text) ||
    /\d[,;pw]+\d{1,6}#?$/i.test(text)
  ) {
    return refuse('invalid_phone', 'The number has an extension, which cannot be dialed; give the direct number.');
  }
  if (/\p{L}/u.test(text)) return refuse('invalid_phone', 'The number contains letters; write it with digits only.');
  if (/\d.*\+/.test(text) || /[/&|;,]\s*\d{1,4}$/.test(text) || /[\r\n]/.test(text)) {
    return refuse('invalid_phone', 'There is more than one number here; give one per row.');
  }
  if (!/^\(?\+?[\d\s()./-]*\d[\s)]*$/.test(text)) {
    return refuse('invalid_phone', 'The number contains characters that phone numbers do not have.');
  }
  return undefined;
}

/** `digits` are digits with or without a leading plus. */
function parseDigits(digits: string, defaultCountry: CountryCode | undefined): PhoneVerdict {
  if (digits.length < 3) return refuse('invalid_phone', 'The number has too few digits.');
  if (digits.startsWith('+')) return acceptPlain(digits) ?? judge(digits, undefined);
  if (defaultCountry !== undefined) {
    return acceptPlain(northAmerican(digits, defaultCountry)) ?? judge(digits, defaultCountry);
  }
  if (digits.length <= LONGEST_SHORT_NUMBER) return refuseShortNumber();
  return refuse(
    'not_e164',
    'The number does not start with a plus sign and a country code, and the campaign has no defaultCountry.',
  );
}

/** Ten digits, or 1 and ten digits, mean the same all over North America: no need to ask the library. */
function northAmerican(digits: string, country: CountryCode): string {
  const [, national] = /^1?([2-9]\d{9})$/.exec(digits) ?? [];
  return national !== undefined && libphonenumber().getCountryCallingCode(country, metadata) === '1'
    ? `+1${national}`
    : '';
}

/** Emergency numbers and service codes (911, 112, 988, 116117) have at most so many digits. */
const LONGEST_SHORT_NUMBER = 6;
const LONGEST_EMERGENCY_NUMBER = 3;

function judge(digits: string, country: CountryCode | undefined): PhoneVerdict {
  // The shape first: the library takes "+0…" for something else.
  if (digits.startsWith('+0')) return refuse('invalid_phone', 'No country code starts with 0.');
  const parsed = libphonenumber().parsePhoneNumberFromString(
    digits,
    country === undefined ? {} : { defaultCountry: country },
    metadata,
  );
  const type = parsed?.getType();
  const national = parsed?.nationalNumber ?? digits.replace('+', '');
  if (parsed !== undefined && type !== undefined && E164.test(parsed.number)) {
    return judgeType(parsed.number, type, parsed.country);
  }
  // Some numbering plans have no 555 exchange; a country all the same means that the area code exists.
  if (parsed?.country !== undefined && isFictional(parsed.number)) return accept(parsed.number, parsed.country);
  if (national.length <= (country === undefined ? LONGEST_EMERGENCY_NUMBER : LONGEST_SHORT_NUMBER)) {
    return refuseShortNumber();
  }
  return refuse('invalid_phone', whyInvalid(digits, country));
}

function judgeType(number: string, type: PhoneNumberType, country: CountryCode | undefined): PhoneVerdict {
  if (type === 'PREMIUM_RATE') return refuse('unsupported_number', 'Premium-rate numbers are not dialed.');
  if (type === 'SHARED_COST') return refuse('unsupported_number', 'Shared-cost numbers are not dialed.');
  return accept(number, country);
}

function whyInvalid(digits: string, country: CountryCode | undefined): string {
  if (country !== undefined && digits.startsWith('00')) {
    return `The number starts with 00, which is not how ${country} dials abroad; write a plus sign instead.`;
  }
  const length = libphonenumber().validatePhoneNumberLength(
    digits,
    country === undefined ? {} : { defaultCountry: country },
    metadata,
  );
  if (length === 'INVALID_COUNTRY') return 'The number starts with no known country code.';
  if (length === 'TOO_SHORT') return 'The number has too few digits.';
  if (length === 'TOO_LONG') return 'The number has too many digits.';
  return 'There is no such number; check its area code and digits.';
}

function accept(number: string, country: CountryCode | undefined): PhoneVerdict {
  return country === undefined ? { ok: true, number } : { ok: true, number, country };
}

function refuse(code: PhoneProblem, reason: string): Refusal {
  return { ok: false, code, reason };
}

function refuseShortNumber(): Refusal {
  return refuse('unsupported_number', 'Emergency and short numbers are not dialed.');
}
