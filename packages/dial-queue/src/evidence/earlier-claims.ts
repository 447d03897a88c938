import { setTimeout as delay } from 'node:timers/promises';
import type { Keys } from '../redis/keys.ts';
import { stepsOf } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { number, rows, text } from '../redis/script-inputs.ts';

const POLL_MS = 50;
const CLAIMS_PER_LOOK = 1000;

/** A claim that stood at one moment. */
interface StandingClaim {
  readonly callId: string;
  readonly owner: string;
  /** Requests begun before it. */
  readonly requests: number;
}

/** As scripts answer them: the values of each claim, one after the other. */
export type FlatClaims = readonly (string | number)[];

export function standingClaims(flat: FlatClaims): StandingClaim[] {
  return Array.from({ length: flat.length / 3 }, (_, index) => {
    const [callId, owner, requests] = flat.slice(3 * index, 3 * index + 3);
    return { callId: String(callId), owner: String(owner), requests: Number(requests) };
  });
}

interface Look {
  /** Claims that have not changed. */
  readonly standing: number;
  /** The longest time that one of these had for sending, from the claim on. */
  readonly longestMs: number;
  readonly wentOut: number;
}

/** Ms by a clock that nobody sets. */
export type Monotonic = () => number;

/** Follows earlier claims until none of them can begin a call any more. */
export class EarlierClaims {
  static readonly #standing = new Script({
    lua: new URL('./standing-claims.lua', import.meta.url),
    shared: ['ledger', 'claims'],
    keys: ['claims', 'ledger'],
    answer: standingClaims,
  });
  static readonly #follow = new Script({
    lua: new URL('./follow-claims.lua', import.meta.url),
    shared: ['ledger'],
    keys: ['ledger'],
    args: { seenClaims: rows({ callId: text, owner: text, requests: number }) },
    answer: ([standing, longestMs, wentOut]: [number, number, number]): Look => ({
      standing,
      longestMs,
      wentOut,
    }),
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #monotonic: Monotonic;

  constructor(redis: RedisConnection, keys: Keys, monotonic: Monotonic = () => performance.now()) {
    this.#redis = redis;
    this.#keys = keys;
    this.#monotonic = monotonic;
  }

  /**
   * Returns once each of the claims, just seen, is settled, given back, or too old to be sent.
   * Their owners count that time by monotonic clocks, and so does this, from now on: Redis's clock
   * may be set meanwhile, or have been set since the claim.
   * @returns how many calls went out meanwhile
   */
  async outlast(
    campaign: string,
    claims: readonly StandingClaim[],
    signal?: AbortSignal,
  ): Promise<{ wentOut: number }> {
    const { ledger } = this.#keys.campaign(campaign);
    const seenAt = this.#monotonic();
    for (;;) {
      const { standing, longestMs, wentOut } = await this.#look(ledger, claims);
      // What has not changed by then has gone out or is lost.
      if (standing === 0 || this.#monotonic() - seenAt > longestMs)
        return { wentOut: wentOut + standing };
      await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
  }

  /** The same for all claims that stand now, whatever their campaign. */
  async outlastAll(signal?: AbortSignal): Promise<{ wentOut: number }> {
    const campaigns = await this.#redis.hkeys(this.#keys.campaigns);
    const outlasted = await Promise.all(
      campaigns.map(async (campaign) =>
        this.outlast(campaign, await this.#standingOf(campaign), signal),
      ),
    );
    return { wentOut: outlasted.reduce((sum, { wentOut }) => sum + wentOut, 0) };
  }

  #standingOf(campaign: string): Promise<StandingClaim[]> {
    return EarlierClaims.#standing.run(this.#redis, this.#keys.campaign(campaign), {});
  }

  async #look(ledger: string, claims: readonly StandingClaim[]): Promise<Look> {
    const total = { standing: 0, longestMs: 0, wentOut: 0 };
    for (const seenClaims of stepsOf(claims, CLAIMS_PER_LOOK)) {
      const look = await EarlierClaims.#follow.run(this.#redis, { ledger }, { seenClaims });
      total.standing += look.standing;
      total.longestMs = Math.max(total.longestMs, look.longestMs);
      total.wentOut += look.wentOut;
    }
    return total;
  }
}
