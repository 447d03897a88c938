/**
 * The life of a call, as the ledger knows it: one pure function for each script that Redis runs.
 * docs/architecture/call.md says it in words; the conformance test compares the scripts with it.
 *
 *   queued ──gate: dial──▶ claimed ──settle──▶ accepted | rejected | exhausted | unknown
 *     │                     │    ▲                          │                      │
 *     │ gate: skip  release │    │ gate: dial       reopen  │                      │ settle, late
 *     ▼                     ▼    │                          ▼                      ▼
 *   suppressed | expired    open ◀───────────────────────── open    accepted | rejected | exhausted
 *   | canceled ──reopen──▶
 *
 * Times are instants and spans of one clock, Redis's; how long a unit is does not matter.
 */
import type { Outcome, RetryableOutcome } from '@libby-dialer/dialing';
import {
  countAnswer,
  countTrouble,
  endProbe,
  type Hold,
  type HoldRequest,
  lendProbe,
  NO_TROUBLE,
  type ProbeVerdict,
  passage,
  strengthen,
  type Trouble,
  type TroubleRun,
} from './hold-life.ts';

export interface Entry {
  /** `queued`: loaded and never claimed, of which the ledger knows nothing. */
  readonly state: 'queued' | 'open' | 'claimed' | Outcome;
  /** The run that claimed it last, or that settled it without a claim. */
  readonly owner: string;
  /** Of a claim only, like the next three. */
  readonly claimedAt: number;
  /** Nothing may be sent after this. */
  readonly sendBy: number;
  /** After this everybody takes the claim for in doubt. Kept while it is. */
  readonly deadline: number;
  /** It is one of the calls that a hold lets through. */
  readonly isProbe: boolean;
  /** Requests begun, and provable failures to begin one. */
  readonly attempts: number;
  readonly failures: number;
  /** Results written. */
  readonly revision: number;
  /** Of an `unknown` that is to be dialed once more: not before this. */
  readonly redialAt?: number;
  /** It was dialed once more, and will not be again. */
  readonly redials?: 1;
}

/** What stands in Redis of one campaign, as far as the scripts look at it. */
export interface Ledger {
  readonly entries: Readonly<Record<string, Entry>>;
  /** Calls whose payload is kept, for they may be wanted again. */
  readonly kept: readonly string[];
  /** Calls to be queued again whose jobs are not known to be in the queue. */
  readonly reopened: readonly string[];
  readonly isPaused: boolean;
  readonly isCanceled: boolean;
  readonly expiresAt: number;
  /** Calls to people on the do-not-call list. */
  readonly suppressed: readonly string[];
  readonly hold: Hold | undefined;
  readonly trouble: Trouble;
  /** Calls of which a result names the person. */
  readonly named: readonly string[];
  /** Closed for good; its entries go in a step of their own. */
  readonly isArchived: boolean;
  /** Of entries that are gone, how many had which outcome. */
  readonly counted: Readonly<Record<string, number>>;
  readonly canary: Canary | undefined;
}

/** So many calls go out first; the rest is held until enough are accepted, or a person says so. */
export interface Canary {
  readonly calls: number;
  /** How many accepted ones lift it; undefined: only a person does. */
  readonly needed: number | undefined;
  /** Calls that were let out under it, also such as have been given back since. */
  readonly letOut: readonly string[];
}

export interface Times {
  readonly sendWithin: number;
  readonly claimFor: number;
}

/** What a script leaves behind and what it answers. */
export interface Turn<Answer> {
  readonly ledger: Ledger;
  readonly answer: Answer;
}

export const NEVER_CLAIMED: Entry = {
  state: 'queued',
  owner: '',
  claimedAt: 0,
  sendBy: 0,
  deadline: 0,
  isProbe: false,
  attempts: 0,
  failures: 0,
  revision: 0,
};

export const EMPTY_LEDGER: Ledger = {
  entries: {},
  kept: [],
  reopened: [],
  isPaused: false,
  isCanceled: false,
  expiresAt: Number.POSITIVE_INFINITY,
  suppressed: [],
  hold: undefined,
  trouble: NO_TROUBLE,
  named: [],
  isArchived: false,
  counted: {},
  canary: undefined,
};

/** Outcomes after which nobody wants the payload any more. */
const FORGETTABLE: ReadonlySet<Outcome> = new Set(['accepted', 'suppressed']);

export function entryOf(ledger: Ledger, callId: string): Entry {
  return ledger.entries[callId] ?? NEVER_CLAIMED;
}

