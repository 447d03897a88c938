import { type CountryCode, readCountryText, variableKey } from '@libby-dialer/dialing';
import { ListError } from '../list-error.ts';
import { COUNTRY_HEADINGS, isNumber, ownHeadingCount, PHONE_HEADINGS, squash } from './headings.ts';
import { NeededColumns } from './needed-columns.ts';

/** Where a list of numbers has them. Positions count from 0. */
export interface NumberColumns {
  readonly number: number;
  /** National registries give out pairs: the area code stands apart. */
  readonly areaCode: number | undefined;
  /** Where rows name the country of their number. */
  readonly countries: readonly number[];
  readonly needed: NeededColumns;
}

const AREA_CODE = /^\d{3}$/;
/** What has more holds its area code already. */
const LOCAL_DIGITS = 7;
const LOCAL_NUMBER = /^\d{3}[-. ]?\d{4}$/;
const AREA_CODE_HEADINGS: ReadonlySet<string> = new Set(['areacode', 'area', 'npa']);

/**
 * Headings for a list that has none: numbers alone, or pairs of area code and number. Undefined
 * where the first record is headings.
 */
export function nameNumberColumns(cells: readonly string[]): readonly string[] | undefined {
  const [first = '', second = ''] = cells.map((cell) => cell.trim());
  if (cells.length === 1 && holdsNumber(first)) return ['phone'];
  if (cells.length === 2 && AREA_CODE.test(first) && LOCAL_NUMBER.test(second))
    return ['areaCode', 'number'];
  return undefined;
}

/** Also one that is written wrong: it is a row to be rejected, and no heading. */
function holdsNumber(cell: string): boolean {
  const digits = cell.replace(/\D/g, '').length;
  return digits >= 7 || (digits > 0 && !/\p{L}/u.test(cell));
}

/**
 * Finds the numbers by their heading, which is never guessed.
 * @param wanted the heading, where the user names it. Throws `ListError`.
 */
export function findNumberColumns(given: readonly string[], wanted?: string): NumberColumns {
  const headings = given.slice(0, ownHeadingCount(given)).map((heading) => heading.trim());
  if (headings.some(isNumber)) {
    throw new ListError(
      'bad_headings',
      'The first line holds a phone number among other cells: put a line of headings above it.',
    );
  }
  const squashed = headings.map(squash);
  const number = wanted === undefined ? findPhone(headings, squashed) : findNamed(headings, wanted);
  const areaCode = squashed.findIndex((heading) => AREA_CODE_HEADINGS.has(heading));
  const countries = where(squashed, (heading) => COUNTRY_HEADINGS.has(heading));
  const needed = new NeededColumns(given, [number, areaCode, ...countries]);
  return { number, areaCode: areaCode === -1 ? undefined : areaCode, countries, needed };
}

function findPhone(headings: readonly string[], squashed: readonly string[]): number {
  const own = squashed.indexOf('tophonenumber');
  if (own !== -1) return own;
  const positions = where(squashed, (heading) => PHONE_HEADINGS.has(heading));
  const position = theOnly(headings, positions);
  if (position !== undefined) return position;
  throw new ListError(
    'no_phone_column',
    `No column is known to hold the phone numbers, for the list has ${shown(headings)}: name the one that does.`,
  );
}

function findNamed(headings: readonly string[], wanted: string): number {
  const key = variableKey(wanted);
  const positions = where(headings, (heading) => variableKey(heading) === key);
  const position = theOnly(headings, positions);
  if (position !== undefined) return position;
  throw new ListError(
    'unknown_column',
    `No column has the heading "${wanted}", for the list has ${shown(headings)}.`,
  );
}

function where(headings: readonly string[], matches: (heading: string) => boolean): number[] {
  return [...headings.keys()].filter((position) => matches(headings[position] ?? ''));
}

function theOnly(headings: readonly string[], positions: readonly number[]): number | undefined {
  if (positions.length <= 1) return positions[0];
  const names = positions
    .map((position) => `"${headings[position]}" (column ${position + 1})`)
    .join(', ');
  throw new ListError(
    'ambiguous_column',
    `More than one column may hold the phone numbers: ${names}; import one at a time.`,
  );
}

function shown(headings: readonly string[]): string {
  const names = headings.slice(0, 30).map((heading) => `"${heading.slice(0, 60)}"`);
  const more = headings.length > names.length ? ` and ${headings.length - names.length} more` : '';
  return `the headings ${names.join(', ')}${more}`;
}

/** The number in a row's cells as it is written, with its area code where that stands apart. */
export function numberIn(
  cells: readonly string[],
  { number, areaCode }: Pick<NumberColumns, 'number' | 'areaCode'>,
): string {
  const text = (cells[number] ?? '').trim();
  const area = areaCode === undefined ? '' : (cells[areaCode] ?? '').trim();
  const digits = text.replace(/\D/g, '').length;
  return AREA_CODE.test(area) && digits > 0 && digits <= LOCAL_DIGITS ? area + text : text;
}

/** The countries that a row's columns name, each once; what is none is left out. */
export function countriesIn(
  cells: readonly string[],
  { countries }: Pick<NumberColumns, 'countries'>,
): readonly CountryCode[] {
  return [
    ...new Set(countries.flatMap((position) => readCountryText(cells[position] ?? '') ?? [])),
  ];
}
