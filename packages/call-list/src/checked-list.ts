import type { Readable } from 'node:stream';
import type { Campaign } from '@libby-dialer/dialing';
import { createRowChecker, type RowChecker, type RowCheckerOptions } from './checks/check-row.ts';
import { ListError } from './list-error.ts';
import { shortHash } from './list-hash.ts';
import { type ListReading, readingOf } from './list-reading.ts';
import { type ListIdentity, placeOf } from './list-row.ts';
import { type ListSource, openSource } from './list-source.ts';
import type { List } from './open-list.ts';
import { nameOfList } from './rejects/rejects-file.ts';

/** An open list, and what checks its rows. */
export interface CheckedList {
  readonly source: ListSource;
  readonly checker: RowChecker;
  readonly identity: ListIdentity;
  /** The list's hash, where its rows are calls by their place in it. */
  readonly dedupeHash: string | undefined;
}

/** Where a list is read from. */
export interface ListInput extends ListReading {
  readonly path: string;
  /** What it is called in results and rejects; left out: its path. */
  readonly name?: string | undefined;
  /** Whether the list is to be given back (`joinedList`). */
  readonly keepText?: boolean | undefined;
  /** What `-` stands for. */
  readonly stdin: Readable;
  readonly signal: AbortSignal;
  /** Told what is odd about it, in sentences. */
  readonly warn: (sentence: string) => void;
}

/** Opens a list and prepares the check of its rows. Throws `ListError`. */
export async function openCheckedList(campaign: Campaign, input: ListInput): Promise<CheckedList> {
  const { path, name = nameOfList(path), keepText, stdin, signal, warn } = input;
  const isKeyedByRow = campaign.dedupeBy === 'row';
  const source = await openSource(path, {
    ...readingOf(input),
    keepText,
    stdin,
    signal,
    hash: isKeyedByRow ? 'always' : 'if_file',
  });
  try {
    const { listHash, list } = source;
    const identity = {
      list: name,
      listHash: listHash === undefined ? undefined : shortHash(listHash),
    };
    const dedupeHash = isKeyedByRow ? listHash : undefined;
    const checker = rowCheckerOf(campaign, list, { identity, dedupeHash });
    for (const warning of [...list.warnings, ...checker.warnings]) warn(warning);
    return { source, checker, identity, dedupeHash };
  } catch (error) {
    source.list.close();
    throw error;
  }
}

/**
 * What checks a list's rows. Throws `ListError`; where the headings seem to stand further down it
 * says in which row.
 */
export function rowCheckerOf(
  campaign: Campaign,
  { csv, firstRows }: List,
  options: RowCheckerOptions = {},
): RowChecker {
  try {
    return createRowChecker(campaign, { ...options, headings: csv?.headings });
  } catch (error) {
    if (!(error instanceof ListError) || !BY_A_TITLE.has(error.code)) throw error;
    const below = firstRows
      .slice(0, ROWS_LOOKED_AT)
      .find(({ cells = [] }) => canBeHeadings(campaign, cells));
    if (below === undefined) throw error;
    const row = placeOf(below).sheetRow;
    throw new ListError(
      'header_row',
      `The headings seem to stand in row ${row}, below a title: say header row ${row}.`,
      { cause: error },
    );
  }
}

/** What a title above the headings, taken for them, leads to. */
const BY_A_TITLE: ReadonlySet<string> = new Set(['list_no_phone_column', 'list_unknown_column']);
const ROWS_LOOKED_AT = 20;

function canBeHeadings(campaign: Campaign, headings: readonly string[]): boolean {
  try {
    return createRowChecker(campaign, { headings }).columns !== undefined;
  } catch (error) {
    if (error instanceof ListError) return false;
    throw error;
  }
}
