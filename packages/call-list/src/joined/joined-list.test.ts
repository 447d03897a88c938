import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText } from '../formats/decode-text.ts';
import type { ListFormat } from '../formats/list-format.ts';
import type { ListReading } from '../list-reading.ts';
import { type List, openList } from '../open-list.ts';
import {
  textRows,
  type WorkbookXml,
  workbookFile,
  workbookParts,
  zipFile,
} from '../testing/workbook-file.ts';
import { ZipParts } from '../workbook/zip-parts.ts';
import { joinedList } from './joined-list.ts';
import type { JoinedRow } from './joined-row.ts';

const COLUMNS = ['outcome', 'attempts', 'dialedAtUtc'];
const AT = new Date('2026-11-30T16:05:00.250Z');

interface Given {
  readonly format?: ListFormat;
  readonly byteOrderMark?: boolean;
  readonly sheet?: string;
  readonly reading?: ListReading;
  readonly columns?: readonly string[];
  /** What stands beside each row in place of its number. */
  readonly word?: string;
}

/** A list given back in pieces that cut everything anywhere, beside each row its number. */
async function joined(content: Buffer | string, name: string, given: Given = {}) {
  const bytes = Buffer.from(content);
  const size = 1 + (bytes.length % 97);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(size * index, size * (index + 1)),
  );
  const { sheet, reading, word, ...joining } = given;
  const list = await openList(name, {
    content: Readable.from(pieces),
    keepText: true,
    sheet,
    ...reading,
  });
  try {
    const rows = beside(list, word);
    const back = joinedList(list, { columns: COLUMNS, ...joining, rows });
    const all = await buffer(Readable.from(back.bytes));
    return { bytes: all, text: all.toString(), bare: back.bare };
  } finally {
    list.close();
  }
}

async function* beside({ rows }: List, word: string | undefined): AsyncGenerator<JoinedRow[]> {
  for await (const chunk of rows)
    yield chunk.map((row) => ({
      row,
      beside: word === undefined ? [`row ${row.row}`, row.row, AT] : [word],
    }));
}

/** In windows-1252, with a byte above the headings that has no letter there. */
function titled(heading: string, cell: string): Buffer {
  const rows = ['Title \xe9 \x81', '', `Name,Phone${heading}`, `Jos\xe9,1${cell}`, ''];
  return Buffer.from(rows.join('\n'), 'latin1');
}

const TIME = '2026-11-30 16:05:00';

