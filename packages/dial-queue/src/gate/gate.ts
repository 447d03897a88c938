import type { FrequencyCap, HoldReason, HoldScope, Outcome, Reason } from '@libby-dialer/dialing';
import {
  type HoldCause,
  type HoldObserver,
  type HoldRequest,
  tellChanges,
} from '../holds/holds.ts';
import {
  type CompletedJob,
  type JobInHand,
  MOVE_TO_FINISHED,
} from '../jobs/job-completion.ts';
import type { Person } from '../people/identity.ts';
import type { CampaignKeys, Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { type Fence, Script } from '../redis/script.ts';
import { each, json, number, optional, rows, text } from '../redis/script-inputs.ts';
import { type Answered, TurnBatch } from '../redis/turn-batch.ts';
import type { Claim, ClaimedPlaces } from './claim.ts';
import { Evidence } from '../evidence/evidence.ts';
import { ReplicaFence } from '../evidence/replica-fence.ts';

/** What the gate is asked: may this call go out now? Times are epoch ms of Redis's clock. */
export interface ClaimRequest {
  readonly callId: string;
  /** A fresh id per run of the handler: only the owner of a claim may send. */
  readonly owner: string;
  readonly campaign: string;
  readonly person: Person;
  /** Who else the row names: one of them on the do-not-call list keeps the call from going out. */
  readonly others?: readonly Person[] | undefined;
  /** The lines that may carry the call: the freest does. */
  readonly lines: readonly string[];
  /** The recipient's hours: the span that is open now, or else the next. */
  readonly opensAt: number;
  readonly closesAt: number;
  /** The record's own times, where it has some; else the campaign's count. */
  readonly startsAt?: number | undefined;
  readonly expiresAt?: number | undefined;
  readonly limits: Limits;
  /**
   * Which change of the campaign's definition hours and limits are from (`CampaignStore.edition`).
   * If another is stored, the answer is `outdated`. Left out: none is asked for.
   */
  readonly edition?: string | undefined;
  /** No other line may carry it: while that is full it waits by itself. */
  readonly isOwnLine?: boolean | undefined;
  /** Its hours are its own, not its campaign's: those who wait for the same are spread out. */
  readonly isOwnTime?: boolean | undefined;
  /**
   * Whether everything needed to send is in hand. If not, nothing is claimed: `unready` stands
   * where `dial` would.
   */
  readonly ready: boolean;
  /**
   * The owner of a claim asks for a second sending: everything is checked anew. It is the
   * `attempts` of that claim, by which a question whose answer was lost is told from a further one.
   */
  readonly renews?: number | undefined;
  /** Under that claim nothing has been sent: it missed its slot and asks for another. */
  readonly isUnsent?: boolean | undefined;
  /**
   * How far ahead a slot has to be for the answer to arrive before it; see pace.lua for the bounds.
   */
  readonly leadMs?: number | undefined;
  /**
   * What the asker takes Redis's clock for as it asks: much earlier shows that it was set ahead.
   */
  readonly takesItFor?: number | undefined;
  /**
   * How many claims on its server the asker knows of. If Redis knows of fewer it has lost some, and
   * nothing is claimed.
   */
  readonly seen?: number;
}

/** What a campaign allows. Left out: no limit. */
export interface Limits {
  /** How long a call that is taken is assumed to occupy its line. */
  readonly conversationMs: number;
  /** Per person, over all campaigns. */
  readonly caps?: readonly FrequencyCap[] | undefined;
  /** From one call's slot to the next one's. */
  readonly intervalMs?: number | undefined;
  readonly maxInFlight?: number | undefined;
  readonly maxPerLine?: number | undefined;
}

/**
 * `line`: all calls of the campaign do; `own_line`: this one by itself, others may have another
 * line that is free. `cap`: what is in flight to the same person decides whether it is over the
 * cap. Set by the caller, the script never returns them: `comparison`: on a server that is new
 * nobody claims before all have compared (see Evidence); `clocks`: Redis's and the asker's are too
 * far apart.
 */
export type WaitFor =
  | 'redial'
  | 'starts_at'
  | 'calling_window'
  | 'line'
  | 'own_line'
  | 'cap'
  | 'in_flight'
  | 'pace'
  | 'comparison'
  | 'clocks';

type GateVerdict =
  | { readonly kind: 'dial'; readonly claim: Claim }
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'busy'; readonly until: number }
  | { readonly kind: 'in_doubt'; readonly lost: Claim }
  | {
      readonly kind: 'skip';
      readonly outcome: Outcome;
      readonly reason: Reason;
      readonly attempts: number;
    }
  /** The campaign's definition is another by now: read it anew, and ask again. */
  | { readonly kind: 'outdated' }
  | { readonly kind: 'paused' }
  | {
      readonly kind: 'held';
      readonly scope: HoldScope;
      readonly reason: HoldReason;
      /** Undefined when only a person lifts the hold. */
      readonly until: number | undefined;
      /** This very call opened the hold; another should probe. */
      readonly isOpener: boolean;
    }
  | { readonly kind: 'wait'; readonly until: number; readonly waitFor: WaitFor }
  | { readonly kind: 'unready' }
  /** Too few replicas have the claim: it must be given back unused. */
  | { readonly kind: 'unfenced'; readonly claim: Claim };

