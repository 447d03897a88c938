import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListRow } from '../list-row.ts';
import { JsonRows } from './json-rows.ts';

function read(pieces: readonly string[], maxRowLength?: number): ListRow[] {
  const reader = new JsonRows('UTF-8', maxRowLength);
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

function brief(rows: readonly ListRow[]): (string | number | undefined)[][] {
  return rows.map(({ line, row, problem, record }) => [line, row, problem?.code ?? record?.name]);
}

function piecesOf(text: string, cuts: readonly number[]): string[] {
  const ends = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });

describe('JsonRows', () => {
  it('reads an array, an object, and objects one after another', () => {
    const pretty = JSON.stringify(
      [{ name: 'A' }, { name: 'B', formInfo: [{ k: 'v' }] }],
      undefined,
      2,
    );
    expect(brief(read([pretty]))).toEqual([
      [2, 1, 'A'],
      [5, 2, 'B'],
    ]);
    expect(brief(read(['{\n "name": "A"\n}\n']))).toEqual([[1, 1, 'A']]);
    expect(brief(read(['{"name": "A"}\n{"name":\n"B"}{"name":"C"}']))).toEqual([
      [1, 1, 'A'],
      [2, 2, 'B'],
      [3, 3, 'C'],
    ]);
    expect(read(['[]'])).toEqual([]);
  });

  it('reads back whatever was written, wherever the text is cut', () => {
    const record = fc.record(
      {
        name: fc.string({
          unit: fc.constantFrom('a', '"', '\\', '{', ']', '\n', 'é', '😀', '\ud83d'),
          maxLength: 10,
        }),
        formInfo: fc.constant([]),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 8 }),
        fc.constantFrom(undefined, 2, '\t'),
        cuts,
        (records, indent, cuts) => {
          const rows = read(piecesOf(JSON.stringify(records, undefined, indent), cuts));
          expect(rows.map(({ record }) => record)).toEqual(records);
        },
      ),
    );
  });

  it('comes to the same rows wherever the text is cut, however damaged it is', () => {
    const text = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        '\\',
        ',',
        ':',
        '\n',
        '\n{',
        '\n  {',
        '"a":1',
        '{"name":"A"}',
        ' ',
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(text, cuts, (pieces, cuts) => {
        const text = `[${pieces.join('')}`;
        expect(read(piecesOf(text, cuts))).toEqual(read([text]));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [
      'a comma too many',
      '{"name": "A",}',
      'Expected double-quoted property name in JSON at line 2, column 17',
    ],
    [
      'a missing comma',
      '{"name": "A" "x": 1}',
      "Expected ',' or '}' after property value in JSON at line 2, column 17",
    ],
    ['an unquoted value', '{"name": Ann}', "Unexpected token 'A' in JSON"],
    ['an unclosed string', '{"name": "A}', 'Unterminated string in JSON at line 2, column 16'],
    ['an unclosed object', '{"name": "A", "formInfo": [{"a": "b"}]', 'JSON'],
    ['an unclosed list', '{"name": "A", "formInfo": [{"a": "b"}}', 'JSON'],
    ['a stray bracket', '{"name": "A"]}', 'JSON'],
    ['a number', '12', 'A record must be an object, such as {"name": "Ann"}.'],
    ['a list', '[{"name": "A"}]', 'A record must be an object, such as {"name": "Ann"}.'],
    ['a word', 'nonsense', 'JSON'],
  ])('loses no neighbour to %s', (_, damaged, reason) => {
    const text = `[\n   ${damaged},\n   {"name": "B"},\n   {"name": "C", "formInfo": [\n      {"a": "b"}\n   ]}\n]\n`;
    for (const pieces of [[text], text.split('')]) {
      const rows = read(pieces);
      expect(brief(rows)).toEqual([
        [2, 1, 'bad_json'],
        [3, 2, 'B'],
        [4, 3, 'C'],
      ]);
      expect(rows[0]?.problem?.reason).toContain(reason);
    }
  });

  it('does not repeat what the record holds', () => {
    const [row] = read(['[{"name": "A", "toPhoneNumber": secret},\n{"name": "B"}]']);
    expect(row?.problem).toEqual({ code: 'bad_json', reason: "Unexpected token 's' in JSON" });
    expect(row?.raw).toContain('secret');
  });

  it('names the field that is not as it should be', () => {
    const rows = read(['[{"name": 5}, {"phone": "1"}, {"formInfo": [{"a": {}}]}]']);
    expect(rows.map(({ problem }) => problem?.code)).toEqual([
      'invalid_field',
      'invalid_field',
      'invalid_field',
    ]);
    expect(rows.map(({ problem }) => problem?.reason.split(':')[0])).toEqual([
      'name',
      'phone',
      'formInfo.0.a',
    ]);
  });

  it('keeps every digit of a number: with one fewer two ids would be the same call', () => {
    const text =
      '[{"externalId": 1234567890123456789, "formInfo": [{"Account": -9007199254740993, "Share": 0.5}]}]';
    expect(read([text])[0]?.record).toEqual({
      externalId: '1234567890123456789',
      formInfo: [
        ['Account', '-9007199254740993'],
        ['Share', '0.5'],
      ],
    });
  });

  it('gives up a record that is too large and goes on where a line begins as its own did', () => {
    const long = 'x'.repeat(500);
    const whole = `[{"name": "A"},\n{"name": "${long}", "formInfo": [\n  {"a": "b"}]},\n{"name": "B"}]`;
    const unclosed = `[\n{"name": "A"},\n{"name": "${long}", "formInfo": [\n{"name": "B"}\n]`;
    for (const size of [1, 10, 10_000]) {
      const pieces = (text: string) => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(brief(read(pieces(whole), 100)).map((row) => row[2])).toEqual([
        'A',
        'row_too_large',
        'B',
      ]);
      expect(brief(read(pieces(unclosed), 100)).map((row) => row[2])).toEqual([
        'A',
        'row_too_large',
        'B',
      ]);
    }
  });

  it.each([
    ['damaged', '{"name": }', 100, "Unexpected token '}' in JSON; nothing after it was read."],
    [
      'too large',
      '{"name": "long"}',
      15,
      'The row is larger than 1 MB; nothing after it was read.',
    ],
  ])(
    'says that it read nothing after a %s record in a list that is all one line',
    (_, record, size, reason) => {
      const text = `[{"name": "A"},${record}, {"name": "B"}]`;
      for (const pieces of [[text], text.split('')]) {
        const rows = read(pieces, size);
        expect(rows.map(({ row, problem }) => [row, problem?.reason])).toEqual([
          [1, undefined],
          [2, reason],
        ]);
      }
    },
  );

  it('gives up any number of damaged records', () => {
    const rows = read([`[{"name": "Ann"}${"\n{'name'}".repeat(20_000)}\n{"name": "Bob"}]`]);
    expect(rows).toHaveLength(20_002);
    expect([rows[0]?.record?.name, rows.at(-1)?.record?.name]).toEqual(['Ann', 'Bob']);
    expect(rows[1]).toMatchObject({ line: 2, problem: { code: 'bad_json' } });
  });

  it('loses no record to a comma that is missing between lines, or is one too many', () => {
    expect(brief(read(['[{"name": "A"}\n{"name": "B"}\n,\n{"name": "C"},\n]']))).toEqual([
      [1, 1, 'A'],
      [2, 2, 'B'],
      [4, 3, 'C'],
      [5, 4, 'bad_json'],
    ]);
  });

  it('tells a list that is cut off, or goes on after its end', () => {
    expect(brief(read(['[{"name": "A"},\n']))).toEqual([
      [1, 1, 'A'],
      [2, 2, 'bad_json'],
    ]);
    expect(brief(read(['[{"name": "A"},\n{"name": "B']))).toEqual([
      [1, 1, 'A'],
      [2, 2, 'bad_json'],
    ]);
    const rows = read(['[{"name": "A"}]\n', '[{"name": "B"}]']);
    expect(brief(rows)).toEqual([
      [1, 1, 'A'],
      [2, 2, 'bad_json'],
    ]);
    expect(rows[1]?.problem?.reason).toBe(
      'The list goes on after its closing ]; what follows was not read.',
    );
  });

  it('marks the records that hold bytes that are no text', () => {
    expect(brief(read(['[{"name": "A\udcff"}, {"name": "B"}]']))).toEqual([
      [1, 1, 'bad_encoding'],
      [1, 2, 'B'],
    ]);
  });
});
