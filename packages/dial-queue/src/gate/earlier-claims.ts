import { setTimeout as delay } from 'node:timers/promises';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';

const POLL_MS = 50;
const CLAIMS_PER_LOOK = 1000;
const VALUES_PER_CLAIM = 3;

/** The claims of a campaign that stood at one moment, three values each, as scripts answer them. */
type StandingClaims = readonly (string | number)[];

interface Look {
  /** Claims that stand as they did. */
  readonly standing: number;
  /** The most that one of these had for sending, from the claim on. */
  readonly longestMs: number;
  readonly wentOut: number;
}

/** Ms by a clock that nobody sets. */
export type Monotonic = () => number;

/** Follows claims made earlier to the point from which none of them lets a call begin any more. */
export class EarlierClaims {
  static readonly #standing = new Script(
    new URL('./standing-claims.lua', import.meta.url),
    'ledger',
    'claims',
  );
  static readonly #follow = new Script(new URL('./follow-claims.lua', import.meta.url), 'ledger');
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #monotonic: Monotonic;

  constructor(redis: RedisConnection, keys: Keys, monotonic: Monotonic = () => performance.now()) {
    this.#redis = redis;
    this.#keys = keys;
    this.#monotonic = monotonic;
  }

  /**
   * Returns once each of the claims, just seen, is settled, given back, or too old to be sent:
   * their owners count the time by monotonic clocks, and so does this, from now on. Redis's clock
   * may be set meanwhile, or have been between the claim and now.
   * @returns how many calls went out meanwhile
   */
  async outlast(
    campaign: string,
    claims: StandingClaims,
    signal?: AbortSignal,
  ): Promise<{ wentOut: number }> {
    const { ledger } = this.#keys.campaign(campaign);
    const seenAt = this.#monotonic();
    for (;;) {
      const { standing, longestMs, wentOut } = await this.#look(ledger, claims);
      // What still stands then has gone out or is lost.
      if (standing === 0 || this.#monotonic() - seenAt > longestMs)
        return { wentOut: wentOut + standing };
      await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
  }

  /** The same for all claims that stand now, whatever their campaign. */
  async outlastAll(signal?: AbortSignal): Promise<void> {
    const campaigns = await this.#redis.hkeys(this.#keys.campaigns);
    await Promise.all(
      campaigns.map(async (campaign) =>
        this.outlast(campaign, await this.#standingOf(campaign), signal),
      ),
    );
  }

  async #standingOf(campaign: string): Promise<StandingClaims> {
    const { claims, ledger } = this.#keys.campaign(campaign);
    return (await EarlierClaims.#standing.run(this.#redis, [claims, ledger], [])) as StandingClaims;
  }

  async #look(ledger: string, claims: StandingClaims): Promise<Look> {
    const total = { standing: 0, longestMs: 0, wentOut: 0 };
    const step = CLAIMS_PER_LOOK * VALUES_PER_CLAIM;
    for (let from = 0; from < claims.length; from += step) {
      const part = claims.slice(from, from + step);
      const look = await EarlierClaims.#follow.run(this.#redis, [ledger], part);
      const [standing, longestMs, wentOut] = look as [number, number, number];
      total.standing += standing;
      total.longestMs = Math.max(total.longestMs, longestMs);
      total.wentOut += wentOut;
    }
    return total;
  }
}
