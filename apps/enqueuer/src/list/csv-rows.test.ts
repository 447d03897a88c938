import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvOptions, CsvRows } from './csv-rows.ts';
import type { ListRow } from './list-row.ts';

function read(pieces: readonly string[], options?: CsvOptions, delimiter = ','): ListRow[] {
  const reader = new CsvRows(delimiter, options);
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

/** What of a row its reader decides, short enough for a table. */
function brief(rows: readonly ListRow[]): [line: number, row: number, what: string | undefined, ...cells: string[]][] {
  return rows.map(({ line, row, problem, cells = [] }) => [line, row, problem?.code, ...cells]);
}

function piecesOf(text: string, cuts: readonly number[]): string[] {
  const ends = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

function written(cell: string): string {
  return /^[aé😀]*$/u.test(cell) ? cell : `"${cell.replaceAll('"', '""')}"`;
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });

describe('CsvRows', () => {
  it('reads plain and quoted cells, doubled quotes and line breaks inside of quotes', () => {
    const text = 'a,b,c\n1,"two, three","say ""hi"""\r\n"line\nbreak",,x';
    expect(brief(read([text]))).toEqual([
      [1, 0, undefined, 'a', 'b', 'c'],
      [2, 1, undefined, '1', 'two, three', 'say "hi"'],
      [3, 2, undefined, 'line\nbreak', '', 'x'],
    ]);
  });

  it('takes blanks around a quoted cell for none, and a quote inside an unquoted cell for itself', () => {
    expect(brief(read(['a,b\n "x, y" ,5" pipe\nDwayne "The Rock", z \n'])).slice(1)).toEqual([
      [2, 1, undefined, 'x, y', '5" pipe'],
      [3, 2, undefined, 'Dwayne "The Rock"', ' z '],
    ]);
  });

  it('passes over blank lines, but not over rows of empty cells', () => {
    expect(brief(read(['a,b\n\n  \r\n,\n1,2\n\n'])).slice(1)).toEqual([
      [4, 1, undefined, '', ''],
      [5, 2, undefined, '1', '2'],
    ]);
  });

  it('says how many cells a row has and how many it should have', () => {
    const rows = read(['a,b\n1,2,3\n1\n1,2\n']);
    expect(rows.map(({ problem }) => problem)).toEqual([
      undefined,
      {
        code: 'too_many_cells',
        reason: 'The row has 3 cells where the headings have 2; a cell that holds the separator must stand in quotes.',
      },
      { code: 'too_few_cells', reason: 'The row has 1 cell where the headings have 2.' },
      undefined,
    ]);
    expect(rows[1]?.cells).toEqual(['1', '2', '3']);
  });

  it('gives up one line for text behind a closing quote', () => {
    const rows = read(['a,b\n"x" y,1\n2,3\n"multi\nline"z,4\n5,6\n']);
    expect(brief(rows).slice(1)).toEqual([
      [2, 1, 'unclosed_quote', '"x" y,1'],
      [3, 2, undefined, '2', '3'],
      [4, 3, 'unclosed_quote', '"multi\nline"z,4'],
      [6, 4, undefined, '5', '6'],
    ]);
    expect(rows[3]?.problem?.reason).toContain('in line 5');
  });

  it('tells where the quote stands that is never closed', () => {
    const rows = read(['a,b\n1,2\n"x\n', 'y","z\n3,4\n', '5,6\n']);
    expect(brief(rows).slice(1, 2)).toEqual([[2, 1, undefined, '1', '2']]);
    expect(rows).toHaveLength(3);
    expect(rows[2]).toMatchObject({ line: 3, row: 2, problem: { code: 'unclosed_quote' } });
    expect(rows[2]?.problem?.reason).toContain('opens in line 4');
  });

  it('gives up a row that is too large and goes on behind its next line break, quoted or not', () => {
    const long = 'x'.repeat(300);
    const text = `a,b\n1,${long}\n2,3\n4,"${long}\n${long}"\n5,6\n`;
    const expected = [
      [2, 1, 'row_too_large'],
      [3, 2, undefined],
      [4, 3, 'row_too_large'],
      // What is left of the quoted cell is no row that could be called.
      [5, 4, 'row_too_large'],
      [6, 5, undefined],
    ];
    for (const size of [1, 7, 100, 1000]) {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const rows = brief(read(pieces, { maxRowLength: 100 })).slice(1);
      expect(rows.map((row) => row.slice(0, 3))).toEqual(expected);
    }
  });

  it('marks the rows that hold bytes that are no text, and only those', () => {
    expect(brief(read(['a,b\nJos\udcff,1\nJos\ufffd,2\n'])).slice(1)).toEqual([
      [2, 1, 'bad_encoding', 'Jos\udcff', '1'],
      [3, 2, undefined, 'Jos\ufffd', '2'],
    ]);
  });

  it('reads back whatever was written, wherever the text is cut', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '😀', ' ', '"', ',', ';', '\n', '\r', '|'),
      maxLength: 6,
    });
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
      );
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '|'),
        fc.constantFrom('\n', '\r\n'),
        cuts,
        (rows, delimiter, eol, cuts) => {
          const text = rows.map((row) => row.map(written).join(delimiter)).join(eol);
          const result = read(piecesOf(text, cuts), {}, delimiter);
          expect(result.map(({ cells }) => cells)).toEqual(rows);
          expect(result.every(({ problem }) => problem === undefined)).toBe(true);
        },
      ),
    );
  });

  it('agrees with csv-parse on all that csv-parse accepts', () => {
    const piece = fc.constantFrom('a', 'b', ',', ',', '\n', '\r\n', '"x"', '"y,z"', '"q""q"', '"n\nn"', '""', '"');
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), cuts, (pieces, cuts) => {
        const text = pieces.join('');
        let expected: string[][];
        try {
          expected = parse(text, {
            relax_column_count: true,
            skip_empty_lines: true,
            record_delimiter: ['\r\n', '\n'],
          });
        } catch {
          return;
        }
        accepted += 1;
        const rows = read(piecesOf(text, cuts)).filter(({ cells }) => cells?.join('') !== '');
        expect(rows.map(({ cells }) => cells)).toEqual(expected.filter((cells) => cells.join('') !== ''));
      }),
      { numRuns: 1000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('comes to the same rows wherever the text is cut, however damaged it is', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', ',', ',', '\n', '\r\n', '"', ' ', '\udcff'),
      maxLength: 80,
    });
    fc.assert(
      fc.property(text, cuts, (text, cuts) => {
        expect(read(piecesOf(text, cuts), { maxRowLength: 20 })).toEqual(read([text], { maxRowLength: 20 }));
      }),
      { numRuns: 2000 },
    );
  });
});
