import { type Campaign, type QueuedCall, RecipientHours } from '@libby-dialer/dialing';

/** What of a call decides when it may go out. */
export type WaitingCall = Pick<QueuedCall, 'to' | 'timezone' | 'startsAt'>;

/**
 * When the first of these calls may go out, in epoch ms, or undefined if one of them may go out now
 * (or waits for something other than hours and a start). Without calls, what the campaign alone
 * tells.
 */
export function nextOpening(
  campaign: Campaign,
  calls: readonly WaitingCall[],
  now: number,
): number | undefined {
  const hours = new RecipientHours(campaign);
  const openings = calls.map((call) => opening(campaign, hours, call, now));
  const first = calls.length > 0 ? Math.min(...openings) : ownOpening(campaign, hours, now);
  return first > now ? first : undefined;
}

function opening(
  campaign: Campaign,
  hours: RecipientHours,
  call: WaitingCall,
  now: number,
): number {
  const from = Math.max(now, call.startsAt ?? campaign.startsAt ?? now);
  const span = hours.openSpan(hours.rulesFor(call), from);
  return span === undefined ? Number.POSITIVE_INFINITY : Math.max(from, span.opensAt);
}

/** The window of a fixed zone, and the start; what depends on the person is taken to be open. */
function ownOpening(campaign: Campaign, hours: RecipientHours, now: number): number {
  const from = Math.max(now, campaign.startsAt ?? now);
  return Math.max(from, hours.campaignSpan(from)?.opensAt ?? Number.POSITIVE_INFINITY);
}
