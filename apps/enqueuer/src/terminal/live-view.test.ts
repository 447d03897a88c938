import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { LiveView } from './live-view.ts';

function terminal(columns: number, rows: number) {
  const output = Object.assign(new PassThrough(), { isTTY: true, columns, rows });
  const view = new LiveView(output);
  const shown = async (text: string) => {
    await view.show(text);
    return String(output.read());
  };
  return { output, shown };
}

const drawn = (...lines: string[]) =>
  `${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`;

test('draws over what it has drawn, and no further', async () => {
  const { shown } = terminal(11, 4);
  expect(await shown('one\ntwo\n')).toBe(drawn('one', 'two'));
  expect(await shown('end')).toBe(`\u001b[2A\r${drawn('end')}`);
  expect(await shown('end')).toBe(`\u001b[1A\r${drawn('end')}`);
});

test('cuts the rows of a table, and lets sentences go on in a further line', async () => {
  const { shown } = terminal(11, 24);
  expect(await shown('a  table  of three\nand a sentence of five\n0123456789ABC')).toBe(
    drawn('a  table …', 'and a', 'sentence', 'of five', '0123456789', 'ABC'),
  );
});

test('leaves no part of a number standing', async () => {
  const rows = 'ID  N  ACCEPTED\nab  1       171\n';
  expect(await terminal(15, 24).shown(rows)).toBe(drawn('ID  N …', 'ab  1 …'));
  expect(await terminal(16, 24).shown(rows)).toBe(drawn('ID  N  ACCEPTED', 'ab  1       171'));
});

test('a terminal of one column, or that says it has none', async () => {
  expect(await terminal(1, 24).shown('ab')).toBe(drawn('a', 'b'));
  expect(await terminal(0, 0).shown('ab')).toBe(drawn('ab'));
});

test('leaves out what does not fit between the first lines and the last, empty ones first', async () => {
  expect(await terminal(20, 5).shown('1\n\n2\n\n3\n4')).toBe(drawn('1', '2', '3', '4'));
  expect(await terminal(20, 6).shown('1\n\n2\n3\n4\n5\n6\n7')).toBe(drawn('1', '2', '…', '6', '7'));
  expect(await terminal(20, 5).shown('1\n2\n3\n4\n5\n6')).toBe(drawn('1', '2', '…', '6'));
  expect(await terminal(20, 2).shown('1\n2')).toBe(drawn('1'));
});

test('finds its way in a terminal that has become narrower or lower', async () => {
  const { output, shown } = terminal(21, 24);
  await shown('twenty characters ..\nten charac');
  output.columns = 10;
  expect(await shown('x')).toBe(`\u001b[3A\r${drawn('x')}`);
  await shown('1\n2\n3\n4');
  output.rows = 3;
  expect(await shown('x')).toBe(`\u001b[2A\r${drawn('x')}`);
});
