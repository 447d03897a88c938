import {
  cellCounts,
  excerpt,
  type ListRow,
  MAX_ROW_LENGTH,
  type RowProblem,
  type RowReader,
  rowTooLarge,
} from '../list-row.ts';
import { columnName, columnOf, MOST_COLUMNS } from './cell-place.ts';
import type { MergedCells } from './merged-cells.ts';
import type { NumberFormats } from './number-formats.ts';
import type { SharedStrings } from './shared-strings.ts';
import { unescaped, type XmlAttributes, XmlReader } from './xml-reader.ts';
import { damaged } from './zip-parts.ts';

/** The number that Excel has. */
const MOST_ROWS = 1_048_576;

export interface SheetParts {
  readonly strings: SharedStrings;
  readonly formats: NumberFormats;
  readonly merged: MergedCells;
}

/**
 * Reads the rows of a sheet from its XML, which may be cut anywhere. Its first row with anything in
 * it is row 0, the headings; the others are numbered by their distance from that. Blank rows are no
 * rows. A cell's text is what the sheet shows in it.
 */
export class SheetRows implements RowReader {
  readonly #parts: SheetParts;
  readonly #headerRow: number | undefined;
  readonly #xml: XmlReader;
  #rows: ListRow[] = [];
  #headingsAt: number | undefined;
  #cellCount = 0;
  /** A row with nothing in it. */
  #blank: readonly string[] = [];

  // Of the row that is being read
  #number = 0;
  #isHidden = false;
  #cells: string[] = [];
  #length = 0;
  #problem: RowProblem | undefined;

  // Of the cell
  #column = -1;
  #type = 'n';
  #style = 0;
  #text = '';
  #isText = false;
  #hasValue = false;
  #isFormula = false;
  #phonetic = 0;

  /** @param headerRow the row of the headings; left out: the first that shows anything */
  constructor(parts: SheetParts, headerRow?: number) {
    this.#parts = parts;
    this.#headerRow = headerRow;
    this.#xml = new XmlReader({
      open: (name, attributes) => this.#open(name, attributes),
      text: (text) => this.#take(text),
      close: (name) => this.#close(name),
    });
  }

  push(text: string): ListRow[] {
    this.#rows = [];
    this.#xml.push(text);
    return this.#rows;
  }

  end(): ListRow[] {
    this.#rows = [];
    this.#xml.end();
    return this.#rows;
  }

  #open(name: string, attributes: XmlAttributes): void {
    switch (name) {
      case 'v':
      case 't':
        this.#isText = this.#phonetic === 0;
        this.#hasValue = true;
        break;
      case 'c':
        this.#openCell(attributes);
        break;
      case 'row':
        this.#openRow(attributes);
        break;
      case 'f':
        this.#isFormula = true;
        break;
      case 'rPh':
        this.#phonetic += 1;
        break;
      default:
    }
  }

  #openRow({ r, hidden }: XmlAttributes): void {
    const number = r === undefined ? this.#number + 1 : Number(r);
    if (!(number > this.#number && number <= MOST_ROWS))
      damaged(new Error('Rows are not in their order.'));
    this.#number = number;
    this.#isHidden = hidden === '1' || hidden === 'true';
    this.#cells = this.#blank.slice();
    this.#length = 0;
    this.#problem = undefined;
    this.#column = -1;
  }

  #openCell({ r, t = 'n', s }: XmlAttributes): void {
    this.#column = r === undefined ? this.#column + 1 : columnOf(r);
    if (!(this.#column >= 0 && this.#column < MOST_COLUMNS))
      damaged(new Error('A cell has no place.'));
    this.#type = t;
    this.#style = s === undefined ? 0 : Number(s);
    this.#text = '';
    this.#hasValue = false;
    this.#isFormula = false;
  }

  #take(text: string): void {
    if (this.#isText && this.#text.length <= MAX_ROW_LENGTH) this.#text += text;
  }

  #close(name: string): void {
    if (name === 'v' || name === 't') this.#isText = false;
    else if (name === 'rPh') this.#phonetic -= 1;
    else if (name === 'c') this.#closeCell();
    else if (name === 'row') this.#closeRow();
  }

  #closeCell(): void {
    const text = this.#shown();
    if (text === '') return;
    this.#length += text.length;
    if (this.#length > MAX_ROW_LENGTH) this.#problem = rowTooLarge();
    else {
      while (this.#cells.length < this.#column) this.#cells.push('');
      this.#cells[this.#column] = text;
    }
  }

  #shown(): string {
    if (!this.#hasValue) {
      if (this.#isFormula) this.#problem ??= notComputed(this.#place());
      return '';
    }
    switch (this.#type) {
      case 's':
        return this.#parts.strings.get(Number(this.#text)) ?? damaged(new Error('No such text.'));
      case 'str':
      case 'inlineStr':
        return unescaped(this.#text);
      case 'b':
        return this.#text === '1' || this.#text === 'true' ? 'TRUE' : 'FALSE';
      case 'e':
        this.#problem ??= holdsError(this.#place(), this.#text);
        return this.#text;
      case 'd':
        return this.#text;
      default:
        return this.#parts.formats.show(this.#text, this.#style);
    }
  }

  #place(): string {
    return `${columnName(this.#column)}${this.#number}`;
  }

  #closeRow(): void {
    const isBlank = this.#problem === undefined && this.#cells.every((cell) => cell.trim() === '');
    this.#parts.merged.fill(this.#number, this.#cells);
    if (isBlank || this.#number < (this.#headerRow ?? 0)) return;
    if (this.#headingsAt === undefined) this.#takeHeadings();
    else this.#emit(this.#number - this.#headingsAt, this.#problem ?? this.#whyNotCalled());
  }

  /** What hides above them, a filter's note or a title, is nobody's row. */
  #takeHeadings(): void {
    if (this.#isHidden && this.#headerRow === undefined) return;
    this.#headingsAt = this.#number;
    this.#cellCount = this.#cells.findLastIndex((cell) => cell.trim() !== '') + 1;
    this.#blank = Array.from({ length: this.#cellCount }, () => '');
    this.#emit(0, this.#problem);
  }

  #whyNotCalled(): RowProblem | undefined {
    if (this.#isHidden) return HIDDEN;
    const count = this.#cells.findLastIndex((cell) => cell.trim() !== '') + 1;
    if (count <= this.#cellCount) return undefined;
    const counts = cellCounts(count, this.#cellCount);
    return { code: 'too_many_cells', reason: `${counts}: give each column a heading.` };
  }

  #emit(row: number, problem: RowProblem | undefined): void {
    const count = problem?.code === 'too_many_cells' ? this.#cells.length : this.#cellCount;
    const cells = this.#cells.length === count ? this.#cells : this.#cells.slice(0, count);
    const isTooLarge = problem?.code === 'row_too_large';
    this.#rows.push({
      line: this.#number,
      row,
      cells: isTooLarge ? [excerpt(cells.join(' ').trim())] : cells,
      raw: undefined,
      record: undefined,
      problem,
    });
  }
}

const HIDDEN: RowProblem = {
  code: 'skipped',
  reason: 'The row is hidden in the sheet: to have it called, show it there.',
};

function notComputed(place: string): RowProblem {
  return {
    code: 'bad_cell',
    reason: `Cell ${place} holds a formula that was never computed: open the workbook in a spreadsheet and save it.`,
  };
}

function holdsError(place: string, error: string): RowProblem {
  return {
    code: 'bad_cell',
    reason: `Cell ${place} shows the error ${excerpt(error)}: mend its formula.`,
  };
}