/** A verdict with the clock it was given by and the number of claims made on this server. */
export type GateAnswer = GateVerdict & { readonly now: number; readonly sequence: number };

/**
 * The server is not the one that the gate was introduced to, or has lost claims: compare,
 * introduce, and ask again.
 */
export interface Uncompared {
  readonly kind: 'uncompared';
}

export interface ClaimTimes {
  readonly sendWithinMs: number;
  readonly claimMs: number;
}

/**
 * What a probe showed of the hold it tested: bring it nearer to its end, lengthen its pause, or
 * nothing.
 */
export interface ProbeResult {
  readonly scope: HoldScope;
  readonly verdict: 'close' | 'grow' | 'keep';
}

/** One more of a kind of trouble; at the threshold the hold opens. */
export interface TroubleRun {
  readonly name: string;
  readonly threshold: number;
  readonly hold: HoldRequest;
}

/** Who asks about which call. */
type Question = Pick<ClaimRequest, 'callId' | 'owner' | 'campaign'>;

interface Ending extends Question {
  /** The API gave an answer that says something about it, not only about us. */
  readonly answered: boolean;
  readonly probes: readonly ProbeResult[];
  readonly run?: TroubleRun | undefined;
  /** What was seen, for a hold that opens or grows by it. */
  readonly cause?: HoldCause | undefined;
}

/** How a claim ends in an outcome. */
interface Settlement extends Ending {
  readonly outcome: Outcome;
  readonly attempts: number;
  /**
   * What the claim took: Redis may have lost it, or it may have been written off and keeps its
   * places until its owner speaks.
   */
  readonly claimed?: ClaimedPlaces | undefined;
  /**
   * Results written for the call before the claim that this settles: an outcome of that time does
   * not stand in its way.
   */
  readonly resultsBefore?: number | undefined;
  /**
   * Given when a call in doubt is to be dialed once more: so long after the deadline of its claim.
   */
  readonly redialAfterMs?: number | undefined;
  /** The claim's own: this settles a redial. */
  readonly redials?: number | undefined;
  /** Under this claim provably nothing rang, though the call is `unknown`. */
  readonly unrung?: boolean | undefined;
  /** It has an expiry of its own, of which nobody need be reminded any more. */
  readonly expires?: boolean | undefined;
  /** Left out: its job is not in hand, or is completed otherwise. */
  readonly job?: JobInHand | undefined;
}

export interface SettleRequest extends Settlement {
  /** The result record as JSON, without `revision` and the closing brace. */
  readonly resultHead: string;
  /** The call as queued, kept while it may still be wanted; empty for none. */
  readonly payload: string;
}

/** How a claim is given back. */
export interface ReleaseRequest extends Ending {
  readonly attempts: number;
  readonly failures: number;
  /**
   * The API refused it for a reason that should concern all calls; refused again while others pass,
   * it is at fault itself.
   */
  readonly faultAfter?: number | undefined;
  readonly hold?: HoldRequest | undefined;
}