export function outcomeOf({ state }: Entry): Outcome | undefined {
  return state === 'queued' || state === 'open' || state === 'claimed' ? undefined : state;
}

/** How many calls have which outcome: what the campaign's counters say. */
export function countsOf({ entries, counted }: Ledger): Record<string, number> {
  const counts: Record<string, number> = { ...counted };
  for (const entry of Object.values(entries)) {
    const outcome = outcomeOf(entry);
    if (outcome !== undefined) counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** In doubt, and to be dialed once more. */
function awaitsRedial(entry: Entry): entry is Entry & { redialAt: number } {
  return entry.state === 'unknown' && entry.redialAt !== undefined;
}

function withoutRedialAt(entry: Entry): Entry {
  const { redialAt: _, ...rest } = entry;
  return rest;
}

/** What every later entry of a call has from this one. */
function redialsOf({ redials }: Entry): Pick<Entry, 'redials'> {
  return redials === undefined ? {} : { redials };
}

function redialAtOf({ redialAt }: Entry): Pick<Entry, 'redialAt'> {
  return redialAt === undefined ? {} : { redialAt };
}

/* ---- the gate ---- */

export interface Question {
  readonly callId: string;
  readonly owner: string;
  /** Script and token are in hand. */
  readonly isReady: boolean;
  /** The attempts of the claim under which a second sending is asked for. */
  readonly renews?: number | undefined;
}

export type GateAnswer =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'busy'; readonly until: number }
  | { readonly kind: 'in_doubt'; readonly owner: string; readonly attempts: number }
  | { readonly kind: 'skip'; readonly outcome: Outcome; readonly attempts: number }
  | { readonly kind: 'paused' }
  | { readonly kind: 'held'; readonly until: number | undefined; readonly isOpener: boolean }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'unready' }
  | { readonly kind: 'dial'; readonly claim: Entry };

/**
 * Whether a call may go out now. What is true of the call goes before what is true of its campaign,
 * and both before its turn.
 */
export function askGate(
  ledger: Ledger,
  question: Question,
  now: number,
  times: Times,
): Turn<GateAnswer> {
  const { callId, owner, renews } = question;
  const entry = entryOf(ledger, callId);
  const answer = (given: GateAnswer) => ({ ledger, answer: given });

  const outcome = outcomeOf(entry);
  if (outcome !== undefined && !awaitsRedial(entry)) return answer({ kind: 'done', outcome });
  if (entry.state === 'claimed') {
    if (entry.owner !== owner) return answer(toObserver(entry, now));
    // Asked again because the answer was lost: the same answer.
    if (renews === undefined || entry.attempts > renews)
      return answer({ kind: 'dial', claim: entry });
    // Others may be writing it off by now, so it is not theirs and this owner's at once.
    if (now > entry.deadline) return answer({ kind: 'busy', until: entry.deadline });
  }

  if (ledger.isArchived) return answer({ kind: 'done', outcome: 'canceled' });
  const { attempts } = entry;
  if (ledger.isCanceled) return skip(ledger, callId, 'canceled');
  if (now >= ledger.expiresAt) return skip(ledger, callId, 'expired');
  if (ledger.suppressed.includes(callId)) return skip(ledger, callId, 'suppressed');
  if (ledger.isPaused) return answer({ kind: 'paused' });
  const way = passage(ledger.hold, callId, owner, now);
  if (way.kind === 'held') return answer(way);
  if (!hasCanaryRoom(ledger, callId))
    return answer({ kind: 'held', until: undefined, isOpener: false });
  // The first owner has had its claim: a late word in its name must not meet another of its own.
  if (awaitsRedial(entry) && (now < entry.redialAt || entry.owner === owner)) {
    return answer({
      kind: 'wait',
      until: Math.min(Math.max(now, entry.redialAt), ledger.expiresAt),
    });
  }
  if (!question.isReady) return answer({ kind: 'unready' });

  const claim: Entry = {
    ...withoutRedialAt(entry),
    ...(awaitsRedial(entry) ? { redials: 1 as const } : {}),
    state: 'claimed',
    owner,
    claimedAt: now,
    sendBy: Math.min(now + times.sendWithin, ledger.expiresAt),
    deadline: now + times.claimFor,
    isProbe: way.kind === 'probe',
    // A claim is renewed after a request that was refused: that one counts.
    attempts: renews === undefined ? attempts : renews + 1,
  };
  return {
    ledger: claimed(letOut(ledger, callId), callId, claim),
    answer: { kind: 'dial', claim },
  };
}

