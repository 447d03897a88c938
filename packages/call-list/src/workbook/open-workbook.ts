import { ListError } from '../list-error.ts';
import type { ListReading } from '../list-reading.ts';
import { excerpt, type ListRow, readRows } from '../list-row.ts';
import { MergedCells } from './merged-cells.ts';
import { NumberFormats } from './number-formats.ts';
import { SharedStrings } from './shared-strings.ts';
import { SheetRows } from './sheet-rows.ts';
import { localName, readXml } from './xml-reader.ts';
import { damaged, ZipParts } from './zip-parts.ts';

const SHEETS_NAMED = 20;
const WORKBOOK = 'xl/workbook.xml';

export interface Sheet {
  readonly name: string;
  /** The headings, row 0, come first. Once. Throws `ListError`. */
  readonly rows: AsyncIterable<ListRow[]>;
  /** How much of it has been read, from 0 to 1. */
  readonly shareRead: () => number;
  readonly file: SheetFile;
  readonly close: () => void;
}

/** The file around a sheet, to write it anew with other content in that sheet. */
export interface SheetFile {
  readonly parts: ZipParts;
  /** Of the sheet itself. */
  readonly part: string;
  readonly countsFrom1904: boolean;
}

/** A sheet as the workbook lists it. */
interface Listed {
  readonly name: string;
  readonly isHidden: boolean;
  /** Of its part in the zip file. */
  readonly part: string;
}

interface Workbook {
  readonly sheets: readonly Listed[];
  readonly countsFrom1904: boolean;
}

/**
 * Opens a sheet of an Excel workbook: the one that is named, else the only one with anything in it.
 * Throws `ListError`.
 */
export async function openWorkbook(
  chunks: AsyncIterable<Buffer>,
  { sheet: wanted, headerRow }: Pick<ListReading, 'sheet' | 'headerRow'>,
): Promise<Sheet> {
  const parts = await ZipParts.open(chunks);
  const close = (): void => void parts[Symbol.asyncDispose]();
  try {
    refuseOtherZip(parts);
    const { sheets, countsFrom1904 } = await readWorkbook(parts);
    const { name, part } = await chosen(parts, sheets, wanted);
    const strings = await SharedStrings.read(parts.read('xl/sharedStrings.xml'));
    const formats = await NumberFormats.read(parts.read('xl/styles.xml'), countsFrom1904);
    const merged = await MergedCells.find(parts.readBytes(part));
    let read = 0;
    const counted = async function* (): AsyncGenerator<string> {
      for await (const piece of parts.read(part)) {
        read += piece.length;
        yield piece;
      }
    };
    return {
      name,
      rows: readRows(counted(), new SheetRows({ strings, formats, merged }, headerRow)),
      shareRead: () => read / Math.max(1, parts.bytesOf(part)),
      file: { parts, part, countsFrom1904 },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function refuseOtherZip(parts: ZipParts): void {
  if (parts.has(WORKBOOK)) return;
  const what = parts.has('xl/workbook.bin')
    ? 'a workbook in the .xlsb format'
    : parts.has('content.xml')
      ? 'an OpenDocument file'
      : 'a zip archive and no workbook';
  throw new ListError('other_format', `The list is ${what}: save the sheet as .xlsx or CSV.`);
}

async function readWorkbook(parts: ZipParts): Promise<Workbook> {
  const targets = new Map<string, string>();
  await readXml(parts.read('xl/_rels/workbook.xml.rels'), {
    open(name, { Id, Type, Target }) {
      if (name !== 'Relationship' || Id === undefined || Target === undefined) return;
      if (Type?.endsWith('/worksheet')) targets.set(Id, partOf(Target));
    },
  });
  const sheets: Listed[] = [];
  let countsFrom1904 = false;
  await readXml(parts.read(WORKBOOK), {
    open(element, attributes) {
      if (element === 'workbookPr')
        countsFrom1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      if (element !== 'sheet') return;
      const { name = '', state = 'visible' } = attributes;
      // `r:id` as a rule; the prefix is the file's choice.
      const id = Object.keys(attributes).find(
        (key) => key.includes(':') && localName(key) === 'id',
      );
      const part = targets.get(attributes[id ?? 'id'] ?? '');
      if (part !== undefined && parts.has(part))
        sheets.push({ name, isHidden: state !== 'visible', part });
    },
  });
  return { sheets, countsFrom1904 };
}

function partOf(target: string): string {
  return new URL(target, 'zip://workbook/xl/').pathname.slice(1);
}

async function chosen(
  parts: ZipParts,
  sheets: readonly Listed[],
  wanted: string | undefined,
): Promise<Listed> {
  if (sheets.length === 0) damaged(new Error('The workbook has no sheets.'));
  if (wanted !== undefined) {
    const same = (name: string): boolean => name.toLowerCase() === wanted.toLowerCase();
    const named =
      sheets.find(({ name }) => name === wanted) ?? sheets.find(({ name }) => same(name));
    if (named !== undefined) return named;
    throw new ListError(
      'which_sheet',
      `The workbook has no sheet "${excerpt(wanted)}": it has ${namesOf(sheets)}.`,
      choicesOf(sheets),
    );
  }
  const filled: Listed[] = [];
  for (const sheet of sheets)
    if (!sheet.isHidden && (await holdsAnything(parts.read(sheet.part)))) filled.push(sheet);
  const [only, another] = filled;
  if (only === undefined) throw new ListError('empty', 'The list is empty.');
  if (another === undefined) return only;
  throw new ListError(
    'which_sheet',
    `The workbook has several sheets: name one of ${namesOf(filled)}.`,
    choicesOf(filled),
  );
}

async function holdsAnything(pieces: AsyncIterable<string>): Promise<boolean> {
  let rest = '';
  for await (const piece of pieces) {
    if (/<(?:\w+:)?(?:v|is)>/.test(rest + piece)) return true;
    rest = piece.slice(-100);
  }
  return false;
}

function choicesOf(sheets: readonly Listed[]): { choices: readonly string[] } {
  return { choices: sheets.map(({ name }) => name) };
}

function namesOf(sheets: readonly Listed[]): string {
  const names = sheets.slice(0, SHEETS_NAMED).map(({ name }) => `"${excerpt(name)}"`);
  return names.join(', ') + (sheets.length > SHEETS_NAMED ? ' and others' : '');
}
