import { expect, test } from 'vitest';
import { placesText, placeText, spanText } from './place-text.ts';

const row = (sheetRow: number, line = sheetRow) => ({ row: sheetRow - 1, sheetRow, line });
const record = (number: number, line = number) => ({ row: number, sheetRow: undefined, line });

test('a row by its number in a spreadsheet, and by its line where that is another', () => {
  expect(placeText(row(5))).toBe('row 5');
  expect(placeText(row(5, 7))).toBe('row 5 (line 7)');
  expect(spanText(row(2), row(5, 7))).toBe('rows 2-5 (lines 2-7)');
  expect(placesText([row(2), row(5, 7), row(6)])).toBe('rows 2, 5 (line 7), 6');
  expect(placesText([row(2)])).toBe('row 2');
});

test('a record by its number in the list', () => {
  expect(placeText(record(3))).toBe('record 3');
  expect(spanText(record(2, 1), record(3, 1))).toBe('records 2-3 (line 1)');
});
