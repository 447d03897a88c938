import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type Campaign, parseCampaign } from '@libby-dialer/dialing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCheckedList } from './checked-list.ts';
import { workbookFile } from './testing/workbook-file.ts';
import { type Understanding, understandList, understandRows } from './understand-list.ts';

const signal = new AbortController().signal;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understand-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function campaignOf(fields: object = {}): Campaign {
  const verdict = parseCampaign({
    id: 'spring',
    fromPhoneNumber: '+15055550100',
    introNotes: 'Ask {{name}} about {{City}}',
    defaultCountry: 'US',
    ...fields,
  });
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  return verdict.campaign;
}

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function understood(
  name: string,
  content: string | Buffer,
  campaign: object = {},
): Promise<Understanding> {
  const path = await fileOf(name, content);
  return await understandList(campaignOf(campaign), { path, stdin: Readable.from([]), signal });
}

function uses({ columns }: Understanding) {
  return columns.map((column) => [column.heading, ...column.uses]);
}

test('tells of a CSV what each column is taken for, and how its first rows would be dialed', async () => {
  const list = `First name;Last name;Phone;City;Time zone;Do not call;
Ada;Moss;505-555-0123;"Santa
Fe";America/Denver;;

Ben;Hale;12;Taos;;;
Cal;Dean;(505) 555-0125;Taos;America/New_York;;
Dee;Lane;5055550126;Taos;;yes;
`;
  const found = await understood('people.csv', list);
  expect(found).toMatchObject({
    list: join(folder, 'people.csv'),
    format: 'csv',
    encoding: 'UTF-8',
    delimiter: ';',
    headingsRow: 1,
    problem: undefined,
    rows: 4,
    isWhole: true,
    rejected: { invalid_phone: 1, do_not_call: 1 },
    blankRows: 1,
    warnings: [],
  });
  expect(uses(found)).toEqual([
    ['First name', 'name', 'formInfo'],
    ['Last name', 'name', 'formInfo'],
    ['Phone', 'toPhoneNumber'],
    ['City', 'formInfo'],
    ['Time zone', 'timezone'],
    ['Do not call', 'doNotCall', 'formInfo'],
    [''],
  ]);
  expect(found.columns[3]).toMatchObject({ column: 4, samples: ['Santa\nFe', 'Taos'] });
  expect(found.calls).toMatchObject([
    {
      row: 1,
      sheetRow: 2,
      line: 2,
      country: 'US',
      zones: ['America/Denver'],
      zoneSource: 'record',
      payload: {
        name: 'Ada Moss',
        toPhoneNumber: '+15055550123',
        introNotes: 'Ask Ada Moss about Santa\nFe',
      },
    },
    { sheetRow: 5, line: 6, zones: ['America/New_York'], payload: { name: 'Cal Dean' } },
  ]);
});

test('tells of a workbook which sheet, and which rows it hides', async () => {
  const rows = `
    <row r="3"><c r="A3" t="inlineStr"><is><t>Name</t></is></c><c r="B3" t="inlineStr"><is><t>Phone</t></is></c></row>
    <row r="4" hidden="1"><c r="A4" t="inlineStr"><is><t>Ada</t></is></c><c r="B4"><v>15055550123</v></c></row>
    <row r="6"><c r="A6" t="inlineStr"><is><t>Ben</t></is></c><c r="B6"><v>15055550124</v></c></row>`;
  const file = workbookFile({ sheets: [{ name: 'May', rows }] });
  const found = await understood('people.xlsx', file, { introNotes: 'Call {{name}}' });
  expect(found).toMatchObject({
    format: 'xlsx',
    sheet: 'May',
    encoding: undefined,
    delimiter: undefined,
    headingsRow: 3,
    rejected: { skipped: 1 },
    hiddenRows: 1,
    blankRows: 1,
    calls: [{ sheetRow: 6, line: 6, payload: { toPhoneNumber: '+15055550124' } }],
  });
});

test('tells of records which fields they have', async () => {
  const found = await understood(
    'people.ndjson',
    '{"name":"Ada","toPhoneNumber":"+15055550123","customRules":["a","b"],"formInfo":[{"City":"Taos"}]}\n',
  );
  expect(found).toMatchObject({ format: 'ndjson', headingsRow: undefined, blankRows: 0 });
  expect(uses(found)).toEqual([
    ['name', 'name'],
    ['toPhoneNumber', 'toPhoneNumber'],
    ['customRules', 'customRules'],
    ['City', 'formInfo'],
  ]);
  expect(found.columns[2]?.samples).toEqual(['a | b']);
  expect(found.calls[0]).toMatchObject({ row: 1, line: 1, sheetRow: undefined });
});

test('says why where it cannot know whom to call, and shows the columns to choose from', async () => {
  const found = await understood('two.csv', 'Name,Kontakt A\nAda,505-555-0123\n');
  expect(found.problem).toMatchObject({ code: 'list_no_phone_column' });
  expect(found.columns).toMatchObject([
    { heading: 'Name', uses: [], samples: ['Ada'] },
    { heading: 'Kontakt A', uses: [], samples: ['505-555-0123'] },
  ]);
  expect(found.calls).toEqual([]);
});

test('looks at the first rows only, however much comes behind them, and tells few of very many columns', async () => {
  const row = `Ada,505-555-0123${',x'.repeat(1000)}\n`;
  const headings = `Name,Phone${Array.from({ length: 1000 }, (_, n) => `,h${n}`).join('')}\n`;
  const found = await understood('long.csv', headings + row.repeat(1500), { introNotes: 'Hi' });
  expect(found).toMatchObject({ rows: 1000, isWhole: false });
  expect(found.columns).toHaveLength(500);
  expect(found.calls).toHaveLength(3);
});

test('takes no row away from whoever reads the list, nor the error that ends it', async () => {
  const whole = gzipSync(`Name,Phone\n${'Ada,505-555-0123\n'.repeat(20_000)}`);
  const path = await fileOf('cut.csv.gz', whole.subarray(0, -20));
  const campaign = campaignOf({ introNotes: 'Hi' });
  const opened = await openCheckedList(campaign, {
    path,
    stdin: Readable.from([]),
    signal,
    warn: () => {},
  });
  const { understanding, list } = await understandRows(campaign, opened);
  expect(understanding.calls).toHaveLength(3);
  const numbers: number[] = [];
  const reading = (async () => {
    for await (const rows of list.source.list.rows) numbers.push(...rows.map((each) => each.row));
  })();
  await expect(reading).rejects.toMatchObject({ code: 'list_damaged_gzip' });
  expect(numbers.length).toBeGreaterThan(1000);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  opened.source.list.close();
});