/** A call that may have rung before stays in doubt, whatever becomes of its redial. */
function skip(ledger: Ledger, callId: string, outcome: Outcome): Turn<GateAnswer> {
  const entry = entryOf(ledger, callId);
  if (awaitsRedial(entry)) {
    return {
      ledger: withEntry(ledger, callId, withoutRedialAt(entry)),
      answer: { kind: 'done', outcome: 'unknown' },
    };
  }
  const { attempts, redials } = entry;
  return {
    ledger,
    answer: { kind: 'skip', outcome: redials === undefined ? outcome : 'unknown', attempts },
  };
}

/** To everybody but its owner a claim is judged by what stands in it. */
function toObserver({ owner, attempts, deadline }: Entry, now: number): GateAnswer {
  return now <= deadline
    ? { kind: 'busy', until: deadline }
    : { kind: 'in_doubt', owner, attempts };
}

function claimed(ledger: Ledger, callId: string, claim: Entry): Ledger {
  const { hold } = ledger;
  const written = withEntry(ledger, callId, claim);
  if (!claim.isProbe || hold === undefined) return written;
  const { owner, claimedAt, deadline } = claim;
  return { ...written, hold: lendProbe(hold, { owner, lentAt: claimedAt, expiresAt: deadline }) };
}

/* ---- the canary ---- */

/**
 * What takes a place: what may be on the wire, and what has an outcome of it. Who was given back,
 * or ended without going out, takes none.
 */
const HAS_PLACE: ReadonlySet<Entry['state']> = new Set([
  'claimed',
  'accepted',
  'rejected',
  'exhausted',
  'unknown',
]);

export function placesTaken(ledger: Ledger): readonly string[] {
  const callIds = ledger.canary?.letOut ?? [];
  return callIds.filter((callId) => HAS_PLACE.has(entryOf(ledger, callId).state));
}

function hasCanaryRoom(ledger: Ledger, callId: string): boolean {
  if (ledger.canary === undefined) return true;
  const taken = placesTaken(ledger);
  return taken.includes(callId) || taken.length < ledger.canary.calls;
}

function letOut(ledger: Ledger, callId: string): Ledger {
  const { canary } = ledger;
  if (canary === undefined) return ledger;
  return { ...ledger, canary: { ...canary, letOut: including(canary.letOut, callId) } };
}

/** Lifted once as many are accepted as were asked for. */
function judged(ledger: Ledger): Ledger {
  const needed = ledger.canary?.needed;
  if (needed === undefined) return ledger;
  const accepted = placesTaken(ledger).filter(
    (callId) => entryOf(ledger, callId).state === 'accepted',
  );
  return accepted.length >= needed ? { ...ledger, canary: undefined } : ledger;
}

/** One that stands keeps its places, and is of the new size. */
export function openCanary(ledger: Ledger, given: Pick<Canary, 'calls' | 'needed'>): Ledger {
  const { letOut = [] } = ledger.canary ?? {};
  return judged({ ...ledger, canary: { ...given, letOut } });
}

/** The campaign is changed: what went out by its old text shows nothing of the new one. */
export function renewCanary(ledger: Ledger): Ledger {
  const { canary } = ledger;
  return canary === undefined ? ledger : { ...ledger, canary: { ...canary, letOut: [] } };
}

/* ---- settle and release ---- */

export interface Settlement {
  readonly callId: string;
  /** Whose claim it ends: the run's own, or that of an owner who never spoke again. */
  readonly owner: string;
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly probe?: ProbeVerdict | undefined;
  readonly shows?: Showing | undefined;
  /**
   * Given where what is in doubt is to be dialed once more: so long after the deadline of its
   * claim.
   */
  readonly redialAfter?: number | undefined;
}

/** What the end of a request shows of the API: that it answers, or trouble. */
export type Showing = 'answer' | TroubleRun;

export type SettleAnswer =
  | { readonly kind: 'settled'; readonly revision: number; readonly redialAt?: number }
  | { readonly kind: 'already'; readonly outcome: Outcome; readonly redialAt?: number }
  | { readonly kind: 'lost' };

/**
 * Records an outcome. Only the owner of a claim ends it, and only an `unknown` is ever corrected,
 * by its owner.
 */
