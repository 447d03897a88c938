import { FORMULA } from '../rejects/formula-guard.ts';

/**
 * One cell of our own that is safe to open in a spreadsheet, in quotes where it needs them (RFC
 * 4180, section 2).
 */
export function csvCell(value: string | number | undefined, delimiter = ','): string {
  if (value === undefined) return '';
  const text = String(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return needsQuotes(safe, delimiter) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function needsQuotes(text: string, delimiter: string): boolean {
  return text.includes(delimiter) || /["\r\n]/.test(text);
}
