import { stringify } from 'csv-stringify/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListRow } from '../list-row.ts';
import { type CsvOptions, CsvRows } from './csv-rows.ts';

function read(pieces: readonly string[], options?: CsvOptions, delimiter = ','): ListRow[] {
  const reader = new CsvRows(delimiter, options);
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

/** What of a row its reader decides, short enough for a table. */
function brief(
  rows: readonly ListRow[],
): [line: number, row: number, what: string | undefined, ...cells: string[]][] {
  return rows.map(({ line, row, problem, cells = [] }) => [line, row, problem?.code, ...cells]);
}

function piecesOf(text: string, cuts: readonly number[]): string[] {
  const ends = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });

describe('CsvRows', () => {
  it('reads plain and quoted cells, doubled quotes and line breaks inside of quotes', () => {
    const text = 'a,b,c\n1,"two, three","say ""hi"""\r\n"line\nbreak",,"""hi"" she said"';
    expect(brief(read([text]))).toEqual([
      [1, 0, undefined, 'a', 'b', 'c'],
      [2, 1, undefined, '1', 'two, three', 'say "hi"'],
      [3, 2, undefined, 'line\nbreak', '', '"hi" she said'],
    ]);
  });

  it('takes blanks around a quoted cell for none, and a quote inside an unquoted cell for itself', () => {
    expect(
      brief(read(['a,b\n "x, y" , z \n5" pipe,Dwayne "The Rock"\n q, z \n'])).slice(1),
    ).toEqual([
      [2, 1, undefined, 'x, y', 'z'],
      [3, 2, undefined, '5" pipe', 'Dwayne "The Rock"'],
      [4, 3, undefined, ' q', ' z '],
    ]);
  });

  it('passes over blank lines and over rows of nothing but separators, which keep their number', () => {
    expect(brief(read([',\na,b\n\n  \r\n,\n1,2\n\n"", \n , ,\n3,4\n']))).toEqual([
      [2, 0, undefined, 'a', 'b'],
      [6, 2, undefined, '1', '2'],
      [10, 5, undefined, '3', '4'],
    ]);
  });

  it('passes over blank lines by the million as over one', () => {
    const blank = '\n\r\n \t\n'.repeat(5_000_000);
    const rows = read(['a,b\n1,2\n', blank, `${blank}3,4\n`]);
    expect(brief(rows).slice(1)).toEqual([
      [2, 1, undefined, '1', '2'],
      [30_000_003, 2, undefined, '3', '4'],
    ]);
    expect(brief(read(['a\tb\n\n\t\n1\t2\n'], {}, '\t')).slice(1)).toEqual([
      [4, 2, undefined, '1', '2'],
    ]);
  });

  it('says how many cells a row has and how many it should have', () => {
    const rows = read(['a,b\n1,2,3\n1,2\n']);
    expect(rows.map(({ problem }) => problem)).toEqual([
      undefined,
      {
        code: 'too_many_cells',
        reason:
          'The row has 3 cells where the headings have 2; a cell that holds the separator must stand in quotes.',
      },
      undefined,
    ]);
    expect(rows[1]?.cells).toEqual(['1', '2', '3']);
  });

  it('takes empty cells at the end, too many or too few, for none', () => {
    const rows = read(['a,b,c,d\n1,2,3,4,,\n1,2,3,4, \n1,2\n1,2,,,"",\nx\n']);
    expect(brief(rows).slice(1)).toEqual([
      [2, 1, undefined, '1', '2', '3', '4'],
      [3, 2, undefined, '1', '2', '3', '4'],
      [4, 3, undefined, '1', '2'],
      [5, 4, undefined, '1', '2', '', ''],
      [6, 5, undefined, 'x'],
    ]);
  });

  it('trusts no part of a row that a line break may have cut, wherever and however often it did', () => {
    const cells = ['name', '+49 30 2312 5123', 'note', '+49 30 2312 5124'];
    const whole = cells.join();
    const words = [...whole.matchAll(/ |(?<=,)|(?=,)/g)].map(({ index }) => index);
    const cut = fc
      .subarray(words, { minLength: 1, maxLength: 3 })
      .map((places) => piecesOf(whole, places));
    fc.assert(
      fc.property(cut, fc.constantFrom('\n', '\r\n', '\n\n'), cuts, (pieces, eol, cuts) => {
        const text = ['a,b,c,d', whole, pieces.join(eol), whole, ''].join('\n');
        const trusted = read(piecesOf(text, cuts)).filter(
          ({ row, problem }) => row > 0 && problem === undefined,
        );
        const numbers = trusted
          .map(({ cells: [, number = ''] = [] }) => number)
          .filter((number) => /\d/.test(number));
        expect(new Set(numbers)).toEqual(new Set([cells[1]]));
      }),
    );
  });

  it('rejects both parts of a row that was cut, and leaves its neighbours alone', () => {
    const text =
      'a,b,c,d\n1,2,3,4\nAda,+15055550123,call\nlate,+15055550199\n1,2,3,4\nBob,+49 30 2312\n';
    expect(brief(read([text])).map(([line, , code]) => [line, code])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, 'too_few_cells'],
      [4, 'too_few_cells'],
      [5, undefined],
      [6, undefined],
    ]);
    expect(brief(read([text.trimEnd()])).at(-1)?.[2]).toBe('too_few_cells');
  });

  it('trusts no number that may go on in the next line, but minds no title and no total', () => {
    const rows = read([
      'a,b\nAda,+49 30 2312\n5125\nBen,2\nLeads of May\nCal,3\nTotal (3)\n44\n55,Dee\n66\nEve,7\n',
    ]);
    expect(brief(rows).slice(1)).toEqual([
      [2, 1, 'too_few_cells', 'Ada', '+49 30 2312'],
      [3, 2, 'too_few_cells', '5125'],
      [4, 3, undefined, 'Ben', '2'],
      [5, 4, undefined, 'Leads of May'],
      [6, 5, undefined, 'Cal', '3'],
      [7, 6, 'too_few_cells', 'Total (3)'],
      [8, 7, 'too_few_cells', '44'],
      [9, 8, 'too_few_cells', '55', 'Dee'],
      [10, 9, undefined, '66'],
      [11, 10, undefined, 'Eve', '7'],
    ]);
  });

  it('gives up one line for text behind a closing quote', () => {
    const rows = read(['a,b\n"x" y,1\n2,3\n"multi\nline"z,4\n5,6\n']);
    expect(brief(rows).slice(1)).toEqual([
      [2, 1, 'unclosed_quote', '"x" y,1'],
      [3, 2, undefined, '2', '3'],
      [4, 3, 'unclosed_quote', '"multi\nline"z,4'],
      [6, 4, undefined, '5', '6'],
    ]);
    expect(rows[3]?.problem?.reason).toContain('lines 4 to 5 are this one row');
  });

  it('takes lines that an unclosed quote may have run together for one row', () => {
    const rows = read(['a,b\n"x,1\n2,3\n"y",4\n5,6\n']);
    expect(brief(rows).slice(1)).toEqual([
      [2, 1, 'unclosed_quote', '"x,1\n2,3\n"y",4'],
      [5, 2, undefined, '5', '6'],
    ]);
    expect(rows[1]?.problem?.reason).toContain('lines 2 to 4 are this one row');
  });

  it('tells from where a quote that is never closed takes all', () => {
    const rows = read(['a,b\n1,2\n"x\n', 'y","z\n3,4\n', '5,6\n']);
    expect(brief(rows).slice(1, 2)).toEqual([[2, 1, undefined, '1', '2']]);
    expect(rows).toHaveLength(3);
    expect(rows[2]).toMatchObject({ line: 3, row: 2, problem: { code: 'unclosed_quote' } });
    expect(rows[2]?.problem?.reason).toContain('all from line 3 up to the end');
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
      [2, 1, 'bad_encoding', 'Josÿ', '1'],
      [3, 2, undefined, 'Jos\ufffd', '2'],
    ]);
  });

  it('reads back whatever csv-stringify has written, wherever the text is cut', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '😀', ' ', '"', ',', ';', '\n', '\r', '|'),
      maxLength: 6,
    });
    const table = fc.integer({ min: 2, max: 4 }).chain((width) =>
      fc.array(
        // A row of empty cells is none.
        fc
          .array(cell, { minLength: width, maxLength: width })
          .map(([first, ...others]) => [`x${first}`, ...others]),
        { minLength: 1, maxLength: 8 },
      ),
    );
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '|'),
        fc.constantFrom('\n', '\r\n'),
        cuts,
        (rows, delimiter, eol, cuts) => {
          const written = rows.map((cells) =>
            stringify([cells], { delimiter, record_delimiter: eol, quoted_match: /[\r\n]/ }),
          );
          const result = read(piecesOf(written.join(''), cuts), {}, delimiter);
          expect(result.map(({ cells }) => cells)).toEqual(rows);
          expect(result.every(({ problem }) => problem === undefined)).toBe(true);
          expect(result.map(({ line }) => line)).toEqual(
            written.map((_, index) => written.slice(0, index).join('').split('\n').length),
          );
        },
      ),
    );
  });

  it('comes to the same rows wherever the text is cut, however damaged it is', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', ',', ',', '\n', '\r\n', '"', ' ', '\udcff'),
      maxLength: 80,
    });
    fc.assert(
      fc.property(text, cuts, (text, cuts) => {
        expect(read(piecesOf(text, cuts), { maxRowLength: 20 })).toEqual(
          read([text], { maxRowLength: 20 }),
        );
      }),
      { numRuns: 2000 },
    );
  });
});
