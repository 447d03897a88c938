import type { Campaign } from './campaign.ts';
import type { QueuedCall } from './queued-call.ts';
import { zonesOf } from './zones.ts';

/** Where the zones of a call come from, for the record. */
export type ZoneSource = 'campaign_window' | 'record' | 'number' | 'campaign';

/**
 * The zones in all of which a call must be in hours: the window's own if it names one, else the record's, else every zone
 * of the number's prefix, else the campaign's. Empty: it cannot be known when this person may be called.
 */
export function zonesFor(
  campaign: Pick<Campaign, 'callingWindow' | 'timezone'>,
  call: Pick<QueuedCall, 'to' | 'timezone'>,
): { zones: readonly string[]; source: ZoneSource } {
  const { callingWindow } = campaign;
  if (callingWindow !== 'anytime' && callingWindow.timezone !== 'recipient') {
    return { zones: [callingWindow.timezone], source: 'campaign_window' };
  }
  if (call.timezone !== undefined) return { zones: [call.timezone], source: 'record' };
  const zones = zonesOf(call.to);
  if (zones.length > 0) return { zones, source: 'number' };
  return { zones: campaign.timezone === undefined ? [] : [campaign.timezone], source: 'campaign' };
}
