import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListRow } from './list-row.ts';
import { type OpenListOptions, openList } from './open-list.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'open-list-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

function repeated(count: number, row: string): Buffer {
  return Buffer.from(`${row}\n`.repeat(count), 'latin1');
}

async function warningsOf(...parts: Buffer[]): Promise<readonly string[]> {
  const list = await openList('list.csv', {
    content: Readable.from([Buffer.from('name,phone\n'), ...parts]),
  });
  list.close();
  return list.warnings;
}

function contentOf(text: string): Readable {
  return Readable.from([Buffer.from(text)]);
}

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

async function readAll(path: string, options?: OpenListOptions) {
  const list = await openList(path, options);
  try {
    const rows: ListRow[] = [];
    for await (const chunk of list.rows) rows.push(...chunk);
    return {
      format: list.format,
      csv: list.csv,
      rows,
      names: rows.map((row) => row.cells?.[0] ?? row.record?.name),
    };
  } finally {
    list.close();
  }
}

const CSV = 'name,phone\nZoë,+15055550123\n"Smith, Ann",+15055550124\n';
const NDJSON = '{"name": "Zoë"}\n{"name": "Smith, Ann"}\n';
const namePhone = (cells: readonly string[]) => (cells[0]?.startsWith('+') ? ['phone'] : undefined);
const NAMES = ['Zoë', 'Smith, Ann'];

