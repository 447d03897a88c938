import { csvCell } from '@libby-dialer/call-list';
import { RESULT_COLUMNS, type ResultRecord } from '@libby-dialer/dialing';

export const RESULTS_HEADING = `${RESULT_COLUMNS.join(',')}\r\n`;

/** A result as a line of CSV (RFC 4180) that is safe to open in a spreadsheet. */
export function resultToCsv(record: ResultRecord): string {
  return `${RESULT_COLUMNS.map((column) => csvCell(record[column])).join(',')}\r\n`;
}
