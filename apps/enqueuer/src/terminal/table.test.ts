import { expect, test } from 'vitest';
import { widthOf } from './line-width.ts';
import { formatTable } from './table.ts';

const ROWS = [
  ['CAMPAIGN', 'STATE', 'PENDING', 'ACCEPTED', 'UNKNOWN'],
  ['spring', 'running', 1200, 7, 0],
];

test('a file or a pipe gets one table, however wide', () => {
  expect(widthOf({ columns: 30 })).toBe(Number.POSITIVE_INFINITY);
  expect(formatTable(ROWS)).toBe(
    'CAMPAIGN  STATE    PENDING  ACCEPTED  UNKNOWN\nspring    running    1,200         7        0\n',
  );
});

test('columns for which a terminal has no room stand below, beside the first again: none is left out', () => {
  const below = 'CAMPAIGN  ACCEPTED  UNKNOWN\nspring           7        0\n';
  expect(formatTable(ROWS, 35)).toBe(
    `CAMPAIGN  STATE    PENDING\nspring    running    1,200\n\n${below}`,
  );
  expect(formatTable(ROWS, 45).split('\n\n')).toHaveLength(1);
  for (let width = 19; width < 50; width += 1) {
    const text = formatTable(ROWS, width);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
    for (const cell of ROWS.flat()) expect(text).toContain(cell.toLocaleString('en-US'));
  }
});

test('a text that is wider by itself goes on in further lines, not inside of words', () => {
  const rows = [
    ['CALL', 'PROVIDER SAID'],
    ['c1', 'the agent is busy with another call'],
  ];
  expect(formatTable(rows, 30)).toBe(
    'CALL  PROVIDER SAID\nc1    the agent is busy with\n      another call\n',
  );
});

test('tables have texts on the left and numbers on the right, and no blanks at the end', () => {
  expect(
    formatTable([
      ['NAME', 'COUNT', 'NOTE'],
      ['a', 1234, ''],
      ['longer', 5, 'x'],
    ]),
  ).toBe('NAME    COUNT  NOTE\na       1,234\nlonger      5  x\n');
  expect(formatTable([])).toBe('');
});
