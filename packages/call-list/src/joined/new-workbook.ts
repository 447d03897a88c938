import { ListError } from '../list-error.ts';
import type { BesideValue } from './joined-row.ts';
import { sheetCells } from './sheet-cells.ts';
import { type ZipPart, zipOf } from './zip-text.ts';

const HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const SPREADSHEET = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const SHEET = 'xl/worksheets/sheet1.xml';
const DATE_STYLE = 1;
/** The number that Excel has. */
const MOST_ROWS = 1_048_576;

const FIXED: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/><Override PartName="/${SHEET}" ContentType="${TYPE}.worksheet+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${SPREADSHEET}" xmlns:r="${DOCUMENT}"><sheets><sheet name="Results" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${DOCUMENT}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `<styleSheet xmlns="${SPREADSHEET}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>`,
};

/** A workbook of one sheet with these rows. Throws `ListError` where they are too many for one. */
export async function* newWorkbook(
  rows: AsyncIterable<readonly (readonly BesideValue[])[]>,
): AsyncGenerator<Buffer> {
  const fixed = Object.entries(FIXED).map(
    ([name, xml]): ZipPart => ({ name, read: () => pieceOf(HEADER + xml) }),
  );
  yield* zipOf([...fixed, { name: SHEET, read: () => sheetOf(rows) }]);
}

async function* pieceOf(xml: string): AsyncGenerator<Buffer> {
  yield Buffer.from(xml);
}

async function* sheetOf(
  rows: AsyncIterable<readonly (readonly BesideValue[])[]>,
): AsyncGenerator<Buffer> {
  const markup = { prefix: '', dateStyle: DATE_STYLE, countsFrom1904: false };
  yield Buffer.from(`${HEADER}<worksheet xmlns="${SPREADSHEET}"><sheetData>`);
  let row = 0;
  for await (const chunk of rows) {
    let xml = '';
    for (const values of chunk) {
      row += 1;
      if (row > MOST_ROWS)
        throw new ListError('other_format', 'A sheet has 1,048,576 rows at most: write CSV.');
      xml += `<row r="${row}">${sheetCells(values, { column: 0, row }, markup)}</row>`;
    }
    yield Buffer.from(xml);
  }
  yield Buffer.from('</sheetData></worksheet>');
}
