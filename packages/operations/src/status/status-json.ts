import { instantOrNull, isoInstant } from '@libby-dialer/dialing';
import { holdJson } from '../holds/hold-json.ts';
import type { CampaignView } from './campaign-view.ts';

/** How far a campaign is, as programs read it. */
export function statusJson({
  status,
  outlook,
  rate,
  idle,
  refusal,
  redisAheadMs = 0,
  now,
}: CampaignView) {
  const { holds, ...counts } = status;
  const { opening, end } = outlook;
  return {
    ...counts,
    holds: holds.map(holdJson),
    at: isoInstant(now),
    rate: {
      perSecond: rate.lastSeconds ?? null,
      perMinute: rate.lastMinute === undefined ? null : rate.lastMinute * 60,
    },
    opensAt: instantOrNull(opening?.at),
    eta: instantOrNull(end?.at),
    etaLatest: instantOrNull(end?.latestAt),
    etaBy: end?.by ?? null,
    wouldExpire: end?.unplaced ?? null,
    workers: idle.workers ?? null,
    redisRefuses: refusal ?? null,
    redisClockAheadSeconds: Math.round(redisAheadMs / 1000),
    linesFullUntil: instantOrNull(idle.linesFullUntil),
    nextCallAt: instantOrNull(idle.nextCallAt),
  };
}
