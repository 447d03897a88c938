/**
 * The life of a hold: dialing stopped, for a while or until a person lifts it.
 *
 *   (none) ──open──▶ standing ──its time has come──▶ probed ──`proof` in a row passed──▶ (none)
 *                       ▲                            │    ▲
 *                       └── one failed: a longer ────┘    └── one passed: one more may be out
 *                           pause, nothing proven
 *
 * What shows trouble is counted, and enough of it opens a hold.
 */
export interface Hold {
  /** Only a person lifts it: a probe would be the danger. */
  readonly person: boolean;
  /**
   * The call that opened it: it leaves the first probe to others for as long as the first pause.
   */
  readonly by: string;
  readonly since: number;
  readonly retryAt: number;
  /** How long its last pause was chosen. */
  readonly pause: number;
  readonly pauses: number;
  readonly firstPause: number;
  readonly maxPause: number;
  /** How many probes must pass, and none fail between them, to lift it. */
  readonly proof: number;
  /** How many have. */
  readonly proven: number;
  /** The probes that are out, dead ones among them until somebody looks. */
  readonly leases: readonly Lease[];
}

/** A probe: whose it is, since when, and until when its claim may live. */
export interface Lease {
  readonly owner: string;
  readonly lentAt: number;
  readonly expiresAt: number;
}

export interface HoldRequest {
  readonly person: boolean;
  readonly firstPause: number;
  readonly maxPause: number;
  readonly proof: number;
  /** What the API asked for; 0 for nothing. */
  readonly retryAfter: number;
}

/** What a probe showed: the trouble is over, it is not, or nothing. */
export type ProbeVerdict = 'close' | 'grow' | 'keep';

export type Passage =
  | { readonly kind: 'free' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'held'; readonly until: number | undefined; readonly isOpener: boolean };

/** Whether a call may pass a hold. */
export function passage(
  hold: Hold | undefined,
  callId: string,
  owner: string,
  now: number,
): Passage {
  if (hold === undefined) return { kind: 'free' };
  if (hold.person) return { kind: 'held', until: undefined, isOpener: false };
  const isOpener = hold.by === callId;
  const due = isOpener ? hold.retryAt + hold.firstPause : hold.retryAt;
  if (now < due) return { kind: 'held', until: due, isOpener };
  const out = livingLeases(hold, now);
  if (out.length <= hold.proven || out.some((lease) => lease.owner === owner))
    return { kind: 'probe' };
  return {
    kind: 'held',
    until: Math.min(...out.map(({ expiresAt }) => expiresAt)),
    isOpener: false,
  };
}

/** A lease ends with the claim it was lent to. */
export function livingLeases({ leases }: Hold, now: number): readonly Lease[] {
  return leases.filter(({ expiresAt }) => now < expiresAt);
}

/** Whether a claim is a probe of this hold: a hold is never probed at the moment it opens. */
export function isProbeOf(
  hold: Hold | undefined,
  claim: { readonly isProbe: boolean; readonly claimedAt: number },
) {
  return hold !== undefined && claim.isProbe && claim.claimedAt > hold.since;
}

/** To an owner whose claim is renewed it is lent anew. */
export function lendProbe(hold: Hold, lease: Lease): Hold {
  return { ...hold, leases: [...leasesOfOthers(hold, lease.owner), lease] };
}

function leasesOfOthers({ leases }: Hold, owner: string): readonly Lease[] {
  return leases.filter((lease) => lease.owner !== owner);
}

/** A hold that stands is only ever made stronger. */
export function strengthen(
  standing: Hold | undefined,
  asked: HoldRequest,
  callId: string,
  now: number,
): Hold {
  if (standing !== undefined) {
    const retryAt =
      asked.retryAfter > 0 ? Math.max(standing.retryAt, now + asked.retryAfter) : standing.retryAt;
    return { ...standing, retryAt, person: standing.person || asked.person };
  }
  const { retryAfter, ...lasting } = asked;
  const pause = pauseOf({ ...lasting, pauses: 1 }, retryAfter);
  return {
    ...lasting,
    by: callId,
    since: now,
    retryAt: now + pause,
    pause,
    pauses: 1,
    proven: 0,
    leases: [],
  };
}

/**
 * Asked for without a claim (no token could be had): one that was due, and that nobody probes,
 * shows itself still needed.
 */
export function openHold(
  standing: Hold | undefined,
  asked: HoldRequest,
  callId: string,
  now: number,
): Hold {
  const isDue =
    standing !== undefined && now >= standing.retryAt && livingLeases(standing, now).length === 0;
  return isDue && !asked.person
    ? grown(standing, asked.retryAfter, now)
    : strengthen(standing, asked, callId, now);
}

/**
 * What one of its probes showed; nobody else's word counts. A probe that went out before the pause
 * that stands now shows nothing of the time after it: those that fail together are one failure, and
 * what passes after one has failed proves nothing.
 */
export function endProbe(
  hold: Hold | undefined,
  owner: string,
  verdict: ProbeVerdict,
  now: number,
  retryAfter = 0,
): Hold | undefined {
  if (hold === undefined) return undefined;
  const lease = livingLeases(hold, now).find((one) => one.owner === owner);
  if (lease === undefined) return hold;
  const free = { ...hold, leases: leasesOfOthers(hold, owner) };
  if (verdict === 'keep' || lease.lentAt < hold.retryAt) return free;
  if (verdict === 'grow') return grown(free, retryAfter, now);
  const proven = hold.proven + 1;
  return proven >= hold.proof && !hold.person ? undefined : { ...free, proven };
}

function grown(hold: Hold, retryAfter: number, now: number): Hold {
  const pauses = hold.pauses + 1;
  const pause = pauseOf({ ...hold, pauses }, retryAfter);
  return { ...hold, pauses, pause, retryAt: now + pause, proven: 0 };
}

/** Pauses double from the first to the longest; what the API asks for is granted in full. */
function pauseOf(
  { pauses, firstPause, maxPause }: Pick<Hold, 'pauses' | 'firstPause' | 'maxPause'>,
  retryAfter: number,
): number {
  return Math.max(Math.min(maxPause, firstPause * 2 ** (pauses - 1)), retryAfter);
}

/* ---- trouble ---- */

/** How much of each kind there was since it last opened a hold. */
export interface Trouble {
  readonly doubts: number;
  readonly unreachable: number;
}

/** One more of a kind, and at how many which hold opens. */
export interface TroubleRun {
  readonly name: keyof Trouble;
  readonly threshold: number;
  readonly hold: HoldRequest;
}

export const NO_TROUBLE: Trouble = { doubts: 0, unreachable: 0 };

/**
 * The API can be reached, and four answers make up for one doubt: doubts must be in a row, or more
 * than a fifth.
 */
export function countAnswer({ doubts }: Trouble): Trouble {
  return { doubts: Math.max(0, doubts - 1 / 4), unreachable: 0 };
}

/** While a hold stands no trouble is counted: what was in flight tells nothing new. */
export function countTrouble(
  counted: { readonly trouble: Trouble; readonly hold: Hold | undefined },
  { name, threshold, hold }: TroubleRun,
  callId: string,
  now: number,
): { readonly trouble: Trouble; readonly hold: Hold | undefined } {
  if (counted.hold !== undefined) return counted;
  const count = counted.trouble[name] + 1;
  if (count < threshold) return { ...counted, trouble: { ...counted.trouble, [name]: count } };
  return {
    trouble: { ...counted.trouble, [name]: 0 },
    hold: strengthen(undefined, hold, callId, now),
  };
}