describe('a CSV given back', () => {
  it('keeps every byte, and has what was found behind the cells that have headings', async () => {
    const list = 'sep=;\r\nName;Phone\r\n"Ada ""A""";1\r\n\r\n;;\r\n Bob ;"2\r\n3"';
    expect((await joined(list, 'list.csv')).text).toBe(
      `sep=;\r\nName;Phone;outcome;attempts;dialedAtUtc\r\n"Ada ""A""";1;row 1;1;${TIME}\r\n\r\n;;\r\n Bob ;"2\r\n3";row 3;3;${TIME}`,
    );
  });

  it('fills up rows that end early, and puts what has no heading behind ours', async () => {
    const list = 'Name,Phone,Note\nAda,1\nBob,2,"x,y",,\nCy,3,z,more,"and ""more"""\n';
    expect((await joined(list, 'list.csv')).text).toBe(
      `Name,Phone,Note,outcome,attempts,dialedAtUtc\nAda,1,,row 1,1,${TIME}\nBob,2,"x,y",row 2,2,${TIME},,\nCy,3,z,row 3,3,${TIME},more,"and ""more"""\n`,
    );
  });

  it('says which rows are too broken to have anything beside them', async () => {
    const list = 'Name,Phone\n"Ada" A,1\nBob,2\n"Cy,3\n';
    const { text, bare } = await joined(list, 'list.csv');
    expect(text).toBe(
      `Name,Phone,outcome,attempts,dialedAtUtc\n"Ada" A,1\nBob,2,row 2,2,${TIME}\n"Cy,3\n`,
    );
    expect(bare).toEqual([2, 4]);
  });

  it('guards against formulas only what is ours', async () => {
    const list = await openList('list.csv', {
      content: Readable.from([Buffer.from('Name,Phone\n=A1,+1\n')]),
      keepText: true,
    });
    const rows = (async function* () {
      for await (const chunk of list.rows) yield chunk.map((row) => ({ row, beside: ['=B1'] }));
    })();
    const { bytes } = joinedList(list, { columns: ['-x'], rows });
    expect((await buffer(Readable.from(bytes))).toString()).toBe("Name,Phone,'-x\n=A1,+1,'=B1\n");
  });

  it('begins with a byte order mark where the list did, or where it is asked to', async () => {
    const list = 'Name,Phone\nAda,1\n';
    const marked = `\uFEFF${(await joined(list, 'list.csv')).text}`;
    expect((await joined(`\uFEFF${list}`, 'list.csv')).text).toBe(marked);
    expect((await joined(list, 'list.csv', { byteOrderMark: true })).text).toBe(marked);
  });

  it('stays in its encoding, with the title above its headings', async () => {
    const reading = { encoding: 'windows-1252', headerRow: 3 } as const;
    const given = { reading, columns: ['word'], word: 'Zoë 😀', byteOrderMark: true };
    expect((await joined(titled('', ''), 'list.csv', given)).bytes).toEqual(
      titled(',word', ',Zo\xeb ?'),
    );
    const eastern = { ...given, reading: { encoding: 'shift_jis' } as const };
    await expect(joined('Name,Phone\nAda,1\n', 'list.csv', eastern)).rejects.toThrow(
      'A list in shift_jis cannot be given back',
    );
  });

  it('holds its original columns byte for byte, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(tables(), async ({ rows, encoding, mark, delimiter, ends }) => {
        const encode = (records: readonly string[]) =>
          encodeText(
            (mark ? '\uFEFF' : '') + records.map((each) => each + ends).join(''),
            encoding,
          );
        const list = rows.map((cells) => cells.join(delimiter));
        const expected = rows.map((cells, index) => {
          if (cells.every((cell) => cell.replace(/^"(.*)"$/s, '$1').trim() === ''))
            return list[index] ?? '';
          const own = Array.from(rows[0] ?? [], (_, column) => cells[column] ?? '');
          const ours = index === 0 ? 'word' : 'x';
          return [...own, ours, ...cells.slice(own.length)].join(delimiter);
        });
        const name = delimiter === '\t' ? 'list.tsv' : 'list.csv';
        const { bytes } = await joined(encode(list), name, { columns: ['word'], word: 'x' });
        expect(bytes).toEqual(encode(expected));
      }),
      { numRuns: 150 },
    );
  });
});

const result = (row: number): string =>
  `"result":{"outcome":"row ${row}","attempts":${row},"dialedAtUtc":"${AT.toISOString()}"}`;

describe('records given back', () => {
  it('keep every byte, with an entry at the end of each', async () => {
    const list = '[ {"name": "Ada", "toPhoneNumber": "1"} ,\n{\n  "name": "Bob"\n},{}, 5 ]\n';
    const { text } = await joined(list, 'list.json');
    expect(text).toBe(
      `[ {"name": "Ada", "toPhoneNumber": "1",${result(1)}} ,\n{\n  "name": "Bob",${result(2)}\n},{${result(3)}}, {"text":"5",${result(4)}} ]\n`,
    );
    expect(JSON.parse(text)).toHaveLength(4);
    const lines = '{"name":"Ada","result":1}\r\n\r\nno JSON\r\n';
    const back = (await joined(lines, 'list.ndjson')).text;
    expect(back).toBe(
      `{"name":"Ada","result":1,"resultOfCall":${result(1).slice(9)}}\r\n\r\n{"text":"no JSON",${result(2)}}\r\n`,
    );
  });

  it('cannot become a table', async () => {
    await expect(joined('{"name":"Ada"}', 'list.json', { format: 'csv' })).rejects.toThrow(
      'The list is json and can be given back as that only.',
    );
  });
});

