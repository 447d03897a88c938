import { encodeText } from '../formats/decode-text.ts';
import type { ListRow } from '../list-row.ts';
import type { ListText } from '../open-list.ts';
import type { BesideValue, JoinedRow, JoinedText } from './joined-row.ts';

const KEY = 'result';

/**
 * JSON or NDJSON as it was, with an entry `result` at the end of each record. What is no object
 * becomes one that holds its text.
 * @param columns the names of what is in that entry
 */
export function joinedRecords(
  text: ListText,
  columns: readonly string[],
  rows: AsyncIterable<readonly JoinedRow[]>,
): JoinedText {
  const bare: number[] = [];
  return { bytes: pieces(text, columns, rows, bare), bare };
}

async function* pieces(
  { kept, encoding }: ListText,
  columns: readonly string[],
  rows: AsyncIterable<readonly JoinedRow[]>,
  bare: number[],
): AsyncGenerator<Buffer> {
  for await (const chunk of rows) {
    let joined = '';
    for (const { row, beside } of chunk) {
      const { span } = row;
      if (span === undefined || span.end === span.start) bare.push(row.line);
      else {
        joined += kept.takeTo(span.start);
        joined += withResult(kept.takeTo(span.end), row, JSON.stringify(named(columns, beside)));
      }
    }
    yield encodeText(joined, encoding);
  }
  yield encodeText(kept.takeRest(), encoding);
}

function named(columns: readonly string[], beside: readonly BesideValue[]): object {
  return Object.fromEntries(columns.map((column, index) => [column, beside[index]]));
}

function withResult(record: string, { problem }: ListRow, result: string): string {
  if (problem?.code === 'bad_json' || problem?.code === 'bad_encoding')
    return `{"text":${JSON.stringify(record)},"${KEY}":${result}}`;
  const inside = record.slice(0, -1).trimEnd();
  const rest = record.slice(inside.length);
  const key = record.includes(`"${KEY}"`) ? `${KEY}OfCall` : KEY;
  return `${inside}${inside === '{' ? '' : ','}"${key}":${result}${rest}`;
}
