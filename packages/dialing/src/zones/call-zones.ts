import { isClock, isZone } from '@libby-dialer/call-record';
import type { QueuedCall } from '../calls/queued-call.ts';
import type { Campaign } from '../campaigns/campaign.ts';
import { zonesOf } from './zones.ts';

/** Where the zones of a call come from, for the record. */
export type ZoneSource = 'campaign_window' | 'record' | 'number' | 'campaign';

export interface CallZones {
  readonly zones: readonly string[];
  readonly source: ZoneSource;
}

/**
 * The zones in all of which a call must be in the campaign's hours: the window's own if it names
 * one, else the recipient's. Empty: it cannot be known when this person may be called.
 */
export function zonesFor(
  campaign: Pick<Campaign, 'callingWindow' | 'timezone'>,
  call: Pick<QueuedCall, 'to' | 'timezone'>,
): CallZones {
  const { callingWindow } = campaign;
  if (callingWindow !== 'anytime' && callingWindow.timezone !== 'recipient') {
    return { zones: [callingWindow.timezone], source: 'campaign_window' };
  }
  return recipientZones(campaign, call);
}

/**
 * The zones in one of which the recipient is: the record's, else every zone of the number's prefix,
 * else the campaign's. None where an earlier version has taken a name for a zone that is none:
 * nobody knows when that person may be called.
 */
export function recipientZones(
  campaign: Pick<Campaign, 'timezone'>,
  call: Pick<QueuedCall, 'to' | 'timezone'>,
): CallZones {
  const zones = zonesOf(call.to);
  if (call.timezone !== undefined)
    return { zones: zonesOfRecord(call.timezone, zones), source: 'record' };
  if (zones.length > 0) return { zones, source: 'number' };
  return { zones: [campaign.timezone ?? ''].filter(isClock), source: 'campaign' };
}

/**
 * Nobody lives at UTC, and programs write it where they know nothing: the hour must be right where
 * the number is as well.
 */
function zonesOfRecord(timezone: string, ofNumber: readonly string[]): readonly string[] {
  if (isZone(timezone)) return [timezone];
  return isClock(timezone) ? [timezone, ...ofNumber] : [];
}
