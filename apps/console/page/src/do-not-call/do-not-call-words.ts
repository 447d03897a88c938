import type { DoNotCallChangeJson, ListJson } from '@libby-dialer/http-api';
import { countOf, formatCount } from '../kit/words/numbers.ts';

/** What somebody asked for: "imported registry.csv", "added 2 numbers". */
export function askedText({ action, list, given }: DoNotCallChangeJson): string {
  if (action === 'imported') return `imported ${list ?? 'a list'}`;
  return given === null ? action : `${action} ${countOf(given, 'number')}`;
}

/** What came of it: "120 put on it, of 300 rows". */
export function doneText({ action, given, changed, failure }: DoNotCallChangeJson): string {
  const rows = action === 'imported' && given !== null ? `, of ${countOf(given, 'row')}` : '';
  const word = action === 'removed' ? 'taken off' : 'put on it';
  const text = changed === null ? 'no end is known' : `${formatCount(changed)} ${word}${rows}`;
  return failure === null ? text : `${failure}: ${text}`;
}

type Work = NonNullable<ListJson['work']>;
type NumberCheck = NonNullable<Extract<Work, { kind: 'check_numbers' }>['result']>;

/** What a check found: "37 of 1,200 numbers are on the list. 3 rows cannot be read." */
export function foundText({ listed, notListed, rejected }: NumberCheck): string {
  const numbers = countOf(listed + notListed, 'number');
  const verb = listed === 1 ? 'is' : 'are';
  const unread = rejected === 0 ? '' : ` ${countOf(rejected, 'row')} cannot be read.`;
  return `${formatCount(listed)} of ${numbers} ${verb} on the list.${unread}`;
}

/** What an import did; one of a long list goes on by itself. */
export function importedText({ work }: ListJson): string {
  if (work?.kind !== 'import') return 'Something else is done with the list.';
  if (work.state === 'running')
    return `It goes on by itself: ${countOf(work.rows, 'row')} so far. The table below will say how it ended.`;
  if (work.result === null) return work.problem?.detail ?? 'It was stopped.';
  const { added, alreadyListed, rejected } = work.result;
  const unread = rejected === 0 ? '' : ` ${countOf(rejected, 'row')} cannot be read.`;
  const there = countOf(alreadyListed, 'was there already', 'were there already');
  return `${countOf(added, 'number')} put on it, ${there}.${unread}`;
}
