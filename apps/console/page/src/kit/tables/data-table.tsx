import type { ReactNode } from 'react';
import { useMemo } from 'react';
import { Button } from '../frame/button.tsx';
import './data-table.css';
import { SearchField } from '../fields/search-field.tsx';
import { countOf, formatCount } from '../words/numbers.ts';
import { copyText, saveFile, toCsv, toTabs } from './table-export.ts';
import { found } from './table-filter.ts';
import { areVirtual, type RowPlace, TableRows } from './table-rows.tsx';
import { type Sort, sortedBy } from './table-sort.ts';
import { type TablePlace, useTableView } from './table-view.ts';

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
  /** Of a phone: left out there, and found where the row leads. */
  readonly isSpare?: boolean;
  /** A sentence that is read to its end, in as many lines as it takes; of many rows it is cut. */
  readonly isSentence?: boolean;
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
  /** Tools that act on the rows that a filter of words leaves; undefined: on all rows. */
  readonly renderActions?: (filtered: readonly Row[] | undefined) => ReactNode;
  /** They are inputs: there is nothing to copy. */
  readonly isForm?: boolean;
  /** The rows are found by the console already: there is no filter of those that are here. */
  readonly isFiltered?: boolean;
  /** Where there is another on its page, for which of the two the address speaks. */
  readonly place?: TablePlace;
  readonly chosen?: ReadonlySet<string>;
  readonly onChoose?: (chosen: ReadonlySet<string>) => void;
}

/** Fewer are seen at one look. */
const LEAST_TO_FILTER = 10;

/**
 * Rows to read: filtered by words, sorted by a click on a heading, walked by the arrow keys, opened
 * by Enter, copied by Ctrl+C, and copied or saved as they are shown.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { name, columns, rows, keyOf, empty, more, isLoadingMore, onChoose } = props;
  const view = useTableView(props.place ?? 'first', props.sort);
  const { sort, find } = view;
  const onFind = (text: string) => {
    // Nothing that is chosen may be out of sight.
    onChoose?.(new Set());
    view.onFind(text);
  };
  const canFind = !props.isFiltered;
  const shown = useMemo(
    () => sortedBy(canFind ? found(rows, columns, find) : rows, columns, sort),
    [rows, columns, sort, find, canFind],
  );
  return (
    <div className="table">
      {!props.isForm && (
        <Tools {...props} shown={shown} onFind={canFind ? onFind : undefined} find={find} />
      )}
      {rows.length === 0 ? (
        empty
      ) : (
        <div className="table-scroll" tabIndex={-1}>
          <table
            aria-label={name}
            aria-rowcount={shown.length + 1}
            className={areVirtual(shown) ? 'is-virtual' : ''}
          >
            <Head {...props} sort={sort} onSort={view.onSort} shown={shown} />
            <TableRows
              rows={shown}
              keyOf={keyOf}
              render={(row, place) => <BodyRow key={keyOf(row)} {...props} row={row} at={place} />}
            />
          </table>
        </div>
      )}
      {rows.length > 0 && shown.length === 0 && (
        <p className="soft table-none">None of these rows has “{find}”.</p>
      )}
      {more !== undefined && (
        <Button className="table-more" disabled={isLoadingMore ?? false} onClick={more}>
          {isLoadingMore ? 'Fetching more…' : 'Show more'}
        </Button>
      )}
    </div>
  );
}

interface ToolsProps<Row> extends DataTableProps<Row> {
  readonly shown: readonly Row[];
  readonly find: string;
  /** Undefined: there is no filter of the rows that are here. */
  readonly onFind: ((text: string) => void) | undefined;
}

function Tools<Row>(props: ToolsProps<Row>) {
  const { name, columns, rows, tools, renderActions, total, more, shown, find, onFind } = props;
  const isNone = shown.length === 0;
  const all = total ?? rows.length;
  // How many more there are is not known.
  const isOpenEnded = total === undefined && more !== undefined;
  // Where it is not all that there is, each button says what it is about.
  const part = all === shown.length && !isOpenEnded ? '' : ` ${formatCount(shown.length)}`;
  return (
    <div className="table-tools">
      {tools}
      {renderActions?.(find === '' ? undefined : shown)}
      {onFind !== undefined && (rows.length > LEAST_TO_FILTER || find !== '') && (
        <SearchField label="Filter these rows" value={find} onChange={onFind} />
      )}
      <span className="grow" />
      {rows.length > 0 && (
        <>
          <span className="soft table-count" role="status">
            {shownText(shown.length, all)}
            {isOpenEnded && ' so far'}
          </span>
          <Button disabled={isNone} onClick={() => copyText(toTabs(columns, shown, 'headed'))}>
            Copy{part}
          </Button>
          <Button disabled={isNone} onClick={() => saveFile(`${name}.csv`, toCsv(columns, shown))}>
            Export{part}
          </Button>
        </>
      )}
    </div>
  );
}

function shownText(shown: number, all: number): string {
  return shown === all ? countOf(all, 'row') : `${formatCount(shown)} of ${countOf(all, 'row')}`;
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
        {columns.map((column) => {
          const { key, heading, isNumber } = column;
          const isSorted = sort?.key === key;
          const isDown = isSorted && sort.isDescending;
          return (
            <th
              key={key}
              className={classesOf(column)}
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
  readonly at: RowPlace;
}

function BodyRow<Row>({ columns, row, at, keyOf, onOpen, chosen, onChoose }: RowProps<Row>) {
  const key = keyOf(row);
  const isChosen = chosen?.has(key) ?? false;
  return (
    <tr
      tabIndex={at.isStop ? 0 : -1}
      // The heading is the first.
      aria-rowindex={at.index + 2}
      className={classes({ opens: onOpen !== undefined, chosen: isChosen })}
      onFocus={at.onFocus}
      onClick={(event) => {
        if (onOpen !== undefined && !isOnControl(event.target)) onOpen(row);
      }}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        if (event.key === 'Enter') onOpen?.(row);
        else if (event.key === 'c' && (event.ctrlKey || event.metaKey)) copyRow(columns, row);
        else at.onKeyDown(event);
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
        <td key={column.key} className={classesOf(column)}>
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

function classesOf<Row>({ isNumber, isMinor, isSpare, isSentence }: Column<Row>): string {
  return classes({ number: isNumber, minor: isMinor, spare: isSpare, sentence: isSentence });
}

function classes(names: Readonly<Record<string, boolean | undefined>>): string {
  return Object.keys(names)
    .filter((name) => names[name])
    .join(' ');
}
