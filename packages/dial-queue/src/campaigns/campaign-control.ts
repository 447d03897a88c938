import {
  EarlierClaims,
  type FlatClaims,
  type Monotonic,
  standingClaims,
} from '../evidence/earlier-claims.ts';
import { liftQueueHalt } from '../jobs/queues.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { text } from '../redis/script-inputs.ts';
import { CampaignArchivedError } from './campaign-closed.ts';

export type ControlAction = 'pause' | 'resume' | 'cancel';

/** Pauses, resumes and cancels campaigns, for every call that is not on the wire yet. */
export class CampaignControl {
  static readonly #control = new Script({
    lua: new URL('./control.lua', import.meta.url),
    shared: ['ledger', 'holds', 'claims'],
    keys: ['state', 'claims', 'ledger', 'openCampaigns'],
    args: { campaign: text, action: text, channel: text },
    answer: (reply: 'archived' | FlatClaims) =>
      reply === 'archived' ? reply : standingClaims(reply),
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #earlierClaims: EarlierClaims;

  constructor(redis: RedisConnection, keys: Keys, monotonic?: Monotonic) {
    this.#redis = redis;
    this.#keys = keys;
    this.#earlierClaims = new EarlierClaims(redis, keys, monotonic);
  }

  /**
   * Returns once each earlier claim is on the wire, settled or given back: no call of the campaign
   * begins after that. Throws `CampaignArchivedError`.
   * @returns how many calls went out meanwhile
   */
  async apply(
    action: ControlAction,
    campaign: string,
    signal?: AbortSignal,
  ): Promise<{ wentOut: number }> {
    const keys = this.#keys.campaign(campaign);
    const claims = await CampaignControl.#control.run(this.#redis, keys, {
      campaign,
      action,
      channel: keys.announcements,
    });
    if (claims === 'archived') throw new CampaignArchivedError(campaign);
    if (action !== 'resume') return this.#earlierClaims.outlast(campaign, claims, signal);
    await liftQueueHalt(this.#redis, this.#keys, campaign);
    return { wentOut: 0 };
  }
}
