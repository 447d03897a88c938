export interface Sort {
  /** Of a column. */
  readonly key: string;
  readonly isDescending: boolean;
}

interface Sortable<Row> {
  readonly key: string;
  readonly value: (row: Row) => string | number | null;
}

/** Numbers as numbers, texts as people sort them (row 9 before row 10), nothing always last. */
export function sortedBy<Row>(
  rows: readonly Row[],
  columns: readonly Sortable<Row>[],
  sort: Sort | undefined,
): readonly Row[] {
  const column = columns.find(({ key }) => key === sort?.key);
  if (column === undefined || sort === undefined) return rows;
  const direction = sort.isDescending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: column.value(row) }))
    .toSorted((one, other) => compare(one.value, other.value, direction))
    .map(({ row }) => row);
}

type Value = string | number | null;

function compare(one: Value, other: Value, direction: number): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  if (typeof one === 'number' && typeof other === 'number') return (one - other) * direction;
  return COLLATOR.compare(String(one), String(other)) * direction;
}

const COLLATOR = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
