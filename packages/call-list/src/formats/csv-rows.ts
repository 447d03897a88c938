import { CsvError, type Options, parse } from 'csv-parse/sync';
import {
  badEncoding,
  cellCounts,
  excerpt,
  type ListRow,
  MAX_ROW_LENGTH,
  type RowProblem,
  type RowReader,
  rowTooLarge,
  type TextSpan,
} from '../list-row.ts';
import { withGuesses } from './decode-text.ts';
import type { RowStart } from './row-start.ts';

/** What a blank line may hold, where it is not the delimiter. */
const BLANKS = ' \t\r';

export interface CsvOptions {
  /** The encoding as people call it, for messages. */
  encoding?: string;
  /** In UTF-16 units. */
  maxRowLength?: number;
  /** Whether the first record only names the delimiter (`sep=;`). */
  skipFirstRecord?: boolean;
  /** Whether the list has no headings: then its first record is row 1. */
  headless?: boolean;
  /** Where the text begins in the list; left out: at its beginning. */
  startsAt?: RowStart;
}

/**
 * Reads CSV after RFC 4180, from text that may be cut anywhere. The first record is row 0, the
 * headings, unless it is said to have none. A further one may have more cells, if these are empty,
 * and fewer, if it cannot be a part of a row that a line break has cut; whether those that are
 * missing matter is for the reader's user to judge.
 *
 * csv-parse reads all the whole lines that have come at once, and starts anew with the next ones,
 * so that no row can spoil those behind it; its stream would take twice as long. How many lines a
 * record took is told by the line breaks in its cells.
 *
 * Beyond the RFC: blanks around a quoted cell are ignored, a quote inside an unquoted cell is
 * itself, blank lines and rows of nothing but separators are no rows.
 */
export class CsvRows implements RowReader {
  readonly #options: Options;
  readonly #maxRowLength: number;
  readonly #encoding: string;
  /** Text of a record that is not complete yet. */
  #pending = '';
  /** Where the text that is being read begins, or the pending one. */
  #offset: number;
  /** Whether `#pending` ends inside of quotes. */
  #isOpen = false;
  /**
   * Whether the last record that was read strictly had blanks around its quoted cells: the next one
   * will have them too.
   */
  #trims = false;
  /** In an oversized record, before the line break that ends it. */
  #skipping = false;
  #line: number;
  /** Of the lines so far, those that begin inside of a cell. */
  #linesInCells: number;
  readonly #firstRow: number;
  #row: number;
  #cellCount: number | undefined;
  /** The last row, which waits for its neighbour: the two may be one. */
  #last: ListRow | undefined;
  #rows: ListRow[] = [];

  constructor(delimiter: string, options: CsvOptions = {}) {
    this.#options = { delimiter, record_delimiter: ['\r\n', '\n'], relax_column_count: true };
    this.#encoding = options.encoding ?? 'UTF-8';
    this.#maxRowLength = options.maxRowLength ?? MAX_ROW_LENGTH;
    const { at, line, row } = options.startsAt ?? { at: 0, line: 1, row: 1 };
    this.#offset = at;
    this.#line = line;
    this.#linesInCells = line - row;
    this.#firstRow = options.headless === true ? 1 : 0;
    this.#row = this.#firstRow - (options.skipFirstRecord === true ? 1 : 0);
  }

