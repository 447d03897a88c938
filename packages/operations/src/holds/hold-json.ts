import type { Hold } from '@libby-dialer/dial-queue';
import {
  type CanaryProgress,
  instantOrNull,
  isCanaryOutOfReach,
  isoInstant,
} from '@libby-dialer/dialing';

/** A hold as programs read it. */
export function holdJson({ scope, reason, since, until, cause, canary }: Hold) {
  return {
    scope,
    reason,
    until: instantOrNull(until),
    since: isoInstant(since),
    cause: cause?.code ?? null,
    url: cause?.url ?? null,
    status: cause?.status ?? null,
    message: cause?.message ?? null,
    canary: canary === undefined ? null : canaryJson(canary),
  };
}

function canaryJson(canary: CanaryProgress) {
  const isOutOfReach = isCanaryOutOfReach(canary);
  return { ...canary, needed: canary.needed ?? null, isOutOfReach };
}
