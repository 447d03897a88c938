import { type ListRow, MAX_ROW_LENGTH, type RowReader, rowTooLarge } from '../list-row.ts';
import { jsonRow, problemRow } from './json-record.ts';

/** Reads NDJSON: one record a line, from text that may be cut anywhere. Blank lines are no rows. */
export class NdjsonRows implements RowReader {
  readonly #encodingName: string;
  readonly #maxRowLength: number;
  #pending = '';
  /** Where the line that is being read begins. */
  #offset = 0;
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
      this.#offset += lineBreak === -1 ? text.length : lineBreak + 1;
      if (lineBreak === -1) return rows;
      this.#skipping = false;
      this.#line += 1;
      text = text.slice(lineBreak + 1);
    }
    let at = 0;
    const pending = this.#pending;
    for (let lineBreak = text.indexOf('\n'); lineBreak !== -1; lineBreak = text.indexOf('\n', at)) {
      const line = at === 0 ? pending + text.slice(at, lineBreak) : text.slice(at, lineBreak);
      this.#readLine(line, rows);
      this.#offset += line.length + 1;
      this.#line += 1;
      at = lineBreak + 1;
    }
    this.#pending = at === 0 ? pending + text : text.slice(at);
    if (this.#pending.length > this.#maxRowLength) {
      this.#readLine(this.#pending, rows);
      this.#offset += this.#pending.length;
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
    const start = text.indexOf(record);
    const place = {
      row: this.#row,
      line: this.#line,
      column: start + 1,
      offset: this.#offset + start,
    };
    const tooLarge = text.length > this.#maxRowLength;
    rows.push(
      tooLarge
        ? problemRow(record, place, rowTooLarge())
        : jsonRow(record, place, this.#encodingName),
    );
  }
}
