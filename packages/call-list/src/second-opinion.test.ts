import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { callRecordSchema } from '@libby-dialer/dialing';
import * as fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { repeatedKey } from './formats/repeated-key.ts';
import { wrappedIn } from './formats/wrapped-list.ts';
import type { ListRow } from './list-row.ts';
import { openList } from './open-list.ts';

const BOM = '\ufeff';

/** How a list's bytes are written: the encodings that a list may have. */
const encodings = fc.constantFrom<(text: string) => Buffer>(
  (text) => Buffer.from(text),
  (text) => Buffer.from(BOM + text),
  (text) => Buffer.from(BOM + text, 'utf16le'),
  (text) => Buffer.from(BOM + text, 'utf16le').swap16(),
  (text) => gzipSync(text),
);

/** Where a stream of bytes may be cut: anywhere, or between any two. */
const cuts = fc.oneof(fc.constant('everywhere' as const), fc.array(fc.nat(), { maxLength: 12 }));

function chunksOf(bytes: Buffer, cuts: 'everywhere' | readonly number[]): Buffer[] {
  if (cuts === 'everywhere') return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

async function readList(name: string, bytes: Buffer, cuts: 'everywhere' | readonly number[]) {
  const list = await openList(name, { content: Readable.from(chunksOf(bytes, cuts)) });
  const rows: ListRow[] = [];
  for await (const chunk of list.rows) rows.push(...chunk);
  return { headings: list.csv?.headings, rows };
}

/** Empty cells beyond the three headings are none. */
function cut(cells: readonly string[]): readonly string[] {
  return cells.slice(3).every((cell) => cell.trim() === '') ? cells.slice(0, 3) : cells;
}

type Cells = readonly string[];

/**
 * No more cells than one row that a line break has cut; where one is full, a number that it may
 * have cut.
 */
function mayBeOne(one: Cells | undefined, other: Cells | undefined): boolean {
  if (one === undefined || other === undefined || one.length + other.length > 4) return false;
  const parts = [one.at(-1) ?? '', other[0] ?? ''];
  return (
    (one.length < 3 && other.length < 3) ||
    parts.every((part) => /^[^\p{L}]*\d[^\p{L}]*$/u.test(part))
  );
}

function codesFor(rows: readonly Cells[], isCutOff: boolean): (string | undefined)[] {
  return rows.map((row, at) => {
    if (row.length > 3) return 'too_many_cells';
    const isPart = mayBeOne(rows[at - 1], row) || mayBeOne(row, rows[at + 1]);
    const endsEarly = isCutOff && at === rows.length - 1 && row.length < 3;
    return isPart || endsEarly ? 'too_few_cells' : undefined;
  });
}

describe('a CSV list, read a second time by papaparse', () => {
  const DELIMITERS = [',', ';', '\t', '|'] as const;
  const cell = fc.string({
    unit: fc.constantFrom(
      'a',
      'B',
      '7',
      'é',
      '😀',
      ' ',
      '"',
      ',',
      ';',
      '|',
      '\t',
      '\n',
      '\r',
      '\r\n',
      '=',
      '+',
      '\u2028',
    ),
    maxLength: 6,
  });
  /** A row of empty cells is none. */
  const filled = fc.tuple(fc.constantFrom('x', '7'), cell).map((parts) => parts.join(''));
  const row = fc
    .oneof(
      { arbitrary: fc.constant(2), weight: 6 },
      { arbitrary: fc.integer({ min: 1, max: 4 }), weight: 2 },
      { arbitrary: fc.constant(0), weight: 1 },
    )
    .chain((others) =>
      fc
        .tuple(filled, fc.array(cell, { minLength: others, maxLength: others }))
        .map(([first, rest]) => [first, ...rest]),
    );
  const table = fc.record({
    headings: fc.tuple(filled, cell, cell),
    rows: fc.array(row, { maxLength: 12 }),
    delimiter: fc.constantFrom(...DELIMITERS),
    eol: fc.constantFrom('\n', '\r\n'),
    endsInEol: fc.boolean(),
    /** Which cells are quoted that need not be, by turns. */
    quotes: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
    blankLines: fc.array(fc.nat({ max: 12 }), { maxLength: 2 }),
  });

  it('has the same rows, cell for cell, whatever is in them and however its bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(table, encodings, cuts, async (table, encode, cuts) => {
        const { delimiter, eol, quotes } = table;
        let written = 0;
        const write = (cells: readonly string[]): string =>
          cells
            .map((cell) => {
              const must = /["\r\n]/.test(cell) || cell.includes(delimiter);
              written += 1;
              return must || quotes[written % quotes.length] === true
                ? `"${cell.replaceAll('"', '""')}"`
                : cell;
            })
            .join(delimiter);
        const records = table.rows.map(write);
        for (const at of table.blankLines) records.splice(at, 0, '');
        const text = [write(table.headings), ...records].join(eol) + (table.endsInEol ? eol : '');

        const second = Papa.parse<string[]>(text, { delimiter, newline: eol }).data;
        const [headings, ...expected] = second.filter(
          (cells) => cells.length > 1 || cells[0] !== '',
        );
        // Named by the list itself: such tables are made to mislead whoever guesses.
        const read = await readList('list.csv', encode(`sep=${delimiter}\n${text}`), cuts);

        expect(read.headings).toEqual(headings);
        expect(read.rows.map(({ cells }) => cells)).toEqual(expected.map(cut));
        expect(read.rows.map(({ cells }) => cells)).toEqual(table.rows.map(cut));
        const isCutOff = !table.endsInEol && records.at(-1) !== '';
        expect(read.rows.map(({ problem }) => problem?.code)).toEqual(
          codesFor(table.rows.map(cut), isCutOff),
        );
        expect(read.rows.map(({ row }) => row)).toEqual(table.rows.map((_, index) => index + 1));
      }),
      { numRuns: 150 },
    );
  });
});

