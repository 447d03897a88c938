import { callRecordSchema } from '@libby-dialer/dialing';
import { badEncoding, excerpt, type ListRow, type RowProblem } from './list-row.ts';

/** No number of fewer digits is too large. */
const MANY_DIGITS = /\d{16}/;

/** Where a record begins in its list, for messages. Both from 1. */
export interface RecordPlace {
  row: number;
  line: number;
  column: number;
}

/** Reads one record of a JSON or NDJSON list from its text. */
export function jsonRow(text: string, place: RecordPlace, encodingName: string): ListRow {
  if (!text.isWellFormed()) return problemRow(text, place, badEncoding(encodingName));
  let value: unknown;
  try {
    value = parseExactly(text);
  } catch (error) {
    return problemRow(text, place, { code: 'bad_json', reason: parserSentence(error as Error, place) });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return problemRow(text, place, {
      code: 'bad_json',
      reason: 'A record must be an object, such as {"name": "Ann"}.',
    });
  }
  const parsed = callRecordSchema.safeParse(value);
  if (parsed.success) {
    return { line: place.line, row: place.row, cells: undefined, raw: text, record: parsed.data, problem: undefined };
  }
  const [issue] = parsed.error.issues;
  return problemRow(text, place, { code: 'invalid_field', reason: issue === undefined ? '' : fieldSentence(issue) });
}

/** Numbers that are too large for JavaScript stay text, as they are written: ids of 64 bits would lose their last digits, and two become one. */
function parseExactly(text: string): unknown {
  // The other way takes several times as long.
  return MANY_DIGITS.test(text)
    ? JSON.parse(text, keepExact as (key: string, value: unknown) => unknown)
    : JSON.parse(text);
}

function keepExact(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER ? source : value;
}

/** A row that could not be read; the rejects file gets the beginning of its text. */
export function problemRow(text: string, place: RecordPlace, problem: RowProblem): ListRow {
  return { line: place.line, row: place.row, cells: undefined, raw: excerpt(text), record: undefined, problem };
}

/** The parser's own words, its position told in the list's lines, and without the piece of the record that it quotes. */
function parserSentence(error: Error, place: RecordPlace): string {
  return error.message
    .replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, ' in JSON')
    .replace(/ at position \d+ \(line (\d+) column (\d+)\)$/, (_, line: string, column: string) => {
      const first = line === '1';
      return ` at line ${place.line + Number(line) - 1}, column ${Number(column) + (first ? place.column - 1 : 0)}`;
    });
}

type Issue = NonNullable<ReturnType<typeof callRecordSchema.safeParse>['error']>['issues'][number];

function fieldSentence(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') {
    return `${issue.keys.join(', ')}: not a field of a record; what the conversation should know belongs in formInfo.`;
  }
  return `${issue.path.join('.')}: ${issue.message}`;
}
