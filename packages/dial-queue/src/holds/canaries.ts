import type { Canary } from '@libby-dialer/dialing';
import { CampaignArchivedError } from '../campaigns/campaign-closed.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { number, optional, text } from '../redis/script-inputs.ts';
import { type HoldObserver, tellChanges } from './holds.ts';

/**
 * `stands`: there was a canary before, and its places stay taken. `lifted`: it has passed already.
 */
export type CanaryOpening = 'opened' | 'stands' | 'lifted';

/** Lets a set number of a campaign's calls go first. */
export class Canaries {
  static readonly #open = new Script({
    lua: new URL('./open-canary.lua', import.meta.url),
    shared: ['ledger', 'holds', 'canary'],
    keys: ['holds', 'state', 'ledger', 'canary'],
    args: { campaign: text, channel: text, calls: number, needed: optional(number) },
    answer: (reply: [word: CanaryOpening | 'archived', changes?: string]) => reply,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #observe: HoldObserver | undefined;

  constructor(redis: RedisConnection, keys: Keys, observe?: HoldObserver) {
    this.#redis = redis;
    this.#keys = keys;
    this.#observe = observe;
  }

  /**
   * From now on no more calls of the campaign go out than the canary has places, including calls
   * that wait already. Throws `CampaignArchivedError`.
   */
  async open(campaign: string, { calls, needed }: Canary): Promise<CanaryOpening> {
    const keys = this.#keys.campaign(campaign);
    const asked = { campaign, channel: keys.announcements, calls, needed };
    const [word, changes] = await Canaries.#open.run(this.#redis, keys, asked);
    if (word === 'archived') throw new CampaignArchivedError(campaign);
    tellChanges(this.#observe, changes);
    return word;
  }
}