export function settle(ledger: Ledger, settlement: Settlement, now: number): Turn<SettleAnswer> {
  const { callId, owner, outcome, attempts, probe, shows, redialAfter } = settlement;
  const entry = entryOf(ledger, callId);
  const answer = (given: SettleAnswer) => ({ ledger, answer: given });

  // Nothing is claimed in an archived campaign: this is a late word.
  if (ledger.isArchived && entry.state !== 'claimed') {
    return answer({ kind: 'already', outcome: outcomeOf(entry) ?? 'canceled' });
  }
  const isOwn = entry.owner === owner;
  if (entry.state === 'claimed' && !isOwn) return answer({ kind: 'lost' });
  // That claim is over: given back, or its end was said and the call queued again since.
  if (entry.state === 'open' && isOwn) return answer({ kind: 'lost' });
  const standing = outcomeOf(entry);
  if (standing !== undefined) {
    if (isOwn && standing === outcome)
      return answer({ kind: 'settled', revision: entry.revision, ...redialAtOf(entry) });
    if (!isOwn || standing !== 'unknown')
      return answer({ kind: 'already', outcome: standing, ...redialAtOf(entry) });
  }

  const revision = entry.revision + 1;
  const { failures } = entry;
  const deadline = entry.state === 'claimed' ? entry.deadline : now;
  const isRedialed =
    outcome === 'unknown' && redialAfter !== undefined && entry.redials === undefined;
  const settled: Entry = {
    ...NEVER_CLAIMED,
    ...redialsOf(entry),
    state: outcome,
    owner,
    attempts,
    failures,
    revision,
    ...(outcome === 'unknown' ? { deadline } : {}),
    ...(isRedialed ? { redialAt: Math.max(deadline, now) + redialAfter } : {}),
  };
  const isKept = !FORGETTABLE.has(outcome);
  const hold = probe === undefined ? ledger.hold : endProbe(ledger.hold, owner, probe, now);
  // Its claim is lost: it has gone out all the same.
  const isLost = standing === undefined && entry.state !== 'claimed' && HAS_PLACE.has(outcome);
  const seen = isLost ? letOut(ledger, callId) : ledger;
  const after = {
    ...withEntry(seen, callId, settled),
    kept: isKept ? including(ledger.kept, callId) : without(ledger.kept, callId),
    named: including(ledger.named, callId),
    hold,
  };
  return {
    ledger: counting(outcome === 'accepted' ? judged(after) : after, shows, callId, now),
    answer: { kind: 'settled', revision, ...redialAtOf(settled) },
  };
}

export interface Release {
  readonly callId: string;
  readonly owner: string;
  readonly attempts: number;
  readonly failures: number;
  readonly probe?: ProbeVerdict | undefined;
  /** What the API's refusal asks for. */
  readonly hold?: HoldRequest | undefined;
  readonly shows?: Showing | undefined;
}

export type ReleaseAnswer = 'released' | 'late' | 'lost';

/** Gives a claim back: the call provably was not taken and keeps its place. */
export function release(ledger: Ledger, given: Release, now: number): Turn<ReleaseAnswer> {
  const { callId, owner, attempts, failures, probe, hold: asked, shows } = given;
  const known = entryOf(ledger, callId);
  if (known.state === 'queued' && ledger.isArchived) return { ledger, answer: 'lost' };
  // A claim that the ledger has lost is given back all the same.
  const entry: Entry =
    known.state === 'queued' ? { ...NEVER_CLAIMED, state: 'claimed', owner } : known;
  if (entry.state === 'open') return { ledger, answer: 'released' };
  if (entry.owner !== owner) return { ledger, answer: 'lost' };
  // Its deadline passed first and others wrote it off.
  if (entry.state === 'unknown') return { ledger, answer: 'late' };
  if (entry.state !== 'claimed') return { ledger, answer: 'lost' };
  const { revision } = entry;
  const open = {
    ...NEVER_CLAIMED,
    ...redialsOf(entry),
    state: 'open' as const,
    owner,
    attempts,
    failures,
    revision,
  };
  const probed =
    probe === undefined
      ? ledger.hold
      : endProbe(ledger.hold, owner, probe, now, asked?.retryAfter ?? 0);
  const hold = asked === undefined ? probed : strengthen(probed, asked, callId, now);
  return {
    ledger: counting({ ...withEntry(ledger, callId, open), hold }, shows, callId, now),
    answer: 'released',
  };
}

function counting(ledger: Ledger, shows: Showing | undefined, callId: string, now: number): Ledger {
  if (shows === undefined) return ledger;
  if (shows === 'answer') return { ...ledger, trouble: countAnswer(ledger.trouble) };
  return { ...ledger, ...countTrouble(ledger, shows, callId, now) };
}

