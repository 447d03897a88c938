import { isoInstant } from '@libby-dialer/dialing';
import type { Backlog, ZoneBacklog } from '@libby-dialer/operations';

/** Who waits in which zone, as the API has it. */
export function backlogJson({ now, zones }: Backlog) {
  return { at: isoInstant(now), zones: zones.map(zoneJson) };
}

function zoneJson({ zones, calls, open, left }: ZoneBacklog) {
  return {
    zones: [...zones],
    calls,
    open: open.map(({ opensAt, closesAt }) => ({
      from: isoInstant(opensAt),
      to: isoInstant(closesAt),
    })),
    left: left === undefined ? null : [...left],
  };
}
