import metadata from 'libphonenumber-js/max/metadata';
import { describe, expect, it } from 'vitest';
import { readCountryText } from './country-text.ts';
import { type CountryCode, callingCodeOf } from './phone.ts';

describe('readCountryText', () => {
  it.each<[text: string, country: CountryCode]>([
    ['US', 'US'],
    ['gb', 'GB'],
    ['USA', 'US'],
    ['GBR', 'GB'],
    [' United Kingdom ', 'GB'],
    ['uk', 'GB'],
    ['U.S.A.', 'US'],
    ['England', 'GB'],
    ['Deutschland', 'DE'],
    ['España', 'ES'],
    ['Frankreich', 'FR'],
    ['Pays-Bas', 'NL'],
    ['México', 'MX'],
    ['44', 'GB'],
    ['+44', 'GB'],
    ['0049', 'DE'],
    ['1', 'US'],
    ['+1-787', 'US'],
  ])('reads %j as %s', (text, country) => {
    expect(readCountryText(text)).toBe(country);
  });

  it.each([
    '',
    'Bavaria',
    'XX',
    'Europe',
    '999',
    '0',
    '12345',
    'constructor',
    '__proto__',
    'x'.repeat(10_000),
  ])('takes %j for no country', (text) => {
    expect(readCountryText(text)).toBeUndefined();
  });

  it('knows every country that has telephones by its code, its calling code, and an English name', () => {
    const english = new Intl.DisplayNames('en', { type: 'region' });
    const missed: string[] = [];
    for (const country of Object.keys(metadata.countries) as CountryCode[]) {
      if (readCountryText(country) !== country) missed.push(country);
      const callingCode = callingCodeOf(country);
      const named = readCountryText(callingCode);
      if (named === undefined || callingCodeOf(named) !== callingCode) missed.push(callingCode);
      if (readCountryText(english.of(country) ?? '') === undefined)
        missed.push(english.of(country) ?? '');
    }
    // Names that the two lists spell otherwise: what is not known is asked for, and never guessed.
    expect(missed.length).toBeLessThan(31);
  });
});
