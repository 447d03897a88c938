import type { CampaignStatusJson } from '@libby-dialer/http-api';

export type CampaignState = CampaignStatusJson['state'];

export const STATE_WORDS: Readonly<Record<CampaignState, string>> = {
  loading: 'loading',
  waiting: 'waiting',
  running: 'dialing',
  paused: 'paused',
  held: 'held',
  canceled: 'canceled',
  completed: 'done',
  archived: 'archived',
};

/** Calls without an outcome yet. */
export function waitingCalls({ pending, inFlight }: CampaignStatusJson): number {
  return pending + inFlight;
}

/** Calls that have an outcome. */
export function settledCalls({ outcomes }: CampaignStatusJson): number {
  return Object.values(outcomes).reduce((sum, count) => sum + count, 0);
}

/**
 * Calls that go out a second; null where nobody has watched for long enough. Those of a canceled
 * campaign end without being dialed, some ten thousand a second.
 */
export function callsPerSecond({ state, rate }: CampaignStatusJson): number | null {
  return state === 'canceled' ? 0 : rate.perSecond;
}

export function allCalls(campaign: CampaignStatusJson): number {
  return waitingCalls(campaign) + settledCalls(campaign);
}
