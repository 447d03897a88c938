import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import { describe, expect, it } from 'vitest';
import { regionsOf } from '../zones/region.ts';
import { zonesOf } from '../zones/zones.ts';
import { NEW_AREA_CODES } from './new-area-codes.ts';
import {
  type CountryCode,
  isCountryCode,
  isFictional,
  type PhoneVerdict,
  parsePhoneNumber,
} from './phone.ts';
import { findPlannedNumber } from './phone-plan.ts';

const E164 = /^\+[1-9]\d{6,14}$/;

function inRow(text: string, country: CountryCode): PhoneVerdict {
  return parsePhoneNumber(text, { country, isRowsCountry: true });
}

function vouched(text: string): PhoneVerdict {
  return parsePhoneNumber(text, { country: 'US', vouches: (number) => number.startsWith('+1271') });
}

describe('parsePhoneNumber', () => {
  it.each<[text: string, defaultCountry: CountryCode | undefined, number: string]>([
    // In Italy the zero of a landline belongs to it; without it these are mobiles.
    ['+39 (0)332 450123', 'IT', '+390332450123'],
    ['+39 (0)332 450123', 'US', '+390332450123'],
    ['0331 450123', 'IT', '+390331450123'],
    ['+39 (0)39 2301234', 'IT', '+390392301234'],
    ['+39 (0)347 1234567', 'IT', '+393471234567'],
    ['347 1234567', 'IT', '+393471234567'],
    ['+15055550123', undefined, '+15055550123'],
    ['+1 (505) 555-0123', undefined, '+15055550123'],
    ['(+1) 505.555.0123', undefined, '+15055550123'],
    ['  +1 505 555 0123\t', undefined, '+15055550123'],
    ['tel:+1-505-555-0123', undefined, '+15055550123'],
    ["'+15055550123", undefined, '+15055550123'],
    ['="15055550123"', 'US', '+15055550123'],
    ['\u202a+1\u00a0505\u2011555\u20130123\u202c', undefined, '+15055550123'],
    ['\ufeff+15055550123\u200b', undefined, '+15055550123'],
    ['\u001f5055550123', 'US', '+15055550123'],
    ['＋１（５０５）５５５－０１２３', undefined, '+15055550123'],
    ['+١٥٠٥٥٥٥٠١٢٣', undefined, '+15055550123'],
    ['+१५०५५५५०१२३', undefined, '+15055550123'],
    ['5055550123', 'US', '+15055550123'],
    ['505.555.0123', 'US', '+15055550123'],
    ['1-505-555-0123', 'CA', '+15055550123'],
    ['011 44 20 7946 0123', 'US', '+442079460123'],
    ['0044 20 7946 0123', 'DE', '+442079460123'],
    ['020 7946 0123', 'GB', '+442079460123'],
    ['+44 (0)20 7946 0123', undefined, '+442079460123'],
    ['030/1234567', 'DE', '+49301234567'],
    ['+1 800 555 0123', undefined, '+18005550123'],
    ['201234', 'FO', '+298201234'],
    // Labels and wrappers of exports.
    ['p:+15055550123', undefined, '+15055550123'],
    ['callto:+15055550123', undefined, '+15055550123'],
    ['whatsapp:+15055550123', undefined, '+15055550123'],
    ['tel://+15055550123', undefined, '+15055550123'],
    ['tel.505 555 0123', 'US', '+15055550123'],
    ['Mobile: (505) 555-0123', 'US', '+15055550123'],
    ['=+15055550123', undefined, '+15055550123'],
    ['"5055550123"', 'US', '+15055550123'],
    // A plus that was lost, where the digits are no other number.
    ['49 30 23125 123', 'DE', '+493023125123'],
    ['44 20 7946 0123', 'GB', '+442079460123'],
    ['49(0)302312512', 'DE', '+49302312512'],
    ['49 (0)30 2312512', 'US', '+49302312512'],
    ['0171 3920003', 'DE', '+491713920003'],
    ['030 23125-0', 'DE', '+4930231250'],
    ['+39 (0)6 6982 1234', undefined, '+390669821234'],
    ['8 (495) 555-01-24', 'RU', '+74955550124'],
    ['+38 (044) 555-01-23', undefined, '+380445550123'],
    // Mexico's retired digit.
    ['+52 1 55 5555 0123', 'MX', '+525555550123'],
    ['5215555550124', 'MX', '+525555550124'],
    // Area codes younger than the library's data.
    ['+16215550123', undefined, '+16215550123'],
    ['(861) 234-5678', 'US', '+18612345678'],
  ])('reads %j (default country %s)', (text, defaultCountry, number) => {
    expect(parsePhoneNumber(text, { country: defaultCountry })).toMatchObject({ ok: true, number });
  });

  it.each<[text: string, defaultCountry: CountryCode | undefined, code: string, reason: RegExp]>([
    ['', undefined, 'missing_phone', /empty/],
    [' \u00a0\u200b', 'US', 'missing_phone', /empty/],
    ["'", 'US', 'missing_phone', /empty/],
    ['5055550123', undefined, 'not_e164', /defaultCountry/],
    ['15055550123', undefined, 'not_e164', /defaultCountry/],
    ['0044 20 7946 0123', undefined, 'not_e164', /defaultCountry/],
    ['0044 20 7946 0123', 'US', 'invalid_phone', /00.*plus sign/],
    ['1-800-FLOWERS', 'US', 'invalid_phone', /letters/],
    ...['N/A', 'none', '-', '--', '#ERROR!', 'NULL', 'nan', '\\N', '?', '.', 'unbekannt'].map(
      (text): [string, CountryCode, string, RegExp] => [
        text,
        'US',
        'missing_phone',
        /no phone number/,
      ],
    ),
    ['0000000000', 'US', 'missing_phone', /zeros/],
    ['000-000-0000', 'US', 'missing_phone', /zeros/],
    ['5,055,550,101', 'US', 'invalid_phone', /amount/],
    ['5.055.550.101,00', 'DE', 'invalid_phone', /amount/],
    ['sip:+15055550103@example.com', 'US', 'invalid_phone', /internet address/],
    ['505-555-0101; 505-555-0102', 'US', 'invalid_phone', /more than one/],
    ['505-555-0103 ::: 505-555-0104', 'US', 'invalid_phone', /more than one/],
    ['505-555-0105, 505-555-0106', 'US', 'invalid_phone', /more than one/],
    ['505-555-0107 / 505-555-0108', 'US', 'invalid_phone', /more than one/],
    ['505-555-0109 or 505-555-0110', 'US', 'invalid_phone', /more than one/],
    ['5055550109 5055550110', 'US', 'invalid_phone', /more than one/],
    ['+15055550111 +15055550112', 'US', 'invalid_phone', /more than one/],
    ['555-0125 / 0126', 'US', 'invalid_phone', /more than one/],
    ['02 5550123-4', 'PH', 'invalid_phone', /dash/],
    ['+66 2 555 0123-4', undefined, 'invalid_phone', /dash/],
    ['+8 (495) 555-01-23', 'RU', 'invalid_phone', /country code/],
    ['212-555-1212', 'US', 'unsupported_number', /[Dd]irectory/],
    ['+1 800 555 1212', undefined, 'unsupported_number', /[Dd]irectory/],
    ['(505) 911-1234', 'US', 'unsupported_number', /services/],
    ['(505) 411-1234', 'US', 'unsupported_number', /services/],
    ['505-976-1234', 'US', 'unsupported_number', /services/],
    ['+12715550123', undefined, 'invalid_phone', /no such number/],
    ['505-555-0123 x123', 'US', 'invalid_phone', /extension/],
    ['+1 505 555 0123 ext. 5', undefined, 'invalid_phone', /extension/],
    ['+1 505 555 0123 Extension: 5', undefined, 'invalid_phone', /extension/],
    ['tel:+1-505-555-0123;ext=5', undefined, 'invalid_phone', /extension/],
    ['+15055550123#5', undefined, 'invalid_phone', /extension/],
    ['+15055550123,,5', undefined, 'invalid_phone', /extension/],
    ['1.5055550123E+10', 'US', 'invalid_phone', /scientific notation/],
    ['030 23125-12/-14', 'DE', 'invalid_phone', /more than one/],
    ['+49 231 2512-0 / -10', 'DE', 'invalid_phone', /more than one/],
    ['20.11.2026', 'DE', 'invalid_phone', /a date/],
    ['2026-11-20', 'DE', 'invalid_phone', /a date/],
    ['9.11.1980', 'DE', 'invalid_phone', /a date/],
    ['20-11-2026', 'DK', 'invalid_phone', /a date/],
    ['11/20/2026', 'DE', 'invalid_phone', /a date/],
    ['1,50556e+10', undefined, 'invalid_phone', /scientific notation/],
    ['15055550123.0', 'US', 'invalid_phone', /decimal/],
    ['+15055550123 / +15055550124', undefined, 'invalid_phone', /more than one/],
    ['50555\n50123', 'US', 'invalid_phone', /more than one/],
    ['+49 30 123456/57', undefined, 'invalid_phone', /more than one/],
    ['*67 505 555 0123', 'US', 'invalid_phone', /characters/],
    ['++15055550123', undefined, 'invalid_phone', /characters/],
    ['555-0123', 'US', 'invalid_phone', /too few/],
    ['+1505555012', undefined, 'invalid_phone', /too few/],
    ['+150555501234', undefined, 'invalid_phone', /too many/],
    ['+12115550123', undefined, 'invalid_phone', /no such number/],
    ['+9995550123', undefined, 'invalid_phone', /country code/],
    ['+0015055550123', undefined, 'invalid_phone', /country code/],
    ['1'.repeat(5_000), 'US', 'invalid_phone', /too long/],
    ['911', undefined, 'unsupported_number', /[Ee]mergency/],
    ['911', 'US', 'unsupported_number', /[Ee]mergency/],
    ['1911', 'US', 'unsupported_number', /[Ee]mergency/],
    ['+1 911', undefined, 'unsupported_number', /[Ee]mergency/],
    ['+49112', undefined, 'unsupported_number', /[Ee]mergency/],
    ['112', 'DE', 'unsupported_number', /[Ee]mergency/],
    ['999', 'GB', 'unsupported_number', /[Ee]mergency/],
    ['988', 'US', 'unsupported_number', /[Ee]mergency/],
    ['116117', 'DE', 'unsupported_number', /short/],
    ['+1 900 555 1234', undefined, 'unsupported_number', /[Pp]remium/],
    ['900 555 0123', 'US', 'unsupported_number', /[Pp]remium/],
    ['+44 909 879 0123', undefined, 'unsupported_number', /[Pp]remium/],
    ['+49 180 1 234567', undefined, 'unsupported_number', /[Ss]hared/],
  ])('refuses %j (default country %s) as %s', (text, defaultCountry, code, reason) => {
    expect(parsePhoneNumber(text, { country: defaultCountry })).toEqual({
      ok: false,
      code,
      reason: expect.stringMatching(reason),
    });
  });

  it.each<[text: string, country: CountryCode, readings: string[]]>([
    ['491713920001', 'DE', ['+49491713920001', '+491713920001']],
    ['49-171-39200-04', 'DE', ['+49491713920004', '+491713920004']],
    ['46 8 123 456', 'SE', ['+46468123456', '+468123456']],
    ['62 21 5550123', 'ID', ['+6262215550123', '+62215550123']],
    // As dialed at home it would have a zero: that or a plus is lost.
    ['33612345678', 'DE', ['+4933612345678', '+33612345678']],
    // Brazil dials abroad by 00 and a carrier's code.
    ['0055 74 92315 9446', 'BR', ['+74923159446', '+5574923159446']],
  ])('does not choose between the numbers that %j may be in %s', (text, country, readings) => {
    const verdict = parsePhoneNumber(text, { country });
    expect(verdict).toMatchObject({ ok: false, code: 'ambiguous_number', readings });
    if (verdict.ok) throw new Error('was refused');
    for (const reading of readings) expect(verdict.reason).toContain(reading);
  });

  it('refuses a number that contradicts the country of its row', () => {
    expect(inRow('2079460123', 'GB')).toMatchObject({ ok: true, number: '+442079460123' });
    expect(inRow('+442079460123', 'GB')).toMatchObject({ ok: true });
    expect(inRow('+12079460123', 'GB')).toMatchObject({ ok: false, code: 'ambiguous_number' });
    expect(inRow('0033 6 12 34 56 78', 'GB')).toMatchObject({
      ok: false,
      code: 'ambiguous_number',
    });
    expect(inRow('+1 416 555 0123', 'US')).toMatchObject({ ok: true, country: 'CA' });
    expect(inRow('n/a', 'GB')).toMatchObject({ ok: false, code: 'missing_phone' });
  });

  it('takes a number that no plan knows where somebody vouches for it, and no other that is wrong', () => {
    expect(vouched('+12715550123')).toEqual({ ok: true, number: '+12715550123' });
    expect(vouched('(271) 234-5678')).toEqual({ ok: true, number: '+12712345678' });
    expect(vouched('+1271555012')).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/few/),
    });
    expect(vouched('+12115550123')).toMatchObject({ ok: false, code: 'invalid_phone' });
    expect(vouched('+1 900 555 1234')).toMatchObject({ ok: false, code: 'unsupported_number' });
  });

  it('dials no emergency number, whatever the country', () => {
    const countries = Object.keys(metadata.countries) as CountryCode[];
    const numbers = [
      '911',
      '112',
      '999',
      '000',
      '110',
      '119',
      '118',
      '15',
      '17',
      '18',
      '100',
      '101',
      '102',
      '190',
      '988',
    ];
    const taken = countries.flatMap((country) =>
      numbers.filter((number) => parsePhoneNumber(number, { country }).ok),
    );
    expect(taken).toEqual([]);
  });

  it('takes the fictional numbers of every area code that exists, and of no other', () => {
    for (const areaCode of ['201', '212', '505', '416', '441', '876', '989']) {
      expect(parsePhoneNumber(`+1${areaCode}5550199`)).toMatchObject({ ok: true });
    }
    for (const areaCode of ['211', '555', '710', '999', '900']) {
      expect(parsePhoneNumber(`+1${areaCode}5550199`)).toMatchObject({ ok: false });
    }
    expect(parsePhoneNumber('+14415550200')).toMatchObject({ ok: false });
  });

  it('has a verdict on any text, E.164 or a plain sentence without the number', () => {
    let accepted = 0;
    const countries = fc.constantFrom<(CountryCode | undefined)[]>(
      undefined,
      'US',
      'DE',
      'BR',
      'FO',
    );
    // Not the library's own "binary" strings: making that arbitrary takes seconds.
    const codeUnits = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
    const marks = fc.constantFrom(
      ...'+()-./x# ;,=\u00a0'.split(''),
      '\u0660',
      '\u{1d7ff}',
      'E',
      'ext',
    );
    const digit = fc.nat(9).map(String);
    const national = fc.integer({ min: 2_000_000_000, max: 9_999_999_999 }).map(String);
    const texts = fc
      .array(fc.oneof(digit, digit, marks, national, codeUnits), { maxLength: 20 })
      .map((pieces) => pieces.join(''));
    const property = fc.property(texts, countries, (text, country) => {
      const verdict = parsePhoneNumber(text, { country });
      accepted += verdict.ok ? 1 : 0;
      return verdict.ok
        ? E164.test(verdict.number) && isDeepStrictEqual(parsePhoneNumber(verdict.number), verdict)
        : /^[A-Z].*\.$/.test(verdict.reason) &&
            (verdict.readings !== undefined || !/\d{3}/.test(verdict.reason));
    });
    expect(() => fc.assert(property, { numRuns: 3_000 })).not.toThrow();
    expect(accepted).toBeGreaterThan(20);
  });
});

