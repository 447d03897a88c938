import { setTimeout as delay } from 'node:timers/promises';
import type { Keys } from './keys.ts';
import type { RedisConnection } from './redis-connection.ts';
import { Script } from './script.ts';

const POLL_MS = 50;
const CLAIMS_PER_LOOK = 1000;
const VALUES_PER_CLAIM = 3;

export type ControlAction = 'pause' | 'resume' | 'cancel';

/** Pauses, resumes and cancels campaigns, for every call that is not on the wire yet. */
export class CampaignControl {
  static readonly #control = new Script('control', 'ledger', 'holds');
  static readonly #followClaims = new Script('follow-claims', 'ledger');
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Returns once each earlier claim is on the wire, settled or given back: from then on no call of the campaign begins.
   * @returns how many calls went out meanwhile
   */
  async apply(action: ControlAction, campaign: string, signal?: AbortSignal): Promise<{ wentOut: number }> {
    const own = this.#keys.campaign(campaign);
    const claims = (await CampaignControl.#control.run(
      this.#redis,
      [own.state, own.claims, own.ledger, this.#keys.openCampaigns],
      [campaign, action, this.#keys.announcements],
    )) as (string | number)[];
    if (action === 'resume') return { wentOut: 0 };
    for (;;) {
      const { pending, wentOut } = await this.#follow(own.ledger, claims);
      if (pending === 0) return { wentOut };
      await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
  }

  async #follow(ledger: string, claims: readonly (string | number)[]): Promise<{ pending: number; wentOut: number }> {
    const total = { pending: 0, wentOut: 0 };
    const step = CLAIMS_PER_LOOK * VALUES_PER_CLAIM;
    for (let from = 0; from < claims.length; from += step) {
      const part = claims.slice(from, from + step);
      const [pending, wentOut] = (await CampaignControl.#followClaims.run(this.#redis, [ledger], part)) as [
        number,
        number,
      ];
      total.pending += pending;
      total.wentOut += wentOut;
    }
    return total;
  }
}
