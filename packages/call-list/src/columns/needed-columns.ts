import { type RowProblem, tooFewCells } from '../list-row.ts';

/**
 * The columns of a list that decide who is called, and with which words. Where one of them is
 * missing at the end of a short row, that is no empty cell: nothing of such a row is guessed.
 */
export class NeededColumns {
  readonly #headings: readonly string[];
  readonly #positions: readonly number[];
  readonly #last: number;

  constructor(headings: readonly string[], positions: readonly number[]) {
    this.#headings = headings;
    this.#positions = positions.toSorted((one, other) => one - other);
    this.#last = this.#positions.at(-1) ?? -1;
  }

  problem({ length }: readonly string[]): RowProblem | undefined {
    if (length > this.#last) return undefined;
    const missing = this.#positions.find((position) => position >= length) ?? -1;
    return tooFewCells(length, this.#headings.length, (this.#headings[missing] ?? '').trim());
  }
}
