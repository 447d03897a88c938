import { createRequire } from 'node:module';
import metadata from 'libphonenumber-js/max/metadata';
import { type CountryCode, isCountryCode } from './phone.ts';

type CountryNames = typeof import('i18n-iso-countries');

const LANGUAGES = ['en', 'de', 'es', 'fr', 'it', 'nl', 'pt'] as const;
const LONGEST_NAME = 80;

/** Lists repeat a few countries; what they have besides is not kept. */
const known = new Map<string, CountryCode | undefined>();
const MOST_KNOWN = 1000;

let names: CountryNames | undefined;
/** Read at the first question: workers ask none. */
function countryNames(): CountryNames {
  if (names === undefined) {
    const require = createRequire(import.meta.url);
    // Its entry point would load eighty languages.
    names = require('i18n-iso-countries/index.js') as CountryNames;
    for (const language of LANGUAGES)
      names.registerLocale(require(`i18n-iso-countries/langs/${language}.json`));
  }
  return names;
}

/**
 * A country as lists name it: by its ISO 3166 code of two or three letters, its calling code (`44`,
 * `+44`, `0044`), or its name in one of some languages. Undefined for what is none of these: the
 * caller must not guess then. A calling code that several countries share stands for the one it is
 * named after.
 */
export function readCountryText(text: string): CountryCode | undefined {
  const key = text.trim().toUpperCase();
  if (key.length > LONGEST_NAME) return undefined;
  if (known.has(key)) return known.get(key);
  const country = findCountry(key);
  if (known.size < MOST_KNOWN) known.set(key, country);
  return country;
}

function findCountry(text: string): CountryCode | undefined {
  const [, callingCode] = /^(?:\+|00)?([1-9]\d{0,2})$/.exec(text) ?? [];
  if (callingCode !== undefined) return countryOfCallingCode(callingCode);
  // Territories of the USA and the Caribbean, as lists of country codes have them: "1-787".
  if (/^\+?1[ -]?\d{3}$/.test(text)) return 'US';
  const code = isCountryCode(text) ? text : (countryNames().alpha3ToAlpha2(text) ?? byName(text));
  return code !== undefined && isCountryCode(code) ? code : undefined;
}

function countryOfCallingCode(callingCode: string): CountryCode | undefined {
  return metadata.country_calling_codes[callingCode]?.find(
    (country) => (country as string) !== '001',
  );
}

function byName(text: string): string | undefined {
  for (const language of LANGUAGES) {
    const code = countryNames().getSimpleAlpha2Code(text, language);
    if (code !== undefined) return code;
  }
  return OTHER_NAMES[text];
}

/** In daily use, and in no list of names. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  ENGLAND: 'GB',
  SCOTLAND: 'GB',
  WALES: 'GB',
  'NORTHERN IRELAND': 'GB',
  'THE NETHERLANDS': 'NL',
  'U.K.': 'GB',
};
