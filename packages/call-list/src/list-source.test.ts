import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import type { ListReading } from './list-reading.ts';
import { openSource } from './list-source.ts';
import { textRows, workbookFile } from './testing/workbook-file.ts';

const rows = textRows([['Phone'], ['+15055550123']]);
const workbook = workbookFile({
  sheets: [
    { name: 'Leads', rows },
    { name: 'Old', rows, state: 'hidden' },
  ],
});

async function hashOf(reading: ListReading = {}): Promise<string | undefined> {
  const { list, listHash } = await openSource('-', {
    stdin: Readable.from([workbook]),
    hash: 'always',
    signal: new AbortController().signal,
    ...reading,
  });
  list.close();
  return listHash;
}

it('tells the rows of two sheets apart, and knows one sheet again however it was chosen', async () => {
  const [leads, old, only] = [
    await hashOf({ sheet: 'Leads' }),
    await hashOf({ sheet: 'Old' }),
    await hashOf(),
  ];
  expect(leads).toMatch(/^[0-9a-f]{64}$/);
  expect(old).not.toBe(leads);
  expect(only).toBe(leads);
});

it('tells rows apart that are counted from another row of headings', async () => {
  const first = await hashOf({ sheet: 'Leads' });
  expect(await hashOf({ sheet: 'Leads', headerRow: 1 })).toBe(first);
  expect(await hashOf({ sheet: 'Leads', headerRow: 2 })).not.toBe(first);
});
