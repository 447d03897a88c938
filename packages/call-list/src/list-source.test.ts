import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { openSource } from './list-source.ts';
import { textRows, workbookFile } from './testing/workbook-file.ts';

const rows = textRows([['Phone'], ['+15055550123']]);
const workbook = workbookFile({
  sheets: [
    { name: 'Leads', rows },
    { name: 'Old', rows, state: 'hidden' },
  ],
});

async function hashOf(sheet?: string): Promise<string | undefined> {
  const { list, listHash } = await openSource('-', {
    stdin: Readable.from([workbook]),
    hash: 'always',
    signal: new AbortController().signal,
    sheet,
  });
  list.close();
  return listHash;
}

it('tells the rows of two sheets apart, and knows one sheet again however it was chosen', async () => {
  const [leads, old, only] = [await hashOf('Leads'), await hashOf('Old'), await hashOf()];
  expect(leads).toMatch(/^[0-9a-f]{64}$/);
  expect(old).not.toBe(leads);
  expect(only).toBe(leads);
});
