interface Searched<Row> {
  readonly value: (row: Row) => string | number | null;
}

/** The rows that have every word somewhere, whatever its case. */
export function found<Row>(
  rows: readonly Row[],
  columns: readonly Searched<Row>[],
  find: string,
): readonly Row[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = columns
      .map(({ value }) => value(row) ?? '')
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
