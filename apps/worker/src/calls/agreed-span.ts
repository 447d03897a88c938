import type { OpenSpan } from '@libby-dialer/dialing';

export interface OwnTimes {
  readonly startsAt?: number | undefined;
  readonly expiresAt?: number | undefined;
}

/**
 * The open span that holds `now`, or else the next one, narrowed to what is open by both of two
 * clocks: Redis's, whose instants these are, and one that is `aheadMs` ahead of it (negative:
 * behind). Undefined if there is none before the call expires.
 */
export function agreedSpan(
  openSpanAt: (atMs: number) => OpenSpan | undefined,
  now: number,
  aheadMs: number,
  { startsAt = Number.NEGATIVE_INFINITY, expiresAt = Number.POSITIVE_INFINITY }: OwnTimes,
): OpenSpan | undefined {
  if (aheadMs === 0) return openSpanAt(now);
  const first = openSpanAt(now);
  for (const span of [first, first && openSpanAt(first.closesAt)]) {
    if (span === undefined) return undefined;
    const opensAt = Math.max(span.opensAt, startsAt) + Math.max(0, -aheadMs);
    const closesAt = Math.min(span.closesAt, expiresAt) - Math.max(0, aheadMs);
    if (now < closesAt && opensAt < closesAt) return { opensAt, closesAt };
  }
  return undefined;
}