  push(piece: string): ListRow[] {
    this.#rows = [];
    const text = this.#pending + piece;
    // What cannot complete a record is not a reason to read it again.
    const incomplete = !piece.includes(this.#isOpen ? '"' : '\n');
    if (incomplete && !this.#skipping && text.length <= this.#maxRowLength) this.#pending = text;
    else this.#read(text);
    return this.#rows;
  }

  end(): ListRow[] {
    const isCutOff = this.#pending !== '';
    const rows = isCutOff ? this.push('\n') : [];
    if (this.#pending !== '') {
      this.#emit([excerpt(this.#pending.trimEnd())], {
        code: 'unclosed_quote',
        reason: `A quote in the row is never closed, so all from line ${this.#line} up to the end of the list is this one row.`,
      });
      this.#pending = '';
    }
    if (this.#last === undefined) return rows;
    // A file that ends within a line may be a part of a file.
    if (isCutOff && this.#isShort(this.#last)) this.#last.problem ??= CUT_OFF;
    rows.push(this.#last);
    this.#last = undefined;
    return rows;
  }

  #read(text: string): void {
    const end = text.lastIndexOf('\n') + 1;
    const isSuspect = !text.isWellFormed();
    this.#isOpen = false;
    let at = this.#skipping ? this.#skip(text, 0) : 0;
    while (at < text.length) {
      at = this.#passBlankLines(text, at);
      const { records, isOpen } = this.#parseLines(text.slice(at, end));
      const { next, tooLarge } = this.#takeRecords(records, text, at, isSuspect);
      if (!tooLarge && text.length - next <= this.#maxRowLength) {
        this.#isOpen = isOpen && !text.includes('"', end);
        at = next;
        break;
      }
      at = this.#giveUp(text, next);
    }
    this.#pending = text.slice(at);
    this.#offset += at;
  }

  /**
   * csv-parse would make a record of each: millions of them, as packed lists may hold, would take
   * minutes.
   */
  #passBlankLines(text: string, from: number): number {
    const { delimiter } = this.#options;
    let lineStart = from;
    for (let at = from; at < text.length && at - lineStart <= this.#maxRowLength; at += 1) {
      const character = text[at];
      if (character === '\n') {
        lineStart = at + 1;
        this.#line += 1;
      } else if (character === delimiter || !BLANKS.includes(character as string)) break;
    }
    return lineStart;
  }

  /** Without the last record if it ends beyond the lines, and so inside of quotes. */
  #parseLines(lines: string): { records: string[][]; isOpen: boolean } {
    let isOpen = false;
    const records = parse(lines, {
      ...this.#options,
      relax_quotes: true,
      skip_records_with_error: true,
      on_skip: (error) => {
        // After any other error csv-parse would leave out more than one record.
        if (error?.code !== 'CSV_QUOTE_NOT_CLOSED')
          throw new Error('csv-parse left out a record', { cause: error });
        isOpen = true;
      },
    });
    return { records, isOpen };
  }