const sheet = (rows: string, more: Partial<WorkbookXml> = {}, after = ''): Buffer =>
  workbookFile({ ...more, sheets: [{ name: 'List', rows, after }] });

const ours = (place: string, text: string, style = ''): string =>
  `<c r="${place}"${style} t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`;

describe('a workbook given back', () => {
  it('keeps all parts and cells as they are, and has ours right of all that is there', async () => {
    const list = sheet(
      `<row r="1" hidden="1"><c r="A1" t="inlineStr"><is><t>A title</t></is></c></row>
<row r="3" spans="1:2"><c r="A3" s="1" t="inlineStr"><is><t>Phone</t></is></c><c r="B3" s="2" t="inlineStr"><is><t>Name</t></is></c></row>
<row r="4" ht="30"><c r="A4"><v>15055550123</v></c><c r="B4" t="str"><f>"A"&amp;"da"</f><v>Ada</v></c><c r="C4" s="1"/><c r="G4" s="1"/></row>
<row r="6" hidden="1"><c r="A6"><v>15055550124</v></c></row><row r="7"/>
<row r="8"><c r="B8" t="inlineStr"><is><t>Bob</t></is></c><extLst/></row>`,
      { formats: ['0', '0.00'] },
      '<mergeCells count="1"><mergeCell ref="A1:C1"/></mergeCells>',
    );
    const { bytes } = await joined(list, 'list.xlsx', { word: 'x<_x0041_\u0001', columns: ['w'] });
    const [before, after] = [await partsOf(list), await partsOf(bytes)];
    expect([...after.keys()]).toEqual([...before.keys()]);
    const name = 'xl/worksheets/sheet1.xml';
    const word = 'x&lt;_x005F_x0041__x0001_';
    expect(after.get(name)).toBe(
      before
        .get(name)
        ?.replace(' spans="1:2"', '')
        .replace('Name</t></is></c>', `$&${ours('C3', 'w', ' s="2"')}`)
        .replace('<c r="C4" s="1"/>', ours('C4', word))
        .replace('15055550124</v></c>', `$&${ours('C6', word)}`)
        .replace('<extLst/>', `${ours('C8', word)}$&`),
    );
    const others = (parts: ReadonlyMap<string, string>) =>
      [...parts].filter(([part]) => part !== name && part !== 'xl/styles.xml');
    expect(others(after)).toEqual(others(before));
    expect(await cellsOf(bytes)).toEqual([
      ['Phone', 'Name', 'w'],
      ['15055550123', 'Ada', 'x<_x0041_\u0001'],
      ['15055550124', '', 'x<_x0041_\u0001'],
      ['', 'Bob', 'x<_x0041_\u0001'],
    ]);
  });

  it('shows numbers as numbers, and instants as dates in the calendar of the file', async () => {
    for (const countsFrom1904 of [false, true]) {
      const list = sheet(textRows([['Phone'], ['15055550123']]), { countsFrom1904 });
      const { bytes } = await joined(list, 'list.xlsx');
      expect((await cellsOf(bytes))[1]).toEqual(['15055550123', 'row 1', '1', TIME]);
    }
  });

  it('is read whatever its program writes: prefixes, places left out, no styles', async () => {
    const rows =
      '<row><c t="inlineStr"><is><t>Phone</t></is></c><c/></row><row><c><v>1</v></c></row>';
    const parts = workbookParts({ sheets: [{ name: 'List', rows }] });
    const name = 'xl/worksheets/sheet1.xml';
    const prefixed = (parts[name] ?? '')
      .replaceAll(/<(\/?)(?=\w)/g, '<$1x:')
      .replace('xmlns=', 'xmlns:x=');
    const { 'xl/styles.xml': _, ...rest } = parts;
    for (const list of [zipFile(parts), zipFile({ ...rest, [name]: prefixed })]) {
      const { bytes } = await joined(list, 'list.xlsx');
      expect(await cellsOf(bytes)).toEqual([
        ['Phone', ...COLUMNS],
        ['1', 'row 1', '1', TIME],
      ]);
    }
  });

  it('becomes a CSV, and a CSV a workbook', async () => {
    const csv = 'Phone,Name\n0012,"Ada, A"\n1,2,3\n';
    const { bytes } = await joined(csv, 'list.csv', { format: 'xlsx' });
    expect(await cellsOf(bytes)).toEqual([
      ['Phone', 'Name', ...COLUMNS],
      ['0012', 'Ada, A', 'row 1', '1', TIME],
      ['1', '2', 'row 2', '2', TIME, '3'],
    ]);
    const list = sheet(
      textRows([
        ['Phone', 'Name'],
        ['0012', 'Ada, A'],
      ]),
    );
    const { text } = await joined(list, 'list.xlsx', { format: 'csv', byteOrderMark: true });
    expect(text).toBe(`\uFEFFPhone,Name,${COLUMNS.join(',')}\r\n0012,"Ada, A",row 1,1,${TIME}\r\n`);
  });

  it('is refused where its XML holds what would be lost', async () => {
    const list = sheet('<row><c><v>1</v><!-- a note --></c></row><row><c><v>2</v></c></row>');
    await expect(joined(list, 'list.xlsx')).rejects.toThrow(/open it in a spreadsheet and save it/);
  });
});

