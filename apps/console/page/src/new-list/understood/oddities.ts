import type { UnderstoodListJson } from '@libby-dialer/http-api';
import { countOf, formatCount } from '../../kit/words/numbers.ts';

/** Why rows cannot be called, behind their number; others by their code. */
const REJECTED: Readonly<Record<string, string>> = {
  missing_phone: 'without a number',
  invalid_phone: 'with what is no phone number',
  not_e164: 'whose number has no country: say which below',
  unsupported_number: 'with an emergency, premium or service number',
  ambiguous_number: 'whose number may be two numbers',
  do_not_call: 'opted out',
  missing_name: 'without a name',
  missing_variable: 'without what the texts ask for',
  no_timezone: 'whose time zone is not known',
  too_many_cells: 'with more cells than headings',
  too_few_cells: 'with fewer cells than headings',
  unclosed_quote: 'with a quote that is never closed',
  bad_encoding: 'not readable in this encoding',
  bad_json: 'that are no JSON',
  invalid_field: 'with a value that cannot be, or without one that the campaign needs',
  bad_cell: 'with a cell that shows an error',
  row_too_large: 'too large',
  skipped: 'hidden, or left out by the campaign',
};

/** What is worth a look before a list is loaded, in sentences. */
export function odditiesOf({
  warnings,
  rejected,
  hiddenRows,
  blankRows,
}: UnderstoodListJson): readonly string[] {
  const rejects = Object.entries(rejected)
    .toSorted(([, one], [, other]) => other - one)
    .map(([code, count]) => `${formatCount(count)} ${REJECTED[code] ?? code}`);
  return [
    ...warnings,
    ...(rejects.length > 0 ? [`Of these rows cannot be called: ${rejects.join('; ')}.`] : []),
    ...(hiddenRows > 0 ? [`${countOf(hiddenRows, 'row')} hidden in the sheet: not called.`] : []),
    ...(blankRows > 0 ? [`${countOf(blankRows, 'blank row')} passed over.`] : []),
  ];
}

/** A person has to say something otherwise before anything of it can be called. */
export function isHopeless({ rows, rejected }: UnderstoodListJson): boolean {
  const count = Object.values(rejected).reduce((sum, each) => sum + each, 0);
  return rows > 0 && count === rows;
}

/** What a list is likely encoded in, where it is read otherwise; undefined: as it is read. */
export function likelierEncoding({ warnings }: UnderstoodListJson): string | undefined {
  return warnings
    .map((warning) => /\bsay encoding ([\w-]+)/.exec(warning)?.[1])
    .find((encoding) => encoding !== undefined);
}
