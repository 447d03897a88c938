import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished, pipeline } from 'node:stream/promises';
import { savedWorkbook } from '@libby-dialer/call-list/testing';
import { fictionalNumbers } from '@libby-dialer/testkit';
import { benchHeadings, formValues, personName } from './workload.ts';

const ROWS_PER_WRITE = 1000;
/** Fictional numbers are too few for a million rows: the people differ by their id. */
export const LIST_CAMPAIGN = {
  dedupeBy: 'externalId',
  columns: { toPhoneNumber: 'Phone', name: 'Name', externalId: 'Customer' },
};
const HEADINGS = ['Phone', 'Name', 'Customer', ...benchHeadings().slice(0, 5)];

/** A CSV of eight columns. */
export async function writeList(path: string, rows: number): Promise<void> {
  const numbers = fictionalNumbers();
  const file = createWriteStream(path);
  file.write(`${HEADINGS.join(',')}\n`);
  for (let from = 0; from < rows; from += ROWS_PER_WRITE) {
    const count = Math.min(ROWS_PER_WRITE, rows - from);
    const lines = Array.from(
      { length: count },
      (_, index) => `${listCells(from + index, numbers).join(',')}\n`,
    );
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

/** The same as a workbook, as Excel saves it. */
export async function writeWorkbook(path: string, rows: number): Promise<void> {
  await pipeline(savedWorkbook(tableOf(rows)), createWriteStream(path));
}

async function* tableOf(rows: number): AsyncGenerator<string[]> {
  const numbers = fictionalNumbers();
  yield HEADINGS;
  for (let row = 0; row < rows; row += 1) yield listCells(row, numbers);
}

export function externalId(row: number): string {
  return `C-${1_000_000 + row}`;
}

function listCells(row: number, numbers: readonly string[]): string[] {
  return [
    numbers[row % numbers.length] ?? '',
    personName(row),
    externalId(row),
    ...formValues(row).slice(0, 5),
  ];
}