/* ---- what people decide ---- */

/** Queues settled calls again that provably did not ring, first half: the ledger. */
export function reopen(ledger: Ledger, outcome: RetryableOutcome): Turn<number> {
  if (ledger.isArchived) return { ledger, answer: 0 };
  const callIds = ledger.kept.filter((callId) => entryOf(ledger, callId).state === outcome);
  const after = callIds.reduce<Ledger>((so, callId) => {
    const { owner, attempts, revision } = entryOf(so, callId);
    const redialed = redialsOf(entryOf(so, callId));
    const open = {
      ...NEVER_CLAIMED,
      ...redialed,
      state: 'open' as const,
      owner,
      attempts,
      revision,
    };
    return { ...withEntry(so, callId, open), reopened: including(so.reopened, callId) };
  }, ledger);
  return { ledger: after, answer: callIds.length };
}

/**
 * Second half, once jobs were added: what has its job in the queue, or an outcome again, need not
 * be looked after any more. A job that a worker has in hand is the old one and about to go.
 */
export function restored(ledger: Ledger, isQueued: (callId: string) => boolean): Ledger {
  const awaits = (callId: string) => awaitsRedial(entryOf(ledger, callId));
  const isBack = (callId: string) => !isOver(ledger, callId) && isQueued(callId);
  const { reopened, kept } = ledger;
  return {
    ...ledger,
    reopened: reopened.filter((callId) => !isOver(ledger, callId) && !isBack(callId)),
    kept: kept.filter(
      (callId) => !(reopened.includes(callId) && isBack(callId) && !awaits(callId)),
    ),
  };
}

/**
 * Nothing more is to come of it, and so it needs no job: what is found to have one loses it, in the
 * step that finds it.
 */
export function isOver(ledger: Ledger, callId: string): boolean {
  const entry = entryOf(ledger, callId);
  return ledger.isArchived || (outcomeOf(entry) !== undefined && !awaitsRedial(entry));
}

export type RedialAnswer =
  | 'resolved'
  | 'not_in_doubt'
  | 'redialed'
  | 'waits'
  | 'erased'
  | 'canceled'
  | 'expired';

/** A person lets a call in doubt be dialed once more. */
export function grantRedial(
  ledger: Ledger,
  callId: string,
  after: number,
  now: number,
): Turn<RedialAnswer> {
  const entry = entryOf(ledger, callId);
  const refused = whyNoRedial(ledger, callId, now);
  if (refused !== undefined) return { ledger, answer: refused };
  const granted = { ...entry, redialAt: Math.max(now, entry.deadline + after) };
  const written = withEntry(ledger, callId, granted);
  return {
    ledger: { ...written, reopened: including(ledger.reopened, callId) },
    answer: 'resolved',
  };
}

function whyNoRedial(ledger: Ledger, callId: string, now: number): RedialAnswer | undefined {
  const { state, redials, redialAt } = entryOf(ledger, callId);
  if (state !== 'unknown') return 'not_in_doubt';
  if (redials !== undefined) return 'redialed';
  if (redialAt !== undefined) return 'waits';
  if (!ledger.kept.includes(callId)) return 'erased';
  if (ledger.isCanceled) return 'canceled';
  return now >= ledger.expiresAt ? 'expired' : undefined;
}

/** A claim that stood when a campaign was paused or canceled. */
export interface SeenClaim {
  readonly callId: string;
  readonly owner: string;
  readonly requestsBegun: number;
}

export function control(
  ledger: Ledger,
  action: 'pause' | 'resume' | 'cancel',
): Turn<readonly SeenClaim[]> {
  if (ledger.isArchived) return { ledger, answer: [] };
  const after = {
    ...ledger,
    isPaused: action === 'pause' || (action === 'cancel' && ledger.isPaused),
    isCanceled: action === 'cancel' || (action === 'pause' && ledger.isCanceled),
  };
  const claims = Object.entries(ledger.entries).flatMap(([callId, entry]) =>
    entry.state === 'claimed'
      ? [{ callId, owner: entry.owner, requestsBegun: requestsBegun(entry) }]
      : [],
  );
  return { ledger: after, answer: claims };
}

/**
 * Of claims seen earlier: how many may still be sent, and how many were. The action returns when
 * none is pending.
 */
