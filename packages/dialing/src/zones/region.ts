import { AREA_CODES } from '../numbers/area-codes.ts';
import { E164 } from '../numbers/e164.ts';
import { NEW_AREA_CODES } from '../numbers/new-area-codes.ts';
import { findCountries, findPlannedNumber } from '../numbers/phone-plan.ts';
import { zonesOf } from './zones.ts';

/** A country by its ISO 3166-1 code, or one of its states by ISO 3166-2: `FR`, `US-FL`, `CA-QC`. */
export type Region = string;

const NO_REGIONS: readonly Region[] = [];
const UNKNOWN_AREA_CODE: readonly Region[] = ['US', 'CA'];

/** Made at the first question. */
let regionsByAreaCode: ReadonlyMap<string, readonly Region[]> | undefined;

/**
 * The regions whose rules a call to this number must keep: the state or province of its area code
 * (all of those that share it) in the USA and Canada, elsewhere its country.
 *
 * As with its zones, a number tells where it was issued. The law often goes by that: Florida, for
 * one, presumes that who has one of its area codes is in Florida (Fla. Stat. 501.059(8)(d)). Empty
 * for what belongs to no country or, under +1, to no place (toll-free, personal and satellite
 * numbers).
 */
export function regionsOf(e164: string): readonly Region[] {
  if (!E164.test(e164)) return NO_REGIONS;
  if (!e164.startsWith('+1')) return findCountries(e164);
  regionsByAreaCode ??= readAreaCodes();
  return regionsByAreaCode.get(e164.slice(2, 5)) ?? countryWithoutStates(e164);
}

/** Whether a rule for `ruled` holds in `region`: a country's rules hold in each of its states. */
export function isWithin(region: Region, ruled: Region): boolean {
  return region === ruled || region.startsWith(`${ruled}-`);
}

/**
 * The other countries under +1. An area code that nobody knows keeps the rules of both countries
 * with states.
 */
function countryWithoutStates(e164: string): readonly Region[] {
  const planned = findPlannedNumber(e164);
  if (planned === undefined && isAreaCodeOfAPlace(e164)) return UNKNOWN_AREA_CODE;
  const isOfAPlace = planned?.type === 'FIXED_LINE' || planned?.type === 'MOBILE';
  return isOfAPlace && planned.country !== undefined ? [planned.country] : NO_REGIONS;
}

/** Those of no place have no zone either; N11 is never one (311 information, 911 emergency). */
function isAreaCodeOfAPlace(e164: string): boolean {
  return !/^\+1[2-9]11/.test(e164) && zonesOf(e164).length > 0;
}

function readAreaCodes(): ReadonlyMap<string, readonly Region[]> {
  const regionsByCode = new Map<string, Region[]>();
  for (const [region, codes] of Object.entries(AREA_CODES)) {
    for (const code of codes.split(' '))
      regionsByCode.set(code, [...(regionsByCode.get(code) ?? []), region]);
  }
  for (const [code, { region }] of Object.entries(NEW_AREA_CODES))
    regionsByCode.set(code, [region]);
  return regionsByCode;
}
