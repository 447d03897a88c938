import { OUTCOME_NAMES, type OutcomeName } from '../../kit/words/outcome.tsx';

/** Which calls of a campaign are shown. In the address, so that it can be sent to somebody. */
export interface CallFilter {
  readonly show?: 'queued' | 'in_flight' | OutcomeName | undefined;
}

const SHOWN: ReadonlySet<unknown> = new Set(['queued', 'in_flight', ...OUTCOME_NAMES]);

/** What of an address is a filter; whatever else it says is left out. */
export function callFilter(search: Readonly<Record<string, unknown>>): CallFilter {
  const show = search['show'];
  return SHOWN.has(show) ? ({ show } as CallFilter) : {};
}