describe('openList', () => {
  it.each([
    ['plain.csv', CSV, 'csv'],
    ['packed.csv.gz', gzipSync(CSV), 'csv'],
    ['packed-without-saying.csv', gzipSync(CSV), 'csv'],
    ['bom.csv', `\ufeff${CSV}`, 'csv'],
    ['little.csv', Buffer.from(`\ufeff${CSV}`, 'utf16le'), 'csv'],
    ['big.csv', Buffer.from(`\ufeff${CSV}`, 'utf16le').swap16(), 'csv'],
    ['crlf.csv', CSV.replaceAll('\n', '\r\n'), 'csv'],
    ['named-delimiter.csv', `sep=,\r\n${CSV}`, 'csv'],
    ['blank-start.csv', `\n\n${CSV}`, 'csv'],
    ['no-extension', CSV, 'csv'],
    ['array.json', JSON.stringify(NAMES.map((name) => ({ name }))), 'json'],
    ['array', `  ${JSON.stringify(NAMES.map((name) => ({ name })))}`, 'json'],
    ['lines.ndjson', NDJSON, 'ndjson'],
    ['lines.jsonl.gz', gzipSync(NDJSON), 'ndjson'],
    ['lines.json', NDJSON, 'ndjson'],
    ['lines', NDJSON, 'ndjson'],
    ['bom.ndjson', `\ufeff${NDJSON}`, 'ndjson'],
  ])('reads %s', async (name, content, format) => {
    const list = await readAll(await fileOf(name, content));
    expect(list.format).toBe(format);
    expect(list.names).toEqual(NAMES);
    expect(list.rows.map(({ row, problem }) => [row, problem])).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
  });

  it('reads one object, over several lines or on one', async () => {
    expect(await readAll(await fileOf('one.json', '{\n  "name": "Ann"\n}\n'))).toMatchObject({
      names: ['Ann'],
    });
    expect(await readAll(await fileOf('short.json', '{"name": "Ann"}'))).toMatchObject({
      names: ['Ann'],
    });
  });

  it.each([
    [',', 'name,phone\nAnn;Bob,1\nAnn;Bob,1\n'],
    [';', 'name;phone\n"a,b,c";1\nx,y;2\n'],
    ['\t', 'name\tphone\na,b\t1\nc\t2\n'],
    ['|', 'name|phone\na|1\n'],
    [';', '"Name, first";phone\nAnn;1\n'],
    [',', 'phone\n1\n2\n'],
  ])('finds the delimiter %j', async (delimiter, content) => {
    const { csv, rows } = await readAll(await fileOf('delimited.csv', content));
    expect(csv?.delimiter).toBe(delimiter);
    expect(rows.every(({ problem }) => problem === undefined)).toBe(true);
  });

  it('reads standard input, told its format or not', async () => {
    expect(await readAll('-', { content: contentOf(CSV) })).toMatchObject({
      format: 'csv',
      names: NAMES,
    });
    const ndjson = await readAll('-', { content: contentOf(CSV), format: 'ndjson' });
    expect(ndjson.rows.map(({ problem }) => problem?.code)).toEqual([
      'bad_json',
      'bad_json',
      'bad_json',
    ]);
  });

  it('reads the byte that comes alone', async () => {
    const bytes = [...gzipSync(CSV)].map((byte) => Buffer.from([byte]));
    expect(await readAll('-', { content: Readable.from(bytes) })).toMatchObject({ names: NAMES });
  });

  it.each([
    ['at once', ''],
    ['behind blank lines', '\n\n'],
    ['behind a named delimiter', 'sep=,\r\n'],
  ])('reads a list without headings where they may be left out: %s', async (_, start) => {
    const content = () => contentOf(`${start}+15055550123\n+15055550124\n`);
    const list = await readAll('list.txt', { content: content(), nameColumns: namePhone });
    expect(list.csv?.headings).toEqual(['phone']);
    const lines = start.split('\n').length;
    expect(
      list.rows.map(({ line, row, cells, problem }) => [line, row, ...(cells ?? []), problem]),
    ).toEqual([
      [lines, 1, '+15055550123', undefined],
      [lines + 1, 2, '+15055550124', undefined],
    ]);
    const headed = await readAll('list.txt', { content: content(), nameColumns: () => undefined });
    expect(headed.rows.map(({ row, cells }) => [row, ...(cells ?? [])])).toEqual([
      [1, '+15055550124'],
    ]);
  });

  it('rejects the rows alone that are not UTF-8', async () => {
    const { rows } = await readAll(
      await fileOf('latin1.csv', Buffer.from(CSV.replace('Smith', 'Smïth'), 'latin1')),
    );
    expect(rows.map(({ problem }) => problem?.reason)).toEqual([
      'The row holds bytes that are not UTF-8 text and look like windows-1252. If many rows do, load the list with that encoding, or save it as "CSV UTF-8" where it comes from; if this one does alone, mend it in the rejects file.',
      'The row holds bytes that are not UTF-8 text and look like windows-1252. If many rows do, load the list with that encoding, or save it as "CSV UTF-8" where it comes from; if this one does alone, mend it in the rejects file.',
    ]);
    const one = Buffer.concat([
      Buffer.from('name,phone\nJos\xe9,1\n', 'latin1'),
      Buffer.from('Zoë,2\n'),
    ]);
    const mixed = await readAll(await fileOf('mixed.csv', one));
    expect(mixed.rows.map(({ line, problem }) => [line, problem?.code])).toEqual([
      [2, 'bad_encoding'],
      [3, undefined],
    ]);
  });

  it.each([
    ['list.tsv', 'Name\tPhone\tAddress, City, Zip\n', ['Name', 'Phone', 'Address, City, Zip']],
    ['list.TAB.gz', 'Name\tA, B, C\n', ['Name', 'A, B, C']],
    ['list.psv', 'Name|A, B, C\n', ['Name', 'A, B, C']],
    ['list.tsv', 'Name;Phone\n', ['Name', 'Phone']],
    ['list.tsv', 'sep=,\nName,A\tB\n', ['Name', 'A\tB']],
  ])(
    'cuts %s by what its name tells, where the headings have that: %j',
    async (name, text, headings) => {
      const bytes = name.endsWith('.gz') ? gzipSync(text) : Buffer.from(text);
      expect((await readAll(await fileOf(name, bytes))).csv?.headings).toEqual(headings);
    },
  );

  it('says once of a list with many damaged rows what to do', async () => {
    expect(await warningsOf(repeated(9, 'Ann,1'), repeated(2, 'J\xfcrgen,1'))).toEqual([
      'Many rows of the list are not UTF-8 text and are rejected: they look like windows-1252, so say encoding windows-1252, or save the list as "CSV UTF-8" where it comes from.',
    ]);
    expect(await warningsOf(repeated(9, '\xc0\xed\xed\xe0,1'))).toEqual([
      'Many rows of the list are not UTF-8 text and are rejected: say their encoding, or save the list as "CSV UTF-8" where it comes from.',
    ]);
    expect(await warningsOf(repeated(60, 'Ann,1'), repeated(2, 'J\xfcrgen,1'))).toEqual([]);
    expect(await warningsOf(repeated(1, 'J\xfcrgen,1'))).toEqual([]);
  });

  it('reads a list in the encoding that it is said to have, unless a mark says another', async () => {
    const path = await fileOf('western.csv', Buffer.from('Name,phone\nZo\xeb,1\n', 'latin1'));
    const { names, csv } = await readAll(path, { encoding: 'windows-1252' });
    expect({ names, bom: csv?.byteOrderMark }).toEqual({ names: ['Zoë'], bom: true });
    const marked = await fileOf('marked.csv', `\ufeff${CSV}`);
    expect((await readAll(marked, { encoding: 'windows-1252' })).names).toEqual([
      'Zoë',
      'Smith, Ann',
    ]);
    const records = await fileOf('western.json', Buffer.from('[{"name":"Zo\xeb"}]', 'latin1'));
    expect((await readAll(records, { encoding: 'windows-1252' })).names).toEqual(['Zoë']);
  });

  it.each([
    ['a title', 'People of May\n\nname,phone\nAnn,1\nBob,2\n', 3, [4, 5]],
    ['a title with separators', 'a;b;c;d\n"e\nf";g;h\nname,phone\nAnn,1\n', 3, [5]],
    ['another separator', 'a,b,c\nname;phone\nAnn;1\n', 2, [3]],
  ])('reads headings below %s', async (_, text, headerRow, lines) => {
    const path = await fileOf('titled.csv', text);
    const { csv, rows } = await readAll(path, { headerRow });
    expect(csv?.headings).toEqual(['name', 'phone']);
    expect(rows.map(({ line, row, problem }) => [line, row, problem])).toEqual(
      lines.map((line, index) => [line, index + 1, undefined]),
    );
    const packed = { content: Readable.from(text.split('').map((letter) => Buffer.from(letter))) };
    expect((await readAll('titled.csv', { headerRow, ...packed })).rows).toEqual(rows);
  });

  it('says where a spreadsheet shows what stands below a title of several lines', async () => {
    const path = await fileOf('tall.csv', '"a\nb"\nname,phone\nAnn,1\n');
    const { rows } = await readAll(path, { headerRow: 2 });
    expect(rows).toMatchObject([{ line: 4, sheetRow: 3, row: 1 }]);
  });

  it.each([
    ['name,phone\nAnn,1\n', 3],
    ['name,phone\n\nAnn,1\n', 2],
  ])('refuses %j with headings in row %i', async (text, headerRow) => {
    const reading = readAll(await fileOf('short.csv', text), { headerRow });
    await expect(reading).rejects.toMatchObject({ code: 'list_header_row' });
    await expect(reading).rejects.toThrow(`Row ${headerRow} of the list holds no headings`);
  });

  it.each([
    ['list.json', '[{"name":"Ann"}]', { headerRow: 2 }, 'leave its header row out'],
    ['list.csv', CSV, { sheet: 'People' }, 'has no sheets'],
  ])('refuses %s with what only others have: %j', async (name, text, reading, words) => {
    await expect(readAll(await fileOf(name, text), reading)).rejects.toThrow(words);
  });

  it('reads a rejects file as it was written, whatever its list was read with', async () => {
    const rejects = 'name,phone,line,code,reason\nZoë,1,9,invalid_phone,No.\n';
    const said = { encoding: 'windows-1252', headerRow: 5, sheet: 'People' } as const;
    expect((await readAll(await fileOf('r.csv', rejects), said)).names).toEqual(['Zoë']);
    const records = 'line,code,reason,record\n9,invalid_phone,No.,"{""name"":""Zoë""}"\n';
    expect((await readAll(await fileOf('r2.csv', records), said)).names).toEqual(['Zoë']);
  });

  it('reads a messy list row by row', async () => {
    const content = [
      'Name;Mobile;Event type;',
      'Ann;+1 505 555 0123;Wedding;',
      '',
      '"O""Hara; Bob";"(505) 555-0124";"Birthday\r\nparty";',
      'too;few',
      'also too;few',
      'Jim "the fish" Doe;+15055550125;;;;',
      ';;;',
      'Ann;+15055550128;;;too many',
      '"Eve" Adams;+15055550126;;',
      'Zoë ;5055550127;Graduation;',
    ].join('\r\n');
    const { rows, csv } = await readAll(await fileOf('messy.csv', content));
    expect(csv?.headings).toEqual(['Name', 'Mobile', 'Event type', '']);
    expect(rows.map(({ line, row, problem }) => [line, row, problem?.code])).toEqual([
      [2, 1, undefined],
      [4, 2, undefined],
      [6, 3, 'too_few_cells'],
      [7, 4, 'too_few_cells'],
      [8, 5, undefined],
      [10, 7, 'too_many_cells'],
      [11, 8, 'unclosed_quote'],
      [12, 9, undefined],
    ]);
    expect(rows[1]?.cells).toEqual(['O"Hara; Bob', '(505) 555-0124', 'Birthday\r\nparty', '']);
  });

  it.each([
    ['empty.csv', '', 'empty', 'The list is empty.'],
    ['blank.json', ' \n\n', 'empty', 'The list is empty.'],
    ['bom-only.csv', '\ufeff', 'empty', 'The list is empty.'],
    ['packed-empty.csv.gz', gzipSync(''), 'empty', 'The list is empty.'],
    [
      'picture.csv',
      Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'),
      'binary',
      'binary file',
    ],
    ['book.csv', Buffer.from('PK\x03\x04rest', 'latin1'), 'damaged_workbook', 'cut off'],
    ['wide.csv', Buffer.from('\xff\xfea\0\0\0\0\0', 'latin1'), 'binary', 'binary file'],
    ['mac.csv', 'name,phone\rAnn,1\r', 'bad_headings', 'CR alone'],
    ['mac-quoted.csv', 'name,phone\r"Ann\nLee",1\r', 'bad_headings', 'CR alone'],
    ['mac.ndjson', '{"name": "Ann"}\r{"name": "Bob"}\r', 'bad_headings', 'CR alone'],
    [
      'page.xls',
      '<html><table><tr><td>name</td></tr></table>\n',
      'other_format',
      'is a web page or XML',
    ],
    ['export.xml', '\n<?xml version="1.0"?>\n<people/>\n', 'other_format', 'is a web page or XML'],
    ['contacts.vcf', 'BEGIN:VCARD\r\nFN:Ann\r\n', 'other_format', 'holds vCards'],
    ['list.json', '{"data": [{"name": "Ann"}]}', 'wrapped', 'around an array ("data")'],
    ['answer.json', '{"data": [{"name": "Ann"}]}\n', 'wrapped', 'around an array ("data")'],
    ['quote.csv', 'name,"phone\nAnn,1\n', 'bad_headings', 'never closed'],
    [
      'latin.csv',
      Buffer.from('Pr\xe9nom,phone\nAnn,1\n', 'latin1'),
      'bad_encoding',
      'so say encoding windows-1252, or save the list as "CSV UTF-8"',
    ],
    ['long.csv', `name${'x'.repeat(1_100_000)},phone\nAnn,1\n`, 'bad_headings', 'larger than 1 MB'],
    ['cut.csv.gz', gzipSync(CSV).subarray(0, 40), 'damaged_gzip', 'damaged or cut off'],
  ])('refuses %s with a sentence', async (name, content, code, words) => {
    const reading = readAll(await fileOf(name, content));
    await expect(reading).rejects.toMatchObject({ name: 'ListError', code: `list_${code}` });
    await expect(reading).rejects.toThrow(words);
  });

  it('refuses what is missing, and a directory', async () => {
    await expect(openList(join(directory, 'none.csv'))).rejects.toMatchObject({
      code: 'list_not_found',
    });
    await expect(openList(directory)).rejects.toMatchObject({ code: 'list_not_a_file' });
  });

  it('tells where a packed list breaks off, after the rows before', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `Person ${index},${Math.sin(index)}`);
    const packed = gzipSync(`name,phone\n${rows.join('\n')}\n`);
    const list = await openList(await fileOf('half.csv.gz', packed.subarray(0, packed.length / 2)));
    let read = 0;
    const reading = (async () => {
      for await (const chunk of list.rows) read += chunk.length;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'list_damaged_gzip' });
    expect(read).toBeGreaterThan(1000);
  });

  it('reads no further ahead than a few chunks', async () => {
    let produced = 0;
    function* endless() {
      yield Buffer.from('name,phone\n');
      for (;;) yield Buffer.from(`Ann,${(produced += 1)}\n`.repeat(1000));
    }
    const list = await openList('-', { content: Readable.from(endless()) });
    let taken = 0;
    for await (const rows of list.rows) if ((taken += rows.length) > 50_000) break;
    list.close();
    expect(produced * 1000 - taken).toBeLessThan(50_000);
  });

  it.each([
    ['csv', 'name,phone\n', '\n'],
    ['csv', 'name,phone\n', ' \t\r\n'],
    ['csv', 'name,phone\n', 'x'],
    ['ndjson', '{}\n', '\n'],
    ['json', '[{},', ' '],
  ] as const)(
    'lets whoever reads it stop though a %s list goes on for ever with %j, then %j',
    async (...given) => {
      const [format, start, unit] = given;
      function* endless() {
        yield Buffer.from(start);
        for (;;) yield Buffer.from(unit.repeat(65536));
      }
      const list = await openList('-', { content: Readable.from(endless()), format });
      let chunks = 0;
      for await (const rows of list.rows) if ((chunks += rows.length === 0 ? 1 : 0) > 10) break;
      list.close();
      expect(chunks).toBe(11);
    },
  );

  it('holds 100 MB on one line in bounded memory', async () => {
    // The process needs less than half of this heap, the rest is for a busy machine; a row kept
    // whole would not fit.
    const script = `
      import { Readable } from 'node:stream';
      import { openList } from ${JSON.stringify(new URL('open-list.ts', import.meta.url).href)};
      function* giant(before, after) {
        yield Buffer.from(before);
        for (let sent = 0; sent < 1600; sent += 1) yield Buffer.alloc(65536, 'x');
        yield Buffer.from(after);
      }
      const lists = {
        csv: ['name,phone\\nAnn,1\\n', '\\nBob,2\\n'],
        quoted: ['name,phone\\nAnn,1\\n"', '",3\\nBob,2\\n'],
        json: ['[{"name": "Ann"},\\n{"name": "', '"},\\n{"name": "Bob"}]'],
        ndjson: ['{"name": "Ann"}\\n{"name": "', '"}\\n{"name": "Bob"}\\n'],
      };
      for (const [format, [before, after]] of Object.entries(lists)) {
        const content = Readable.from(giant(before, after));
        const list = await openList('-', { content, format: format === 'quoted' ? 'csv' : format });
        const rows = (await Array.fromAsync(list.rows)).flat();
        console.log(rows.map((row) => row.problem?.code ?? row.cells?.[0] ?? row.record.name).join());
      }`;
    const args = ['--max-old-space-size=80', '--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout.trim().split('\n')).toEqual(Array(4).fill('Ann,row_too_large,Bob'));
  });
});
