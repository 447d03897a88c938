import * as fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CountryCode, callingCodeOf, parsePhoneNumber } from './phone.ts';

const COUNTRIES = Object.keys(metadata.countries) as CountryCode[];
/**
 * More of them by hand, with the figures: `PHONE_NUMBERS=600 npm test --
 * packages/dialing/src/phone-countries`.
 */
const ASKED_FOR = process.env['PHONE_NUMBERS'];
const NUMBERS_PER_COUNTRY = Number(ASKED_FOR ?? 20);
const SEED = 1;

/**
 * How people and programs write a number of their own country, by name. Undefined: not usual there.
 */
const NOTATIONS: Readonly<Record<string, (number: PhoneNumber) => string | undefined>> = {
  'E.164': ({ parsed }) => parsed.number,
  'E.164 in groups': ({ parsed }) => parsed.formatInternational(),
  'tel: link': ({ parsed }) => parsed.getURI(),
  'as dialed at home': ({ parsed }) => parsed.formatNational(),
  'as dialed at home, digits': ({ parsed }) => digitsOf(parsed.formatNational()),
  'without trunk prefix': ({ national }) => national,
  'plus lost': ({ callingCode, national }) => callingCode + national,
  'plus lost, in groups': ({ parsed }) => parsed.formatInternational().slice(1),
  'plus lost, with dashes': ({ parsed }) =>
    parsed.formatInternational().slice(1).replaceAll(' ', '-'),
  'made a number by a spreadsheet': ({ callingCode, national }) => `${callingCode}${national}.0`,
  'from abroad, 00': ({ callingCode, national }) => `00${callingCode}${national}`,
  'from abroad, as dialed there': ({ parsed, country }) =>
    parsed.formatInternational().replace('+', idd(country)),
  'zero in brackets': ({ callingCode, national, trunk }) =>
    trunk && `+${callingCode} (0)${national}`,
  'zero in brackets, plus lost': ({ callingCode, national, trunk }) =>
    trunk && `${callingCode}(0)${national}`,
  'home and abroad at once': ({ callingCode, national, trunk }) =>
    trunk && `+${callingCode}0${national}`,
  formula: ({ parsed }) => `="${parsed.number}"`,
  label: ({ parsed }) => `p:${parsed.number}`,
};

interface PhoneNumber {
  readonly parsed: NonNullable<ReturnType<typeof parsePhoneNumberFromString>>;
  readonly country: CountryCode;
  readonly callingCode: string;
  readonly national: string;
  /** Whether numbers are dialed with a zero before them inside the country. */
  readonly trunk: true | undefined;
}

type Minified = readonly unknown[];

function idd(country: CountryCode): string {
  const prefix = (metadata.countries[country] as unknown as Minified)[1] as string;
  return /^\d+$/.test(prefix) ? prefix : '00';
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** Numbers that the country's plan has, of any type: texts of its own patterns. */
function numbersOf(country: CountryCode): PhoneNumber[] {
  const plan = metadata.countries[country] as unknown as Minified;
  const types = (plan[11] ?? []) as readonly ([pattern: string] | 0)[];
  const patterns = types.flatMap((type) => (type === 0 || type[0] === '' ? [] : [type[0]]));
  const all = patterns.length > 0 ? patterns : [plan[2] as string];
  const callingCode = callingCodeOf(country);
  const nationals = fc.oneof(
    ...all.map((pattern) => fc.stringMatching(new RegExp(`^(?:${pattern})$`))),
  );
  return fc.sample(nationals, { numRuns: NUMBERS_PER_COUNTRY, seed: SEED }).flatMap((text) => {
    const parsed = parsePhoneNumberFromString(`+${callingCode}${text}`);
    if (parsed?.isValid() !== true || parsed.country !== country) return [];
    const trunk = plan[5] === '0' ? true : undefined;
    return [{ parsed, country, callingCode, national: parsed.nationalNumber, trunk }];
  });
}

interface Counts {
  right: number;
  ambiguous: number;
  refused: number;
  readonly wrong: string[];
}

/** What becomes of every number in every notation that is usual in its country. */
function readAll(): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const number of COUNTRIES.flatMap(numbersOf)) {
    for (const [notation, write] of Object.entries(NOTATIONS)) {
      const text = write(number);
      if (text === undefined) continue;
      const of = counts.get(notation) ?? { right: 0, ambiguous: 0, refused: 0, wrong: [] };
      counts.set(notation, of);
      count(of, number, text);
    }
  }
  return counts;
}

function count(counts: Counts, { parsed, country }: PhoneNumber, text: string): void {
  const verdict = parsePhoneNumber(text, { country });
  if (!verdict.ok) counts[verdict.code === 'ambiguous_number' ? 'ambiguous' : 'refused'] += 1;
  else if (verdict.number === parsed.number) counts.right += 1;
  else counts.wrong.push(`${country}: ${text} was read as ${verdict.number}`);
}

function tableOf(all: ReadonlyMap<string, Counts>): string {
  const rows = [...all].map(([notation, { right, ambiguous, refused, wrong }]) =>
    [right, ambiguous, refused, wrong.length]
      .map((n) => String(n).padStart(9))
      .join('')
      .concat(`  ${notation}`),
  );
  return ['    right ambiguous refused    wrong', ...rows, ''].join('\n');
}

describe('a number of any country, in any notation', () => {
  let counts: ReadonlyMap<string, Counts>;
  beforeAll(() => {
    counts = readAll();
  });

  it('is read right or refused, never as another number', () => {
    if (ASKED_FOR !== undefined) process.stderr.write(tableOf(counts));
    expect([...counts.values()].flatMap(({ wrong }) => wrong)).toEqual([]);
  });

  it('is read right nearly always, as far as it can be dialed at all', () => {
    // What is refused in E.164 is refused for what it is (premium, shared cost), whatever its
    // notation.
    const dialed = counts.get('E.164')?.right ?? 0;
    expect(dialed).toBeGreaterThan(COUNTRIES.length * NUMBERS_PER_COUNTRY * 0.6);
    for (const notation of ['as dialed at home', 'without trunk prefix', 'plus lost', 'label']) {
      expect(counts.get(notation)?.right).toBeGreaterThan(dialed * 0.95);
    }
  });
});
