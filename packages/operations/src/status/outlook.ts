import type { CampaignStatus } from '@libby-dialer/dial-queue';
import {
  CallGroups,
  CallTimes,
  type Campaign,
  type CampaignState,
  earliestAt,
  forecast,
  type QueuedCall,
  type RateLimit,
  rateLimitOf,
} from '@libby-dialer/dialing';

/** When a campaign goes on, and when it will be through. Instants in epoch ms. */
export interface Outlook {
  /**
   * Where nobody who waits may be called yet: the first instant, and the zones by whose clocks it
   * is.
   */
  readonly opening?: { readonly at: number; readonly zones: readonly string[] };
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
  /** Some of the calls that wait: each stands for as many of what is pending. */
  readonly sample: readonly QueuedCall[];
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
  sample,
  measured,
  now,
  linesFullUntil,
}: OutlookRequest): Outlook {
  if (STOPPED.has(status.state) || status.pending === 0 || sample.length === 0) return {};
  const times = new CallTimes(campaign);
  const groups = new CallGroups();
  let opening: Outlook['opening'];
  for (const call of sample) {
    const time = times.of(call);
    groups.add(time, status.pending / sample.length);
    const at = earliestAt(time, now);
    if (at !== undefined && at < (opening?.at ?? Number.POSITIVE_INFINITY))
      opening = { at, zones: time.zones };
  }
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

function endOf(groups: CallGroups, rate: Pick<End, 'callsPerSecond' | 'by'>, now: number): End {
  const { callsPerSecond, by } = rate;
  const {
    endsAt: at,
    latestAt,
    unplaced,
  } = forecast({ groups: groups.list(), callsPerSecond, now });
  return { at, latestAt, unplaced, callsPerSecond, by };
}