/** Nothing was sent under the claim, if there is one. */
interface Withdrawal extends Question {
  readonly withdraws: true;
}

/** A call that waits, and its end with its canceled campaign. */
export interface UntriedCall extends Pick<SettleRequest, 'callId' | 'resultHead' | 'payload'> {}

/** What a call that has its outcome leaves of its job. */
interface Settled {
  /** The call is in doubt and is to be dialed once more then, so its job must wait. */
  readonly redialAt?: number;
  /** The job is completed. This is what BullMQ's script answered to it: the next job, if any. */
  readonly completed?: CompletedJob;
}

export type SettleAnswer =
  | (Settled & { readonly kind: 'settled'; readonly revision: number })
  | (Settled & { readonly kind: 'already'; readonly outcome: Outcome })
  | { readonly kind: 'lost' };
export type ReleaseAnswer = 'released' | 'at_fault' | 'late' | 'lost';

const CLAIM = new Script({
  lua: new URL('./gate.lua', import.meta.url),
  shared: ['batch', 'ledger', 'redial', 'holds', 'canary', 'lines', 'people', 'turns', 'pace'],
  keys: ['ledger', 'state', 'claims', 'holds', 'claimCounts', 'turns', 'lines', 'people', 'canary'],
  args: {
    sendWithinMs: number,
    claimMs: number,
    // What their keys begin with: those that a batch asks for are known in the script alone.
    doNotCallSets: text,
    questions: each({ ask: json<ClaimRequest>() }),
  },
  answer: readEach(readAnswer),
});

const SETTLE = new Script({
  lua: new URL('./settle.lua', import.meta.url),
  shared: ['batch', 'ledger', 'redial', 'holds', 'canary', 'lines', 'people', 'write-result'],
  functions: MOVE_TO_FINISHED,
  keys: [
    'ledger',
    'state',
    'claims',
    'kept',
    'revised',
    'results',
    'breakers',
    'holds',
    'expiries',
    'lines',
    'people',
    'canary',
    '...completion',
  ],
  args: {
    channel: text,
    queue: text,
    settlements: each({
      settlement: json<Settlement>(),
      resultHead: text,
      payload: optional(text),
    }),
  },
  answer: readEach(readSettled),
});

const RELEASE = new Script({
  lua: new URL('./release.lua', import.meta.url),
  shared: ['batch', 'ledger', 'holds', 'lines', 'people'],
  keys: ['ledger', 'state', 'claims', 'breakers', 'holds', 'lines', 'people'],
  args: { channel: text, releases: each({ release: json<ReleaseRequest | Withdrawal>() }) },
  answer: readEach(readReleased),
});

const CANCEL = new Script({
  lua: new URL('./cancel-untried.lua', import.meta.url),
  shared: ['ledger', 'write-result', 'remove-job'],
  keys: ['ledger', 'state', 'kept', 'revised', 'results', 'expiries'],
  args: {
    campaign: text,
    queue: text,
    owner: text,
    calls: rows({ callId: text, resultHead: text, payload: text }),
  },
  answer: (callIds: readonly string[]) => new Set(callIds),
});

type BoundClaim = ReturnType<typeof CLAIM.boundTo>;
type ClaimBatch = TurnBatch<ClaimRequest, GateAnswer | Uncompared>;
type SettleReply = ReturnType<typeof readSettled>;
type Released = ReturnType<typeof readReleased>;

/** What is asked about the calls of one campaign in one turn of the event loop. */
interface CampaignGate {
  readonly keys: CampaignKeys;
  readonly settles: TurnBatch<SettleRequest, SettleReply>;
  readonly releases: TurnBatch<ReleaseRequest | Withdrawal, Released>;
}

/** Claims on one server, by campaign. */
interface ServerGate {
  readonly bound: BoundClaim;
  readonly cancel: ReturnType<typeof CANCEL.boundTo>;
  readonly claims: Map<string, ClaimBatch>;
}

