import { describe, expect, it } from 'vitest';
import { openSpan, WEEKDAYS } from './open-span.ts';
import { isClock, isZone, zonesOf } from './zones.ts';
import { CORRECTED_PREFIXES, NATIONWIDE_PREFIXES } from './zones-corrections.ts';

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

  it.each(['', '+', '+1', '15055550123', '+1e505550123', '+Infinity', '+0x1505555', 'garbage', '+15055550123x5'])(
    'gives none for %j, which is not E.164',
    (text) => {
      expect(zonesOf(text)).toEqual([]);
    },
  );

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
    expect(zonesOf('+61412345678')).toEqual(expect.arrayContaining(['Australia/Perth', 'Australia/Sydney']));
    expect(zonesOf('+79161234567')).toEqual(expect.arrayContaining(['Europe/Kaliningrad', 'Asia/Kamchatka']));
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
    expect(zones.size).toBeGreaterThan(200);
    expect([...zones].filter((zone) => !isZone(zone))).toEqual([]);
  });
});

describe('the corrections', () => {
  it('name each prefix once', () => {
    const prefixes = [...CORRECTED_PREFIXES.flatMap(([all]) => all), ...NATIONWIDE_PREFIXES.map(([prefix]) => prefix)];
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });
});

describe('isZone', () => {
  it.each(['America/Denver', 'US/Eastern', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'PST8PDT', 'Japan'])(
    'knows %s',
    (name) => {
      expect(isZone(name)).toBe(true);
      expect(isClock(name)).toBe(true);
    },
  );

  it.each(['', 'Mars/Olympus', '+05:00', '-0300', 'America/Denver ', 'recipient', 'a'.repeat(10_000)])(
    'does not take %j',
    (name) => {
      expect(isClock(name)).toBe(false);
    },
  );

  it.each(['PST', 'CST', 'AST', 'IST', 'JST', 'ACT', 'CTT', 'PRT', 'IET', 'PNT', 'SST'])(
    'does not take %s, which other libraries know and the clock refuses',
    (name) => {
      expect(isClock(name)).toBe(false);
    },
  );

  it.each(['EST', 'MST', 'HST', 'GMT', 'Etc/GMT+5', 'Zulu', 'est'])('does not take %s, which is no place', (name) => {
    expect(isClock(name)).toBe(false);
  });

  it('leaves UTC to those who decide for a campaign: nobody lives there', () => {
    expect([isZone('UTC'), isClock('UTC'), isClock('Etc/UTC')]).toEqual([false, true, true]);
  });

  it('takes no name that hours cannot be computed by', () => {
    const names = [...Intl.supportedValuesOf('timeZone'), 'EST5EDT', 'CET', 'MET', 'WET', 'GB', 'NZ', 'Cuba'];
    expect(names.filter((name) => isZone(name)).length).toBeGreaterThan(400);
    for (const zone of names.filter(isClock)) {
      const hours = [{ from: '08:00', to: '21:00', days: WEEKDAYS }];
      expect(openSpan([{ hours, zones: [zone] }], 0)).toBeDefined();
    }
  });
});
