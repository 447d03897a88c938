import type { DedupeBy } from '@libby-dialer/dialing';
import type { Queue } from 'bullmq';
import { CampaignArchivedError, CampaignCanceledError } from '../campaigns/campaign-closed.ts';
import type { CanaryOpening } from '../holds/canaries.ts';
import { type IdentifiedCall, jobOf } from '../jobs/call-job.ts';
import { openQueue } from '../jobs/queues.ts';
import { Identity } from '../people/identity.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { flag, list, number, text } from '../redis/script-inputs.ts';
import { addCalls } from './add-calls.ts';
import { CallNames, namesToNote } from './call-names.ts';

const LOADING_MARK_MS = 30_000;
const NO_MARK = 0;

/**
 * What a load found: the row is new and queued now, waits or is in flight already, or has its
 * outcome.
 */
export type LoadVerdict = 'queued' | 'already_queued' | 'already_settled';

/** Puts calls into a campaign's queue, each once, however often and by however many loaders. */
export class CallLoader implements AsyncDisposable {
  static readonly #noteList = new Script({
    lua: new URL('./note-list.lua', import.meta.url),
    keys: ['state'],
    args: { hash: text, isMeant: flag },
    answer: (mayBeLoaded: number) => mayBeLoaded === 1,
  });
  static readonly #lookup = new Script({
    lua: new URL('./lookup.lua', import.meta.url),
    shared: ['ledger', 'load-verdict'],
    keys: ['ledger', 'state', 'openCampaigns'],
    args: { campaign: text, queue: text, markMs: number, callIds: list(text) },
    answer: (letters: string) => letters,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #campaign: string;
  readonly #queue: Queue;
  readonly #names: CallNames;
  readonly #openCanary: (() => Promise<CanaryOpening>) | undefined;
  #loaded: Promise<Identity> | undefined;
  #canary: Promise<CanaryOpening> | undefined;
  #isAnnounced = false;
  #hasOwnLines = false;
  #dedupeBy: DedupeBy | undefined;

  /** @param openCanary done once, before the first call that is new is queued */
  constructor(
    redis: RedisConnection,
    keys: Keys,
    campaign: string,
    openCanary?: () => Promise<CanaryOpening>,
  ) {
    this.#redis = redis;
    this.#keys = keys;
    this.#campaign = campaign;
    this.#queue = openQueue(redis, keys, campaign);
    this.#names = new CallNames(redis, keys);
    this.#openCanary = openCanary;
  }

  /** What became of the canary; undefined: nothing was new, or none was asked for. */
  async canary(): Promise<CanaryOpening | undefined> {
    return await this.#canary;
  }

  /**
   * Fixes what makes two rows the same call. Returns what that is: another program's first load may
   * have come first.
   */
  async fixDedupeBy(dedupeBy: DedupeBy): Promise<DedupeBy> {
    const { state } = this.#keys.campaign(this.#campaign);
    const isFirst = (await this.#redis.hsetnx(state, 'dedupeBy', dedupeBy)) === 1;
    if (isFirst) await this.#redis.hset(state, 'named', 1);
    const fixed = await this.#redis.hget(state, 'dedupeBy');
    this.#dedupeBy = (fixed as DedupeBy | null) ?? dedupeBy;
    return this.#dedupeBy;
  }

  /**
   * Notes, before its first row, a list whose rows are calls by their place in it. Returns false if
   * the campaign has loaded another: then nothing of this one may be added, unless that is meant.
   */
  async noteList(hash: string, { isMeant }: { isMeant: boolean }): Promise<boolean> {
    const keys = this.#keys.campaign(this.#campaign);
    return CallLoader.#noteList.run(this.#redis, keys, { hash, isMeant });
  }

  /**
   * For each id what `add` would find. Also marks the campaign as loading; `LoadPreview` only
   * reads.
   */
  async lookUp(callIds: readonly string[]): Promise<LoadVerdict[]> {
    return await this.#lookUp(callIds, LOADING_MARK_MS);
  }

  async #lookUp(callIds: readonly string[], markMs: number): Promise<LoadVerdict[]> {
    const campaign = this.#campaign;
    const letters = await CallLoader.#lookup.run(this.#redis, this.#keys.campaign(campaign), {
      campaign,
      queue: this.#keys.queue(campaign),
      markMs,
      callIds,
    });
    if (letters === 'archived') throw new CampaignArchivedError(this.#campaign);
    if (letters === 'canceled') throw new CampaignCanceledError(this.#campaign);
    return verdictsOf(letters);
  }

  /**
   * Adds those calls of a batch (500 to 1000 is best) that are new, and says of each what it was.
   * Ids must differ.
   */
  async add(batch: readonly IdentifiedCall[]): Promise<LoadVerdict[]> {
    if (batch.length === 0) return [];
    const verdicts = await this.lookUp(batch.map(({ callId }) => callId));
    await this.#queueNew(batch, verdicts);
    if (!this.#isAnnounced) await this.#announce();
    return verdicts;
  }

  /**
   * The same for a stream of calls that has no end: for it the campaign never counts as loading, so
   * it is complete whenever its calls are. A batch that was broken off half-way must be fed again,
   * or the campaign opened; otherwise workers may not look at what it has queued.
   */
  async feed(batch: readonly IdentifiedCall[]): Promise<LoadVerdict[]> {
    if (batch.length === 0) return [];
    const verdicts = await this.#lookUp(
      batch.map(({ callId }) => callId),
      NO_MARK,
    );
    await this.#queueNew(batch, verdicts);
    await this.open();
    return verdicts;
  }

  /**
   * Whether each call's id stands for its number, asked before the call is fed: if the sender's key
   * makes the id, two calls with one id may come at once.
   */
  async takeIds(calls: readonly IdentifiedCall[]): Promise<boolean[]> {
    if (calls.length === 0) return [];
    return await this.#names.take(await this.#identity(), this.#campaign, calls);
  }

  /**
   * Whether each call that was there before is to the number given now. Not for a campaign that
   * dedupes by number.
   */
  async areToTheSame(calls: readonly IdentifiedCall[]): Promise<boolean[]> {
    return await this.#names.areNoted(await this.#identity(), this.#campaign, calls);
  }

  /** Puts the campaign on the list of those with work, once there is what keeps it there. */
  async open(): Promise<void> {
    // If it is on the list already, its campaign workers notice new jobs by themselves.
    if ((await this.#redis.sadd(this.#keys.openCampaigns, this.#campaign)) === 1)
      await this.#announce();
  }

  /** The list is through: the campaign counts as complete once its calls are. */
  async finish(): Promise<void> {
    await this.#redis
      .multi()
      .hdel(this.#keys.campaign(this.#campaign).state, 'loadingUntil')
      .sadd(this.#keys.openCampaigns, this.#campaign)
      .publish(this.#keys.announcements, `campaign:${this.#campaign}`)
      .exec();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.close();
  }

  async #queueNew(
    batch: readonly IdentifiedCall[],
    verdicts: readonly LoadVerdict[],
  ): Promise<void> {
    const fresh = batch.filter((_, index) => verdicts[index] === 'queued');
    if (fresh.length === 0) return;
    // From its first call on the campaign is held, except for the calls of its canary.
    await (this.#canary ??= this.#openCanary?.());
    await this.#noteOwnLines(fresh);
    const identity = await this.#identity();
    const calls = fresh.map((each) => ({
      ...jobOf(identity, this.#campaign, each),
      names: namesToNote(identity, this.#dedupeBy, each),
      expiresAt: each.call.expiresAt,
    }));
    // It may have been archived since the look. No worker counts such a call, so it must not be
    // reported as loaded.
    if (!(await addCalls(this.#redis, this.#keys, this.#campaign, calls)))
      throw new CampaignArchivedError(this.#campaign);
  }

  async #identity(): Promise<Identity> {
    this.#loaded ??= Identity.load(this.#redis, this.#keys);
    return await this.#loaded;
  }

  /** So that workers which do not dial this campaign yet need not wait for their next look. */
  async #announce(): Promise<void> {
    this.#isAnnounced = true;
    await this.#redis.publish(this.#keys.announcements, `campaign:${this.#campaign}`);
  }

  /**
   * Notes it before any such call is queued: from then on the others no longer wait for lines all
   * together.
   */
  async #noteOwnLines(batch: readonly IdentifiedCall[]): Promise<void> {
    if (this.#hasOwnLines || !batch.some(({ call }) => call.from !== undefined)) return;
    await this.#redis.hset(this.#keys.campaign(this.#campaign).state, 'hasOwnLines', 1);
    this.#hasOwnLines = true;
  }
}

/** From the letters of `load-verdict.lua`. */
export function verdictsOf(letters: string): LoadVerdict[] {
  return Array.from(letters, (letter) => VERDICTS[letter as keyof typeof VERDICTS]);
}

const VERDICTS = { n: 'queued', q: 'already_queued', s: 'already_settled' } as const;
