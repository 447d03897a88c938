interface Exported<Row> {
  readonly heading: string;
  readonly value: (row: Row) => string | number | null;
}

/** Safe to open in a spreadsheet: no cell begins a formula, and a plain number is none. */
export function toCsv<Row>(columns: readonly Exported<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map(({ value }) => value(row))),
  ];
  return lines.map((line) => `${line.map(csvCell).join(',')}\r\n`).join('');
}

/**
 * As a spreadsheet takes it from the clipboard: a line a row, a tab between cells. @param headed
 * with a line of headings first
 */
export function toTabs<Row>(
  columns: readonly Exported<Row>[],
  rows: readonly Row[],
  headed?: 'headed',
): string {
  const lines = rows.map((row) =>
    columns.map(({ value }) => unformula(String(value(row) ?? '').replaceAll(/\s+/g, ' '))),
  );
  const headings = headed === undefined ? [] : [columns.map(({ heading }) => heading)];
  return [...headings, ...lines].map((cells) => cells.join('\t')).join('\n');
}

function csvCell(value: string | number | null): string {
  const text = typeof value === 'number' ? String(value) : unformula(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function unformula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+$/.test(text) ? `'${text}` : text;
}

export function copyText(text: string): void {
  void navigator.clipboard.writeText(text);
}

export function saveFile(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
