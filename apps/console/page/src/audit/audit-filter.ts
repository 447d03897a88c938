import { textsOf } from '../kit/words/search-texts.ts';

/**
 * What of an address says which decisions are shown, so that it can be sent to somebody. `since`:
 * one of `SINCE`.
 */
export const auditFilter = textsOf('by', 'action', 'campaign', 'since');

export type AuditFilter = ReturnType<typeof auditFilter>;

const HOUR_MS = 3_600_000;

/** How long ago at most. */
export const SINCE: Readonly<Record<string, { readonly words: string; readonly ms: number }>> = {
  '1h': { words: 'of the last hour', ms: HOUR_MS },
  '24h': { words: 'of 24 hours', ms: 24 * HOUR_MS },
  '7d': { words: 'of 7 days', ms: 7 * 24 * HOUR_MS },
  '30d': { words: 'of 30 days', ms: 30 * 24 * HOUR_MS },
};

/** What the API is asked for. @param now epoch ms */
export function auditQuery({ since = '', ...filter }: AuditFilter, now: number) {
  const ms = SINCE[since]?.ms;
  return { ...filter, since: ms === undefined ? undefined : new Date(now - ms).toISOString() };
}
