import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListRow, RowProblem } from '../list-row.ts';
import { openList } from '../open-list.ts';
import { RejectsFile, rejectsPathOf } from './rejects-file.ts';

const COMMA = { headings: ['name', 'phone'], delimiter: ',', byteOrderMark: false };
const LIST = { list: 'lists/may.csv', listHash: 'sha256:0123456789abcdef' };
/** How each line ends: its row, and of which list. */
const ORIGIN = 'row,sheetRow,list,listHash';
const from = (row: number, sheetRow: number | '') =>
  `${row},${sheetRow},${LIST.list},${LIST.listHash}`;
const PROBLEM: RowProblem = { code: 'missing_phone', reason: 'There is no phone number.' };
let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rejects-'));
  path = join(directory, 'list.csv.rejected.csv');
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

function csvRow(line: number, cells: string[]): ListRow {
  return { line, row: line - 1, cells, raw: undefined, record: undefined, problem: undefined };
}

function jsonRow(line: number, raw: string): ListRow {
  return { line, row: line, cells: undefined, raw, record: undefined, problem: undefined };
}

async function written(
  layout: ConstructorParameters<typeof RejectsFile>[2],
  ...chunks: ListRow[][]
): Promise<string> {
  await using file = new RejectsFile(path, LIST, layout);
  await file.start();
  for (const rows of chunks) await file.write(rows.map((row) => ({ row, problem: PROBLEM })));
  expect(await file.close({ isWhole: true, warn: expect.unreachable })).toBe(path);
  return await readFile(path, 'utf8');
}

