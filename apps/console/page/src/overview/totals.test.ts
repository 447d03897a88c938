import type { CampaignStatusJson, Snapshot } from '@libby-dialer/http-api';
import { expect, test } from 'vitest';
import { totalsOf } from './totals.ts';

test('calls of a canceled campaign end, but do not go out', () => {
  const { perSecond } = totals(campaign('running', 8), campaign('canceled', 18_000));
  expect(perSecond).toBe(8);
});

test('how fast calls go out is not known before somebody has watched', () => {
  expect(totals(campaign('running', null)).perSecond).toBeNull();
  expect(totals(campaign('running', null), campaign('running', 2)).perSecond).toBe(2);
});

function totals(...campaigns: CampaignStatusJson[]) {
  return totalsOf({ campaigns } as Snapshot);
}

function campaign(state: CampaignStatusJson['state'], perSecond: number | null) {
  const rate = { perSecond, perMinute: null };
  return { state, rate, pending: 0, inFlight: 0, allowedCallsPerSecond: 8 } as CampaignStatusJson;
}
