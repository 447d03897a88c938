import { CallingHours, type Campaign, type QueuedCall, zonesFor } from '@libby-dialer/dialing';

/** What of a call decides when it may go out. */
export type WaitingCall = Pick<QueuedCall, 'to' | 'timezone' | 'startsAt'>;

/**
 * When the first of these calls may go out, in epoch ms, or undefined if one of them may go out now (or waits for something
 * other than hours and a start). Without calls, what the campaign alone tells.
 */
export function nextOpening(campaign: Campaign, calls: readonly WaitingCall[], now: number): number | undefined {
  const hours = new CallingHours(campaign.callingWindow);
  const openings = calls.length > 0 ? calls.map((call) => opening(campaign, hours, call, now)) : [now];
  if (calls.length === 0) openings[0] = ownOpening(campaign, hours, now);
  const first = Math.min(...openings);
  return first > now ? first : undefined;
}

function opening(campaign: Campaign, hours: CallingHours, call: WaitingCall, now: number): number {
  const from = Math.max(now, call.startsAt ?? campaign.startsAt ?? now);
  if (campaign.callingWindow === 'anytime') return from;
  const { zones } = zonesFor(campaign, call);
  const span = zones.length === 0 ? undefined : hours.openSpan(zones, from);
  return span === undefined ? Number.POSITIVE_INFINITY : Math.max(from, span.opensAt);
}

/** The window of a fixed zone, and the start; what depends on the person is taken to be open. */
function ownOpening({ callingWindow, startsAt }: Campaign, hours: CallingHours, now: number): number {
  const from = Math.max(now, startsAt ?? now);
  if (callingWindow === 'anytime' || callingWindow.timezone === 'recipient') return from;
  return Math.max(from, hours.openSpan([], from)?.opensAt ?? Number.POSITIVE_INFINITY);
}
