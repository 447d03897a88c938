import type { Region } from '../zones/region.ts';

/** An area code that lies over an older one: the same places, and so the same zones and rules. */
interface Overlay {
  readonly over: string;
  readonly region: Region;
}

/**
 * Area codes that the North American Numbering Plan Administrator has assigned, and that
 * libphonenumber does not know as of its release 9.0.35 of July 2026. Looked at in November 2026;
 * an entry may go when the library has it, which a test tells.
 */
export const NEW_AREA_CODES: Readonly<Record<string, Overlay>> = {
  357: { over: '559', region: 'US-CA' },
  436: { over: '440', region: 'US-OH' },
  457: { over: '318', region: 'US-LA' },
  471: { over: '662', region: 'US-MS' },
  483: { over: '334', region: 'US-AL' },
  621: { over: '713', region: 'US-TX' },
  624: { over: '716', region: 'US-NY' },
  679: { over: '313', region: 'US-MI' },
  729: { over: '423', region: 'US-TN' },
  837: { over: '530', region: 'US-CA' },
  861: { over: '309', region: 'US-IL' },
  924: { over: '507', region: 'US-MN' },
};

/**
 * The number as it would be under the older area code, which the library's plans know; any other
 * number as it is.
 */
export function underOlderCode(e164: string): string {
  if (!e164.startsWith('+1')) return e164;
  const overlay = NEW_AREA_CODES[e164.slice(2, 5)];
  return overlay === undefined ? e164 : `+1${overlay.over}${e164.slice(5)}`;
}
