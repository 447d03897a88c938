import type { ListRow } from '../list-row.ts';

/** A date is an instant, of which a spreadsheet gets the time in UTC. */
export type BesideValue = string | number | Date | undefined;

/** A row of a list, and what is to stand beside it: a value for each of the columns added. */
export interface JoinedRow {
  readonly row: ListRow;
  readonly beside: readonly BesideValue[];
}

/** What is written, and which rows nothing could be written beside, for they are broken. */
export interface JoinedText {
  readonly bytes: AsyncIterable<Buffer>;
  /** Their lines; complete once all bytes were read. */
  readonly bare: readonly number[];
}

/** For a text, in which an instant is written as every spreadsheet reads it. */
export function plain(value: BesideValue): string | number | undefined {
  return value instanceof Date ? sheetTime(value) : value;
}

/** `2026-11-30 16:05:00`, in UTC. */
export function sheetTime(instant: Date): string {
  return instant.toISOString().slice(0, 19).replace('T', ' ');
}
