import { isoInstant } from '@libby-dialer/dialing';
import type { ListedSetAsideJob } from './set-aside-jobs.ts';

/** A job that is set aside, as programs read it. */
export function setAsideJson({ campaign, job, canBeQueued }: ListedSetAsideJob) {
  const { callId, refusal, queuedAt, data } = job;
  return {
    job: callId,
    campaign,
    reason: refusal,
    queuedAt: isoInstant(queuedAt),
    canBeQueued,
    data,
  };
}
