import type { AuditEntry } from '@libby-dialer/dial-queue';
import { isoInstant } from '@libby-dialer/dialing';

/** A decision as programs read it. */
export function auditJson({ id, at, action, by, via, from, campaign, details, end }: AuditEntry) {
  return {
    id,
    at: isoInstant(at),
    by,
    via,
    from,
    action,
    campaign: campaign ?? null,
    details: { ...details },
    end: end
      ? { at: isoInstant(end.at), failure: end.failure ?? null, effect: { ...end.effect } }
      : null,
  };
}