/** The texts of the parts of a zip file. */
async function partsOf(file: Buffer): Promise<Map<string, string>> {
  await using parts = await ZipParts.open(Readable.from([file]));
  const texts = new Map<string, string>();
  for (const name of parts.names)
    texts.set(name, (await Array.fromAsync(parts.read(name))).join(''));
  return texts;
}

/** All rows of the only sheet, the headings first. */
async function cellsOf(file: Buffer): Promise<(readonly string[] | undefined)[]> {
  const list = await openList('joined.xlsx', { content: Readable.from([file]) });
  try {
    const rows = (await Array.fromAsync(list.rows)).flat();
    return [list.csv?.headings, ...rows.map(({ cells }) => cells)];
  } finally {
    list.close();
  }
}

interface Table {
  /** The headings first, as they are written. */
  readonly rows: readonly (readonly string[])[];
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  readonly mark: boolean;
  readonly delimiter: string;
  readonly ends: string;
}

/** Of cells with whatever may be in them, some rows shorter or longer than the headings. */
function tables(): fc.Arbitrary<Table> {
  const layout = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    ends: fc.constantFrom('\n', '\r\n'),
    encoding: fc.constantFrom('utf-8' as const, 'utf-16le' as const, 'utf-16be' as const),
    marked: fc.boolean(),
    width: fc.integer({ min: 2, max: 5 }),
  });
  return layout.chain(({ delimiter, ends, encoding, marked, width }) => {
    const text = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      // Bytes that are no text, and may be together.
      fc.constantFrom('\udcfc', 'J\udcfcrgen', '\udcc3\udca9', '\udc80'),
      fc.constantFrom('', ' ', '"', '""', delimiter, '=1+1', 'a\nb', 'a\r\nb', '0012'),
    );
    const cell = fc
      .tuple(text, fc.boolean())
      .map(([given, always]) => written(given, delimiter, always));
    const headings = Array.from({ length: width }, (_, index) => `H${index}`);
    const mark = marked || encoding !== 'utf-8';
    return fc
      .array(fc.array(cell, { minLength: 1, maxLength: width + 2 }))
      .map((rows) => ({ rows: [headings, ...rows], encoding, mark, delimiter, ends }));
  });
}

function written(text: string, delimiter: string, always: boolean): string {
  const needs = always || text.includes(delimiter) || /["\r\n]/.test(text);
  return needs ? `"${text.replaceAll('"', '""')}"` : text;
}
