import {
  badEncoding,
  excerpt,
  type ListRow,
  MAX_ROW_LENGTH,
  type RowProblem,
  type RowReader,
  rowTooLarge,
} from './list-row.ts';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;

export interface CsvOptions {
  /** The encoding as people call it, for messages. */
  encoding?: string;
  /** In UTF-16 units. */
  maxRowLength?: number;
  /** Whether the first record only names the delimiter (`sep=;`). */
  skipFirstRecord?: boolean;
}

/**
 * Reads CSV after RFC 4180, from text that may be cut anywhere. The first record is row 0, the headings; every further one
 * must have as many cells.
 *
 * Our own rather than a library's, because one bad row must not stop the list: a record beyond the size limit is given up
 * and reading goes on after the next line break, a quote that is never closed is reported where it opened, and text
 * behind a closing quote costs its line only. It is also several times faster, since a line without quotes is one `split`.
 *
 * Beyond the RFC: blanks around a quoted cell are ignored, a quote inside an unquoted cell is itself, blank lines are no rows.
 */
export class CsvRows implements RowReader {
  readonly #delimiter: string;
  readonly #delimiterCode: number;
  readonly #maxRowLength: number;
  readonly #encoding: string;
  /** Text of a record that is not complete yet. */
  #pending = '';
  /** Where the quote stands that is still open in `#pending`; -1: there is none, or it is not known. */
  #openQuoteAt = -1;
  /** In an oversized record, before the line break that ends it. */
  #skipping = false;
  #suspect = false;
  #line = 1;
  #row: number;
  #cellCount: number | undefined;
  #rows: ListRow[] = [];

  constructor(delimiter: string, options: CsvOptions = {}) {
    this.#delimiter = delimiter;
    this.#delimiterCode = delimiter.charCodeAt(0);
    this.#encoding = options.encoding ?? 'UTF-8';
    this.#maxRowLength = options.maxRowLength ?? MAX_ROW_LENGTH;
    this.#row = options.skipFirstRecord === true ? -1 : 0;
  }

  push(piece: string): ListRow[] {
    this.#rows = [];
    const text = this.#pending + piece;
    // A new quote may close the open one.
    if (piece.includes('"')) this.#openQuoteAt = -1;
    // Without a line break outside of quotes no record ends: what is pending is not read again and again.
    const incomplete = !piece.includes('\n') || this.#openQuoteAt !== -1;
    if (incomplete && !this.#skipping && text.length <= this.#maxRowLength) this.#pending = text;
    else this.#readRecords(text);
    return this.#rows;
  }

  end(): ListRow[] {
    const rows = this.#pending === '' ? [] : this.push('\n');
    if (this.#pending === '') return rows;
    const opened = this.#line + countLineBreaks(this.#pending, 0, this.#openQuoteAt);
    this.#emit([excerpt(this.#pending.trimEnd())], {
      code: 'unclosed_quote',
      reason: `The quote that opens in line ${opened} is never closed, so all up to the end of the list is this one row.`,
    });
    this.#pending = '';
    return rows;
  }

  #readRecords(text: string): void {
    this.#suspect = !text.isWellFormed();
    this.#openQuoteAt = -1;
    let at = this.#skipping ? this.#skip(text, 0) : 0;
    let quoteAt = text.indexOf('"', at);
    for (;;) {
      if (quoteAt !== -1 && quoteAt < at) quoteAt = text.indexOf('"', at);
      const lineBreak = text.indexOf('\n', at);
      const plain = quoteAt === -1 || quoteAt > lineBreak;
      let next = -1;
      if (lineBreak !== -1) next = plain ? this.#readPlainLine(text, at, lineBreak) : this.#readQuotedRecord(text, at);
      if (next === -1 && text.length - at > this.#maxRowLength) next = this.#giveUp(text, at);
      if (next === -1) break;
      at = next;
    }
    this.#pending = text.slice(at);
  }

