/**
 * Everything that a call's life depends on, at one moment: what stands in Redis, what each run of a
 * worker's handler is about, where the jobs are, what people are doing, and what is true of the
 * phones, which nobody sees.
 */
import type { Outcome } from '@libby-dialer/dialing';
import {
  type Canary,
  EMPTY_LEDGER,
  type Entry,
  type GateAnswer,
  type Ledger,
  type Release,
  type ReleaseAnswer,
  type SeenClaim,
  type SettleAnswer,
  type Settlement,
} from './call-life.ts';
import { type HoldRequest, openHold } from './hold-life.ts';

/**
 * What is true of a call's phone. `quiet`: no request was begun, or each one was refused and the
 * refusal seen. `out`: one was begun, and may have been taken. `taken`: one was answered with 2xx.
 */
type Wire = 'quiet' | 'out' | 'taken';

export interface Call {
  readonly wire: Wire;
  /**
   * Once it is dialed once more: what is true of the request before, of which `wire` tells no more.
   */
  readonly first?: Wire;
  /** In the queue (waiting or delayed), in the hand of the run that has its lock, or removed. */
  readonly job: 'queued' | 'gone' | { readonly inHandOf: string };
  /** What its job holds names the person. */
  readonly isNamed: boolean;
  /**
   * Something went wrong that may leave it in doubt: a crash or a freeze under a claim, an answer
   * that never came.
   */
  readonly mishap: boolean;
}

/**
 * One run of the handler, from a job fetched to a job ended. A worker that crashes leaves its slot
 * to another run.
 */
export interface Run {
  /** Fresh for every run. */
  readonly owner: string;
  readonly callId: string;
  /** The claim that it has or had is that of a redial. */
  readonly isRedial: boolean;
  /** It looks at a call whose time is over, has no job in hand, and never dials. */
  readonly isSweep?: boolean;
  readonly at: Phase;
}

/** The claim under which a request was refused that may go out once more. */
type Renewal = Pick<Entry, 'attempts' | 'failures'>;

export type Phase =
  /** Script and token are in hand; the question is on its way to Redis. */
  | { readonly kind: 'asking'; readonly askedAt: number; readonly renews?: Renewal | undefined }
  /** The answer is on its way back. `sendUntil`: when the veto begins, if it says dial. */
  | {
      readonly kind: 'told';
      readonly askedAt: number;
      readonly renews?: Renewal | undefined;
      readonly answer: GateAnswer;
      readonly sendUntil: number;
    }
  /** The first byte may have been written. */
  | {
      readonly kind: 'sending';
      readonly attempts: number;
      readonly failures: number;
      readonly isRenewed: boolean;
    }
  /** What it has to say is on its way to Redis; `hasWritten` if an earlier copy has arrived. */
  | { readonly kind: 'saying'; readonly word: Word; readonly hasWritten: boolean }
  /** The reply is on its way back. */
  | {
      readonly kind: 'said';
      readonly word: Word;
      readonly hasWritten: boolean;
      readonly reply: Reply;
    }
  /** Of a sweep: the call is settled, as far as it knows, and its job is to be removed. */
  | { readonly kind: 'dropping' };

/** What a run tells the ledger. */
export type Word =
  | { readonly kind: 'settle'; readonly settlement: Settlement }
  | { readonly kind: 'release'; readonly release: Release };
export type Reply = SettleAnswer | { readonly kind: ReleaseAnswer };

/** What people do, each thing once. */
export interface People {
  /**
   * Pausing or canceling returns when no earlier claim may be sent any more; over when the campaign
   * is resumed.
   */
  readonly control: 'not yet' | 'returned' | 'over' | { readonly waitsFor: readonly SeenClaim[] };
  readonly hasSuppressed: boolean;
  readonly retriesLeft: number;
  /**
   * What queues calls again has read these payloads; then it has added their jobs, and has not
   * noted yet which are in the queue.
   */
  readonly restoring?:
    | { readonly callIds: readonly string[]; readonly haveJobs: boolean }
    | undefined;
  /** Of the person of the first call. */
  readonly erasure: 'not yet' | 'under way' | 'returned';
}

export interface World {
  readonly now: number;
  readonly ledger: Ledger;
  readonly calls: Readonly<Record<string, Call>>;
  /** One at a time in each worker. */
  readonly runs: readonly (Run | undefined)[];
  readonly runsBegun: number;
  readonly people: People;
  /** Of those in `Scope.mishaps`. */
  readonly mishapsLeft: number;
}