/** Anything that JSON can say, often a record or nearly one. */
const value = fc.oneof(
  { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 },
  {
    arbitrary: fc.record(
      {
        name: fc.string({
          unit: fc.constantFrom(
            'a',
            '"',
            '\\',
            '{',
            ']',
            ',',
            '\n',
            '\r',
            '\u2028',
            'é',
            '😀',
            '\0',
          ),
        }),
        toPhoneNumber: fc.oneof(
          fc.constant('+15055550123'),
          fc.constant(15055550123),
          fc.constant(null),
        ),
        externalId: fc.oneof(fc.string({ maxLength: 4 }), fc.integer()),
        formInfo: fc.array(
          fc.dictionary(
            fc.string({ maxLength: 3 }).filter((key) => !isOneEscape(key)),
            fc.oneof(fc.string(), fc.integer(), fc.boolean()),
          ),
        ),
        customRules: fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
    weight: 5,
  },
);

/**
 * V8 13.6 takes a key that is one escaped character for another such key that it has met in the
 * same place: `{"a":1,"\n":2}` for `{"a":1,"\\":2}`.
 */
function isOneEscape(key: string): boolean {
  return key.length === 1 && JSON.stringify(key).length > 3;
}

/** `null` sets nothing, nor does an empty text where none can stand. */
function isSet([field, value]: [string, unknown]): boolean {
  return (
    value !== null &&
    (value !== '' || !['externalId', 'timezone', 'startsAt', 'expiresAt'].includes(field))
  );
}

/** What a row must be of which JSON.parse has read this. */
function rowOf(value: unknown): { record: unknown } | { code: string } {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { code: 'bad_json' };
  const parsed = callRecordSchema.safeParse(
    Object.fromEntries(Object.entries(value).filter(isSet)),
  );
  return parsed.success ? { record: parsed.data } : { code: 'invalid_field' };
}

function whatIsRead({ problem, record }: ListRow): { record: unknown } | { code: string } {
  return problem === undefined ? { record } : { code: problem.code };
}

describe('a JSON list, read a second time by JSON.parse', () => {
  it('has the same records, whatever they hold and however its bytes come', async () => {
    const indent = fc.constantFrom(undefined, 1, '\t');
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 8 }),
        indent,
        encodings,
        cuts,
        async (values, indent, encode, cuts) => {
          const text = JSON.stringify(values, undefined, indent);
          const { rows } = await readList('list.json', encode(text), cuts);
          expect(rows.map(whatIsRead)).toEqual((JSON.parse(text) as unknown[]).map(rowOf));
          expect(rows.map(({ row }) => row)).toEqual(values.map((_, index) => index + 1));
        },
      ),
      { numRuns: 80 },
    );
  });

  it('keeps of every good record the text as it stands there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        cuts,
        async (values, cuts) => {
          const { rows } = await readList(
            'list.json',
            Buffer.from(JSON.stringify(values, undefined, 2)),
            cuts,
          );
          for (const [index, { raw, problem }] of rows.entries()) {
            const kept: unknown = problem === undefined ? JSON.parse(raw ?? '') : values[index];
            expect(JSON.stringify(kept)).toBe(JSON.stringify(values[index]));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('an NDJSON list, read a second time by JSON.parse, line by line', () => {
  /** A line of its own, whole or with a character taken out. */
  const line = fc.tuple(value, fc.option(fc.nat(), { nil: undefined })).map(([value, damage]) => {
    const text = JSON.stringify(value);
    if (damage === undefined || damage % 3 > 0) return text;
    return text.slice(0, damage % text.length) + text.slice((damage % text.length) + 1);
  });
  const blank = fc.constantFrom('', ' ', '\t');

  it('has the same records, and rejects each damaged line by itself', async () => {
    const lines = fc.array(
      fc.oneof({ arbitrary: line, weight: 8 }, { arbitrary: blank, weight: 1 }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    const eol = fc.constantFrom('\n', '\r\n');
    await fc.assert(
      fc.asyncProperty(lines, eol, encodings, cuts, async (lines, eol, encode, cuts) => {
        const filled = [...lines.entries()].filter(([, line]) => line.trim() !== '');
        fc.pre(filled.length > 0 && lines.every((line) => line.isWellFormed()));
        fc.pre(filled.length > 1 || wrappedIn(lines.join('')) === undefined);
        const { rows } = await readList('list.ndjson', encode(lines.join(eol)), cuts);
        expect(rows.map(whatIsRead)).toEqual(filled.map(([, line]) => rowOf(parsedOrNot(line))));
        expect(rows.map(({ line }) => line)).toEqual(filled.map(([index]) => index + 1));
      }),
      { numRuns: 80 },
    );
  });
});

/** What cannot be parsed, or says a thing twice, counts as what is no record. */
function parsedOrNot(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return repeatedKey(text) === undefined ? value : undefined;
  } catch {
    return undefined;
  }
}
