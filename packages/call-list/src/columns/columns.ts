import type { FormHeading, RecordField } from '@libby-dialer/dialing';

/** A record's field that is read from one cell as it is; the name may take two. */
export type ColumnField = Exclude<RecordField, 'formInfo' | 'name'>;

/**
 * What a column is read for. `country`, `doNotCall`, `extension`, `skipWhere` and `onlyWhere`
 * decide on the row, and their columns are form entries as well.
 */
export type ColumnUse =
  | ColumnField
  | 'name'
  | 'country'
  | 'doNotCall'
  | 'extension'
  | 'skipWhere'
  | 'onlyWhere';

/** A column that may be meant for a field that is never taken unasked. */
export interface ColumnOffer {
  readonly field: ColumnField;
  readonly position: number;
}

/** Which column of a list is what: all that its headings and the campaign say. From 0. */
export interface Columns {
  /** The list's own, trimmed: without those that a rejects file adds. */
  readonly headings: readonly string[];
  /**
   * The columns of each use that has some. Of `toPhoneNumber` the first choice is the first; those
   * of `name` are joined with a blank in this order.
   */
  readonly uses: ReadonlyMap<ColumnUse, readonly number[]>;
  /** What goes along with the call, in the order of the columns. */
  readonly form: readonly { readonly heading: FormHeading; readonly position: number }[];
  readonly offers: readonly ColumnOffer[];
  /** Columns without a heading: they may hold nothing. */
  readonly unnamed: readonly number[];
  /** Where a rejects file that is loaded again tells what was wrong with the row. */
  readonly rejectedFor: number | undefined;
}

/** The columns of one use; none: the list has no such column. */
export function columnsFor({ uses }: Pick<Columns, 'uses'>, use: ColumnUse): readonly number[] {
  return uses.get(use) ?? [];
}
