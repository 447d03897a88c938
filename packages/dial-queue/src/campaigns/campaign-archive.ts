import { QueueKeys } from 'bullmq';
import { CallNames } from '../calls/call-names.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { flag, number, optional, text } from '../redis/script-inputs.ts';

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
   * Archive it although calls are in doubt. They stay so for ever, because nothing is left to
   * resolve or redial them.
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
 * Puts finished campaigns away. Of each, its definition and its counts stay, and that it is over:
 * it takes no more rows and cannot be resumed, so it rings nobody again although its ledger is
 * gone. The do-not-call list and the record of when people were called stay.
 *
 * A campaign's results must have been exported: every consumer group has read and acknowledged
 * them, and there is at least one such group or they were written to a file (`Results.noteExport`).
 */
export class CampaignArchive {
  static readonly #archive = new Script({
    lua: new URL('./archive.lua', import.meta.url),
    shared: ['ledger', 'queue-length', 'exports'],
    keys: [
      'campaigns',
      'archivedCampaigns',
      'state',
      'claims',
      'reopened',
      'openCampaigns',
      'results',
      'holds',
      'breakers',
      'registryVersion',
      'campaignsToRemove',
      'setAside',
    ],
    args: { campaign: text, queue: text, channel: text, withDoubts: flag },
    answer: (word: ArchiveAnswer) => word,
  });
  static readonly #exports = new Script({
    lua: new URL('./read-exports.lua', import.meta.url),
    shared: ['exports'],
    keys: ['state', 'results'],
    answer: ([inFile, ...groupsBehind]: [number, ...string[]]): Exports => ({
      inFile: inFile === 1,
      groupsBehind,
    }),
  });
  static readonly #trim = new Script({
    lua: new URL('./trim-results.lua', import.meta.url),
    keys: ['state', 'results'],
    args: { campaign: text, behind: optional(text), count: number },
    answer: (next: string | null) => next ?? undefined,
  });
  static readonly #removeQueue = new Script({
    lua: new URL('./remove-queue.lua', import.meta.url),
    shared: ['queue-length'],
    keys: ['...queueKeys'],
    args: { queue: text },
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Closes a finished campaign, then removes what is no longer needed. If it is killed in between,
   * the next call, for whichever campaign, goes on where this one stopped.
   */
  async archive(
    campaign: string,
    { withDoubts = false }: ArchiveOptions = {},
  ): Promise<ArchiveAnswer> {
    const keys = this.#keys;
    const answer = await CampaignArchive.#archive.run(this.#redis, keys.campaign(campaign), {
      campaign,
      queue: keys.queue(campaign),
      channel: keys.announcements,
      withDoubts,
    });
    for (const id of await this.#redis.smembers(keys.campaignsToRemove)) await this.#remove(id);
    return answer;
  }

  /** When it was archived (epoch ms of Redis's clock); undefined if it is not. */
  async archivedAt(campaign: string): Promise<number | undefined> {
    const at = await this.#redis.hget(this.#keys.campaign(campaign).state, 'archived');
    return at === null ? undefined : Number(at);
  }

  async exports(campaign: string): Promise<Exports> {
    return CampaignArchive.#exports.run(this.#redis, this.#keys.campaign(campaign), {});
  }

  /** Safe to repeat, and for several to do at once. */
  async #remove(campaign: string): Promise<void> {
    const own = this.#keys.campaign(campaign);
    await this.#trimResults(campaign);
    const queueKeys = Object.values(new QueueKeys(this.#keys.queues).getKeys(campaign));
    const queue = this.#keys.queue(campaign);
    await CampaignArchive.#removeQueue.run(this.#redis, { queueKeys }, { queue });
    // The headings stay: a call that a loader adds late cannot end without them. They name nobody.
    const { ledger, kept, claims, expiries, revised, reopened, turns, setAside, canary } = own;
    const ofWorkers = TURNS.map((what) => `${turns}:${what}`);
    await this.#redis.unlink(
      ledger,
      kept,
      claims,
      expiries,
      revised,
      reopened,
      turns,
      setAside,
      canary,
      ...ofWorkers,
    );
    await new CallNames(this.#redis, this.#keys).remove(campaign);
    await this.#redis.srem(this.#keys.campaignsToRemove, campaign);
  }

  async #trimResults(campaign: string): Promise<void> {
    const keys = this.#keys.campaign(campaign);
    let behind: string | undefined;
    do {
      const step = { campaign, behind, count: ENTRIES_PER_STEP };
      behind = await CampaignArchive.#trim.run(this.#redis, keys, step);
    } while (behind !== undefined);
  }
}
