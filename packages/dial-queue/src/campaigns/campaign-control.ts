import { EarlierClaims, type Monotonic } from '../gate/earlier-claims.ts';
import { liftQueueHalt } from '../jobs/queue-halt.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { CampaignArchivedError } from './campaign-closed.ts';

export type ControlAction = 'pause' | 'resume' | 'cancel';

/** Pauses, resumes and cancels campaigns, for every call that is not on the wire yet. */
export class CampaignControl {
  static readonly #control = new Script(
    new URL('./control.lua', import.meta.url),
    'ledger',
    'holds',
    'claims',
  );
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #earlierClaims: EarlierClaims;

  constructor(redis: RedisConnection, keys: Keys, monotonic?: Monotonic) {
    this.#redis = redis;
    this.#keys = keys;
    this.#earlierClaims = new EarlierClaims(redis, keys, monotonic);
  }

  /**
   * Returns once each earlier claim is on the wire, settled or given back: from then on no call of
   * the campaign begins. Throws `CampaignArchivedError`.
   * @returns how many calls went out meanwhile
   */
  async apply(
    action: ControlAction,
    campaign: string,
    signal?: AbortSignal,
  ): Promise<{ wentOut: number }> {
    const own = this.#keys.campaign(campaign);
    const claims = (await CampaignControl.#control.run(
      this.#redis,
      [own.state, own.claims, own.ledger, this.#keys.openCampaigns],
      [campaign, action, this.#keys.announcements],
    )) as 'archived' | (string | number)[];
    if (claims === 'archived') throw new CampaignArchivedError(campaign);
    if (action !== 'resume') return this.#earlierClaims.outlast(campaign, claims, signal);
    await liftQueueHalt(this.#redis, this.#keys, campaign);
    return { wentOut: 0 };
  }
}
