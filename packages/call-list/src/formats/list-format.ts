import { ListError } from '../list-error.ts';

export const LIST_FORMATS = ['csv', 'json', 'ndjson', 'xlsx'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];
/** A workbook is known by its first bytes, whatever its name. */
type TextFormat = Exclude<ListFormat, 'xlsx'>;

const BY_EXTENSION: Readonly<Record<string, TextFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
  psv: 'csv',
  txt: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
};

/**
 * Tells the format by the name and the beginning of the list. What is called .json is often NDJSON.
 */
export function formatOf(path: string, sample: string): TextFormat {
  const named = BY_EXTENSION[extensionOf(path)];
  return named === 'csv' || named === 'ndjson' ? named : sniffFormat(sample, named ?? 'csv');
}

function extensionOf(path: string): string {
  return /\.(\w+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '';
}

const OTHER_FORMATS: readonly [beginning: RegExp, name: string][] = [
  [/^<(?:!doctype|html|table|\?xml)/i, 'is a web page or XML'],
  [/^BEGIN:VCARD/i, 'holds vCards'],
  [/^\{\\rtf/, 'is rich text'],
  [/^%PDF/, 'is a PDF'],
];

/** Text, and yet no list. */
export function refuseOtherFormats(sample: string): void {
  const text = sample.trimStart();
  const name = OTHER_FORMATS.find(([beginning]) => beginning.test(text))?.[1];
  if (name === undefined) return;
  throw new ListError(
    'other_format',
    `The list ${name}: save or export it as CSV, JSON or NDJSON in UTF-8.`,
  );
}

/**
 * Whether the records of a list with lines end in the line break of old Macs, which nothing here
 * reads.
 */
export function endsInCrAlone(sample: string, format: ListFormat): boolean {
  if (format === 'json' || !sample.includes('\r')) return false;
  const unquoted = sample.replaceAll(/"[^"]*"?/g, '');
  return (
    !unquoted.includes('\n') &&
    (format === 'csv' ? unquoted.includes('\r') : /\}\r\s*\{/.test(unquoted))
  );
}

function sniffFormat(sample: string, otherwise: TextFormat): TextFormat {
  const text = sample.trimStart();
  if (text.startsWith('[')) return 'json';
  if (!text.startsWith('{')) return otherwise;
  const lineBreak = text.indexOf('\n');
  return lineBreak !== -1 && isJson(text.slice(0, lineBreak)) ? 'ndjson' : 'json';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
const SAMPLE_RECORDS = 50;

/** The line a spreadsheet writes to name the delimiter of a file. */
const DELIMITER_LINE = /^\s*"?sep=([,;\t|])"?\r?\n/i;

const DELIMITER_BY_EXTENSION: Readonly<Record<string, (typeof DELIMITERS)[number]>> = {
  tsv: '\t',
  tab: '\t',
  psv: '|',
};

/**
 * The delimiter that the list names or its name tells, if its headings have that; else the one that
 * cuts most of the first records into as many cells as the first; of several, the one that cuts
 * most.
 */
export function delimiterOf(
  path: string,
  sample: string,
  headingsAt = 0,
): { delimiter: string; named: boolean } {
  const named = DELIMITER_LINE.exec(sample)?.[1];
  if (named !== undefined) return { delimiter: named, named: true };
  const counts = delimiterCounts(sample.slice(headingsAt));
  const byName = DELIMITER_BY_EXTENSION[extensionOf(path)];
  if (byName !== undefined && (counts[0]?.[DELIMITERS.indexOf(byName)] ?? 0) > 0) {
    return { delimiter: byName, named: false };
  }
  let best = { delimiter: ',', alike: 0, inHeadings: 0 };
  for (const [index, delimiter] of DELIMITERS.entries()) {
    const inHeadings = counts[0]?.[index] ?? 0;
    const alike = counts.filter((count) => count[index] === inHeadings).length;
    if (
      inHeadings > 0 &&
      (alike > best.alike || (alike === best.alike && inHeadings > best.inHeadings))
    ) {
      best = { delimiter, alike, inHeadings };
    }
  }
  return { delimiter: best.delimiter, named: false };
}

/** How often each delimiter stands outside of quotes in each of the first records. */
function delimiterCounts(sample: string): number[][] {
  const records: number[][] = [];
  let counts = DELIMITERS.map(() => 0);
  let quoted = false;
  let blank = true;
  for (const character of sample) {
    if (character === '"') quoted = !quoted;
    if (character === '\n' && !quoted) {
      if (!blank) records.push(counts);
      if (records.length === SAMPLE_RECORDS) return records;
      counts = DELIMITERS.map(() => 0);
      blank = true;
      continue;
    }
    blank &&= character.trim() === '';
    const index = quoted ? -1 : DELIMITERS.indexOf(character as ',');
    if (index !== -1) counts[index] = (counts[index] ?? 0) + 1;
  }
  // The last record of the sample may be cut off: it counts only where there is no other.
  return records.length === 0 ? [counts] : records;
}
