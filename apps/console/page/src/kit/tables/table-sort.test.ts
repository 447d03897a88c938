import { expect, test } from 'vitest';
import { sortedBy } from './table-sort.ts';

const columns = [{ key: 'x', value: (row: string | number | null) => row }];
const sorted = (rows: readonly (string | number | null)[], isDescending = false) =>
  sortedBy(rows, columns, { key: 'x', isDescending });

test('numbers as numbers, texts as people sort them, nothing last either way', () => {
  expect(sorted([10, null, 9])).toEqual([9, 10, null]);
  expect(sorted([10, null, 9], true)).toEqual([10, 9, null]);
  expect(sorted(['row 10', 'Row 9', 'émile', 'Eve'])).toEqual(['émile', 'Eve', 'Row 9', 'row 10']);
});

test('by no column: as it came', () => {
  expect(sortedBy([2, 1], columns, undefined)).toEqual([2, 1]);
});
