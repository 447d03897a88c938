import { describe, expect, it } from 'vitest';
import { AREA_CODES } from '../numbers/area-codes.ts';
import { isCountryCode } from '../numbers/phone.ts';
import { regionsOf } from '../zones/region.ts';
import { NO_STRICTER_RULE, uncheckedOf } from './checked-regions.ts';
import { REGIONAL_RULES } from './regional-rules.ts';

const TERRITORIES = new Set(['AS', 'GU', 'MP', 'PR', 'VI']);
const RULED = new Set(REGIONAL_RULES.map(({ region }) => region));

describe('the regions that were checked', () => {
  it.each([...Object.keys(AREA_CODES), ...TERRITORIES])(
    'are all states, provinces and territories: %s',
    (region) => {
      expect(uncheckedOf([region])).toEqual([]);
    },
  );

  it('are states with a rule of their own, or without: never both', () => {
    const both = Object.keys(NO_STRICTER_RULE.citations).filter((region) => RULED.has(region));
    expect(both.filter((region) => !TERRITORIES.has(region))).toEqual([]);
  });

  it('have a date and, each, what was looked at', () => {
    expect(NO_STRICTER_RULE.asOf).toMatch(/^20\d\d-(?:0[1-9]|1[0-2])$/);
    for (const [region, citation] of Object.entries(NO_STRICTER_RULE.citations)) {
      expect(isCountryCode(region) || region in AREA_CODES).toBe(true);
      expect(citation).toMatch(/\S.*\d/);
    }
  });

  it('are not other countries, the unknown state of an area code that nobody knows, or no region', () => {
    expect(uncheckedOf(regionsOf('+442079460123'))).toEqual(['GB']);
    expect(uncheckedOf(regionsOf('+33199000123'))).toEqual([]);
    expect(uncheckedOf(['US', 'CA'])).toEqual(['US', 'CA']);
    expect(uncheckedOf(regionsOf('+18005550123'))).toEqual(['no region']);
  });
});
