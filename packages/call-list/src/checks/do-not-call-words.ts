import { type CallRecord, type Campaign, variableKey } from '@libby-dialer/dialing';
import { DO_NOT_CALL_HEADINGS, squash } from '../columns/headings.ts';
import type { RowProblem } from '../list-row.ts';
import { cellText } from './cell-text.ts';

export const NOT_TO_BE_CALLED: RowProblem = {
  code: 'do_not_call',
  reason: 'The list itself says of this person not to call.',
};

/**
 * What stands in a do-not-call column for those who may be called; whatever else does is taken for
 * a no.
 */
const MAY_BE_CALLED: ReadonlySet<string> = new Set(
  ',no,n,false,f,0,off,none,-,n/a,null,unchecked,inactive,not listed,allow,allowed,opted in,nein,non,nee,não,nao,falsch,faux,falso,onwaar'.split(
    ',',
  ),
);

/** Whether this, in a do-not-call column, says that its person is not to be called. */
export function saysNo(cell: string): boolean {
  return !MAY_BE_CALLED.has(cellText(cell).toLowerCase());
}

/** The entries of all records have a few names, as a rule. */
const NAMES_KNOWN = 1000;

/**
 * The entries of a record's form that stand for a do-not-call column: the one that the campaign
 * names, else those of the usual headings.
 */
export class DoNotCallEntries {
  readonly #named: string | null | undefined;
  readonly #known = new Map<string, boolean>();

  constructor({ columns }: Pick<Campaign, 'columns'>) {
    const named = columns?.doNotCall;
    this.#named = typeof named === 'string' ? variableKey(named) : (named as null | undefined);
  }

  recordProblem({ formInfo = [] }: CallRecord): RowProblem | undefined {
    if (this.#named === null) return undefined;
    return formInfo.some(([name, value]) => this.#isAsked(name) && saysNo(value))
      ? NOT_TO_BE_CALLED
      : undefined;
  }

  #isAsked(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const isAsked =
      this.#named === undefined
        ? DO_NOT_CALL_HEADINGS.has(squash(name))
        : variableKey(name) === this.#named;
    if (this.#known.size < NAMES_KNOWN) this.#known.set(name, isAsked);
    return isAsked;
  }
}
