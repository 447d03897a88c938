import {
  type Canary,
  type CanaryProgress,
  HOLD_PAUSES,
  type HoldReason,
  type HoldScope,
  type StoppedScope,
} from '@libby-dialer/dialing';
import { EarlierClaims } from '../evidence/earlier-claims.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { json, optional, text } from '../redis/script-inputs.ts';

/** A hold to open. Pauses grow by doubling from the first to the longest while probes fail. */
export interface HoldRequest {
  readonly scope: HoldScope;
  readonly reason: HoldReason;
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
  /** How many probes must pass, with none failing in between, to lift it; 1 if left out. */
  readonly proof?: number;
  /** 0 if the API asked for no pause. */
  readonly retryAfterMs: number;
  /** Only a person lifts it, because a probe would be the very danger. */
  readonly person?: boolean;
}

/** What was seen when a hold opened or last grew. Never personal: it is shown and logged. */
export interface HoldCause {
  /**
   * The code of a network, TLS or OAuth error, such as `DEPTH_ZERO_SELF_SIGNED_CERT`, or how the
   * answer was classified.
   */
  readonly code: string;
  /** Who was asked. */
  readonly url?: string;
  /** HTTP status of the answer, if there was one. */
  readonly status?: number;
  /** What the answer said of it. */
  readonly message?: string;
}

/** What a step did to a hold. Only the caller is told. */
export interface HoldChange {
  readonly change: 'opened' | 'grown' | 'lifted';
  readonly scope: HoldScope;
  readonly reason: HoldReason;
  readonly cause?: HoldCause;
  /** How long it has stood. */
  readonly heldMs: number;
  /** Until a call may probe it; left out when only a person lifts it. */
  readonly pauseMs?: number;
}

export type HoldObserver = (change: HoldChange) => void;

/** Reports the changes that a script has answered with, if any. */
export function tellChanges(observe: HoldObserver | undefined, changes: unknown): void {
  if (observe === undefined || typeof changes !== 'string') return;
  for (const change of JSON.parse(changes) as HoldChange[]) observe(change);
}

/** A hold that stands. Times are epoch ms of Redis's clock. */
export interface Hold {
  readonly scope: HoldScope;
  readonly reason: HoldReason;
  readonly cause?: HoldCause | undefined;
  readonly since: number;
  /** When one call may probe; undefined when only a person lifts it. */
  readonly until: number | undefined;
  /** For a hold with reason `canary`. */
  readonly canary?: CanaryProgress | undefined;
}

/** One of the definitions that a campaign has had. */
export interface Edition {
  readonly campaign: string;
  readonly edition: string;
}

interface StoredHold {
  reason: HoldReason;
  cause?: HoldCause;
  since: number;
  retryAt: number;
  person?: boolean;
  canary?: Canary;
}

/** For a hold that no call has opened. */
const NO_CALL = '';

/** Where dialing is stopped, and why. */
export class Holds {
  static readonly #open = new Script({
    lua: new URL('./open-hold.lua', import.meta.url),
    shared: ['ledger', 'holds'],
    keys: ['holds', 'state?'],
    args: {
      channel: text,
      hold: json<HoldRequest>(),
      callId: text,
      cause: optional(json<HoldCause>()),
      edition: text,
    },
  });
  static readonly #progress = new Script({
    lua: new URL('./canary-progress.lua', import.meta.url),
    shared: ['ledger', 'holds', 'canary'],
    keys: ['ledger', 'canary'],
    answer: ([dialed, accepted, inFlight]: [number, number, number]) => ({
      dialed,
      accepted,
      inFlight,
    }),
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #observe: HoldObserver | undefined;

  constructor(redis: RedisConnection, keys: Keys, observe?: HoldObserver) {
    this.#redis = redis;
    this.#keys = keys;
    this.#observe = observe;
  }

  async open(hold: HoldRequest, callId: string, cause?: HoldCause): Promise<void> {
    await this.#askFor({ holds: this.#keys.holds }, hold, callId, cause);
  }

  /**
   * The same for something that a campaign lacks in this edition, unless it has another edition by
   * now, which may be mended.
   */
  async openFor(
    { campaign, edition }: Edition,
    hold: HoldRequest,
    callId: string,
    cause?: HoldCause,
  ): Promise<void> {
    await this.#askFor(this.#keys.campaign(campaign), hold, callId, cause, edition);
  }

  async #askFor(
    keys: { readonly holds: string; readonly state?: string },
    hold: HoldRequest,
    callId: string,
    cause?: HoldCause,
    edition = '',
  ): Promise<void> {
    const channel = this.#keys.announcements;
    const asked = { channel, hold, callId, cause, edition };
    tellChanges(this.#observe, await Holds.#open.run(this.#redis, keys, asked));
  }

  /**
   * Stops a scope because a person says so. Returns once each earlier claim, of any scope, is on
   * the wire, settled or given back: no call of the scope begins after that. A hold for lost claims
   * stays as it is.
   * @returns how many calls went out meanwhile
   */
  async stop(
    scope: StoppedScope,
    note?: string,
    signal?: AbortSignal,
  ): Promise<{ wentOut: number }> {
    const cause = note === undefined ? undefined : { code: 'note', message: note };
    const hold = { ...HOLD_PAUSES.stopped, reason: 'stopped', retryAfterMs: 0 } as const;
    await this.open({ ...hold, scope, person: true }, NO_CALL, cause);
    return await new EarlierClaims(this.#redis, this.#keys).outlastAll(signal);
  }

  async list(): Promise<Hold[]> {
    const stored = await this.#redis.hgetall(this.#keys.holds);
    const holds = Object.entries(stored).map(async ([scope, raw]): Promise<Hold> => {
      const { reason, cause, since, person, retryAt, canary } = JSON.parse(raw) as StoredHold;
      const standing = canary && { ...canary, ...(await this.#progressOf(scope)) };
      const until = person ? undefined : retryAt;
      return {
        scope: scope as HoldScope,
        reason,
        cause,
        since,
        until,
        ...(standing && { canary: standing }),
      };
    });
    return await Promise.all(holds);
  }

  async #progressOf(scope: string): Promise<Omit<CanaryProgress, keyof Canary>> {
    const keys = this.#keys.campaign(scope.slice('campaign:'.length));
    return await Holds.#progress.run(this.#redis, keys, {});
  }

  /** Lifts a hold because a person says so. Returns whether there was one. */
  async release(scope: string): Promise<boolean> {
    const lifted = await this.#redis.hdel(this.#keys.holds, scope);
    if (lifted === 0) return false;
    await this.#redis.publish(this.#keys.announcements, scope);
    return true;
  }
}
