import type { CampaignStatus, Hold } from '@libby-dialer/dial-queue';
import { type CallTime, earliestAt, instantOrNull } from '@libby-dialer/dialing';
import type { CallStep } from './call-timeline.ts';

/** What is known of a call that has no outcome and is not claimed. */
export interface WaitingCall {
  readonly status: CampaignStatus;
  /** By its hours, start and end. Undefined where its job cannot be read. */
  readonly time: CallTime | undefined;
  readonly isSuppressed: boolean;
  readonly isSetAside: boolean;
  /** Epoch ms, both. */
  readonly notBefore: number | undefined;
  readonly now: number;
  /** Undefined where Redis does not tell. */
  readonly workers: number | undefined;
}

/** What a call waits for: all of it has to pass before the call goes out. */
export function callWaits(call: WaitingCall): CallStep[] {
  const steps = [...ends(call), ...stops(call), ...times(call)];
  return steps.length > 0 ? steps : [turn(call)];
}

/** What ends it as soon as it comes up. */
function ends({ status, isSuppressed, isSetAside }: WaitingCall): CallStep[] {
  if (isSetAside)
    return [waits('Its job is not as it was made, and is set aside until a person decides.')];
  if (status.state === 'canceled') return [waits('Its campaign is canceled: so will it be.')];
  return isSuppressed ? [waits('It is on the do-not-call list: it will not be dialed.')] : [];
}

function stops({ status: { state, holds }, workers }: WaitingCall): CallStep[] {
  return [
    ...(workers === 0 ? [waits('Waits for a worker: none is running.')] : []),
    ...(state === 'paused' ? [waits('Waits until somebody resumes its campaign.')] : []),
    ...holds.map(held),
  ];
}

function held({ scope, reason, until }: Hold): CallStep {
  const end = until === undefined ? 'until a person lifts it' : 'until a call has tried again';
  return waits(`Waits for a hold (${scope}, ${reason}) ${end}.`, until);
}

function times({ time, notBefore, now }: WaitingCall): CallStep[] {
  if (time === undefined) return [];
  const at = earliestAt(time, now);
  if (at === undefined) return [waits('Its time is over before it may be dialed.')];
  if (at > now) return [waits(hoursText(time, now), at)];
  if (notBefore === undefined || notBefore <= now) return [];
  return [waits('Comes up again then: it waits for a line, or was given back.', notBefore)];
}

function hoursText({ startsAt = 0, zones }: CallTime, now: number): string {
  if (startsAt > now) return 'Waits for its start.';
  return `Waits for its hours, by ${zones.join(' and ')}.`;
}

function turn({ status: { pending } }: WaitingCall): CallStep {
  const others = Math.max(0, pending - 1);
  return waits(others === 0 ? 'Waits for its turn.' : `Waits for its turn, with ${others} others.`);
}

function waits(sentence: string, until?: number): CallStep {
  return { at: instantOrNull(until), step: 'waits', sentence };
}
