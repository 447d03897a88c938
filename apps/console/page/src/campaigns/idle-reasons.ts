import type { CampaignStatusJson } from '@libby-dialer/http-api';

type IdleReason = CampaignStatusJson['idleReasons'][number];

/** Each hold has a notice of its own, which says more. */
const SAID_OF_HOLDS = new Set(['held']);
/** Once over all campaigns, and not of each again. */
const SAID_OF_ALL = new Set([...SAID_OF_HOLDS, 'no_worker', 'redis_refuses']);

/** Why nothing goes out, as far as no other notice of the campaign's own page says it. */
export function reasonsOnOwnPage({ idleReasons }: CampaignStatusJson): IdleReason[] {
  return idleReasons.filter(({ code }) => !SAID_OF_HOLDS.has(code));
}

/** The same, among the notices on everything. */
export function reasonsOnOverview({ state, idleReasons }: CampaignStatusJson): IdleReason[] {
  if (state === 'completed' || state === 'canceled') return [];
  return idleReasons.filter(({ code }) => !SAID_OF_ALL.has(code));
}
