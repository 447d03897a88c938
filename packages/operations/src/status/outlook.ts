import type { CampaignStatus } from '@libby-dialer/dial-queue';
import {
  type Campaign,
  type CampaignState,
  forecast,
  type RateLimit,
  rateLimitOf,
  type ZonedGroup,
} from '@libby-dialer/dialing';
import type { Opening, WaitingMix } from './waiting-mix.ts';

/** When a campaign goes on, and when it will be through. Instants in epoch ms. */
export interface Outlook {
  /** Where nobody who waits may be called yet. */
  readonly opening?: Opening;
  readonly end?: End;
}

export interface End {
  /** Undefined: not within a year. */
  readonly at: number | undefined;
  readonly latestAt: number | undefined;
  /** Calls that would expire before their turn comes. */
  readonly unplaced: number;
  readonly callsPerSecond: number;
  /** `measured`: the workers went no faster of late. */
  readonly by: RateLimit['by'] | 'measured';
}

export interface OutlookRequest {
  readonly campaign: Campaign;
  readonly status: Pick<CampaignStatus, 'state' | 'pending'>;
  /** Undefined: nobody has looked at the calls that wait, or there are none. */
  readonly mix: WaitingMix | undefined;
  /** Calls settled per second of late, if somebody has measured it. */
  readonly measured: number | undefined;
  /** Epoch ms of Redis's clock. */
  readonly now: number;
  /** Given while no line has room for a call: when the first has. */
  readonly linesFullUntil?: number | undefined;
}

/** Of these nobody can say when they go on. */
export const STOPPED: ReadonlySet<CampaignState> = new Set([
  'paused',
  'held',
  'canceled',
  'completed',
  'archived',
]);

/**
 * What is to be expected of a campaign: what is pending, at the tightest of its own limits or,
 * where the workers are slower than that, at their rate, and within the hours of those who wait.
 * Nothing known of its rate: no end. Other campaigns that use the same lines or workers, failures
 * and new rows are not foreseen.
 */
export function outlookOf({
  campaign,
  status,
  mix,
  measured,
  now,
  linesFullUntil,
}: OutlookRequest): Outlook {
  if (STOPPED.has(status.state) || status.pending === 0 || mix === undefined) return {};
  const groups = mix.groups(status.pending);
  const opening = mix.opening(now);
  const isClosed = opening !== undefined && opening.at > now;
  // What it did in the hours before tells nothing of its rate.
  const rate = rateOf(campaign, status.state === 'running' && !isClosed ? measured : undefined);
  return {
    ...(opening !== undefined && isClosed && { opening }),
    ...(rate !== undefined && { end: endOf(groups, rate, linesFullUntil ?? now) }),
  };
}

/** At which rate it is foreseen to go; undefined: nobody knows. */
export function rateOf(
  campaign: Campaign,
  measured: number | undefined,
): Pick<End, 'callsPerSecond' | 'by'> | undefined {
  const limit = rateLimitOf(campaign);
  if (measured === undefined || measured <= 0) return limit;
  return limit !== undefined && limit.callsPerSecond <= measured
    ? limit
    : { callsPerSecond: measured, by: 'measured' };
}

function endOf(
  groups: readonly ZonedGroup[],
  { callsPerSecond, by }: Pick<End, 'callsPerSecond' | 'by'>,
  now: number,
): End {
  const { endsAt: at, latestAt, unplaced } = forecast({ groups, callsPerSecond, now });
  return { at, latestAt, unplaced, callsPerSecond, by };
}
