import type { HoldReason, HoldScope, Outcome, Reason } from '@libby-dialer/dialing';
import type { HoldRequest } from './hold.ts';
import type { Person } from './identity.ts';
import type { CampaignKeys, Keys } from './keys.ts';
import type { RedisConnection } from './redis-connection.ts';
import { Script } from './script.ts';

/** What the gate is asked: may this call go out now? Times are epoch ms of Redis's clock. */
export interface ClaimRequest {
  readonly callId: string;
  /** A fresh id per run of the handler: only the owner of a claim may send. */
  readonly owner: string;
  readonly campaign: string;
  readonly person: Person;
  /** The lines that may carry the call, best first. */
  readonly lines: readonly string[];
  /** The recipient's hours: the span that is open now, or else the next. */
  readonly opensAt: number;
  readonly closesAt: number;
  /** The record's own times, where it has some; else the campaign's count. */
  readonly startsAt?: number | undefined;
  readonly expiresAt?: number | undefined;
  /** Whether everything needed to send is in hand. If not, nothing is claimed: `unready` stands where `dial` would. */
  readonly ready: boolean;
  /**
   * The owner of a claim asks for a second sending: everything is checked anew. It is the `attempts` of that claim, by which a
   * question whose answer was lost is told from a further one.
   */
  readonly renews?: number | undefined;
}

/** The right to send one call once, written down before anything is sent. */
export interface Claim {
  readonly owner: string;
  readonly line: string;
  readonly claimedAt: number;
  /** Nothing may be sent after this. */
  readonly sendBy: number;
  /** After this everybody takes the claim, if it has no outcome, for in doubt. */
  readonly deadline: number;
  /** Requests begun, and provable failures to begin one, before this claim. */
  readonly attempts: number;
  /** Only the provable failures: these use up the campaign's `retry.attempts`. */
  readonly failures: number;
  /** Holds for which this call is the probe. */
  readonly probes?: readonly HoldScope[];
}

type GateVerdict =
  | { readonly kind: 'dial'; readonly claim: Claim }
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'busy'; readonly until: number }
  | { readonly kind: 'in_doubt'; readonly lost: LostClaim }
  | { readonly kind: 'skip'; readonly outcome: Outcome; readonly reason: Reason; readonly attempts: number }
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
  | { readonly kind: 'wait'; readonly until: number; readonly waitFor: 'starts_at' | 'calling_window' }
  | { readonly kind: 'unready' };

/** A verdict with the clock it was given by and the number of the last claim of all. */
export type GateAnswer = GateVerdict & { readonly now: number; readonly sequence: number };

/** A claim whose owner never said what became of it. */
export interface LostClaim {
  readonly owner: string;
  readonly attempts: number;
  readonly line: string;
  readonly claimedAt: number;
}

export interface ClaimTimes {
  readonly sendWithinMs: number;
  readonly claimMs: number;
}

/** What a probe showed of the hold it tested: bring it nearer to its end, lengthen its pause, or nothing. */
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
}

export interface SettleRequest extends Settling {
  readonly outcome: Outcome;
  readonly attempts: number;
  /** The result record as JSON, without `revision` and the closing brace. */
  readonly resultHead: string;
  /** The call as queued, kept while it may still be wanted; empty for none. */
  readonly payload: string;
  /** It has an expiry of its own, of which nobody need be reminded any more. */
  readonly expires?: boolean;
}

export interface ReleaseRequest extends Settling {
  readonly attempts: number;
  readonly failures: number;
  /** The API refused it for a reason that should concern all calls; refused again while others pass, it is at fault itself. */
  readonly faultAfter?: number | undefined;
  readonly hold?: HoldRequest | undefined;
}

export type SettleAnswer =
  | { readonly kind: 'settled'; readonly revision: number }
  | { readonly kind: 'already'; readonly outcome: Outcome }
  | { readonly kind: 'lost' };
export type ReleaseAnswer = 'released' | 'at_fault' | 'late' | 'lost';

/** The ledger's three moves: claim, settle, release. Each is one script, safe to send again by the same owner. */
export class Gate {
  static readonly #claim = new Script('gate', 'ledger', 'holds');
  static readonly #settle = new Script('settle', 'ledger', 'holds');
  static readonly #release = new Script('release', 'ledger', 'holds');
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #times: ClaimTimes;
  readonly #campaignKeys = new Map<string, CampaignKeys>();

  constructor(redis: RedisConnection, keys: Keys, times: ClaimTimes) {
    this.#redis = redis;
    this.#keys = keys;
    this.#times = times;
  }

  async claim(request: ClaimRequest): Promise<GateAnswer> {
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
      ...this.#times,
    };
    const keys = [
      own.ledger,
      own.state,
      own.claims,
      this.#keys.holds,
      this.#keys.doNotCall(person.bucket),
      this.#keys.claimSequence,
    ];
    const reply = await Gate.#claim.run(this.#redis, keys, [callId, owner, JSON.stringify(ask), ...lines]);
    return readAnswer(reply as unknown[]);
  }

  async settle(request: SettleRequest): Promise<SettleAnswer> {
    const own = this.#keysOf(request.campaign);
    const { campaign, answered, expires, probes, run } = request;
    // Left out rather than empty: most calls are the probe of nothing, and every byte is read for each of them.
    const context = { campaign, channel: this.#keys.announcements, answered, expires, probes: orNothing(probes), run };
    const [word, value] = (await Gate.#settle.run(
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
    )) as [string, unknown];
    if (word === 'settled') return { kind: 'settled', revision: Number(value) };
    if (word === 'already') return { kind: 'already', outcome: value as Outcome };
    return { kind: 'lost' };
  }

  async release(request: ReleaseRequest): Promise<ReleaseAnswer> {
    const own = this.#keysOf(request.campaign);
    const { attempts, failures, faultAfter, answered, probes, run, hold } = request;
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
    };
    const [word] = (await Gate.#release.run(
      this.#redis,
      [own.ledger, own.claims, this.#keys.breakers, this.#keys.holds],
      [request.callId, request.owner, JSON.stringify(context)],
    )) as [ReleaseAnswer];
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

function orNothing<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

function readAnswer(reply: unknown[]): GateAnswer {
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
    case 'in_doubt': {
      const [owner, attempts, line, claimedAt] = rest;
      const lost = {
        owner: String(owner),
        attempts: Number(attempts),
        line: String(line),
        claimedAt: Number(claimedAt),
      };
      return { kind, lost };
    }
    case 'skip':
      return { kind, outcome: rest[0] as Outcome, reason: rest[1] as Reason, attempts: Number(rest[2]) };
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
      return { kind, until: Number(rest[0]), waitFor: rest[1] as 'starts_at' | 'calling_window' };
    default:
      throw new Error(`the gate gave an answer that this version does not know: ${String(kind)}`);
  }
}