/** They are known to us alone. */
function isNewAreaCode(number: string): boolean {
  return number.startsWith('+1') && number.slice(2, 5) in NEW_AREA_CODES;
}

describe('the new area codes', () => {
  it('are unknown to the library, which needs no help of ours with those that it knows', () => {
    const known = Object.keys(NEW_AREA_CODES).filter((code) =>
      parsePhoneNumberFromString(`+1${code}2345678`)?.isValid(),
    );
    expect(known).toEqual([]);
  });

  it('lie over codes that it knows, in the same state', () => {
    for (const [code, { over, region }] of Object.entries(NEW_AREA_CODES)) {
      expect(parsePhoneNumber(`+1${code}2345678`)).toEqual({
        ok: true,
        number: `+1${code}2345678`,
        country: 'US',
      });
      expect([regionsOf(`+1${code}2345678`), regionsOf(`+1${over}2345678`)]).toEqual([
        [region],
        [region],
      ]);
      expect(zonesOf(`+1${code}2345678`)).toEqual(
        expect.arrayContaining([...zonesOf(`+1${over}2345678`)]),
      );
    }
  });
});

describe('the shortcut', () => {
  const callingCodes = [
    ...Object.keys(metadata.country_calling_codes),
    ...Object.keys(metadata.nonGeographic),
  ];
  const digits = fc.array(fc.nat(9), { minLength: 4, maxLength: 12 }).map((list) => list.join(''));
  const numbers = fc.oneof(
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...callingCodes), digits)
        .map(([code, rest]) => `+${code}${rest}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 2_000_000_000, max: 9_999_999_999 })
        .map((national) => `+1${national}`),
    },
  );

  it('accepts nothing that the library refuses or reads otherwise', () => {
    let accepted = 0;
    const property = fc.property(numbers, (number) => {
      const planned = findPlannedNumber(number);
      if (planned === undefined || isNewAreaCode(number)) return true;
      accepted++;
      const parsed = parsePhoneNumberFromString(number);
      const type = parsed?.getType();
      // Where both are possible the library says so; the shortcut stops at the first.
      const sameType =
        type === 'FIXED_LINE_OR_MOBILE'
          ? /^FIXED_LINE|^MOBILE/.test(planned.type)
          : type === planned.type;
      return parsed?.number === number && parsed.country === planned.country && sameType;
    });
    expect(() => fc.assert(property, { numRuns: 5_000 })).not.toThrow();
    expect(accepted).toBeGreaterThan(500);
  });

  it('reads national North American numbers as the library does', () => {
    const countries = fc.constantFrom<CountryCode[]>('US', 'CA', 'BM', 'JM', 'PR');
    const nationals = fc.integer({ min: 1_000_000_000, max: 19_999_999_999 }).map(String);
    const property = fc.property(nationals, countries, (national, defaultCountry) => {
      const verdict = parsePhoneNumber(national, { country: defaultCountry });
      const parsed = parsePhoneNumberFromString(national, defaultCountry);
      const valid = parsed?.getType() !== undefined;
      if (verdict.ok && isNewAreaCode(verdict.number)) return true;
      return verdict.ok
        ? parsed?.number === verdict.number &&
            parsed.country === verdict.country &&
            (valid || isFictional(verdict.number))
        : verdict.code === 'unsupported_number' || !valid;
    });
    expect(() => fc.assert(property, { numRuns: 2_000 })).not.toThrow();
  });

  it('covers the numbers that matter', () => {
    expect(findPlannedNumber('+15055550123')).toEqual({ country: 'US', type: 'FIXED_LINE' });
    expect(findPlannedNumber('+14165550123')).toEqual({ country: 'CA', type: 'FIXED_LINE' });
    expect(findPlannedNumber('+18005550123')).toEqual({ country: 'US', type: 'TOLL_FREE' });
    expect(findPlannedNumber('+80012345678')).toEqual({ type: 'TOLL_FREE' });
  });
});

it('knows the country codes of numbering plans', () => {
  expect(isCountryCode('US')).toBe(true);
  expect(isCountryCode('us')).toBe(false);
  expect(isCountryCode('USA')).toBe(false);
});

it('tells fictional numbers', () => {
  expect(['+15055550100', '+12125550199', '+18005550123'].every(isFictional)).toBe(true);
  expect(
    ['+15055550200', '+15055551212', '+15055450123', '+445055550123', '5055550123'].some(
      isFictional,
    ),
  ).toBe(false);
});
