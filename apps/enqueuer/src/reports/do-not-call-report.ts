import { isoInstant } from '@libby-dialer/dialing';
import type { ListedChange } from '@libby-dialer/operations';
import { countOf, formatCount } from '@libby-dialer/runtime';
import { type Cell, formatTable } from '../terminal/table.ts';

const HEADING = ['AT', 'BY', 'WHAT'];

/** A row for each change of the do-not-call list. */
export function doNotCallTable(changes: readonly ListedChange[], width: number): string {
  return formatTable([HEADING, ...changes.map(rowOf)], width);
}

function rowOf(change: ListedChange): Cell[] {
  const at = `${isoInstant(change.at).slice(0, 19)}Z`;
  return [at, change.by, `${asked(change)} → ${done(change)}`];
}

function asked({ action, list, given }: ListedChange): string {
  if (action === 'imported') return `imported ${list ?? 'a list'}`;
  return given === undefined ? action : `${action} ${countOf(given, 'number')}`;
}

function done({ action, given, changed, failure }: ListedChange): string {
  const rows = action === 'imported' && given !== undefined ? ` of ${countOf(given, 'row')}` : '';
  const word = action === 'removed' ? 'taken off' : 'put on it';
  const text = changed === undefined ? 'no end is known' : `${formatCount(changed)} ${word}${rows}`;
  return failure === undefined ? text : `${failure}, ${text}`;
}
