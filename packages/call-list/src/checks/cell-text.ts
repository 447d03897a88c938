/** What databases and spreadsheets write where there is nothing. */
const EMPTY_WORDS: ReadonlySet<string> = new Set([
  'NULL',
  String.raw`\N`,
  '#N/A',
  'NaN',
  'nan',
  '(null)',
  '<null>',
]);

/** Trimmed, and empty where a word stands for nothing. */
export function cellText(cell: string): string {
  const text = cell.trim();
  return EMPTY_WORDS.has(text) ? '' : text;
}