/**
 * How large a world is explored. Crashes, freezes, lost replies and lost locks have no bound but
 * where `mishaps` gives one.
 */
export interface Scope {
  readonly workers: number;
  readonly calls: number;
  /** Requests of one call that the API may answer with a refusal that is not its end: 401, 429. */
  readonly refusals: number;
  /** The campaign's `retry.attempts`; 0 for a world in which the API can always be reached. */
  readonly failures: number;
  /** Crashes, lost replies, lost locks and lost answers, all together. */
  readonly mishaps?: number;
  readonly expiresAt?: number;
  /** The campaign says so of what is in doubt: so long after the deadline of its claim. */
  readonly redialAfter?: number;
  readonly actions: readonly ('pause' | 'cancel' | 'suppress' | 'retry' | 'archive' | 'erase')[];
  /** Workers look at calls that have expired, also while nothing is fetched. */
  readonly sweeps?: boolean;
  /** A 429 holds everything so; undefined for a world in which it holds nothing. */
  readonly hold: Pick<HoldRequest, 'maxPause' | 'proof'> | undefined;
  /** Such a hold stands from the beginning, opened by some other call. */
  readonly isHeld?: boolean;
  /** A canary stands from the beginning; a person may release it. */
  readonly canary?: Pick<Canary, 'calls' | 'needed'>;
}

/** What a 429 asks for. */
export function holdAsked({ hold }: Scope): HoldRequest | undefined {
  return hold && { ...hold, person: false, firstPause: 1, retryAfter: 0 };
}

export function beginning(scope: Scope): World {
  const callIds = Array.from({ length: scope.calls }, (_, index) => `call ${index + 1}`);
  const asked = holdAsked(scope);
  const call: Call = { wire: 'quiet', job: 'queued', isNamed: true, mishap: false };
  return {
    now: 0,
    ledger: {
      ...EMPTY_LEDGER,
      expiresAt: scope.expiresAt ?? Number.POSITIVE_INFINITY,
      hold:
        asked !== undefined && scope.isHeld
          ? openHold(undefined, asked, 'another call', 0)
          : undefined,
      canary: scope.canary && { ...scope.canary, letOut: [] },
    },
    calls: Object.fromEntries(callIds.map((callId) => [callId, call])),
    runs: Array.from({ length: scope.workers }, () => undefined),
    runsBegun: 0,
    people: {
      control: 'not yet',
      hasSuppressed: false,
      retriesLeft: scope.actions.includes('retry') ? 1 : 0,
      erasure: 'not yet',
    },
    mishapsLeft: scope.mishaps ?? Number.POSITIVE_INFINITY,
  };
}

/** Nothing can happen any more but time, and what people may think of. */
export function isAtRest({ runs, calls, ledger, people }: World): boolean {
  return (
    runs.every((run) => run === undefined) &&
    people.restoring === undefined &&
    Object.values(calls).every(({ job }) => job === 'gone') &&
    ledger.reopened.length === 0
  );
}

export function callOf(world: World, callId: string): Call {
  const call = world.calls[callId];
  if (call === undefined) throw new Error(`there is no ${callId}`);
  return call;
}

export function withCall(world: World, callId: string, change: Partial<Call>): World {
  return { ...world, calls: { ...world.calls, [callId]: { ...callOf(world, callId), ...change } } };
}

export function withRun(world: World, worker: number, run: Run | undefined): World {
  return { ...world, runs: world.runs.map((one, index) => (index === worker ? run : one)) };
}

/** What is seen of a move besides where it leads: what the invariants are about. */
export type Happening =
  | { readonly kind: 'claimed'; readonly callId: string; readonly owner: string }
  | { readonly kind: 'request begins'; readonly callId: string; readonly owner: string }
  | {
      readonly kind: 'outcome written';
      readonly callId: string;
      readonly owner: string;
      readonly outcome: Outcome;
      /** A copy of the same words was written before. */
      readonly again: boolean;
    };

export interface Move {
  readonly story: string;
  /**
   * `work` goes on by itself; `mishap` need never happen; `people` may do it or not; `time` passes.
   */
  readonly by: 'work' | 'mishap' | 'people' | 'time';
  readonly next: World;
  readonly happening?: Happening;
}