describe('RejectsFile', () => {
  it('holds the columns as they were, then line, code and reason', async () => {
    const chunks = [[csvRow(2, ['Ann "A"', '=1+1'])], [], [csvRow(7, ['Bob', '+15055550123'])]];
    expect(await written(COMMA, ...chunks)).toBe(
      `name,phone,line,code,reason,${ORIGIN}\n"Ann ""A""",'=1+1,2,missing_phone,There is no phone number.,${from(1, 2)}\nBob,+15055550123,7,missing_phone,There is no phone number.,${from(6, 7)}\n`,
    );
  });

  it('squares rows that have too many cells or too few', async () => {
    expect(await written(COMMA, [csvRow(2, ['Ann', '1', '2', '3']), csvRow(3, ['Bob'])])).toBe(
      `name,phone,line,code,reason,${ORIGIN}\nAnn,"1,2,3",2,missing_phone,There is no phone number.,${from(1, 2)}\nBob,,3,missing_phone,There is no phone number.,${from(2, 3)}\n`,
    );
  });

  it("keeps the list's delimiter and byte order mark, and can be loaded again", async () => {
    const layout = { headings: ['Name', 'Téléphone'], delimiter: ';', byteOrderMark: true };
    expect(
      await written(layout, [csvRow(2, ['a;b\n', ''])], [csvRow(3, ['Zoë\udcff', 'x'])]),
    ).toMatch(/^\ufeffName;T/);
    const list = await openList(path);
    expect(list.csv).toEqual({
      ...layout,
      headings: ['Name', 'Téléphone', 'line', 'code', 'reason', ...ORIGIN.split(',')],
    });
    const rows: ListRow[] = [];
    for await (const chunk of list.rows) rows.push(...chunk);
    list.close();
    expect(rows.map(({ cells, problem }) => [problem, ...(cells ?? []).slice(0, 5)])).toEqual([
      [undefined, 'a;b\n', '', '2', 'missing_phone', PROBLEM.reason],
      [undefined, 'Zoëÿ', 'x', '3', 'missing_phone', PROBLEM.reason],
    ]);
  });

  it('starts no formula in a spreadsheet, and is read as it was, also in a second round', async () => {
    const cells = ['=cmd()', "'=1", '+1 505', '-', '@x', '+15055550123', "O'Neil"];
    const layout = { ...COMMA, headings: ['=a', "'+b", 'c', 'd', 'e', 'f', 'g'] };
    for (const given of [
      layout,
      { ...layout, headings: [...layout.headings, 'line', 'code', 'reason'] },
    ]) {
      const text = await written(given, [csvRow(2, cells)]);
      expect(text.split(/[,\n]/).filter((cell) => /^[=+\-@]/.test(cell))).toEqual(['+15055550123']);
      const list = await openList(path);
      const [row] = (await Array.fromAsync(list.rows)).flat();
      expect(list.csv?.headings.slice(0, 7)).toEqual(layout.headings);
      expect(row?.cells?.slice(0, 7)).toEqual(cells);
    }
  });

  it('replaces the last columns of a rejects file', async () => {
    const layout = { ...COMMA, headings: ['name', 'phone', 'line', 'code', 'reason'] };
    expect(await written(layout, [csvRow(2, ['Ann', '', '40', 'missing_phone', 'x'])])).toBe(
      `name,phone,line,code,reason,${ORIGIN}\nAnn,,2,missing_phone,There is no phone number.,${from(1, 2)}\n`,
    );
  });

  it('holds the text of JSON records, where no cell starts a formula', async () => {
    expect(await written(undefined, [jsonRow(1, '{"name": "Ann"}'), jsonRow(2, '=cmd()')])).toBe(
      `line,code,reason,record,${ORIGIN}\n1,missing_phone,There is no phone number.,"{""name"": ""Ann""}",${from(1, '')}\n2,missing_phone,There is no phone number.,'=cmd(),${from(2, '')}\n`,
    );
  });

  it.each([
    ['cells', COMMA, csvRow(2, ['Ann', '']), { line: 2, row: 1, sheetRow: 2 }],
    ['records', undefined, jsonRow(2, '{"toPhoneNumber":""}'), { line: 2, row: 2 }],
  ])(
    'tells of %s where they came from when it is read, also in a second round',
    async (_, layout, row, place) => {
      await written(layout, [row]);
      for (let round = 0; round < 2; round += 1) {
        const list = await openList(path);
        const [read] = (await Array.fromAsync(list.rows)).flat();
        expect(read).toMatchObject({ line: 2, row: 1, origin: { ...place, ...LIST } });
        const other = { list: 'may.csv.rejected.csv', listHash: undefined };
        await rm(path);
        await using file = new RejectsFile(path, other, list.csv);
        await file.start();
        await file.write([{ row: read as ListRow, problem: PROBLEM }]);
        await file.close({ isWhole: true, warn: expect.unreachable });
      }
    },
  );

  it.each([
    ['none', 'Ann,,2,missing_phone,x,1,2,,'],
    ['no number', 'Ann,,2,missing_phone,x,1st,2,may.csv,'],
    ['a row whose cells have moved', 'Ann,,,2,missing_phone,x,1,2,may.csv,sha256:0123456789abcdef'],
    ['a row that ends early', 'Ann,,2,missing_phone,x,1'],
  ])('believes nothing where it says of a row %s', async (_, row) => {
    await writeFile(path, `name,phone,line,code,reason,${ORIGIN}\n${row}\n`);
    const [read] = (await Array.fromAsync((await openList(path)).rows)).flat();
    expect(read?.line).toBe(2);
    expect(read?.origin).toBeUndefined();
  });

  it('is for its owner only, and appears when it is complete', async () => {
    await using file = new RejectsFile(path, LIST, COMMA);
    await file.start();
    await file.write([{ row: csvRow(2, ['Ann', '']), problem: PROBLEM }]);
    await expect(stat(path)).rejects.toThrow('ENOENT');
    await file.close({ isWhole: true, warn: expect.unreachable });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['list.csv.rejected.csv']);
  });

  it('leaves nothing where nothing was rejected, not even an earlier file', async () => {
    await written(COMMA, [csvRow(2, ['Ann', ''])]);
    const file = new RejectsFile(path, LIST, COMMA);
    await file.start();
    expect(await file.close({ isWhole: true, warn: expect.unreachable })).toBeUndefined();
    expect(await readdir(directory)).toEqual([]);
  });

  it('neither replaces nor removes a file that somebody has edited: the next is numbered, and that is said', async () => {
    await written(COMMA, [csvRow(2, ['Ann', ''])]);
    const edited = (await readFile(path, 'utf8')).replace('Ann,', 'Ann,+15055550123');
    await writeFile(path, edited);
    const second = join(directory, 'list.csv.rejected-2.csv');
    for (const name of ['Bob', 'Eve']) {
      await using file = new RejectsFile(path, LIST, COMMA);
      await file.start();
      await file.write([{ row: csvRow(3, [name, '']), problem: PROBLEM }]);
      const said: string[] = [];
      expect(await file.close({ isWhole: true, warn: (sentence) => said.push(sentence) })).toBe(
        second,
      );
      expect(said).toEqual([
        `${path} was edited and is left as it is; these rejects are in ${second}.`,
      ]);
      expect(await readFile(second, 'utf8')).toContain(`\n${name},,3,missing_phone,`);
    }
    await writeFile(second, (await readFile(second, 'utf8')).replace('Eve,', 'Eve,+15055550124'));
    await using file = new RejectsFile(path, LIST, COMMA);
    await file.start();
    expect(await file.close({ isWhole: true, warn: expect.unreachable })).toBeUndefined();
    expect(await readFile(path, 'utf8')).toBe(edited);
    expect(await readFile(second, 'utf8')).toContain('Eve,+15055550124,');
  });

  it('leaves the earlier file alone when it is not completed', async () => {
    await written(COMMA, [csvRow(2, ['Ann', ''])]);
    const before = await readFile(path, 'utf8');
    {
      await using file = new RejectsFile(path, LIST, COMMA);
      await file.start();
      await file.write([{ row: csvRow(3, ['Bob', '']), problem: PROBLEM }]);
    }
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('never overwrites what is no rejects file, and tells at once what cannot be written', async () => {
    await writeFile(path, 'name,phone\nAnn,+15055550123\n');
    await expect(new RejectsFile(path, LIST, COMMA).start()).rejects.toMatchObject({
      code: 'list_rejects_path',
    });
    const nowhere = new RejectsFile(join(directory, 'none', 'x.csv'), LIST, COMMA);
    await expect(nowhere.start()).rejects.toThrow('cannot be written (ENOENT)');
    await expect(new RejectsFile(directory, LIST, COMMA).start()).rejects.toMatchObject({
      code: 'list_rejects_path',
    });
  });
});

describe('rejectsPathOf', () => {
  it('stands beside the list', () => {
    expect(rejectsPathOf('lists/may.csv')).toBe('lists/may.csv.rejected.csv');
    expect(rejectsPathOf('-')).toBe('stdin.rejected.csv');
  });
});
