/**
 * The life of a hold: dialing stopped, for a while or until a person lifts it.
 *
 *   (none) ──open──▶ standing ──its time has come──▶ one call probes, under a lease ──close──▶ (none)
 *                      ▲                                              │
 *                      └───────────── grow: a longer pause ───────────┘   keep: the next may probe at once
 */
export interface Hold {
  /** Only a person lifts it: a probe would be the danger. */
  readonly person: boolean;
  /** The call that opened it: it leaves the first probe to another. */
  readonly by: string;
  readonly retryAt: number;
  /** How long its last pause was chosen. */
  readonly pause: number;
  readonly pauses: number;
  readonly firstPause: number;
  readonly maxPause: number;
  /** The probe that is out, and until when its claim may live. */
  readonly lease?: { readonly owner: string; readonly expiresAt: number };
}

export interface HoldRequest {
  readonly person: boolean;
  readonly firstPause: number;
  readonly maxPause: number;
  /** What the API asked for; 0 for nothing. */
  readonly retryAfter: number;
}

export type ProbeVerdict = 'close' | 'grow' | 'keep';

export type Passage =
  | { readonly kind: 'free' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'held'; readonly until: number | undefined; readonly isOpener: boolean };

/** Whether a call may pass a hold. */
export function passage(hold: Hold | undefined, callId: string, owner: string, now: number): Passage {
  if (hold === undefined) return { kind: 'free' };
  if (hold.person) return { kind: 'held', until: undefined, isOpener: false };
  const isOpener = hold.by === callId;
  const due = isOpener ? hold.retryAt + hold.pause : hold.retryAt;
  if (now < due) return { kind: 'held', until: due, isOpener };
  const { lease } = hold;
  const isProbedByOther = lease !== undefined && lease.owner !== owner && now < lease.expiresAt;
  return isProbedByOther ? { kind: 'held', until: lease.expiresAt, isOpener: false } : { kind: 'probe' };
}

/** A hold that stands is only ever made stronger. */
export function strengthen(standing: Hold | undefined, asked: HoldRequest, callId: string, now: number): Hold {
  if (standing !== undefined) {
    const retryAt = asked.retryAfter > 0 ? Math.max(standing.retryAt, now + asked.retryAfter) : standing.retryAt;
    return { ...standing, retryAt, person: standing.person || asked.person };
  }
  const { person, firstPause, maxPause } = asked;
  const pause = pauseOf({ pauses: 1, firstPause, maxPause }, asked.retryAfter);
  return { person, by: callId, retryAt: now + pause, pause, pauses: 1, firstPause, maxPause };
}

/** Asked for without a claim (no token could be had): one that was due, and that nobody probes, shows itself still needed. */
export function openHold(standing: Hold | undefined, asked: HoldRequest, callId: string, now: number): Hold {
  const isDue = standing !== undefined && standing.lease === undefined && now >= standing.retryAt;
  return isDue && !asked.person ? grown(standing, asked.retryAfter, now) : strengthen(standing, asked, callId, now);
}

/** What its probe showed. Nobody else's word counts. */
export function endProbe(
  hold: Hold | undefined,
  owner: string,
  verdict: ProbeVerdict,
  now: number,
  retryAfter = 0,
): Hold | undefined {
  if (hold?.lease?.owner !== owner) return hold;
  if (verdict === 'close' && !hold.person) return undefined;
  const { lease: _over, ...free } = hold;
  return verdict === 'grow' ? grown(free, retryAfter, now) : free;
}

function grown(hold: Hold, retryAfter: number, now: number): Hold {
  const pauses = hold.pauses + 1;
  const pause = pauseOf({ ...hold, pauses }, retryAfter);
  return { ...hold, pauses, pause, retryAt: now + pause };
}

/** Pauses double from the first to the longest; what the API asks for is granted in full. */
function pauseOf(
  { pauses, firstPause, maxPause }: Pick<Hold, 'pauses' | 'firstPause' | 'maxPause'>,
  retryAfter: number,
): number {
  return Math.max(Math.min(maxPause, firstPause * 2 ** (pauses - 1)), retryAfter);
}
