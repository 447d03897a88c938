import type { CountryCode } from 'libphonenumber-js/max';
import { type PhoneRefusal, refuse } from './phone-verdict.ts';

/** A cell that holds one phone number, as it is written, before any numbering plan is asked. */
export interface WrittenNumber {
  readonly hasPlus: boolean;
  readonly digits: string;
  /** The digits up to the first blank, bracket or dash. */
  readonly firstGroup: string;
  /** `49 (0)30 …`: what stands before a zero in brackets is a country code. */
  readonly hasTrunkZero: boolean;
}

/** Longer cells hold no phone number; a limit keeps every pattern below cheap. */
const MAX_TEXT_LENGTH = 100;
/** E.164 has room for 15 digits; an international prefix before them takes three at most. */
const MAX_DIGITS = 18;
/** Digits enough to be a number of its own. */
const WHOLE_NUMBER_DIGITS = 7;

/** Here a digit behind a dash is the direct extension, and dialed with the rest (DIN 5008). */
const COUNTRIES_WITH_DASHED_EXTENSION: ReadonlySet<string> = new Set(['AT', 'CH', 'DE', 'LI']);

/** What people and programs write where there is no number. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(
  `na|n/a|n.a.|#n/a|none|null|nil|nan|no|no phone|no number|not available|not provided|unknown|undefined|tbd|tba|\\n|
  x|xx|xxx|private|withheld|anonymous|blocked|restricted|unavailable|#error!|#ref!|#value!|#name?|#null!|#num!|#div/0!|
  keine|kein|k.a.|unbekannt|aucun|inconnu|ninguno|desconocido`
    .split('|')
    .map((word) => word.trim()),
);

/**
 * What exports put before a number: `tel:+1…`, `p:+1…` (Facebook), `callto:`, `whatsapp:`, `Mobile:
 * …`.
 */
const LABEL =
  /^(?:p|ph|tel|telephone|telefon|phone|fon|mob|mobile|mobil|handy|cell|callto|whatsapp|wa|sms)(?:\s*[:.]\s*(?:\/\/)?|\s+)(?=[+(\d])/i;

/** Unwraps a cell and says what it holds: one number, or why it cannot be read as one. */
export function readPhoneText(
  text: string,
  country: CountryCode | undefined,
): WrittenNumber | PhoneRefusal {
  const written = unwrap(asciiPhoneCharacters(text.slice(0, MAX_TEXT_LENGTH + 1)));
  return noNumber(written) ?? notOneNumber(written, country) ?? digitsOf(written);
}

function digitsOf(written: string): WrittenNumber {
  return {
    hasPlus: written.includes('+'),
    digits: written.replace(/\D/g, ''),
    firstGroup: /\d+/.exec(written)?.[0] ?? '',
    hasTrunkZero: /^\D*\d{1,3}[\s)-]*\(\s*0\s*\)/.test(written),
  };
}

/**
 * Takes off what programs wrap around a number: labels, quotes, a leading apostrophe, a formula's
 * `=`.
 */