  #readPlainLine(text: string, at: number, lineBreak: number): number {
    if (lineBreak - at > this.#maxRowLength) return this.#giveUp(text, at);
    const end = text.charCodeAt(lineBreak - 1) === CARRIAGE_RETURN && lineBreak > at ? lineBreak - 1 : lineBreak;
    const cells = text.slice(at, end).split(this.#delimiter);
    if (cells.length > 1 || cells[0]?.trim() !== '') this.#emit(cells, undefined);
    this.#line += 1;
    return lineBreak + 1;
  }

  /** Reads a record whose first line holds a quote. Returns where the next one begins, -1 if this one is not complete. */
  #readQuotedRecord(text: string, start: number): number {
    const cells: string[] = [];
    for (let at = start; ; ) {
      const cellStart = at;
      while (text.charCodeAt(at) === BLANK) at += 1;
      if (text.charCodeAt(at) === QUOTE) {
        const close = closingQuote(text, at);
        if (close === -1) {
          this.#openQuoteAt = at - start;
          return -1;
        }
        const cell = text.slice(at + 1, close);
        cells.push(cell.includes('"') ? cell.replaceAll('""', '"') : cell);
        at = close + 1;
        while (text.charCodeAt(at) === BLANK) at += 1;
        if (text.charCodeAt(at) === CARRIAGE_RETURN && text.charCodeAt(at + 1) === LINE_FEED) at += 1;
        if (at >= text.length) return -1;
      } else {
        at = this.#endOfPlainCell(text, cellStart);
        if (at >= text.length) return -1;
        const end = text.charCodeAt(at) === LINE_FEED && text.charCodeAt(at - 1) === CARRIAGE_RETURN ? at - 1 : at;
        cells.push(text.slice(cellStart, Math.max(end, cellStart)));
      }
      const ending = text.charCodeAt(at);
      if (ending === LINE_FEED) return this.#finish(text, start, at, cells, undefined);
      if (ending === this.#delimiterCode) at += 1;
      else return this.#finishStray(text, start, at);
    }
  }

  #endOfPlainCell(text: string, start: number): number {
    let at = start;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === this.#delimiterCode || code === LINE_FEED) break;
    }
    return at;
  }

  /** Text behind a closing quote: where the cells end is anyone's guess, so the record ends with its line. */
  #finishStray(text: string, start: number, strayAt: number): number {
    const lineBreak = text.indexOf('\n', strayAt);
    if (lineBreak === -1) return -1;
    const line = this.#line + countLineBreaks(text, start, strayAt);
    return this.#finish(text, start, lineBreak, [excerpt(text.slice(start, lineBreak).trimEnd())], {
      code: 'unclosed_quote',
      reason: `A quoted cell goes on behind its closing quote in line ${line}; a quote inside a quoted cell is written twice.`,
    });
  }

  #finish(text: string, start: number, lineBreak: number, cells: string[], problem: RowProblem | undefined): number {
    if (lineBreak - start > this.#maxRowLength) return this.#giveUp(text, start);
    this.#emit(cells, problem);
    this.#line += countLineBreaks(text, start, lineBreak + 1);
    return lineBreak + 1;
  }

  /** Rejects the record at `start` as too large. Returns where reading goes on, the same however the text was cut. */
  #giveUp(text: string, start: number): number {
    this.#emit([excerpt(text.slice(start, start + this.#maxRowLength))], rowTooLarge());
    this.#line += countLineBreaks(text, start, start + this.#maxRowLength);
    this.#openQuoteAt = -1;
    this.#skipping = true;
    return this.#skip(text, start + this.#maxRowLength);
  }

  #skip(text: string, at: number): number {
    const lineBreak = text.indexOf('\n', at);
    if (lineBreak === -1) return text.length;
    this.#skipping = false;
    this.#line += 1;
    return lineBreak + 1;
  }

  #emit(cells: string[], problem: RowProblem | undefined): void {
    const row = this.#row;
    this.#row += 1;
    if (row < 0) return;
    this.#cellCount ??= cells.length;
    this.#rows.push({
      line: this.#line,
      row,
      cells,
      raw: undefined,
      record: undefined,
      problem: problem ?? this.#problemOf(cells, this.#cellCount),
    });
  }

  #problemOf(cells: string[], expected: number): RowProblem | undefined {
    if (this.#suspect && cells.some((cell) => !cell.isWellFormed())) return badEncoding(this.#encoding);
    if (cells.length === expected) return undefined;
    const cellCount = cells.length === 1 ? '1 cell' : `${cells.length} cells`;
    const counts = `The row has ${cellCount} where the headings have ${expected}`;
    return cells.length > expected
      ? { code: 'too_many_cells', reason: `${counts}; a cell that holds the separator must stand in quotes.` }
      : { code: 'too_few_cells', reason: `${counts}.` };
  }
}

/** The quote that closes the one at `open`, -1 if it has not come yet. Two in a row stand for one in the text. */
function closingQuote(text: string, open: number): number {
  for (let at = open + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at === -1 || text.charCodeAt(at + 1) !== QUOTE) return at;
  }
}

function countLineBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