  /**
   * Returns where the first record begins that was not taken, because it is too large or there is
   * no further one.
   */
  #takeRecords(
    records: readonly string[][],
    text: string,
    from: number,
    isSuspect: boolean,
  ): { next: number; tooLarge: boolean } {
    let start = from;
    for (const cells of records) {
      const lineBreak = text.indexOf('\n', start);
      const isQuoted = text.slice(start, lineBreak).includes('"');
      const breaks = isQuoted ? countLineBreaks(cells) : 0;
      const end = nthLineBreak(text, lineBreak, breaks);
      if (end - start > this.#maxRowLength) return { next: start, tooLarge: true };
      const source =
        isQuoted || isSuspect || cells.length === 1 ? text.slice(start, end + 1) : undefined;
      const span = {
        start: this.#offset + start,
        end: this.#offset + (text[end - 1] === '\r' && end > start ? end - 1 : end),
        width: cells.length,
      };
      if (source?.trim() !== '') this.#takeRecord(cells, source, breaks, span);
      this.#line += breaks + 1;
      this.#linesInCells += breaks;
      start = end + 1;
    }
    return { next: start, tooLarge: false };
  }

  /** @param source the record as it stands in the list, where it may need a second look */
  #takeRecord(cells: string[], source: string | undefined, breaks: number, span: TextSpan): void {
    if (source?.isWellFormed() === false) {
      // csv-parse reads bytes, and so has lost what was no text.
      const [guessed = cells] = this.#parseLines(withGuesses(source)).records;
      return this.#emit(guessed, badEncoding(this.#encoding, source), span);
    }
    if (source === undefined || !cells.some(beginsWithQuote))
      return this.#emit(cells, undefined, span);
    const strictCells =
      this.#parseStrictly(source, this.#trims) ?? this.#parseStrictly(source, !this.#trims);
    if (strictCells !== undefined)
      return this.#emit(strictCells, undefined, { ...span, width: strictCells.length });
    const lines =
      breaks === 0 ? '' : `; lines ${this.#line} to ${this.#line + breaks} are this one row`;
    this.#emit([excerpt(source.trimEnd())], {
      code: 'unclosed_quote',
      reason: `A quoted cell goes on behind its closing quote${lines}. A quote inside a quoted cell is written twice.`,
    });
  }

  /**
   * A cell that still begins with a quote once it is read may be well written, may be a quoted one
   * behind a blank, or goes on behind its closing quote. A parser that minds no quotes inside of
   * cells takes what follows for a part of it, and it may be another row: nobody is called by such
   * a guess.
   */
  #parseStrictly(source: string, trim: boolean): string[] | undefined {
    try {
      const records = parse(source, { ...this.#options, trim });
      if (records.length !== 1) return undefined;
      this.#trims = trim;
      return records[0];
    } catch (error) {
      if (error instanceof CsvError) return undefined;
      throw error;
    }
  }

  /**
   * Rejects the record at `start` as too large. Returns where reading goes on, the same however the
   * text was cut.
   */
  #giveUp(text: string, start: number): number {
    const given = text.slice(start, start + this.#maxRowLength);
    const breaks = countLineBreaks([given]);
    const lines = `lines ${this.#line} to ${this.#line + breaks} are this one row; a quote in it may never be closed.`;
    const { code, reason } = rowTooLarge();
    this.#emit([excerpt(given)], { code, reason: breaks === 0 ? reason : `${reason} So ${lines}` });
    this.#line += breaks;
    this.#linesInCells += breaks;
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

  #emit(given: string[], problem: RowProblem | undefined, span?: TextSpan): void {
    if (problem === undefined && given.every((cell) => cell.trim() === '')) {
      // It keeps its number, for a call may be known by that of its row.
      if (this.#cellCount !== undefined) this.#row += 1;
      return;
    }
    const row = this.#row;
    this.#row += 1;
    if (row < this.#firstRow) return;
    this.#cellCount ??= given.length;
    const cells = withoutEmptyEnd(given, this.#cellCount);
    this.#pass({
      line: this.#line,
      ...(this.#linesInCells > 0 && { sheetRow: this.#line - this.#linesInCells }),
      row,
      cells,
      raw: undefined,
      record: undefined,
      problem: problem ?? tooManyCells(cells.length, this.#cellCount),
      span,
    });
  }

  /** Lets the row before go, once it is known whether the two are one. */
  #pass(row: ListRow): void {
    const before = this.#last;
    if (before !== undefined && this.#mayBeOne(before, row)) {
      before.problem ??= MAY_BE_ONE;
      row.problem ??= MAY_BE_ONE;
    }
    // The headings have nothing to wait for, and one cell has no neighbours.
    if (row.row === 0 || this.#cellCount === 1) this.#rows.push(row);
    else {
      if (before !== undefined) this.#rows.push(before);
      this.#last = row;
    }
  }

  /**
   * A line break that stands in a cell without quotes makes two records of a row, and two cells of
   * that cell; each is called by what is left of it, perhaps a number cut short, or one that has
   * moved under another heading. So no two neighbours are trusted that have no more cells together
   * than one row that was cut. Where one of them is full the other is a single cell, a title or a
   * total as a rule: then only the two parts of a number count.
   */
  #mayBeOne(before: ListRow, row: ListRow): boolean {
    if (widthOf(before) + widthOf(row) > (this.#cellCount ?? 0) + 1) return false;
    if (this.#isShort(before) && this.#isShort(row)) return true;
    return mayBePartOfNumber(before.cells?.at(-1)) && mayBePartOfNumber(row.cells?.[0]);
  }

  #isShort(row: ListRow): boolean {
    return widthOf(row) < (this.#cellCount ?? 0);
  }
}

/** The rejects file has a cell for each column, so that a whole row is fine there. */
const IF_WHOLE = 'if it is whole, empty its cell under "code" in the rejects file, and load that.';
const MAY_BE_ONE: RowProblem = {
  code: 'too_few_cells',
  reason: `The row and the one beside it may be parts of one that a line break has cut: make them one; ${IF_WHOLE}`,
};
const CUT_OFF: RowProblem = {
  code: 'too_few_cells',
  reason: `The list ends within this row and may have been cut off; ${IF_WHOLE}`,
};

/** Spreadsheets end a row by more separators than it has columns. */
function withoutEmptyEnd(cells: string[], count: number): string[] {
  if (cells.length <= count || cells.slice(count).some((cell) => cell.trim() !== '')) return cells;
  return cells.slice(0, count);
}

function tooManyCells(count: number, expected: number): RowProblem | undefined {
  if (count <= expected) return undefined;
  const counts = cellCounts(count, expected);
  return {
    code: 'too_many_cells',
    reason: `${counts}; a cell that holds the separator must stand in quotes.`,
  };
}

function widthOf({ cells = [] }: ListRow): number {
  return cells.length;
}

function mayBePartOfNumber(cell = ''): boolean {
  return /\d/.test(cell) && !/\p{L}/u.test(cell);
}

function beginsWithQuote(cell: string): boolean {
  return cell.trimStart().startsWith('"');
}

function countLineBreaks(texts: readonly string[]): number {
  let count = 0;
  for (const text of texts) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  }
  return count;
}

function nthLineBreak(text: string, first: number, n: number): number {
  let at = first;
  for (let left = n; left > 0; left -= 1) at = text.indexOf('\n', at + 1);
  return at;
}
