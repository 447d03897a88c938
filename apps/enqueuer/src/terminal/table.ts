import { terminalText } from '@libby-dialer/runtime';
import { type Output, print } from './io.ts';
import { widthOf, wrapped, wrapSentences } from './line-width.ts';

/** A cell; numbers stand to the right. */
export type Cell = string | number;

const GAP = 2;
/** Less is no room for words. */
const LEAST_ROOM = 20;

/**
 * Rows in aligned columns, two blanks apart, each line ended; nothing for no rows. Columns for
 * which there is no room stand in a further table below, beside the first one again; a text that is
 * wider by itself goes on in further lines.
 */
export function formatTable(
  rows: readonly (readonly Cell[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const texts = rows.map((row) => row.map(textOf));
  const widths = widthsOf(texts);
  return blocksOf(widths, width)
    .map((columns) => formatBlock(rows, texts, widths, columns, width))
    .join('\n');
}

function widthsOf(texts: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of texts) {
    for (const [column, text] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, text.length);
  }
  return widths;
}

/** Which columns stand beside each other: the first, and at least one more. */
function blocksOf([first = 0, ...others]: readonly number[], room: number): number[][] {
  let block = [0];
  let width = first;
  const blocks = [block];
  for (const [index, own] of others.entries()) {
    if (block.length > 1 && width + GAP + own > room) {
      block = [0];
      width = first;
      blocks.push(block);
    }
    block.push(index + 1);
    width += GAP + own;
  }
  return blocks;
}

function formatBlock(
  rows: readonly (readonly Cell[])[],
  texts: readonly (readonly string[])[],
  widths: readonly number[],
  columns: readonly number[],
  width: number,
): string {
  const last = columns.at(-1) ?? 0;
  const before = columns.slice(0, -1).reduce((sum, column) => sum + (widths[column] ?? 0) + GAP, 0);
  const room = Math.max(LEAST_ROOM, width - before);
  return texts
    .map((row, index) => {
      const [first = '', ...more] = wrapped(row[last] ?? '', room);
      const cells = columns.map((column) => {
        const isNumber = typeof rows[index]?.[column] === 'number';
        const text = column === last ? first : (row[column] ?? '');
        return isNumber ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
      });
      const lines = [cells.join(' '.repeat(GAP)), ...more.map((text) => ' '.repeat(before) + text)];
      return lines.map((line) => `${line.trimEnd()}\n`).join('');
    })
    .join('');
}

/** Prints what is made for the width of a terminal, and its sentences in lines that fit. */
export async function printFitted(
  output: Output,
  textFor: (width: number) => string,
): Promise<void> {
  const width = widthOf(output);
  const text = textFor(width);
  // What is shown and not obeyed takes more room.
  await print(output, wrapSentences(output.isTTY === true ? terminalText(text) : text, width));
}

/** A cell that holds a line break would make a row of the text behind it. */
function textOf(cell: Cell): string {
  return typeof cell === 'number'
    ? cell.toLocaleString('en-US')
    : cell.replaceAll(/[\r\n\t]+/g, ' ');
}
