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

const LONGEST_EMPTY_WORD = Math.max(...[...EMPTY_WORDS].map(({ length }) => length));

/** Trimmed, and empty where a word stands for nothing. */
export function cellText(cell: string): string {
  const text = cell.trim();
  return text.length <= LONGEST_EMPTY_WORD && EMPTY_WORDS.has(text) ? '' : text;
}
