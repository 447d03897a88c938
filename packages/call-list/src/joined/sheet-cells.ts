import { columnName } from '../workbook/cell-place.ts';
import { type BesideValue, sheetTime } from './joined-row.ts';

const DAY_MS = 86_400_000;
/** From the day that workbooks count from to 1970. */
const DAYS_TO_1970 = 25_569;
const DAYS_TO_1904 = 1462;

/** How the cells that we write into a sheet are marked up. */
export interface CellMarkup {
  /** Of the elements' names: empty, or such as `x:`. */
  readonly prefix: string;
  /** The style that shows a number as a date and a time; undefined: instants are texts. */
  readonly dateStyle: number | undefined;
  readonly countsFrom1904: boolean;
}

/** Cells side by side, as XML, in a row of a sheet. Columns count from 0, rows from 1. */
export function sheetCells(
  values: readonly BesideValue[],
  place: { readonly column: number; readonly row: number; readonly style?: string },
  markup: CellMarkup,
): string {
  return values
    .map((value, index) => {
      const at = `r="${columnName(place.column + index)}${place.row}"`;
      return value === undefined || value === '' ? '' : cell(value, at, place.style ?? '', markup);
    })
    .join('');
}

function cell(
  value: Exclude<BesideValue, undefined>,
  at: string,
  style: string,
  { prefix: p, dateStyle, countsFrom1904 }: CellMarkup,
): string {
  if (typeof value === 'number') return `<${p}c ${at}${style}><${p}v>${value}</${p}v></${p}c>`;
  if (value instanceof Date && dateStyle !== undefined) {
    const days = value.getTime() / DAY_MS + DAYS_TO_1970 - (countsFrom1904 ? DAYS_TO_1904 : 0);
    return `<${p}c ${at} s="${dateStyle}"><${p}v>${days}</${p}v></${p}c>`;
  }
  const text = xmlText(value instanceof Date ? sheetTime(value) : value);
  const shown = `<${p}t xml:space="preserve">${text}</${p}t>`;
  return `<${p}c ${at}${style} t="inlineStr"><${p}is>${shown}</${p}is></${p}c>`;
}

/** What XML cannot hold is written as Excel writes it: `_x000D_`. */
function xmlText(text: string): string {
  return text
    .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(UNWRITABLE, (character) => {
      const code = character.charCodeAt(0).toString(16).toUpperCase();
      return `_x${code.padStart(4, '0')}_`;
    });
}

const UNWRITABLE = /[^\P{Cc}\t\n]|[\ufffe\uffff]|\p{Surrogate}/gu;
