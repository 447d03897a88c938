import type { CountryCode, PhoneNumberType } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import { underOlderCode } from './new-area-codes.ts';

/**
 * A shortcut through libphonenumber's numbering plans for numbers that are already E.164.
 *
 * The library compiles its regular expressions anew for every number and evaluates a number's types
 * two or three times. Here each pattern is compiled once, on first use. The shortcut only ever says
 * yes: what it cannot prove valid is left to the library, which then has the last word, so nothing
 * is accepted here that it would refuse.
 */

export interface PlannedNumber {
  /** Absent for calling codes that belong to no country (satellite, international toll-free). */
  country?: CountryCode;
  type: PhoneNumberType;
}

interface NumberType {
  type: PhoneNumberType;
  pattern: RegExp;
  /** Possible lengths of the national number; absent where the country's own lengths apply. */
  lengths: readonly number[] | undefined;
}

interface NumberingPlan {
  country?: CountryCode;
  national: RegExp;
  leadingDigits: RegExp | undefined;
  types: readonly NumberType[];
}

interface CallingCode {
  /** What the library would take off a national number before looking at it. */
  nationalPrefix: RegExp | undefined;
  plans: readonly NumberingPlan[];
}

/** The order in which the library tries the types, each with its place in the metadata. */
const TYPES: readonly (readonly [PhoneNumberType, number])[] = [
  ['FIXED_LINE', 0],
  ['MOBILE', 1],
  ['PREMIUM_RATE', 3],
  ['TOLL_FREE', 2],
  ['SHARED_COST', 9],
  ['VOIP', 8],
  ['PERSONAL_NUMBER', 4],
  ['PAGER', 7],
  ['UAN', 6],
  ['VOICEMAIL', 5],
];

const callingCodes = new Map<string, CallingCode>();

/**
 * Country and type of a number that is valid exactly as it stands (`+` and digits); `undefined`:
 * ask the library.
 */
export function findPlannedNumber(e164: string): PlannedNumber | undefined {
  const number = underOlderCode(e164);
  for (let length = 1; length <= 3; length++) {
    const code = callingCodeOf(number.slice(1, 1 + length));
    if (code !== undefined) return classify(code, number.slice(1 + length));
  }
  return undefined;
}

/**
 * The countries that a number may belong to: its own, or all of its calling code where the plans do
 * not tell.
 */
export function findCountries(e164: string): readonly CountryCode[] {
  const country = findPlannedNumber(e164)?.country;
  if (country !== undefined) return [country];
  for (let length = 1; length <= 3; length++) {
    const code = callingCodeOf(e164.slice(1, 1 + length));
    if (code !== undefined) return code.plans.flatMap((plan) => plan.country ?? []);
  }
  return [];
}

function classify(
  { nationalPrefix, plans }: CallingCode,
  national: string,
): PlannedNumber | undefined {
  if (nationalPrefix?.test(national) === true) return undefined;
  for (const plan of plans) {
    if (plan.leadingDigits?.test(national) === false) continue;
    const type = typeIn(plan, national);
    if (type !== undefined)
      return plan.country === undefined ? { type } : { country: plan.country, type };
    // Leading digits decide the country for good, and a country alone under its calling code needs
    // no deciding.
    if (plan.leadingDigits !== undefined) return undefined;
  }
  return undefined;
}

function typeIn(plan: NumberingPlan, national: string): PhoneNumberType | undefined {
  if (!plan.national.test(national)) return undefined;
  return plan.types.find(
    ({ pattern, lengths }) =>
      (lengths?.includes(national.length) ?? true) && pattern.test(national),
  )?.type;
}

function callingCodeOf(digits: string): CallingCode | undefined {
  const known = callingCodes.get(digits);
  if (known !== undefined) return known;
  const compiled = compileCallingCode(digits);
  // Bounded: only calling codes that exist are kept, some 220.
  if (compiled !== undefined) callingCodes.set(digits, compiled);
  return compiled;
}

function compileCallingCode(digits: string): CallingCode | undefined {
  const countries = metadata.country_calling_codes[digits]?.filter(
    (country) => (country as string) !== '001',
  );
  if (countries === undefined || countries.length === 0) {
    const plan = metadata.nonGeographic[digits];
    return plan && { nationalPrefix: nationalPrefixOf(plan), plans: [compilePlan(plan)] };
  }
  const [main] = countries;
  return {
    nationalPrefix: main && nationalPrefixOf(metadata.countries[main] ?? []),
    plans: countries.map((country) => compilePlan(metadata.countries[country] ?? [], country)),
  };
}

// The metadata are arrays without names; their places are those of libphonenumber-js' own
// `source/metadata.js`.
type Minified = readonly unknown[];

function nationalPrefixOf(plan: Minified): RegExp | undefined {
  const prefix = (plan[7] || plan[5]) as string | undefined;
  return prefix ? new RegExp(`^(?:${prefix})`) : undefined;
}

function compilePlan(plan: Minified, country?: CountryCode): NumberingPlan {
  const leadingDigits = plan[10] as string | undefined;
  const types = (plan[11] ?? []) as readonly ([pattern: string, lengths?: number[]] | 0)[];
  return {
    ...(country && { country }),
    national: whole(plan[2] as string),
    leadingDigits: leadingDigits ? new RegExp(`^(?:${leadingDigits})`) : undefined,
    types: TYPES.flatMap(([type, place]) => {
      const [pattern, lengths] = types[place] || [];
      return pattern
        ? [{ type, pattern: whole(pattern), lengths: lengths ?? (plan[3] as number[]) }]
        : [];
    }),
  };
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}
