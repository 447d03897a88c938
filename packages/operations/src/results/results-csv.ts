import { FORMULA } from '@libby-dialer/call-list';
import { RESULT_COLUMNS, type ResultRecord } from '@libby-dialer/dialing';

export const RESULTS_HEADING = `${RESULT_COLUMNS.join(',')}\r\n`;

/** RFC 4180, section 2: these must stand in quotes. */
const NEEDS_QUOTES = /[",\r\n]/;

/** A result as a line of CSV (RFC 4180) that is safe to open in a spreadsheet. */
export function resultToCsv(record: ResultRecord): string {
  return `${RESULT_COLUMNS.map((column) => csvCell(record[column])).join(',')}\r\n`;
}

/** One cell, in quotes where it needs them. */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined) return '';
  const text = String(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
