import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { VirtualRows } from './virtual-rows.tsx';

/** Of fewer rows all are in the page, where the browser's own search finds them. */
const MOST_RENDERED = 200;

export function areVirtual({ length }: readonly unknown[]): boolean {
  return length > MOST_RENDERED;
}

interface TableRowsProps<Row> {
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly render: (row: Row, place: RowPlace) => ReactNode;
}

export interface RowPlace {
  /** Among those that are shown, from 0. */
  readonly index: number;
  /** Tab comes to it, before the arrow keys go on. */
  readonly isStop: boolean;
  readonly onFocus: () => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

/** The arrow keys, Home and End go from row to row; Tab comes back to the one that was left. */
export function TableRows<Row>({ rows, keyOf, render }: TableRowsProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [stopKey, setStopKey] = useState<string>();
  const stop = Math.max(0, indexOf(rows, keyOf, stopKey));
  const keyAt = (index: number) => {
    const row = rows[index];
    return row === undefined ? String(index) : keyOf(row);
  };
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const next = nextIndex(event.key, stop, rows.length - 1);
    const row = next === undefined ? undefined : rows[next];
    if (row === undefined) return;
    const body = event.currentTarget.parentElement;
    event.preventDefault();
    // It has to be in the page before it can have the focus.
    flushSync(() => setStopKey(keyOf(row)));
    body?.querySelector<HTMLElement>('tr[tabindex="0"]')?.focus();
  };
  const renderAt = (index: number) => {
    const row = rows[index];
    if (row === undefined) return null;
    const onFocus = () => setStopKey(keyOf(row));
    return render(row, { index, isStop: index === stop, onFocus, onKeyDown: walk });
  };
  return (
    <tbody ref={body}>
      {areVirtual(rows) ? (
        <VirtualRows body={body} count={rows.length} {...{ keyAt, stop, renderAt }} />
      ) : (
        rows.map((_, index) => renderAt(index))
      )}
    </tbody>
  );
}

function nextIndex(key: string, at: number, last: number): number | undefined {
  return { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[key];
}

function indexOf<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  key: string | undefined,
): number {
  return key === undefined ? -1 : rows.findIndex((row) => keyOf(row) === key);
}