function unwrap(text: string): string {
  let written = text.trim();
  for (;;) {
    const inner = written
      .replace(/^=(?=["+\d(])/, '')
      .replace(/^"(.*)"$/, '$1')
      .replace(/^['’‘`]/, '')
      .replace(LABEL, '')
      .trim();
    if (inner === written) return written;
    written = inner;
  }
}

function asciiPhoneCharacters(text: string): string {
  // Plain ASCII, the usual case, needs none of this.
  if (/^[\t\r\n -~]*$/.test(text)) return text;
  return text
    .replace(/(?![\t\r\n])[\p{Cf}\p{Cc}]/gu, '')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .replace(/\p{Nd}/gu, digitValue)
    .replace(/[\uff0b\uff08\uff09\uff0e\uff0f]/g, (wide) =>
      String.fromCharCode(wide.charCodeAt(0) - 0xfee0),
    );
}

/** Unicode keeps decimal digits in runs of ten, zero first. */
function digitValue(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let first = point;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
  return String((point - first) % 10);
}

function noNumber(text: string): PhoneRefusal | undefined {
  if (text === '') return refuse('missing_phone', 'The phone number is empty.');
  if (PLACEHOLDERS.has(text.toLowerCase()) || !/[\p{L}\p{N}]/u.test(text)) {
    return refuse(
      'missing_phone',
      'There is no phone number here, only a word or mark that stands for none.',
    );
  }
  if (/^[+(]*0[\s0()./-]*$/.test(text))
    return refuse('missing_phone', 'There is no phone number here, only zeros.');
  return undefined;
}

/** Why this text cannot be read as one phone number. */
function notOneNumber(text: string, country: CountryCode | undefined): PhoneRefusal | undefined {
  if (text.length > MAX_TEXT_LENGTH)
    return refuse('invalid_phone', 'The text is too long for a phone number.');
  return (
    spreadsheetDamage(text) ??
    address(text) ??
    extension(text) ??
    several(text, country) ??
    strangeText(text)
  );
}

/** `20.11.2026`, `11/20/2026` and `2026-11-20`: digits enough for a number in many countries. */
const DATE =
  /^(?:(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|[12]\d|3[01])\1(?:19|20)\d\d|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))$/;

function spreadsheetDamage(text: string): PhoneRefusal | undefined {
  if (/^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$/i.test(text)) {
    return refuse(
      'invalid_phone',
      'A spreadsheet has turned the number into scientific notation and lost digits; format the column as text and export it again.',
    );
  }
  if (DATE.test(text)) {
    return refuse('invalid_phone', 'This is a date, not a phone number.');
  }
  if (/^\+?\d{6,}[.,]0+$/.test(text)) {
    return refuse(
      'invalid_phone',
      'The number ends in a decimal fraction, as programs write it that took it for an amount; export the column as text.',
    );
  }
  if (
    /^[+-]?\d{1,3}(?:[,'’]\d{3}){2,}(?:\.\d+)?$/.test(text) ||
    /^[+-]?\d{1,3}(?:\.\d{3}){2,},\d+$/.test(text)
  ) {
    return refuse(
      'invalid_phone',
      'The number is written as an amount; format the column as text and export it again.',
    );
  }
  return undefined;
}

function address(text: string): PhoneRefusal | undefined {
  if (!/@|^[a-z]+:\/\/|^sips?:|^www\./i.test(text)) return undefined;
  return refuse(
    'invalid_phone',
    'There is an internet address here (sip:, e-mail or web), not a phone number.',
  );
}

function extension(text: string): PhoneRefusal | undefined {
  if (
    !/\d[\s;,.]*(?:ext(?:ension|n)?|x|#|durchwahl|poste|int(?:erno)?|anexo|ramal)[\s.:=#-]*\d+$/i.test(
      text,
    ) &&
    !/\d[,;pw]+\d{1,6}#?$/i.test(text)
  ) {
    return undefined;
  }
  return refuse(
    'invalid_phone',
    'The number has an extension, which cannot be dialed; give the direct number.',
  );
}

/**
 * Several in one cell, in any notation, an ending of a second one included: `555-0125 / 0126`, `…
 * 0123-4`.
 */
function several(text: string, country: CountryCode | undefined): PhoneRefusal | undefined {
  if (!isSeveral(text) && !hasSecondEnding(text)) {
    if (!/-\s*\d$/.test(text) || COUNTRIES_WITH_DASHED_EXTENSION.has(country ?? ''))
      return undefined;
    return refuse(
      'invalid_phone',
      'A single digit follows a dash: a second number, or an extension; give one number that can be dialed.',
    );
  }
  return refuse('invalid_phone', 'There is more than one number here; give one per row.');
}

function isSeveral(text: string): boolean {
  if (/\d.*\+|[\r\n]/s.test(text)) return true;
  const parts = text.split(/[;,|&/\\:]|\p{L}+/u).map((part) => part.replace(/\D/g, '').length);
  const groups = text.split(/\s+/).map((part) => part.replace(/\D/g, '').length);
  return isWholeTwice(parts) || isWholeTwice(groups) || text.replace(/\D/g, '').length > MAX_DIGITS;
}

function isWholeTwice(digitCounts: readonly number[]): boolean {
  return digitCounts.filter((count) => count >= WHOLE_NUMBER_DIGITS).length > 1;
}

/** `030/1234` is an area code and a number; what has more before the slash is a number itself. */
function hasSecondEnding(text: string): boolean {
  const [, head = ''] = /^(.*\d)\s*[/&|;,\\][\s-]*\d{1,4}$/.exec(text) ?? [];
  return head !== '' && !/^\(?0\d{1,5}\)?$/.test(head);
}

function strangeText(text: string): PhoneRefusal | undefined {
  if (/\p{L}/u.test(text))
    return refuse('invalid_phone', 'The number contains letters; write it with digits only.');
  if (!/^\(?\+?[\d\s()./-]*\d[\s)]*$/.test(text)) {
    return refuse(
      'invalid_phone',
      'The number contains characters that phone numbers do not have.',
    );
  }
  return undefined;
}
