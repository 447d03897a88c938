import { expect, test } from 'vitest';
import { found } from './table-filter.ts';
import { sortOf, sortText } from './table-view.ts';

const COLUMNS = [{ value: ({ a }: Row) => a }, { value: ({ n }: Row) => n }];
interface Row {
  readonly a: string | null;
  readonly n: number;
}
const ROWS: readonly Row[] = [
  { a: 'Ana Ruiz', n: 12 },
  { a: 'Bo Ruiz', n: 7 },
  { a: null, n: 120 },
];

test.each([
  ['', [12, 7, 120]],
  ['ruiz', [12, 7]],
  ['RUIZ 12', [12]],
  ['12', [12, 120]],
  ['nobody', []],
])('rows with "%s"', (find, numbers) => {
  expect(found(ROWS, COLUMNS, find).map(({ n }) => n)).toEqual(numbers);
});

test('the order of a table is read from an address as it was written there', () => {
  expect(sortOf('-rate')).toEqual({ key: 'rate', isDescending: true });
  expect(sortText(sortOf('rate'))).toBe('rate');
  expect(sortText(sortOf('-rate'))).toBe('-rate');
});
