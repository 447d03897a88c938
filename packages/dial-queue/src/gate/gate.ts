import type { FrequencyCap, HoldReason, HoldScope, Outcome, Reason } from '@libby-dialer/dialing';
import {
  type HoldCause,
  type HoldObserver,
  type HoldRequest,
  tellChanges,
} from '../holds/holds.ts';
import type { Person } from '../people/identity.ts';
import type { CampaignKeys, Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { type BoundScript, type Fence, Script } from '../redis/script.ts';
import type { Claim, ClaimedPlaces, LostClaim } from './claim.ts';
import { Evidence } from './evidence.ts';
import { ReplicaFence } from './replica-fence.ts';

/** What the gate is asked: may this call go out now? Times are epoch ms of Redis's clock. */
export interface ClaimRequest {
  readonly callId: string;
  /** A fresh id per run of the handler: only the owner of a claim may send. */
  readonly owner: string;
  readonly campaign: string;
  readonly person: Person;
  /** The lines that may carry the call: the freest does. */
  readonly lines: readonly string[];
  /** The recipient's hours: the span that is open now, or else the next. */
  readonly opensAt: number;
  readonly closesAt: number;
  /** The record's own times, where it has some; else the campaign's count. */
  readonly startsAt?: number | undefined;
  readonly expiresAt?: number | undefined;
  readonly limits: Limits;
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
  | { readonly kind: 'in_doubt'; readonly lost: LostClaim }
  | {
      readonly kind: 'skip';
      readonly outcome: Outcome;
      readonly reason: Reason;
      readonly attempts: number;
    }
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

interface Settling {
  readonly callId: string;
  readonly owner: string;
  readonly campaign: string;
  /** The API gave an answer that says something about it, not only about us. */
  readonly answered: boolean;
  readonly probes: readonly ProbeResult[];
  readonly run?: TroubleRun | undefined;
  /** What was seen, for a hold that opens or grows by it. */
  readonly cause?: HoldCause | undefined;
}

export interface SettleRequest extends Settling {
  readonly outcome: Outcome;
  readonly attempts: number;
  /** The result record as JSON, without `revision` and the closing brace. */
  readonly resultHead: string;
  /** The call as queued, kept while it may still be wanted; empty for none. */
  readonly payload: string;
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
  readonly expires?: boolean;
}

export interface ReleaseRequest extends Settling {
  readonly attempts: number;
  readonly failures: number;
  /**
   * The API refused it for a reason that should concern all calls; refused again while others pass,
   * it is at fault itself.
   */
  readonly faultAfter?: number | undefined;
  readonly hold?: HoldRequest | undefined;
}

/** `redialAt`: the call is in doubt and is to be dialed once more then, so its job must wait. */
export type SettleAnswer =
  | { readonly kind: 'settled'; readonly revision: number; readonly redialAt?: number }
  | { readonly kind: 'already'; readonly outcome: Outcome; readonly redialAt?: number }
  | { readonly kind: 'lost' };
export type ReleaseAnswer = 'released' | 'at_fault' | 'late' | 'lost';

/**
 * The ledger's three moves: claim, settle, release. Each is one script, safe to send again by the
 * same owner. A claim is made only on the server process that the gate was introduced to, whatever
 * connects to whichever.
 */
export class Gate {
  static readonly #claim = new Script(
    new URL('./gate.lua', import.meta.url),
    'ledger',
    'redial',
    'holds',
    'lines',
    'people',
    'turns',
    'pace',
    'server',
  );
  static readonly #settle = new Script(
    new URL('./settle.lua', import.meta.url),
    'ledger',
    'redial',
    'holds',
    'lines',
    'people',
    'write-result',
  );
  static readonly #release = new Script(
    new URL('./release.lua', import.meta.url),
    'ledger',
    'holds',
    'lines',
    'people',
  );
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #times: ClaimTimes;
  readonly #fence: ReplicaFence | undefined;
  readonly #observe: HoldObserver | undefined;
  readonly #campaignKeys = new Map<string, CampaignKeys>();
  #bound: BoundScript | undefined;

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
    this.#fence = fence && new ReplicaFence(redis, keys.claimCounts, fence);
    this.#observe = observe;
  }

  /** The server on which claims are made, once there is one. */
  get server(): string | undefined {
    return this.#bound?.server;
  }

  /**
   * From now on claims are made on this server. Resolves to false, and they are not, if it is
   * another that answers.
   */
  async introduce(server: string): Promise<boolean> {
    const bound = this.#bound?.server === server ? this.#bound : Gate.#claim.boundTo(server);
    if (!(await bound.teach(this.#redis, this.#keys.claimCounts))) return false;
    this.#bound = bound;
    return true;
  }

  /** A gate introduced to no server, where nobody compares, introduces itself to the first. */
  async claim(request: ClaimRequest): Promise<GateAnswer | Uncompared> {
    const { callId, owner, campaign, person, lines } = request;
    const own = this.#keysOf(campaign);
    const ask = {
      campaign,
      person: person.member,
      opensAt: request.opensAt,
      closesAt: request.closesAt,
      startsAt: request.startsAt,
      expiresAt: request.expiresAt,
      ready: request.ready,
      renews: request.renews,
      isUnsent: request.isUnsent,
      leadMs: request.leadMs,
      takesItFor: request.takesItFor,
      seen: request.seen ?? 0,
      isOwnLine: request.isOwnLine,
      isOwnTime: request.isOwnTime,
      ...request.limits,
      ...this.#times,
    };
    const keys = [
      own.ledger,
      own.state,
      own.claims,
      this.#keys.holds,
      this.#keys.doNotCall(person.bucket),
      this.#keys.claimCounts,
      own.turns,
      this.#keys.lines,
      this.#keys.people,
    ];
    const args = [callId, owner, JSON.stringify(ask), ...lines];
    const bound = this.#bound ?? (await this.#introduceItself());
    const answer = readAnswer(await bound.run(this.#redis, keys, args));
    const isUsable =
      answer.kind !== 'dial' || this.#fence === undefined || (await this.#fence.covers(bound));
    return isUsable ? answer : { ...answer, kind: 'unfenced' };
  }

  async #introduceItself(): Promise<BoundScript> {
    while (this.#bound === undefined) {
      await this.introduce(
        (await new Evidence(this.#redis, this.#keys).compare(new Map(), true)).server,
      );
    }
    return this.#bound;
  }

  async settle(request: SettleRequest): Promise<SettleAnswer> {
    const own = this.#keysOf(request.campaign);
    const {
      campaign,
      answered,
      expires,
      probes,
      run,
      cause,
      resultsBefore,
      redialAfterMs,
      redials,
      unrung,
      claimed,
    } = request;
    // Left out rather than empty: most calls are the probe of nothing, and every byte is read for
    // each of them.
    const channel = this.#keys.announcements;
    const context = {
      campaign,
      channel,
      answered,
      expires,
      probes: orNothing(probes),
      run,
      cause: run === undefined && probes.length === 0 ? undefined : cause,
      resultsBefore,
      redialAfterMs,
      redials,
      unrung,
      claimed: claimed && placesOf(claimed),
    };
    const [word, value, redialAt, changes] = (await Gate.#settle.run(
      this.#redis,
      [
        own.ledger,
        own.state,
        own.claims,
        own.kept,
        own.revised,
        this.#keys.results,
        this.#keys.breakers,
        this.#keys.holds,
        own.expiries,
        this.#keys.lines,
        this.#keys.people,
      ],
      [
        request.callId,
        request.owner,
        request.outcome,
        request.attempts,
        request.resultHead,
        request.payload,
        JSON.stringify(context),
      ],
    )) as [string, unknown, (number | null)?, string?];
    tellChanges(this.#observe, changes);
    const redial = typeof redialAt === 'number' ? { redialAt } : {};
    if (word === 'settled') return { kind: 'settled', revision: Number(value), ...redial };
    if (word === 'already') return { kind: 'already', outcome: value as Outcome, ...redial };
    return { kind: 'lost' };
  }

  async release(request: ReleaseRequest): Promise<ReleaseAnswer> {
    const { attempts, failures, faultAfter, answered, probes, run, hold, cause } = request;
    const refused = faultAfter !== undefined;
    const context = {
      channel: this.#keys.announcements,
      attempts,
      failures,
      refused,
      faultAfter,
      answered,
      probes,
      run,
      hold,
      cause,
    };
    return this.#giveBack(request, context);
  }

  /**
   * Gives back, unused, the claim that this owner may have: the gate's answer never reached it.
   * Resolves to whether it had one.
   */
  async withdraw(request: Pick<ClaimRequest, 'callId' | 'owner' | 'campaign'>): Promise<boolean> {
    return (
      (await this.#giveBack(request, { channel: this.#keys.announcements, withdraws: true })) ===
      'released'
    );
  }

  async #giveBack(
    of: Pick<ClaimRequest, 'callId' | 'owner' | 'campaign'>,
    context: object,
  ): Promise<ReleaseAnswer> {
    const own = this.#keysOf(of.campaign);
    const [word, changes] = (await Gate.#release.run(
      this.#redis,
      [
        own.ledger,
        own.state,
        own.claims,
        this.#keys.breakers,
        this.#keys.holds,
        this.#keys.lines,
        this.#keys.people,
      ],
      [of.callId, of.owner, JSON.stringify(context)],
    )) as [ReleaseAnswer, string?];
    tellChanges(this.#observe, changes);
    return word;
  }

  #keysOf(campaign: string): CampaignKeys {
    let keys = this.#campaignKeys.get(campaign);
    if (keys === undefined) {
      keys = this.#keys.campaign(campaign);
      this.#campaignKeys.set(campaign, keys);
    }
    return keys;
  }
}

/** Without what else the claim says. */
function placesOf({
  line,
  person,
  conversationMs,
  claimedAt,
  deadline,
}: ClaimedPlaces): ClaimedPlaces {
  return { line, person, conversationMs, claimedAt, deadline };
}

function orNothing<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

function readAnswer(reply: unknown): GateAnswer | Uncompared {
  if (!Array.isArray(reply) || reply[0] === 'uncompared') return { kind: 'uncompared' };
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
      return { kind, lost: JSON.parse(rest[0] as string) as LostClaim };
    case 'skip':
      return {
        kind,
        outcome: rest[0] as Outcome,
        reason: rest[1] as Reason,
        attempts: Number(rest[2]),
      };
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
