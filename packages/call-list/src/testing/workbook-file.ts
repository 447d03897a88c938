import { createReadStream } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { type ZipPart, zipOf } from '../joined/zip-text.ts';
import { ZipParts } from '../workbook/zip-parts.ts';

const HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

export interface SheetXml {
  readonly name: string;
  readonly state?: 'hidden' | 'veryHidden';
  /** What stands in `sheetData`. */
  readonly rows: string;
  /** What stands behind it. */
  readonly after?: string;
}

export interface WorkbookXml {
  readonly sheets: readonly SheetXml[];
  readonly strings?: readonly string[];
  /** The number formats of the styles, from style 1 on. */
  readonly formats?: readonly string[];
  readonly countsFrom1904?: boolean;
}

/** The parts of a workbook, as Excel names them, around XML that a test writes itself. */
export function workbookParts({
  sheets,
  strings = [],
  formats = [],
  countsFrom1904 = false,
}: WorkbookXml): Record<string, string> {
  const listed = sheets.map(
    ({ name, state = 'visible' }, index) =>
      `<sheet name="${name}" sheetId="${index + 1}" state="${state}" r:id="rId${index + 1}"/>`,
  );
  const related = sheets.map(
    (_, index) =>
      `<Relationship Id="rId${index + 1}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`,
  );
  const numFmts = formats.map(
    (code, index) => `<numFmt numFmtId="${200 + index}" formatCode="${code}"/>`,
  );
  const xfs = formats.map((_, index) => `<xf numFmtId="${200 + index}"/>`);
  return {
    'xl/workbook.xml': `${HEADER}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><workbookPr date1904="${countsFrom1904}"/><sheets>${listed.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${HEADER}<Relationships>${related.join('')}</Relationships>`,
    'xl/styles.xml': `${HEADER}<styleSheet xmlns="${MAIN}"><numFmts>${numFmts.join('')}</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${xfs.join('')}</cellXfs></styleSheet>`,
    'xl/sharedStrings.xml': `${HEADER}<sst xmlns="${MAIN}">${strings.map((text) => `<si>${text}</si>`).join('')}</sst>`,
    ...Object.fromEntries(
      sheets.map(({ rows, after = '' }, index) => [
        `xl/worksheets/sheet${index + 1}.xml`,
        `${HEADER}<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData>${after}</worksheet>`,
      ]),
    ),
  };
}

export function workbookFile(workbook: WorkbookXml): Buffer {
  return zipFile(workbookParts(workbook));
}

/**
 * A workbook of one sheet as Excel saves it, as a stream: each text stands once, in a part of its
 * own, and the cells name it by number.
 */
export async function* savedWorkbook(
  rows: AsyncIterable<readonly string[]>,
): AsyncGenerator<Buffer> {
  const places = new Map<string, number>();
  const {
    'xl/worksheets/sheet1.xml': _,
    'xl/sharedStrings.xml': __,
    ...others
  } = workbookParts({
    sheets: [{ name: 'Sheet1', rows: '' }],
  });
  yield* zipOf([
    ...Object.entries(others).map(
      ([name, xml]): ZipPart => ({
        name,
        read: async function* () {
          yield xml;
        },
      }),
    ),
    { name: 'xl/worksheets/sheet1.xml', read: () => savedSheet(rows, places) },
    { name: 'xl/sharedStrings.xml', read: () => savedStrings(places) },
  ]);
}

async function* savedSheet(
  rows: AsyncIterable<readonly string[]>,
  places: Map<string, number>,
): AsyncGenerator<string> {
  yield `${HEADER}<worksheet xmlns="${MAIN}"><sheetData>`;
  let row = 0;
  for await (const texts of rows) {
    row += 1;
    const cells = texts.map((text, column) => {
      const place = places.get(text) ?? places.size;
      places.set(text, place);
      return `<c r="${String.fromCharCode(65 + column)}${row}" t="s"><v>${place}</v></c>`;
    });
    yield `<row r="${row}" spans="1:${texts.length}">${cells.join('')}</row>`;
  }
  yield '</sheetData></worksheet>';
}

async function* savedStrings(places: ReadonlyMap<string, number>): AsyncGenerator<string> {
  yield `${HEADER}<sst xmlns="${MAIN}" uniqueCount="${places.size}">`;
  for (const text of places.keys()) yield `<si><t>${text}</t></si>`;
  yield '</sst>';
}

/** The text of a part of a workbook, in pieces. */
export async function* workbookPart(path: string, name: string): AsyncGenerator<string> {
  await using parts = await ZipParts.open(createReadStream(path));
  yield* parts.read(name);
}

/** A sheet of texts. */
export function textRows(table: readonly (readonly string[])[]): string {
  return table.map((cells) => `<row>${cells.map(textCell).join('')}</row>`).join('');
}

function textCell(text: string): string {
  return text === '' ? '<c/>' : `<c t="inlineStr"><is><t>${text}</t></is></c>`;
}

export interface ZipOptions {
  /** Says other sizes of each part than it has. */
  readonly claimedBytes?: number;
  readonly encrypted?: boolean;
}

export function zipFile(
  parts: Readonly<Record<string, string | Buffer>>,
  { claimedBytes, encrypted = false }: ZipOptions = {},
): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const sizes = [crc32(bytes), packed.length, claimedBytes ?? bytes.length];
    // Version, flags, method (deflate), time and date.
    const common = [20, encrypted ? 1 : 0, 8, 0, 0];
    const local = fields('PK\u0003\u0004', common, sizes, [name.length, 0]);
    files.push(local, Buffer.from(name), packed);
    const entry = fields('PK\u0001\u0002', [20, ...common], sizes, [name.length, 0, 0, 0, 0]);
    directory.push(entry, longs(0, offset), Buffer.from(name));
    offset += local.length + name.length + packed.length;
  }
  const count = Object.keys(parts).length;
  const size = Buffer.concat(directory).length;
  const end = [fields('PK\u0005\u0006', [0, 0, count, count], [size, offset], [0])];
  return Buffer.concat([...files, ...directory, ...end]);
}

function fields(
  signature: string,
  shorts: readonly number[],
  middle: readonly number[],
  rest: readonly number[],
): Buffer {
  return Buffer.concat([
    Buffer.from(signature, 'latin1'),
    words(...shorts),
    longs(...middle),
    words(...rest),
  ]);
}

function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt16LE(value, 2 * index);
  return buffer;
}

function longs(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt32LE(value, 4 * index);
  return buffer;
}
