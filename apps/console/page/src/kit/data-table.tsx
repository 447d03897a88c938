import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';
import { Button } from './button.tsx';
import './data-table.css';
import { countOf, formatCount } from './numbers.ts';
import { copyText, saveFile, toCsv, toTabs } from './table-export.ts';
import { type Sort, sortedBy } from './table-sort.ts';

export interface Column<Row> {
  readonly key: string;
  readonly heading: string;
  /** What is sorted by, copied and exported; null: nothing. */
  readonly value: (row: Row) => string | number | null;
  /** What is shown, where that is more than the value. */
  readonly cell?: (row: Row) => ReactNode;
  readonly isNumber?: boolean;
  /** Of a narrow window: left out there, for it is in the row's own page as well. */
  readonly isMinor?: boolean;
}

export interface DataTableProps<Row> {
  /** What the rows are, for those who hear it and for the name of the export. */
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Opens a row: by a click, or by Enter. */
  readonly onOpen?: (row: Row) => void;
  readonly sort?: Sort | undefined;
  /** What there is in all, where only some are here. */
  readonly total?: number | undefined;
  readonly more?: (() => void) | undefined;
  readonly isLoadingMore?: boolean;
  readonly empty: ReactNode;
  /** Filters and actions, above the table. */
  readonly tools?: ReactNode;
  readonly chosen?: ReadonlySet<string>;
  readonly onChoose?: (chosen: ReadonlySet<string>) => void;
}

/**
 * Rows to read: sorted by a click on a heading, walked by the arrow keys, opened by Enter, copied
 * by Ctrl+C, and saved as they are shown.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { name, columns, rows, empty, tools, total, more, isLoadingMore } = props;
  const [sort, setSort] = useState<Sort | undefined>(props.sort);
  const shown = useMemo(() => sortedBy(rows, columns, sort), [rows, columns, sort]);
  return (
    <div className="table">
      <div className="table-tools">
        {tools}
        <span className="grow" />
        <span className="soft table-count" role="status">
          {total === undefined || total === rows.length
            ? countOf(rows.length, 'row')
            : `${formatCount(rows.length)} of ${countOf(total, 'row')}`}
        </span>
        <Button
          disabled={rows.length === 0}
          onClick={() => saveFile(`${name}.csv`, toCsv(columns, shown))}
        >
          Export
        </Button>
      </div>
      {rows.length === 0 ? (
        empty
      ) : (
        <div className="table-scroll" tabIndex={-1}>
          <table aria-label={name}>
            <Head {...props} sort={sort} onSort={setSort} shown={shown} />
            <tbody>
              {shown.map((row, index) => (
                <BodyRow key={props.keyOf(row)} {...props} row={row} isFirst={index === 0} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more !== undefined && (
        <Button className="table-more" disabled={isLoadingMore ?? false} onClick={more}>
          {isLoadingMore ? 'Fetching more…' : 'Show more'}
        </Button>
      )}
    </div>
  );
}

interface HeadProps<Row> extends DataTableProps<Row> {
  readonly shown: readonly Row[];
  readonly onSort: (sort: Sort) => void;
}

function Head<Row>({ columns, sort, onSort, chosen, onChoose, shown, keyOf }: HeadProps<Row>) {
  return (
    <thead>
      <tr>
        {onChoose !== undefined && (
          <th className="table-choice">
            <input
              type="checkbox"
              aria-label="Choose all that are shown"
              checked={shown.length > 0 && shown.every((row) => chosen?.has(keyOf(row)))}
              onChange={({ target }) => onChoose(new Set(target.checked ? shown.map(keyOf) : []))}
            />
          </th>
        )}
        {columns.map(({ key, heading, isNumber, isMinor }) => {
          const isSorted = sort?.key === key;
          const isDown = isSorted && sort.isDescending;
          return (
            <th
              key={key}
              className={classes({ number: isNumber, minor: isMinor })}
              aria-sort={isSorted ? (isDown ? 'descending' : 'ascending') : 'none'}
            >
              <button
                type="button"
                onClick={() =>
                  onSort({ key, isDescending: isSorted ? !isDown : isNumber === true })
                }
              >
                {heading}
                <span aria-hidden="true">{isSorted ? (isDown ? ' ↓' : ' ↑') : ''}</span>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

interface RowProps<Row> extends DataTableProps<Row> {
  readonly row: Row;
  readonly isFirst: boolean;
}

function BodyRow<Row>({ columns, row, keyOf, onOpen, isFirst, chosen, onChoose }: RowProps<Row>) {
  const key = keyOf(row);
  const isChosen = chosen?.has(key) ?? false;
  return (
    <tr
      tabIndex={isFirst ? 0 : -1}
      className={classes({ opens: onOpen !== undefined, chosen: isChosen })}
      onClick={(event) => {
        if (onOpen !== undefined && !isOnControl(event.target)) onOpen(row);
      }}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        if (event.key === 'Enter') onOpen?.(row);
        else if (event.key === 'c' && (event.ctrlKey || event.metaKey)) copyRow(columns, row);
        else walk(event);
      }}
    >
      {onChoose !== undefined && (
        <td className="table-choice">
          <input
            type="checkbox"
            aria-label={`Choose ${String(columns[0]?.value(row) ?? key)}`}
            checked={isChosen}
            onChange={() => onChoose(toggled(chosen, key))}
          />
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.key}
          className={classes({ number: column.isNumber, minor: column.isMinor })}
        >
          {column.cell?.(row) ?? column.value(row)}
        </td>
      ))}
    </tr>
  );
}

/** Unless a text is selected, which is meant then. */
function copyRow<Row>(columns: readonly Column<Row>[], row: Row): void {
  if (getSelection()?.isCollapsed !== false) copyText(toTabs(columns, [row]));
}

/** The arrow keys, Home and End go from row to row. */
function walk(event: KeyboardEvent<HTMLTableRowElement>): void {
  const { currentTarget: row, key } = event;
  const all = row.parentElement;
  const next = {
    ArrowDown: row.nextElementSibling,
    ArrowUp: row.previousElementSibling,
    Home: all?.firstElementChild,
    End: all?.lastElementChild,
  }[key];
  if (next === undefined) return;
  event.preventDefault();
  if (next instanceof HTMLElement) next.focus();
}

function toggled(chosen: ReadonlySet<string> | undefined, key: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** A click on a link, a button or a box is meant for that. */
function isOnControl(target: EventTarget): boolean {
  if (getSelection()?.isCollapsed === false) return true;
  return target instanceof Element && target.closest('a, button, input, label') !== null;
}

function classes(names: Readonly<Record<string, boolean | undefined>>): string {
  return Object.keys(names)
    .filter((name) => names[name])
    .join(' ');
}
