import { Readable } from 'node:stream';
import type { List } from '../open-list.ts';
import { columnName } from '../workbook/cell-place.ts';
import type { SheetFile } from '../workbook/open-workbook.ts';
import { withDateStyle } from './date-style.ts';
import type { JoinedRow, JoinedText } from './joined-row.ts';
import { type CellMarkup, sheetCells } from './sheet-cells.ts';
import { lastFilledColumn, lastStyle, SheetXml, withCells } from './sheet-xml.ts';
import { type ZipPart, zipOf } from './zip-text.ts';

const STYLES = 'xl/styles.xml';

/**
 * A workbook as it was, with further cells in each row of its sheet, right of all that this holds.
 * No other cell, style, formula or sheet is touched. Throws `ListError` from within the iteration.
 * @param columns the headings of the cells added
 */
export function joinedWorkbook(
  sheet: NonNullable<List['sheet']>,
  columns: readonly string[],
  rows: AsyncIterable<readonly JoinedRow[]>,
): JoinedText {
  return { bytes: workbook(sheet, columns, rows), bare: [] };
}

async function* workbook(
  { file, headingsAt }: NonNullable<List['sheet']>,
  columns: readonly string[],
  rows: AsyncIterable<readonly JoinedRow[]>,
): AsyncGenerator<Buffer> {
  const { parts, part, countsFrom1904 } = file;
  const styles = withDateStyle(await textOf(parts.read(STYLES)));
  const column = (await lastColumn(file)) + 1;
  const markup = { dateStyle: styles.style, countsFrom1904 };
  const written = parts.names.map((name): ZipPart => {
    if (name === part)
      return { name, read: () => sheetWith(file, { column, headingsAt, columns }, rows, markup) };
    if (name === STYLES && styles.style !== undefined)
      return { name, read: () => Readable.from([Buffer.from(styles.xml)]) };
    return { name, read: () => parts.readBytes(name) };
  });
  yield* zipOf(written);
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(pieces)).join('');
}

/** Of all rows, from 0. */
async function lastColumn({ parts, part }: SheetFile): Promise<number> {
  const sheet = new SheetXml();
  let last = -1;
  for await (const pieces of sheet.pieces(parts.read(part)))
    for (const { text, row } of pieces)
      if (row !== undefined) last = Math.max(last, lastFilledColumn(text, sheet.prefix));
  return last;
}

interface Addition {
  /** The first column of ours, from 0. */
  readonly column: number;
  readonly columns: readonly string[];
  readonly headingsAt: number;
}

async function* sheetWith(
  { parts, part }: SheetFile,
  { column, columns, headingsAt }: Addition,
  rows: AsyncIterable<readonly JoinedRow[]>,
  given: Omit<CellMarkup, 'prefix'>,
): AsyncGenerator<Buffer> {
  const sheet = new SheetXml();
  const count = columns.length;
  const joined = new RowCursor(rows);
  for await (const pieces of sheet.pieces(parts.read(part))) {
    let xml = '';
    const { prefix } = sheet;
    for (const { text, row } of pieces) {
      const isHeadings = row === headingsAt;
      const values = isHeadings ? columns : row && (joined.at(row) ?? (await joined.upTo(row)));
      if (row === undefined) xml += withDimension(text, column + count - 1);
      else if (values === undefined || values === 0) xml += text;
      else {
        const style = isHeadings ? lastStyle(text, prefix) : '';
        const cells = sheetCells(values, { column, row, style }, { ...given, prefix });
        xml += withCells(text, prefix, cells, { column, count });
      }
    }
    yield Buffer.from(xml);
  }
  await joined.end();
}

/** Where the head of a sheet says how far it goes. */
function withDimension(text: string, last: number): string {
  return text.replace(
    /(<(?:\w+:)?dimension\s+ref="[A-Z]+\d+:)[A-Z]+(\d+")/,
    (_, before: string, behind: string) => before + columnName(last) + behind,
  );
}

/** Joined rows, met in the order of their lines. */
class RowCursor {
  readonly #chunks: AsyncIterator<readonly JoinedRow[]>;
  #chunk: readonly JoinedRow[] = [];
  #index = 0;

  constructor(rows: AsyncIterable<readonly JoinedRow[]>) {
    this.#chunks = rows[Symbol.asyncIterator]();
  }

  /** Undefined where there is none, or it has to be read first. */
  at(line: number): JoinedRow['beside'] | undefined {
    const next = this.#chunk[this.#index];
    if (next?.row.line !== line) return undefined;
    this.#index += 1;
    return next.beside;
  }

  async upTo(line: number): Promise<JoinedRow['beside'] | undefined> {
    while (this.#index >= this.#chunk.length) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      this.#chunk = next.value;
      this.#index = 0;
    }
    return this.at(line);
  }

  async end(): Promise<void> {
    await this.#chunks.return?.();
  }
}
