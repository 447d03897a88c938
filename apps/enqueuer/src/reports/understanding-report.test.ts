import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { understandList } from '@libby-dialer/call-list';
import { parseCampaign } from '@libby-dialer/dialing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wrapSentences } from '../terminal/line-width.ts';
import { understandingText } from './understanding-report.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understanding-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function textOf(content: string, width: number, settings: object = {}): Promise<string> {
  const path = join(folder, 'people.csv');
  await writeFile(path, content);
  const verdict = parseCampaign({
    id: 'spring',
    fromPhoneNumber: '+15055550100',
    introMessage: 'Hello {{name}}, this is Libby.',
    ...settings,
  });
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  const input = { path, stdin: Readable.from([]), signal: new AbortController().signal };
  const understanding = await understandList(verdict.campaign, input);
  const text = understandingText(understanding, verdict.campaign, width);
  return wrapSentences(text, width).replaceAll(`${folder}/`, '');
}

test('a person sees what each column is, three calls, and what is left out', async () => {
  const rows = ['Ada,+15055550123,Taos', 'Ben,,Taos', '', 'Cal,+493023125123,"Bad\nTölz"'];
  expect(
    await textOf(`Name,Phone,City\n${rows.join('\n')}\n`, 200),
  ).toBe(`people.csv: CSV, UTF-8, separated by commas, headings in row 1.

  Name   name           Ada
  Phone  toPhoneNumber  +15055550123

Goes along, as formInfo: City.

The first 2 calls, as they would be dialed:
  row 2: +15055550123 (US), Ada, hours of America/Denver by its number
    introMessage: Hello Ada, this is Libby.
  row 5: +493023125123 (DE), Cal, hours of Europe/Berlin by its number
    introMessage: Hello Cal, this is Libby.

Of its 3 rows 1 cannot be called: 1 missing_phone. 1 row between them is blank.
`);
});

test('a person sees which of several phones is dialed, and why not the one before', async () => {
  const rows = ['Ada,+15055550123,+15055550124', 'Ben,+15055550125,12'];
  const text = await textOf(`Name,Home,Mobile\n${rows.join('\n')}\n`, 200, {
    columns: { toPhoneNumber: ['Mobile', 'Home'] },
  });
  expect(text).toContain('Home    toPhoneNumber (choice 2)');
  expect(text).toContain('row 2: +15055550124 (US) under "Mobile", Ada, hours of');
  expect(text).toContain(
    'row 3: +15055550125 (US) under "Home", Ben, hours of America/Denver by its number\n    passed over "Mobile": The number has too few digits.\n',
  );
});

test.each([80, 60])('it fits %i columns, whatever the list holds', async (width) => {
  const long = 'What is the best time of the day for us to call you about your request?';
  const name = 'x'.repeat(200);
  const headings = [`"Phone\n${'number '.repeat(30)}"`, 'Name', ...Array(40).fill(long), ''];
  const row = ['+15055550123', `"${name}\n\u001b[31mred"`, ...Array(40).fill('y'), ''];
  const text = await textOf(`${headings.join(',')}\n${row.join(',')}\n`, width, {
    columns: { toPhoneNumber: `Phone\n${'number '.repeat(30)}` },
    introMessage: `{{name}} ${'word '.repeat(200)}`,
  });
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  expect(text).toContain('and 28 more');
  expect(text).toContain('column 43');
});
