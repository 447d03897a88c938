import { columnOf, MOST_COLUMNS } from './cell-place.ts';

const ELEMENT = 'mergeCell ';
const MERGED = /<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"/g;
/** Longer than such an element ever is: it may be cut by the end of a piece. */
const OVERLAP = 256;
const MOST_RANGES = 1_000_000;

interface Filled {
  readonly lastRow: number;
  readonly text: string;
}

/**
 * Cells that are merged over several rows: a sheet shows the text of the uppermost for all of them,
 * and only that one holds it. Which are merged stands behind the rows, and so is looked for in a
 * pass of its own, without reading the XML: that would take ten times as long.
 */
export class MergedCells {
  /** The last row that a merged cell covers, by where it begins. */
  readonly #ranges = new Map<number, number>();
  readonly #columns = new Set<number>();
  readonly #filled = new Map<number, Filled>();

  static async find(chunks: AsyncIterable<Buffer>): Promise<MergedCells> {
    const merged = new MergedCells();
    let rest = '';
    for await (const chunk of chunks) {
      const seam = rest + chunk.toString('latin1', 0, OVERLAP);
      if (seam.includes(ELEMENT) || chunk.includes(ELEMENT))
        merged.#note(rest + chunk.toString('latin1'));
      rest = chunk.toString('latin1', Math.max(0, chunk.length - OVERLAP));
    }
    return merged;
  }

  #note(text: string): void {
    for (const [, from = '', first, , last] of text.matchAll(MERGED)) {
      if (Number(last) <= Number(first) || this.#ranges.size === MOST_RANGES) continue;
      const column = columnOf(from);
      this.#columns.add(column);
      this.#ranges.set(keyOf(Number(first), column), Number(last));
    }
  }

  /** Gives a row, the next below the one before, the texts that it shows of cells above it. */
  fill(row: number, cells: string[]): void {
    for (const column of this.#columns) {
      const filled = this.#filled.get(column);
      if (filled !== undefined && row <= filled.lastRow && column < cells.length)
        cells[column] ||= filled.text;
      const lastRow = this.#ranges.get(keyOf(row, column));
      if (lastRow === undefined) continue;
      this.#filled.set(column, { lastRow, text: cells[column] ?? '' });
    }
  }
}

const keyOf = (row: number, column: number): number => row * MOST_COLUMNS + column;
