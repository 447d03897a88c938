import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListRow } from '../list-row.ts';
import { NdjsonRows } from './ndjson-rows.ts';

function read(pieces: readonly string[], maxRowLength?: number): ListRow[] {
  const reader = new NdjsonRows('UTF-8', maxRowLength);
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

function brief(rows: readonly ListRow[]): (string | number | undefined)[][] {
  return rows.map(({ line, row, problem, record }) => [line, row, problem?.code ?? record?.name]);
}

describe('NdjsonRows', () => {
  it('reads a record a line and rejects each bad one by itself', () => {
    const text =
      '{"name": "A"}\r\n\n  {"name": }\n{"name": "B"\n[]\n{"x": 1}\n{"name": "\udcff"}\n{"name": "C"}';
    const expected = [
      [1, 1, 'A'],
      [3, 2, 'bad_json'],
      [4, 3, 'bad_json'],
      [5, 4, 'bad_json'],
      [6, 5, 'invalid_field'],
      [7, 6, 'bad_encoding'],
      [8, 7, 'C'],
    ];
    expect(brief(read([text]))).toEqual(expected);
    expect(brief(read(text.split('')))).toEqual(expected);
  });

  it('says where a number belongs that stands under another key', () => {
    const [phone, other] = read(['{"Phone Number": "1"}\n{"shoeSize": 44}\n']);
    expect(phone?.problem?.reason).toBe(
      'Phone Number: not a field of a record; the number to call belongs in toPhoneNumber, what the conversation should know belongs in formInfo.',
    );
    expect(other?.problem?.reason).toBe(
      'shoeSize: not a field of a record; what the conversation should know belongs in formInfo.',
    );
  });

  it('tells the position in the list, not in the record', () => {
    const [, row] = read(['{}\n  {"a" 1}\n']);
    expect(row?.problem?.reason).toBe(
      "Expected ':' after property name in JSON at line 2, column 8",
    );
  });

  it('gives up a line that is too large and goes on behind it', () => {
    const text = `{"name": "A"}\n{"name": "${'x'.repeat(300)}"}\n{"name": "B"}\n`;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (size) => {
        const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
        expect(brief(read(pieces, 100))).toEqual([
          [1, 1, 'A'],
          [2, 2, 'row_too_large'],
          [3, 3, 'B'],
        ]);
      }),
    );
  });
});