/**
 * The ledger's three moves: claim, settle, release. Each is one step of a script, safe to send
 * again by the same owner; those that are asked for in one turn of the event loop are sent
 * together. A claim is made only on the server process that the gate was introduced to, whatever
 * connects to whichever.
 */
export class Gate {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #times: ClaimTimes;
  readonly #fence: ReplicaFence | undefined;
  readonly #observe: HoldObserver | undefined;
  readonly #campaigns = new Map<string, CampaignGate>();
  #server: ServerGate | undefined;

  /**
   * @param fence a claim counts only once replicas have it as well; @param observe is told what its
   * steps do to holds
   */
  constructor(
    redis: RedisConnection,
    keys: Keys,
    times: ClaimTimes,
    fence?: Fence,
    observe?: HoldObserver,
  ) {
    this.#redis = redis;
    this.#keys = keys;
    this.#times = times;
    this.#fence = fence && new ReplicaFence(redis, keys, fence);
    this.#observe = observe;
  }

  /** The server on which claims are made, once there is one. */
  get server(): string | undefined {
    return this.#server?.bound.server;
  }

  /**
   * From now on claims are made on this server. Resolves to false, and they are not, if it is
   * another that answers.
   */
  async introduce(server: string): Promise<boolean> {
    const known = this.#server;
    const isKnown = known?.bound.server === server;
    const bound = isKnown ? known.bound : CLAIM.boundTo(server);
    const cancel = isKnown ? known.cancel : CANCEL.boundTo(server);
    for (const script of [bound, cancel])
      if (!(await script.teach(this.#redis, this.#keys.claimCounts))) return false;
    if (this.#fence && !(await this.#fence.introduce(server))) return false;
    if (this.#server?.bound !== bound) this.#server = { bound, cancel, claims: new Map() };
    return true;
  }

  /** A gate introduced to no server, where nobody compares, introduces itself to the first. */
  async claim(request: ClaimRequest): Promise<GateAnswer | Uncompared> {
    const server = this.#server ?? (await this.#introduceItself());
    const answer = await this.#claimsOn(server, request.campaign).ask(request);
    const isUsable =
      answer.kind !== 'dial' ||
      this.#fence === undefined ||
      (await this.#fence.covers(server.bound.server));
    return isUsable ? answer : { ...answer, kind: 'unfenced' };
  }

  async #introduceItself(): Promise<ServerGate> {
    while (this.#server === undefined) {
      await this.introduce(
        (await new Evidence(this.#redis, this.#keys).compare(new Map(), true)).server,
      );
    }
    return this.#server;
  }

  /**
   * Ends those of these calls that nobody has tried yet, if their campaign is canceled: as the gate
   * and a settle would, and together with their jobs.
   * @returns the ids of those that this has ended
   */
  async cancelUntried(
    campaign: string,
    owner: string,
    calls: readonly UntriedCall[],
  ): Promise<ReadonlySet<string>> {
    const { cancel } = this.#server ?? (await this.#introduceItself());
    const given = { campaign, owner, queue: this.#keys.queue(campaign), calls };
    return (await cancel.run(this.#redis, this.#of(campaign).keys, given)) ?? new Set();
  }

  async settle(request: SettleRequest): Promise<SettleAnswer> {
    const { answer, changes } = await this.#of(request.campaign).settles.ask(request);
    tellChanges(this.#observe, changes);
    return answer;
  }

  release(request: ReleaseRequest): Promise<ReleaseAnswer> {
    return this.#giveBack(request);
  }

  /**
   * Gives back, unused, the claim that this owner may have: the gate's answer never reached it.
   * Resolves to whether it had one.
   */
  async withdraw({ callId, owner, campaign }: Question): Promise<boolean> {
    return (await this.#giveBack({ callId, owner, campaign, withdraws: true })) === 'released';
  }

  async #giveBack(release: ReleaseRequest | Withdrawal): Promise<ReleaseAnswer> {
    const [word, changes] = await this.#of(release.campaign).releases.ask(release);
    tellChanges(this.#observe, changes);
    return word;
  }

  /** A question goes to the server that it was meant for, whichever is known by then. */
  #claimsOn({ bound, claims }: ServerGate, campaign: string): ClaimBatch {
    const { keys } = this.#of(campaign);
    return once(claims, campaign, () => {
      return new TurnBatch(async (asks) => {
        const questions = asks.map((ask) => ({ ask }));
        const given = { ...this.#times, doNotCallSets: this.#keys.doNotCallSets, questions };
        const answers = await bound.run(this.#redis, keys, given);
        return answers ?? asks.map((): Uncompared => ({ kind: 'uncompared' }));
      });
    });
  }

  #of(campaign: string): CampaignGate {
    return once(this.#campaigns, campaign, () => {
      const keys = this.#keys.campaign(campaign);
      const { announcements: channel } = keys;
      const queue = this.#keys.queue(campaign);
      return {
        keys,
        settles: new TurnBatch((requests) => {
          const settlements = requests.map(settlementOf);
          return SETTLE.run(this.#redis, keys, { channel, queue, settlements });
        }),
        releases: new TurnBatch((requests) => {
          const releases = requests.map((release) => ({ release }));
          return RELEASE.run(this.#redis, keys, { channel, releases });
        }),
      };
    });
  }
}

function once<Value>(known: Map<string, Value>, name: string, make: () => Value): Value {
  let value = known.get(name);
  if (value === undefined) {
    value = make();
    known.set(name, value);
  }
  return value;
}

function settlementOf({ resultHead, payload, ...settlement }: SettleRequest) {
  return { settlement, resultHead, payload };
}

/** The answers of a script to each of many. */
function readEach<Reply, Answer>(read: (reply: Reply) => Answer) {
  return (replies: readonly Answered<Reply>[]): readonly Answered<Answer>[] =>
    replies.map((reply) => (reply instanceof Error ? reply : read(reply)));
}

function readReleased(reply: [word: ReleaseAnswer, changes?: string]) {
  return reply;
}

function readAnswer(reply: unknown[]): GateAnswer | Uncompared {
  if (reply[0] === 'uncompared') return { kind: 'uncompared' };
  const sequence = Number(reply.pop());
  const now = Number(reply.pop());
  return { ...readVerdict(reply), now, sequence };
}

function readVerdict([kind, ...rest]: unknown[]): GateVerdict {
  switch (kind) {
    case 'dial':
      return { kind, claim: JSON.parse(rest[0] as string) as Claim };
    case 'done':
      return { kind, outcome: rest[0] as Outcome };
    case 'busy':
      return { kind, until: Number(rest[0]) };
    case 'in_doubt':
      return { kind, lost: JSON.parse(rest[0] as string) as Claim };
    case 'skip':
      return {
        kind,
        outcome: rest[0] as Outcome,
        reason: rest[1] as Reason,
        attempts: Number(rest[2]),
      };
    case 'outdated':
    case 'paused':
    case 'unready':
      return { kind };
    case 'held': {
      const [scope, reason, until, isOpener] = rest;
      return {
        kind,
        scope: scope as HoldScope,
        reason: reason as HoldReason,
        until: Number(until) === 0 ? undefined : Number(until),
        isOpener: isOpener === 1,
      };
    }
    case 'wait':
      return { kind, until: Number(rest[0]), waitFor: rest[1] as WaitFor };
    default:
      throw new Error(`the gate gave an answer that this version does not know: ${String(kind)}`);
  }
}

function readSettled([word, value, redialAt, changes, completed]: [
  word: SettleAnswer['kind'],
  value?: unknown,
  redialAt?: number | null,
  changes?: string | null,
  completed?: CompletedJob | null,
]): { readonly answer: SettleAnswer; readonly changes: string | undefined } {
  const left = {
    ...(typeof redialAt === 'number' && { redialAt }),
    ...(completed !== undefined && completed !== null && { completed }),
  };
  const told = changes ?? undefined;
  switch (word) {
    case 'settled':
      return { answer: { kind: word, revision: Number(value), ...left }, changes: told };
    case 'already':
      return { answer: { kind: word, outcome: value as Outcome, ...left }, changes: told };
    case 'lost':
      return { answer: { kind: word }, changes: told };
  }
}
