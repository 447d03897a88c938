const CELL_ENDS = new Set([',', ';', '\t', '|', '\n']);

export interface RowStart {
  /** From 0, in UTF-16 units. */
  readonly at: number;
  /** From 1. */
  readonly line: number;
  /** As a spreadsheet numbers it, from 1. */
  readonly row: number;
}

/**
 * Where a row of a CSV begins, as a spreadsheet numbers it: blank lines are rows, and a line break
 * inside of quotes ends none. Undefined: the text ends before.
 */
export function rowStart(text: string, row: number): RowStart | undefined {
  let line = 1;
  let left = row - 1;
  let isQuoted = false;
  let beginsCell = true;
  for (let at = 0; at < text.length; at += 1) {
    if (left === 0) return { at, line, row };
    const character = text[at] ?? '';
    if (character === '"') isQuoted = isQuoted ? false : beginsCell || text[at - 1] === '"';
    if (character === '\n') {
      line += 1;
      if (!isQuoted) left -= 1;
    }
    beginsCell = CELL_ENDS.has(character) || (beginsCell && character === ' ');
  }
  return undefined;
}
