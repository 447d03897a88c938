import type { CallFilter } from './call-filter.ts';

/** What every page of a campaign's calls is kept under. */
export const CALLS = 'GET /campaigns/{id}/calls';

/** What the API is asked for. */
export function callQuery({ show }: CallFilter) {
  if (show === undefined) return {};
  return show === 'queued' || show === 'in_flight' ? { state: show } : { outcome: show };
}
