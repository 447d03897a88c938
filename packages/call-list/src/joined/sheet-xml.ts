import { ListError } from '../list-error.ts';
import { columnOf } from '../workbook/cell-place.ts';

/** A row of a sheet as XML; `text` alone is what stands before the rows, or behind them. */
export interface XmlPiece {
  readonly text: string;
  /** From 1. */
  readonly row?: number;
}

const LONGEST_ROW = 64 * 1024 * 1024;
/** Of blanks between two rows. */
const LONGEST_GAP = 1024;
const BLANKS = ' \t\r\n';
/** What may stand behind the name of an element. */
const AFTER_NAME = ' \t\r\n/>';

/**
 * Cuts the XML of a sheet into its rows and what is around them, with nothing lost. Programs write
 * it, so that `<` stands nowhere but before a tag; a sheet with comments in it is refused.
 */
export class SheetXml {
  /** Of the elements' names, as the file has it. */
  prefix = '';
  #text = '';
  #part: 'head' | 'rows' | 'foot' = 'head';
  #row = 0;

  async *pieces(xml: AsyncIterable<string>): AsyncGenerator<XmlPiece[]> {
    for await (const text of xml) {
      this.#text += text;
      const pieces = this.#cut();
      if (pieces.length > 0) yield pieces;
    }
    if (this.#part === 'rows') throw cannotBeGivenBack();
    yield [{ text: this.#text }];
  }

  #cut(): XmlPiece[] {
    const text = this.#text;
    const pieces: XmlPiece[] = [];
    let at = 0;
    if (this.#part === 'head') {
      const opening = /<((?:\w+:)?)sheetData\s*>/.exec(text);
      if (opening === null) return pieces;
      this.prefix = opening[1] ?? '';
      this.#part = 'rows';
      at = opening.index + opening[0].length;
      pieces.push({ text: text.slice(0, at) });
    }
    for (let end = this.#endOfRow(at); end !== undefined; end = this.#endOfRow(at)) {
      const row = text.slice(at, end);
      if (row.includes('<!')) throw cannotBeGivenBack();
      const number = /\sr="(\d+)"/.exec(row.slice(0, row.indexOf('>')))?.[1];
      this.#row = number === undefined ? this.#row + 1 : Number(number);
      pieces.push({ text: row, row: this.#row });
      at = end;
    }
    if (
      text
        .slice(at, at + LONGEST_GAP)
        .trimStart()
        .startsWith(`</${this.prefix}sheetData`)
    )
      this.#part = 'foot';
    if (this.#part === 'foot') {
      pieces.push({ text: text.slice(at) });
      at = text.length;
    }
    this.#text = text.slice(at);
    if (this.#text.length > LONGEST_ROW) throw cannotBeGivenBack();
    return pieces;
  }

  /** Undefined where there is no further one, or it is not complete yet. */
  #endOfRow(from: number): number | undefined {
    const text = this.#text;
    let start = from;
    while (BLANKS.includes(text[start] ?? '-')) start += 1;
    const name = `<${this.prefix}row`;
    if (!text.startsWith(name, start) || !AFTER_NAME.includes(text[start + name.length] ?? '-'))
      return undefined;
    const tagEnd = text.indexOf('>', start);
    if (tagEnd === -1) return undefined;
    if (text[tagEnd - 1] === '/') return tagEnd + 1;
    const closing = `</${this.prefix}row>`;
    const end = text.indexOf(closing, tagEnd);
    return end === -1 ? undefined : end + closing.length;
  }
}

function cannotBeGivenBack(): ListError {
  return new ListError(
    'other_format',
    'The sheet is written in a way that cannot be given back: open it in a spreadsheet and save it.',
  );
}

/** The last column of a row that holds anything, from 0; -1 if none does. */
export function lastFilledColumn(row: string, prefix: string): number {
  for (const { text, column } of cellsFromEnd(row, prefix, row.length))
    if (FILLED.test(text)) return column;
  return -1;
}

/** Puts cells into a row, in place of empty ones that stand there. */
export function withCells(
  row: string,
  prefix: string,
  cells: string,
  { column, count }: { readonly column: number; readonly count: number },
): string {
  const extension = row.indexOf(`<${prefix}extLst`);
  let end = extension === -1 ? row.lastIndexOf(`</${prefix}row>`) : extension;
  const rest = row.slice(end);
  let behind = '';
  for (const cell of cellsFromEnd(row, prefix, end)) {
    if (cell.column < column) break;
    if (cell.column >= column + count) behind = cell.text + behind;
    end = cell.start;
  }
  // It tells how far the row goes, which is not true any more.
  const before = row.slice(0, end).replace(/^(\s*<[^>]*?)\sspans="[^"]*"/, '$1');
  return before + cells + behind + rest;
}

/** The style of the last cell of a row, as an attribute. */
export function lastStyle(row: string, prefix: string): string {
  const [last] = cellsFromEnd(row, prefix, row.length);
  return /^[^>]*?(\ss="\d+")/.exec(last?.text ?? '')?.[1] ?? '';
}

interface XmlCell {
  readonly start: number;
  readonly text: string;
  readonly column: number;
}

const FILLED = /<(?:\w+:)?(?:v|is|f)[\s>/]/;
const PLACE = /^[^>]*?\sr="([A-Z]{1,3})\d+"/;

function* cellsFromEnd(row: string, prefix: string, from: number): Generator<XmlCell> {
  const name = `<${prefix}c`;
  for (let end = from; end > 0; ) {
    const start = row.lastIndexOf(name, end - 1);
    if (start === -1) return;
    // Other elements begin with a c as well.
    if (AFTER_NAME.includes(row[start + name.length] ?? '-')) {
      const text = row.slice(start, end);
      const place = PLACE.exec(text)?.[1];
      yield {
        start,
        text,
        column: place === undefined ? countCells(row, name, start) : columnOf(place),
      };
      end = start;
    } else end = start;
  }
}

/** How many cells stand before: where they do not say their place, it is that of the next. */
function countCells(row: string, name: string, before: number): number {
  return row.slice(0, before).split(new RegExp(`${name}[\\s/>]`)).length - 1;
}
