import { callRecordSchema } from '@libby-dialer/dialing';
import { PHONE_HEADINGS, squash } from '../columns/headings.ts';
import { badEncoding, excerpt, type ListRow, type RowProblem, type TextSpan } from '../list-row.ts';
import { repeatedKey } from './repeated-key.ts';

/** No number of fewer digits is too large. */
const MANY_DIGITS = /\d{16}/;

/** Where a record begins in its list, for messages. Both from 1. */
export interface RecordPlace {
  row: number;
  line: number;
  column: number;
  /** Where its text begins in that of the list, in UTF-16 units. */
  offset?: number;
}

/** Reads one record of a JSON or NDJSON list from its text. */
export function jsonRow(text: string, place: RecordPlace, encodingName: string): ListRow {
  if (!text.isWellFormed()) return problemRow(text, place, badEncoding(encodingName, text));
  let value: unknown;
  try {
    value = parseExactly(text);
  } catch (error) {
    return problemRow(text, place, {
      code: 'bad_json',
      reason: parserSentence(error as Error, place),
    });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return problemRow(text, place, {
      code: 'bad_json',
      reason: 'A record must be an object, such as {"name": "Ann"}.',
    });
  }
  const key = repeatedKey(text);
  if (key !== undefined) {
    return problemRow(text, place, {
      code: 'bad_json',
      reason: `The key "${excerpt(key)}" stands twice in one object.`,
    });
  }
  const parsed = callRecordSchema.safeParse(withoutEmpty(value));
  if (parsed.success) {
    return {
      line: place.line,
      row: place.row,
      cells: undefined,
      raw: text,
      record: parsed.data,
      problem: undefined,
      span: spanOf(text, place),
    };
  }
  const [issue] = parsed.error.issues;
  return problemRow(text, place, {
    code: 'invalid_field',
    reason: issue === undefined ? '' : fieldSentence(issue),
  });
}

/** Fields in which an empty text can mean nothing. */
const NEVER_EMPTY: ReadonlySet<string> = new Set([
  'externalId',
  'timezone',
  'startsAt',
  'expiresAt',
]);

/** `null` sets nothing, as an empty cell of a CSV does not. */
function withoutEmpty(record: object): object {
  const fields = Object.entries(record).flatMap(([field, value]: [string, unknown]) => {
    if (value === null || (value === '' && NEVER_EMPTY.has(field))) return [];
    return [[field, field === 'formInfo' && Array.isArray(value) ? value.map(withoutNull) : value]];
  });
  return Object.fromEntries(fields) as object;
}

function withoutNull(entry: unknown): unknown {
  if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) return entry;
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, value ?? '']));
}

/**
 * Numbers that are too large for JavaScript stay text, as they are written: ids of 64 bits would
 * lose their last digits, and two become one.
 */
function parseExactly(text: string): unknown {
  // The other way takes several times as long.
  return MANY_DIGITS.test(text)
    ? JSON.parse(text, keepExact as (key: string, value: unknown) => unknown)
    : JSON.parse(text);
}

function keepExact(
  _key: string,
  value: unknown,
  { source }: { readonly source?: string },
): unknown {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER ? source : value;
}

/** A row that could not be read; the rejects file gets the beginning of its text. */
export function problemRow(text: string, place: RecordPlace, problem: RowProblem): ListRow {
  return {
    line: place.line,
    row: place.row,
    cells: undefined,
    raw: excerpt(text),
    record: undefined,
    problem,
    span: problem.code === 'row_too_large' ? undefined : spanOf(text, place),
  };
}

function spanOf({ length }: string, { offset }: RecordPlace): TextSpan | undefined {
  return offset === undefined ? undefined : { start: offset, end: offset + length, width: 1 };
}

/**
 * The parser's own words, its position told in the list's lines, and without the piece of the
 * record that it quotes.
 */
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
    const number = issue.keys.some((key) => PHONE_HEADINGS.has(squash(key)))
      ? 'the number to call belongs in toPhoneNumber, '
      : '';
    return `${issue.keys.join(', ')}: not a field of a record; ${number}what the conversation should know belongs in formInfo.`;
  }
  return `${issue.path.join('.')}: ${issue.message}`;
}
