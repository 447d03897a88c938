import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import writeXlsxFile from 'write-excel-file/node';
import { ListError } from '../list-error.ts';
import type { ListRow } from '../list-row.ts';
import { type List, type OpenListOptions, openList } from '../open-list.ts';
import {
  textRows,
  type WorkbookXml,
  workbookFile,
  workbookParts,
  zipFile,
} from '../testing/workbook-file.ts';

const HEADINGS = '<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>';
const STRINGS = ['<t>Phone</t>', '<t>Name</t>', '<t>Ada</t>'];

interface Table {
  readonly headings: readonly string[] | undefined;
  readonly rows: readonly ListRow[];
}

async function read(bytes: Buffer | string, options: OpenListOptions = {}): Promise<Table> {
  const list = await open(bytes, options);
  try {
    const rows: ListRow[] = [];
    for await (const chunk of list.rows) rows.push(...chunk);
    return { headings: list.csv?.headings, rows };
  } finally {
    list.close();
  }
}

/** In pieces that cut everything anywhere. */
function open(bytes: Buffer | string, options: OpenListOptions = {}): Promise<List> {
  const buffer = Buffer.from(bytes);
  const pieces = Array.from({ length: Math.ceil(buffer.length / 1000) }, (_, index) =>
    buffer.subarray(1000 * index, 1000 * (index + 1)),
  );
  return openList('contacts.xlsx', { content: Readable.from(pieces), ...options });
}

const one = (rows: string, workbook: Partial<WorkbookXml> & { after?: string } = {}): Buffer =>
  workbookFile({
    strings: STRINGS,
    ...workbook,
    sheets: [{ name: 'List', rows: HEADINGS + rows, after: workbook.after ?? '' }],
  });

const cellsOf = async (bytes: Buffer): Promise<unknown> =>
  (await read(bytes)).rows.map(({ cells }) => cells);

const failure = async (bytes: Buffer | string, options = {}): Promise<ListError> =>
  read(bytes, options).then(
    () => {
      throw new Error('it was read');
    },
    (error: unknown) => error as ListError,
  );