export function followClaims(
  ledger: Ledger,
  claims: readonly SeenClaim[],
  now: number,
): { readonly pending: number; readonly wentOut: number } {
  const fates = claims.map((claim) => fateOf(entryOf(ledger, claim.callId), claim, now));
  return {
    pending: fates.filter((fate) => fate === 'pending').length,
    wentOut: fates.filter((fate) => fate === 'went out').length,
  };
}

function fateOf(entry: Entry, seen: SeenClaim, now: number): 'pending' | 'went out' | 'did not' {
  if (entry.state === 'claimed' && entry.owner === seen.owner)
    return now <= entry.sendBy ? 'pending' : 'went out';
  return entry.state !== 'exhausted' && requestsBegun(entry) > seen.requestsBegun
    ? 'went out'
    : 'did not';
}

/** A failure to begin one is an attempt too, but no request. */
function requestsBegun({ attempts, failures }: Entry): number {
  return attempts - failures;
}

export type ArchiveAnswer = 'archived' | 'unfinished' | 'in_doubt';

/** Closes a campaign, first half. Its results are where they must be. */
export function archive(
  ledger: Ledger,
  hasJobs: boolean,
  withDoubts: boolean,
): Turn<ArchiveAnswer> {
  const entries = Object.values(ledger.entries);
  const isBusy =
    hasJobs || ledger.reopened.length > 0 || entries.some(({ state }) => state === 'claimed');
  if (isBusy) return { ledger, answer: 'unfinished' };
  if (ledger.isArchived) return { ledger, answer: 'archived' };
  if (entries.some(awaitsRedial)) return { ledger, answer: 'unfinished' };
  if (!withDoubts && entries.some(({ state }) => state === 'unknown'))
    return { ledger, answer: 'in_doubt' };
  const closed = {
    isArchived: true,
    isCanceled: true,
    isPaused: false,
    expiresAt: Number.POSITIVE_INFINITY,
    canary: undefined,
  };
  return { ledger: { ...ledger, ...closed }, answer: 'archived' };
}

/** Second half: what was in it goes, and its counts stay. */
export function removed(ledger: Ledger): Ledger {
  return { ...ledger, counted: countsOf(ledger), entries: {}, kept: [], reopened: [], named: [] };
}

export type EraseAnswer = 'in_flight' | 'ended' | 'erased';

/**
 * Takes a person out of what stands of a call. The entry stays; a doubt loses its owner, who would
 * bring the person back.
 */
export function erase(ledger: Ledger, callId: string, now: number): Turn<EraseAnswer> {
  const entry = entryOf(ledger, callId);
  if (entry.state === 'claimed' && now <= entry.deadline) return { ledger, answer: 'in_flight' };
  const isNamed = ledger.named.includes(callId);
  const blank = {
    ...ledger,
    kept: without(ledger.kept, callId),
    reopened: without(ledger.reopened, callId),
    named: without(ledger.named, callId),
  };
  if (ledger.isArchived) return { ledger: blank, answer: 'erased' };
  if (outcomeOf(entry) !== undefined) {
    const owner = entry.state === 'unknown' ? ERASED : entry.owner;
    const after = {
      ...withoutRedialAt(entry),
      owner,
      revision: entry.revision + (isNamed ? 1 : 0),
    };
    return { ledger: withEntry(blank, callId, after), answer: 'erased' };
  }
  return { ledger: withEntry(blank, callId, endedByErasure(entry, now)), answer: 'ended' };
}

/** A claim past its deadline is in doubt, and so is a redial that came to nothing. */
function endedByErasure(entry: Entry, now: number): Entry {
  const isLost = entry.state === 'claimed';
  const isDoubt = isLost || entry.redials !== undefined;
  return {
    ...NEVER_CLAIMED,
    ...redialsOf(entry),
    state: isDoubt ? 'unknown' : 'canceled',
    owner: ERASED,
    attempts: entry.attempts + (isLost ? 1 : 0),
    failures: entry.failures,
    deadline: isLost ? entry.deadline : isDoubt ? now : 0,
    revision: entry.revision + 1,
  };
}

/** Of what is erased nobody is the owner. */
const ERASED = 'erased';

/* ---- small change ---- */

function withEntry(ledger: Ledger, callId: string, entry: Entry): Ledger {
  return { ...ledger, entries: { ...ledger.entries, [callId]: entry } };
}

function including(list: readonly string[], item: string): readonly string[] {
  return list.includes(item) ? list : [...list, item];
}

function without(list: readonly string[], item: string): readonly string[] {
  return list.includes(item) ? list.filter((one) => one !== item) : list;
}
