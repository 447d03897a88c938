import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Sort } from './table-sort.ts';

/** Of an address: how each table of a page is sorted and filtered. */
export const TABLE_PARAMETERS = ['sort', 'find', 'sort2', 'find2'] as const;

/**
 * How the tables of a page are looked at, as an address has it. `sort`: the key of a column, with a
 * dash before it where it descends. `find`: what is typed into the filter.
 */
type TableSearch = {
  readonly [Name in (typeof TABLE_PARAMETERS)[number]]?: string | undefined;
};

/** Which table of its page it is, where there are two. */
export type TablePlace = 'first' | 'second';

export interface TableView {
  readonly sort: Sort | undefined;
  readonly find: string;
  readonly onSort: (sort: Sort) => void;
  readonly onFind: (find: string) => void;
}

/** Sort and filter of a table. In the address, so that they can be sent to somebody. */
export function useTableView(place: TablePlace, usual: Sort | undefined): TableView {
  const search: TableSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (changed: TableSearch) =>
    void navigate({
      to: '.',
      search: (before: TableSearch) => ({ ...before, ...changed }),
      replace: true,
      resetScroll: false,
    });
  const isFirst = place === 'first';
  const sort = isFirst ? search.sort : search.sort2;
  const find = isFirst ? search.find : search.find2;
  return {
    sort: sort === undefined ? usual : sortOf(sort),
    find: find ?? '',
    onSort: (chosen) => change({ [isFirst ? 'sort' : 'sort2']: sortText(chosen) }),
    onFind: (text) => change({ [isFirst ? 'find' : 'find2']: text === '' ? undefined : text }),
  };
}

export function sortOf(text: string): Sort {
  const isDescending = text.startsWith('-');
  return { key: isDescending ? text.slice(1) : text, isDescending };
}

export function sortText({ key, isDescending }: Sort): string {
  return `${isDescending ? '-' : ''}${key}`;
}