describe('the rows of a sheet', () => {
  it('are told by their number in it, blank ones left out, and by their distance from the headings', async () => {
    const rows = `<row r="3"/><row r="4"><c r="B4" t="inlineStr"><is><t>Phone</t></is></c><c r="D4" t="inlineStr"><is><t>Name</t></is></c><c r="E4" s="0"/></row>
      <row r="5"><c r="B5"><v>15055550123</v></c><c r="D5" t="str"><f>A1</f><v>Ada</v></c></row>
      <row r="6"><c r="B6" t="inlineStr"><is><t> </t></is></c></row>
      <row r="9"><c r="D9" t="inlineStr"><is><t>Bob</t></is></c></row>`;
    const table = await read(workbookFile({ sheets: [{ name: 'List', rows }] }));
    expect(table.headings).toEqual(['', 'Phone', '', 'Name']);
    expect(table.rows).toEqual([
      row({ line: 5, row: 1, cells: ['', '15055550123', '', 'Ada'] }),
      row({ line: 9, row: 5, cells: ['', '', '', 'Bob'] }),
    ]);
  });

  it('begin below the row that is said to hold the headings, a hidden one too', async () => {
    const rows = textRows([['May'], ['Phone'], ['15055550123']]).replace(
      '<row r="2"',
      '<row r="2" hidden="1"',
    );
    const book = workbookFile({ sheets: [{ name: 'List', rows }] });
    const { headings, rows: found } = await read(book, { headerRow: 2 });
    expect(headings).toEqual(['Phone']);
    expect(found).toEqual([row({ line: 3, row: 1, cells: ['15055550123'] })]);
    expect(await failure(book, { headerRow: 9 })).toMatchObject({ code: 'list_header_row' });
    expect(await failure(book, { encoding: 'windows-1252' })).toMatchObject({
      message: 'A workbook says its encoding by itself: leave it out.',
    });
  });

  it('hold shared texts, rich ones too, without how they are spoken, and what XML cannot hold', async () => {
    const strings = [
      ...STRINGS,
      '<r><t>Ada </t></r><r><rPr><b/></rPr><t xml:space="preserve">Love</t></r><rPh sb="0" eb="1"><t>eida</t></rPh>',
      '<t>one_x000D__x000A_two &amp; <![CDATA[<three>]]></t>',
    ];
    const rows = '<row><c t="s"><v>3</v></c><c t="s"><v>4</v></c></row>';
    expect(await cellsOf(one(rows, { strings }))).toEqual([['Ada Love', 'one\r\ntwo & <three>']]);
  });

  it('show numbers, dates, times and truths as the sheet does', async () => {
    const formats = [
      '00000',
      '&quot;+&quot;0',
      '0.00E+00',
      '#,##0',
      'dd/mm/yyyy',
      '[&lt;=9999999]###\\-####;\\(###\\)\\ ###\\-####',
      '0%',
      'm/d/yyyy\\ h:mm',
      '0.00',
    ];
    const cells = [
      ['15055550123', 0, '15055550123'],
      ['1.5055550123E10', 0, '15055550123'],
      ['4915112345678', 3, '4915112345678'],
      ['15055550123', 4, '15055550123'],
      ['1234', 4, '1,234'],
      ['2134', 1, '02134'],
      ['15055550123', 2, '+15055550123'],
      ['5055550123', 6, '(505) 555-0123'],
      ['46095', 5, '14/03/2026'],
      ['46095.75', 8, '3/14/2026 18:00'],
      ['0.25', 7, '25%'],
      ['0.1', 0, '0.1'],
      ['0.30000000000000004', 0, '0.3'],
      ['1E-7', 0, '0.0000001'],
      ['-2.5', 9, '-2.50'],
      ['123456789012345678', 0, '123456789012346000'],
      ['', 0, ''],
    ] as const;
    const rows = cells.map(
      ([value, style]) => `<row><c><v>1</v></c><c s="${style}"><v>${value}</v></c></row>`,
    );
    const table = await read(one(rows.join(''), { formats }));
    expect(table.rows.map((found) => found.cells?.[1])).toEqual(cells.map(([, , shown]) => shown));
    const truths = '<row><c t="b"><v>1</v></c><c t="d"><v>2026-03-14</v></c></row>';
    expect(await cellsOf(one(truths))).toEqual([['TRUE', '2026-03-14']]);
  });

  it('show dates whose form is the reader’s choice as ISO, and count from 1904 where the file does', async () => {
    const parts = workbookParts({
      strings: STRINGS,
      countsFrom1904: true,
      sheets: [
        {
          name: 'List',
          rows: `${HEADINGS}<row><c s="0"><v>44633</v></c><c s="1"><v>44633.5</v></c></row>`,
        },
      ],
    });
    const styles =
      '<styleSheet><cellXfs><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>';
    expect(await cellsOf(zipFile({ ...parts, 'xl/styles.xml': styles }))).toEqual([
      ['2026-03-14', '2026-03-14 12:00'],
    ]);
  });

  it('are not called by a formula’s error, nor by one that was never computed', async () => {
    const rows = `<row r="2"><c r="A2" t="e"><f>B2</f><v>#N/A</v></c></row>
      <row r="3"><c r="A3"><f>B3</f></c><c r="B3" t="str"><f>B4</f><v></v></c></row>`;
    const { rows: found } = await read(one(rows));
    expect(found.map(({ problem }) => problem)).toEqual([
      { code: 'bad_cell', reason: expect.stringMatching(/^Cell A2 shows the error #N\/A: /) },
      { code: 'bad_cell', reason: expect.stringMatching(/^Cell A3 holds a formula /) },
    ]);
  });

  it('are not called where the sheet hides them, nor where a cell has no heading', async () => {
    const rows = `<row hidden="1"><c><v>15055550123</v></c></row>
      <row hidden="0"><c><v>15055550124</v></c><c/><c><v>5</v></c></row>`;
    const { rows: found } = await read(one(rows));
    expect(found).toEqual([
      row({
        line: 2,
        row: 1,
        cells: ['15055550123', ''],
        problem: { code: 'skipped', reason: expect.stringMatching(/hidden/) },
      }),
      row({
        line: 3,
        row: 2,
        cells: ['15055550124', '', '5'],
        problem: { code: 'too_many_cells', reason: expect.stringMatching(/give each column/) },
      }),
    ]);
  });

  it('show the text of a cell that is merged over them, in its first column', async () => {
    const rows = textRows([
      ['15055550123', 'Smiths'],
      ['15055550124', ''],
      ['', ''],
      ['15055550125', ''],
      ['15055550126', ''],
    ]);
    const after =
      '<mergeCells count="2"><mergeCell ref="B2:C5"/><mergeCell ref="A6:B6"/></mergeCells>';
    expect(await cellsOf(one(rows, { after }))).toEqual([
      ['15055550123', 'Smiths'],
      ['15055550124', 'Smiths'],
      ['15055550125', 'Smiths'],
      ['15055550126', ''],
    ]);
  });

  it('are refused beyond a megabyte, and the next is read', async () => {
    const long = 'x'.repeat(600_000);
    const rows = textRows([
      [long, long],
      ['15055550123', 'Ada'],
    ]);
    const [large, next] = (await read(one(rows))).rows;
    expect(large?.problem?.code).toBe('row_too_large');
    expect(large?.cells?.join('').length).toBeLessThan(2000);
    expect(next?.cells).toEqual(['15055550123', 'Ada']);
  });

  it('are read from XML with prefixes, and parts named from the root', async () => {
    const parts = workbookParts({ sheets: [{ name: 'List', rows: '' }] });
    const sheet = `<x:worksheet xmlns:x="m"><x:sheetData>${textRows([['Phone'], ['15055550123']])}</x:sheetData></x:worksheet>`;
    const prefixed = sheet.replaceAll(/<(\/?)(?!\/|x:)(\w)/g, '<$1x:$2');
    const rels = parts['xl/_rels/workbook.xml.rels']?.replace('"worksheets', '"/xl/worksheets');
    const bytes = zipFile({
      ...parts,
      'xl/worksheets/sheet1.xml': prefixed,
      'xl/_rels/workbook.xml.rels': rels ?? '',
    });
    expect(await cellsOf(bytes)).toEqual([['15055550123']]);
  });

  it.each([
    ['out of order', '<row r="5"/><row r="2"/>'],
    ['beyond the last row', '<row r="9999999"/>'],
    ['without a place', '<row><c r="12"><v>1</v></c></row>'],
    ['beyond the last column', '<row><c r="ZZZZ2"><v>1</v></c></row>'],
    ['with a text that is not there', '<row><c t="s"><v>99</v></c></row>'],
    ['that do not end', '<row><c>'],
  ])('are refused %s', async (_, rows) => {
    expect(await failure(one(rows))).toMatchObject({ code: 'list_damaged_workbook' });
  });
});

describe('which sheet', () => {
  const several = workbookFile({
    sheets: [
      { name: 'Leads', rows: table('15055550123') },
      { name: 'Notes', rows: table('15055550124') },
      { name: 'Old', rows: table('15055550125'), state: 'hidden' },
      { name: 'Empty', rows: '<row><c s="1"/></row>' },
    ],
  });

  it('is asked where several hold something', async () => {
    const error = await failure(several);
    expect(error).toMatchObject({ code: 'list_which_sheet', choices: ['Leads', 'Notes'] });
    expect(error.message).toBe('The workbook has several sheets: name one of "Leads", "Notes".');
  });

  it.each([
    ['Notes', '15055550124'],
    ['old', '15055550125'],
  ])('is %s where that is named', async (sheet, phone) => {
    expect((await read(several, { sheet })).rows[0]?.cells).toEqual([phone]);
  });

  it('must be one of those there are, and of a workbook', async () => {
    const error = await failure(several, { sheet: 'Lead' });
    expect(error.message).toMatch(/no sheet "Lead": it has "Leads", "Notes", "Old", "Empty"\.$/);
    expect(await failure('Phone\n1\n', { sheet: 'Leads' })).toMatchObject({
      code: 'list_which_sheet',
    });
  });

  it('is the only one that is visible and holds anything', async () => {
    const bytes = workbookFile({
      sheets: [
        { name: 'Sheet1', rows: '' },
        { name: 'Hidden', rows: table('15055550124'), state: 'veryHidden' },
        { name: 'Sheet2', rows: table('15055550123') },
      ],
    });
    const list = await open(bytes);
    expect(list.sheet?.name).toBe('Sheet2');
    list.close();
  });
});

describe('refuses', () => {
  const good = workbookParts({ sheets: [{ name: 'List', rows: textRows([['Phone'], ['1']]) }] });
  const withSheet = (xml: string | Buffer): Buffer =>
    zipFile({ ...good, 'xl/worksheets/sheet1.xml': xml });
  it.each<[string, Buffer, string, RegExp]>([
    ['a workbook with a password', old('EncryptedPackage'), 'other_format', /password/],
    ['an old workbook', old('Workbook'), 'other_format', /old \.xls format/],
    ['a zip file with a password', zipFile(good, { encrypted: true }), 'other_format', /password/],
    ['a zip file without a workbook', zipFile({ a: 'b' }), 'other_format', /no workbook/],
    ['OpenDocument', zipFile({ 'content.xml': '' }), 'other_format', /OpenDocument/],
    ['.xlsb', zipFile({ 'xl/workbook.bin': '' }), 'other_format', /\.xlsb/],
    ['a part of a file', zipFile(good).subarray(0, 900), 'damaged_workbook', /cut off/],
    ['an empty sheet', withSheet('<worksheet/>'), 'empty', /empty/],
    [
      'entities of its own',
      withSheet('<!DOCTYPE x [<!ENTITY a "b">]><worksheet><is>&a;</is></worksheet>'),
      'damaged_workbook',
      /damaged/,
    ],
    [
      'entities that nobody named',
      withSheet('<worksheet><row><c><is><t>&a;</t></is></c></row></worksheet>'),
      'damaged_workbook',
      /damaged/,
    ],
    [
      'what is no UTF-8',
      withSheet(Buffer.from('<worksheet><v>\u00e4</v></worksheet>', 'latin1')),
      'damaged_workbook',
      /damaged/,
    ],
    [
      'a zip bomb',
      withSheet(`<worksheet><is>${' '.repeat(20_000_000)}</is></worksheet>`),
      'other_format',
      /far more/,
    ],
    [
      'a part larger than it says',
      zipFile(good, { claimedBytes: 10 }),
      'damaged_workbook',
      /damaged/,
    ],
  ])('%s', async (_, bytes, code, words) => {
    const error = await failure(bytes);
    expect(error).toBeInstanceOf(ListError);
    expect(error).toMatchObject({ code: `list_${code}`, message: expect.stringMatching(words) });
  });

  it('whatever is damaged in a file, by a sentence and never by a crash', async () => {
    const bytes = workbookFile({
      strings: STRINGS,
      formats: ['dd/mm/yyyy', '00000'],
      sheets: [{ name: 'List', rows: `${HEADINGS}${textRows([['15055550123', 'Ada']])}` }],
    });
    const damage = fc.array(
      fc.record({ at: fc.nat(bytes.length - 1), byte: fc.integer({ min: 0, max: 255 }) }),
      { minLength: 1, maxLength: 5 },
    );
    const tags = ['<row r="2">', '</row>', '<c r="A2" t="s">', '<c>', '</c>', '<v>', '</v>', '1'];
    const file = fc.oneof(
      damage.map((changes) => {
        const broken = Buffer.from(bytes);
        for (const { at, byte } of changes) broken[at] = byte;
        return broken;
      }),
      fc.array(fc.constantFrom(...tags)).map((pieces) => one(pieces.join(''))),
    );
    const ends = new Set<string>();
    const readIt = fc.asyncProperty(file, async (broken) => {
      ends.add(await read(broken).then(nameOf, nameOf));
    });
    await fc.assert(readIt, { numRuns: 200 });
    expect(ends).toEqual(new Set(['ListError', 'Object']));
  });
});

it('reads what another program wrote', async () => {
  // That program loses texts such as "valueOf", and U+FFFD.
  const text = fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .filter((candidate) => !(candidate in {}) && !candidate.includes('\ufffd'));
  const tables = fc.array(fc.array(text, { minLength: 3, maxLength: 3 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(tables, async (table) => {
      const data = [['Phone', 'Name', 'Note'], ...table].map((cells) =>
        cells.map((value) => ({ value, type: String })),
      );
      const { rows } = await read(await writeXlsxFile(data).toBuffer());
      const filled = table.map((cells) => cells.map((cell) => cell.replaceAll('\r', '')));
      expect(rows.map(({ cells }) => cells?.map((cell) => cell.replaceAll('\r', '')))).toEqual(
        filled.filter((cells) => cells.some((cell) => cell.trim() !== '')),
      );
    }),
    { numRuns: 30 },
  );
  const when = new Date(Date.UTC(2026, 2, 14));
  const { rows } = await read(
    await writeXlsxFile([
      ['Phone', 'When', 'Member'].map((value) => ({ value })),
      [
        { value: 15055550123 },
        { value: when, type: Date, format: 'dd.mm.yyyy' },
        { value: true, type: Boolean },
      ],
    ]).toBuffer(),
  );
  expect(rows[0]?.cells).toEqual(['15055550123', '14.03.2026', 'TRUE']);
});

function row(found: Partial<ListRow>): ListRow {
  return { raw: undefined, record: undefined, problem: undefined, ...found } as ListRow;
}

function nameOf(end: unknown): string {
  return (end as object).constructor.name;
}

/** A sheet that lists one phone. */
function table(phone: string): string {
  return textRows([['Phone'], [phone]]);
}

/** A file in the format of before .xlsx that holds a stream of this name. */
function old(stream: string): Buffer {
  return Buffer.concat([
    Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    Buffer.alloc(600),
    Buffer.from(stream, 'utf16le'),
  ]);
}
