import type { Access } from '@libby-dialer/dial-queue';
import { isoInstant } from '@libby-dialer/dialing';

/** Somebody who may use the HTTP API, as programs read it. */
export function accessJson({ name, role, campaigns, sso, addedAt }: Access) {
  return {
    name,
    role,
    ...(campaigns !== undefined && { campaigns: [...campaigns] }),
    sso,
    addedAt: isoInstant(addedAt),
  };
}
