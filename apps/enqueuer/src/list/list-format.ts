export const LIST_FORMATS = ['csv', 'json', 'ndjson'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

const BY_EXTENSION: Readonly<Record<string, ListFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  psv: 'csv',
  txt: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
};

/** Tells the format by the name and the beginning of the list. What is called .json is often NDJSON. */
export function formatOf(path: string, sample: string): ListFormat {
  const extension = /\.(\w+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  const named = BY_EXTENSION[extension];
  return named === 'csv' || named === 'ndjson' ? named : sniffFormat(sample, named ?? 'csv');
}

function sniffFormat(sample: string, otherwise: ListFormat): ListFormat {
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

/** The delimiter that cuts most of the first records into as many cells as the first; of several, the one that cuts most. */
export function sniffDelimiter(sample: string): { delimiter: string; named: boolean } {
  const named = DELIMITER_LINE.exec(sample)?.[1];
  if (named !== undefined) return { delimiter: named, named: true };
  const counts = delimiterCounts(sample);
  let best = { delimiter: ',', alike: 0, inHeadings: 0 };
  for (const [index, delimiter] of DELIMITERS.entries()) {
    const inHeadings = counts[0]?.[index] ?? 0;
    const alike = counts.filter((count) => count[index] === inHeadings).length;
    if (inHeadings > 0 && (alike > best.alike || (alike === best.alike && inHeadings > best.inHeadings))) {
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
