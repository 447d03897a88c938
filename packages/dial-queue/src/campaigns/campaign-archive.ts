import { QueueKeys } from 'bullmq';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';

/**
 * `unfinished`: calls wait, are in flight, are set aside, or are to be dialed once more, or a list
 * is being loaded. `in_doubt`: calls are, and nobody has resolved them. `not_exported`: its results
 * are not where they must be first (see `CampaignArchive`).
 */
export type ArchiveAnswer =
  | 'archived'
  | 'unknown_campaign'
  | 'unfinished'
  | 'in_doubt'
  | 'not_exported';

export interface ArchiveOptions {
  /**
   * Calls in doubt stay so for ever: nothing is left by which one could be resolved or dialed
   * again.
   */
  readonly withDoubts?: boolean;
}

/** Where a campaign's results have gone. */
export interface Exports {
  /** All of them are in a file. */
  readonly inFile: boolean;
  /** Consumer groups of the results stream that have not read and acknowledged all of them. */
  readonly groupsBehind: readonly string[];
}

const ENTRIES_PER_STEP = 500;
/** What campaign workers take turns for (see `turns.lua`). */
const TURNS = ['line', 'in_flight', 'pace'];

/**
 * Finished campaigns, out of the way. What stays of one is its definition, its counts, and that it
 * is over: it takes no more rows, cannot be resumed, and so rings nobody again although its ledger
 * is gone. Do-not-call and the record of when people were called stay.
 *
 * A campaign's results must have been exported: every consumer group has read and acknowledged
 * them, and there is at least one such group or they were written to a file (`Results.noteExport`).
 */
export class CampaignArchive {
  static readonly #archive = new Script(
    new URL('./archive.lua', import.meta.url),
    'ledger',
    'queue-length',
    'exports',
  );
  static readonly #exports = new Script(new URL('./read-exports.lua', import.meta.url), 'exports');
  static readonly #trim = new Script(new URL('./trim-results.lua', import.meta.url));
  static readonly #removeQueue = new Script(
    new URL('./remove-queue.lua', import.meta.url),
    'queue-length',
  );
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Closes a finished campaign, then removes what is no longer needed. Killed in between, the next
   * call (for whichever campaign) goes on where this one stopped.
   */
  async archive(
    campaign: string,
    { withDoubts = false }: ArchiveOptions = {},
  ): Promise<ArchiveAnswer> {
    const keys = this.#keys;
    const own = keys.campaign(campaign);
    const answer = (await CampaignArchive.#archive.run(
      this.#redis,
      [
        keys.campaigns,
        keys.archivedCampaigns,
        own.state,
        own.claims,
        own.reopened,
        keys.openCampaigns,
        keys.results,
        keys.holds,
        keys.breakers,
        keys.registryVersion,
        keys.campaignsToRemove,
        own.setAside,
      ],
      [campaign, keys.queue(campaign), keys.announcements, withDoubts ? 1 : 0],
    )) as ArchiveAnswer;
    for (const id of await this.#redis.smembers(keys.campaignsToRemove)) await this.#remove(id);
    return answer;
  }

  /** When it was archived (epoch ms of Redis's clock); undefined if it is not. */
  async archivedAt(campaign: string): Promise<number | undefined> {
    const at = await this.#redis.hget(this.#keys.campaign(campaign).state, 'archived');
    return at === null ? undefined : Number(at);
  }

  async exports(campaign: string): Promise<Exports> {
    const keys = [this.#keys.campaign(campaign).state, this.#keys.results];
    const [inFile, ...groupsBehind] = (await CampaignArchive.#exports.run(
      this.#redis,
      keys,
      [],
    )) as [number, ...string[]];
    return { inFile: inFile === 1, groupsBehind };
  }

  /** Safe to repeat, and for several to do at once. */
  async #remove(campaign: string): Promise<void> {
    const own = this.#keys.campaign(campaign);
    await this.#trimResults(campaign);
    const queue = Object.values(new QueueKeys(this.#keys.queues).getKeys(campaign));
    await CampaignArchive.#removeQueue.run(this.#redis, queue, [this.#keys.queue(campaign)]);
    // The headings stay: a call that a loader adds late cannot end without them, and they name
    // nobody.
    const { ledger, kept, claims, expiries, revised, reopened, turns, setAside } = own;
    const ofLanes = TURNS.map((what) => `${turns}:${what}`);
    await this.#redis.unlink(
      ledger,
      kept,
      claims,
      expiries,
      revised,
      reopened,
      turns,
      setAside,
      ...ofLanes,
    );
    await this.#redis.srem(this.#keys.campaignsToRemove, campaign);
  }

  async #trimResults(campaign: string): Promise<void> {
    const keys = [this.#keys.campaign(campaign).state, this.#keys.results];
    let behind = '';
    for (;;) {
      const args = [campaign, behind, ENTRIES_PER_STEP];
      const next = (await CampaignArchive.#trim.run(this.#redis, keys, args)) as string | null;
      if (next === null) return;
      behind = next;
    }
  }
}
