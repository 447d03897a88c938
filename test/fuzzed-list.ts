import { gzipSync } from 'node:zlib';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What must stand in the queue for a row. */
export interface GoodRow {
  readonly externalId: string;
  readonly to: string;
  readonly name: string;
  readonly row: number;
  readonly notes: string;
}

export interface FuzzedList {
  readonly fileName: string;
  readonly bytes: Buffer;
  /** Of its rejects file. */
  readonly delimiter: string;
  readonly rows: number;
  /** Each person once, as first named. */
  readonly good: readonly GoodRow[];
  readonly duplicates: number;
  readonly bad: readonly { readonly line: number; readonly code: string }[];
}

/** Stands for a byte that is no UTF-8 until the list is bytes. */
const NO_TEXT = '\u0001';

type Cells = [name: string, phone: string, externalId: string, notes: string];
type Damage = (cells: Cells, delimiter: string) => string;

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const csvLine = (cells: readonly string[], delimiter: string): string =>
  cells.map(quoted).join(delimiter);

/** Ways to spoil a CSV row, by the code that must come of it. */
const CSV_DAMAGE: Readonly<Record<string, Damage>> = {
  missing_phone: ([name, , id, notes], delimiter) => csvLine([name, '', id, notes], delimiter),
  invalid_phone: ([name, , id, notes], delimiter) =>
    csvLine([name, 'call me', id, notes], delimiter),
  unsupported_number: ([name, , id, notes], delimiter) =>
    csvLine([name, '911', id, notes], delimiter),
  missing_name: ([, phone, id, notes], delimiter) => csvLine([' ', phone, id, notes], delimiter),
  invalid_field: ([name, phone, , notes], delimiter) =>
    csvLine([name, phone, '', notes], delimiter),
  too_many_cells: (cells, delimiter) => csvLine([...cells, 'more'], delimiter),
  too_few_cells: (cells, delimiter) => csvLine(cells.slice(0, 2), delimiter),
  unclosed_quote: (cells, delimiter) =>
    `"Ann" Lee${delimiter}${csvLine(cells.slice(1), delimiter)}`,
  bad_encoding: ([name, phone, id], delimiter) => csvLine([name, phone, id, NO_TEXT], delimiter),
};

const record = ([name, toPhoneNumber, externalId, notes]: Cells) => ({
  name,
  toPhoneNumber,
  externalId,
  formInfo: [{ Notes: notes }],
});

/** The same for a record of a JSON or NDJSON list. */
const JSON_DAMAGE: Readonly<Record<string, (cells: Cells) => string>> = {
  missing_phone: (cells) => JSON.stringify({ ...record(cells), toPhoneNumber: undefined }),
  invalid_phone: (cells) => JSON.stringify({ ...record(cells), toPhoneNumber: 'call me' }),
  unsupported_number: (cells) => JSON.stringify({ ...record(cells), toPhoneNumber: '911' }),
  missing_name: (cells) => JSON.stringify({ ...record(cells), name: '' }),
  invalid_field: (cells) => JSON.stringify({ ...record(cells), shoeSize: 44 }),
  bad_json: (cells) => JSON.stringify(record(cells)).replace('"name":', '"name" '),
  bad_encoding: (cells) =>
    JSON.stringify({ ...record(cells), name: 'Ann' }).replace('Ann', NO_TEXT),
};

/**
 * A list of so many rows, good ones with bad and repeated ones among them, all of it told by the
 * seed.
 */
export function fuzzList(seed: number, rows: number): FuzzedList {
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const format = pick(['csv', 'csv', 'ndjson', 'json'] as const);
  const delimiter = format === 'csv' ? pick([',', ';', '\t', '|']) : ',';
  const eol = format === 'csv' ? pick(['\n', '\r\n']) : '\n';
  const good: GoodRow[] = [];
  const bad: { line: number; code: string }[] = [];
  const texts: string[] = [];
  let duplicates = 0;
  let line = format === 'ndjson' ? 1 : 2;

  const write = (text: string): void => {
    texts.push(text);
    line += text.split('\n').length;
  };
  const cellsOf = ({ name, to, externalId, notes }: Omit<GoodRow, 'row'>): Cells => [
    name,
    to,
    externalId,
    notes,
  ];
  const written = (cells: Cells): string =>
    format === 'csv' ? csvLine(cells, delimiter) : JSON.stringify(record(cells));

  for (let row = 1; row <= rows; row += 1) {
    const person = {
      externalId: `person-${row}`,
      to: `+1505555${String(100 + Math.floor(random() * 100)).padStart(4, '0')}`,
      name: pick(['Ann', 'José "Pepe"', 'Łucja; the 2nd', '安', 'O’Neil | Sons']),
      notes: pick(['', 'wedding', 'a, b; c | d', 'two\nlines', 'says "hi"', '😀', 'x'.repeat(200)]),
    };
    const dice = random();
    if (dice < 0.05) {
      const damages = Object.entries<Damage>(format === 'csv' ? CSV_DAMAGE : JSON_DAMAGE);
      const [code, damage] = pick(
        damages.filter(([code]) => format !== 'json' || code !== 'bad_json'),
      );
      bad.push({ line, code });
      write(damage(cellsOf({ ...person, notes: 'spoilt' }), delimiter));
    } else if (dice < 0.1 && good.length > 0) {
      duplicates += 1;
      write(written(cellsOf({ ...person, externalId: pick(good).externalId })));
    } else {
      good.push({ ...person, row });
      write(written(cellsOf(person)));
    }
  }
  const text = {
    csv: () => [['Name', 'Phone', 'externalId', 'Notes'].join(delimiter), ...texts, ''].join(eol),
    ndjson: () => `${texts.join('\n')}\n`,
    json: () => `[\n${texts.join(',\n')}\n]`,
  }[format]();
  const bytes = Buffer.from(
    Buffer.from(text).map((byte) => (byte === NO_TEXT.charCodeAt(0) ? 0xff : byte)),
  );
  const isPacked = random() < 0.3;
  return {
    fileName: `list.${format}${isPacked ? '.gz' : ''}`,
    bytes: isPacked ? gzipSync(bytes) : bytes,
    delimiter,
    rows,
    good,
    duplicates,
    bad,
  };
}
