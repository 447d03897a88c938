import { type ListRow, MAX_ROW_LENGTH, type RowReader, rowTooLarge } from '../list-row.ts';
import { jsonRow, problemRow } from './json-record.ts';

/** Reads NDJSON: one record a line, from text that may be cut anywhere. Blank lines are no rows. */
export class NdjsonRows implements RowReader {
  readonly #encodingName: string;
  readonly #maxRowLength: number;
  #pending = '';
  /** In an oversized line, before its end. */
  #skipping = false;
  #line = 1;
  #row = 0;

  constructor(encodingName = 'UTF-8', maxRowLength: number = MAX_ROW_LENGTH) {
    this.#encodingName = encodingName;
    this.#maxRowLength = maxRowLength;
  }

  push(piece: string): ListRow[] {
    const rows: ListRow[] = [];
    let text = piece;
    if (this.#skipping) {
      const lineBreak = text.indexOf('\n');
      if (lineBreak === -1) return rows;
      this.#skipping = false;
      this.#line += 1;
      text = text.slice(lineBreak + 1);
    }
    let at = 0;
    const pending = this.#pending;
    for (let lineBreak = text.indexOf('\n'); lineBreak !== -1; lineBreak = text.indexOf('\n', at)) {
      const line = text.slice(at, lineBreak);
      this.#readLine(at === 0 ? pending + line : line, rows);
      this.#line += 1;
      at = lineBreak + 1;
    }
    this.#pending = at === 0 ? pending + text : text.slice(at);
    if (this.#pending.length > this.#maxRowLength) {
      this.#readLine(this.#pending, rows);
      this.#pending = '';
      this.#skipping = true;
    }
    return rows;
  }

  end(): ListRow[] {
    const rows: ListRow[] = [];
    this.#readLine(this.#pending, rows);
    this.#pending = '';
    return rows;
  }

  #readLine(text: string, rows: ListRow[]): void {
    const record = text.trim();
    if (record === '') return;
    this.#row += 1;
    const place = { row: this.#row, line: this.#line, column: text.indexOf(record) + 1 };
    const tooLarge = text.length > this.#maxRowLength;
    rows.push(
      tooLarge
        ? problemRow(record, place, rowTooLarge())
        : jsonRow(record, place, this.#encodingName),
    );
  }
}
