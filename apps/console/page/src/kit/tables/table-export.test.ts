import { expect, test } from 'vitest';
import { toCsv, toTabs } from './table-export.ts';

const columns = [
  { heading: 'Name', value: ([name]: readonly [string, number | null]) => name },
  { heading: 'Row', value: ([, row]: readonly [string, number | null]) => row },
];

test('no cell begins a formula, and cells are quoted where they must be', () => {
  const rows = [['=1+1', 1] as const, ['a "b", c', -2] as const, ['+15055550123', null] as const];
  expect(toCsv(columns, rows)).toBe('Name,Row\r\n\'=1+1,1\r\n"a ""b"", c",-2\r\n+15055550123,\r\n');
});

test('a copied row stays one row', () => {
  expect(toTabs(columns, [['@two\nlines\tand a tab', 7]])).toBe("'@two lines and a tab\t7");
});

test('a copied table has its headings', () => {
  expect(toTabs(columns, [['Ana', 7]], 'headed')).toBe('Name\tRow\nAna\t7');
});
