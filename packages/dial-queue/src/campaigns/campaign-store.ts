import {
  type CallSource,
  type Campaign,
  callSource,
  type FormHeading,
  type QueuedCall,
  readStoredCampaign,
} from '@libby-dialer/dialing';
import { readData } from '../jobs/call-job.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';
import { Script } from '../redis/script.ts';
import { number, optional, text } from '../redis/script-inputs.ts';
import {
  CampaignArchivedError,
  CampaignChangedError,
  CampaignUnsupportedError,
} from './campaign-closed.ts';

/** `isChanged`: it was new, or differs from what was stored. */
export type PutAnswer =
  | { readonly stored: true; readonly isChanged: boolean }
  | { readonly stored: false; readonly dedupeBy: string };

/** Long enough for the next report: workers look every two seconds. */
const UNKEPT_FOR_MS = 10_000;

/**
 * A campaign to be shown and steered. `unknownRules`: its definition has rules that this version
 * does not know. Then nothing but its id and lines is given, and nobody may be called by it.
 */
export interface StoredCampaign extends Campaign {
  readonly unknownRules?: readonly string[];
}

/** What all calls of a list have in common. */
export interface ListHead {
  /** Its path as it was given. */
  readonly list?: string | undefined;
  /** The beginning of its hash, where that is known. */
  readonly listHash?: string | undefined;
  /** Of a CSV list. */
  readonly headings: readonly FormHeading[];
}

/** What the registry knows at one instant, read in one step. */
export interface RegistryView {
  /** Epoch ms of Redis's clock. */
  readonly now: number;
  /** Grows with every change of a campaign's definition. */
  readonly version: number;
  /** Ids of the campaigns that may have work. */
  readonly open: readonly string[];
  /**
   * Those of them that are canceled or expired and have calls that are parked or kept back by
   * BullMQ: these can end now.
   */
  readonly over: readonly string[];
  /** Those with calls to be queued again. */
  readonly reopened: readonly string[];
  /** Those with jobs set aside, some of which may be over. */
  readonly setAside: readonly string[];
  /** Those with jobs that a worker can take now. */
  readonly due: readonly string[];
}

/** The campaigns, as every program sees them. */
export class CampaignStore {
  static readonly #put = new Script({
    lua: new URL('./put-campaign.lua', import.meta.url),
    shared: ['ledger', 'holds'],
    keys: ['campaigns', 'state', 'registryVersion', 'holds', 'canary'],
    args: {
      campaign: text,
      definition: text,
      dedupeBy: text,
      startsAt: optional(number),
      expiresAt: optional(number),
      edition: optional(text),
      channel: text,
    },
    answer: (reply: [word: string, fixed?: string]) => reply,
  });
  static readonly #open = new Script({
    lua: new URL('./open-campaigns.lua', import.meta.url),
    shared: ['ledger', 'queue-halt', 'queue-length'],
    keys: ['openCampaigns', 'registryVersion', 'campaigns'],
    args: { queuePrefix: text, campaignPrefix: text, wallClock: number, cursor: text },
    answer: readLook,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #definitions = new Definitions();
  /** How far the looks have come in their round through all campaigns. */
  #cursor = '0';

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Stores or changes a campaign. A change of what makes two rows the same call is refused after a
   * first load. Throws `CampaignArchivedError`, and `CampaignChangedError` for an edition.
   * @param edition only if this is still the latest; empty: only if nothing is stored
   */
  async put(campaign: Campaign, edition?: string): Promise<PutAnswer> {
    const { id, dedupeBy, startsAt, expiresAt } = campaign;
    const keys = this.#keys.campaign(id);
    const [word, fixed] = await CampaignStore.#put.run(this.#redis, keys, {
      campaign: id,
      definition: JSON.stringify(campaign),
      dedupeBy,
      startsAt,
      expiresAt,
      edition: edition === '' ? 'none' : edition,
      channel: keys.announcements,
    });
    if (word === 'archived') throw new CampaignArchivedError(id);
    if (word === 'other_edition') throw new CampaignChangedError(id);
    return word === 'dedupe_by'
      ? { stored: false, dedupeBy: fixed ?? '' }
      : { stored: true, isChanged: word === 'changed' };
  }

  /** To act by its rules; also for an archived one. Throws `CampaignUnsupportedError`. */
  async get(id: string): Promise<Campaign | undefined> {
    const stored = await this.peek(id);
    if (stored?.unknownRules !== undefined)
      throw new CampaignUnsupportedError(id, stored.unknownRules);
    return stored;
  }

  /** To show or steer it; also for an archived one. */
  async peek(id: string): Promise<StoredCampaign | undefined> {
    const raw =
      (await this.#redis.hget(this.#keys.campaigns, id)) ??
      (await this.#redis.hget(this.#keys.archivedCampaigns, id));
    return raw === null ? undefined : this.#definitions.read(id, raw);
  }

  /**
   * Reports that this process does not dial a campaign because it does not know these rules. Valid
   * for a few seconds.
   */
  async noteUnkept(id: string, unknownRules: readonly string[]): Promise<void> {
    await this.#redis.set(
      this.#keys.campaign(id).unkept,
      JSON.stringify(unknownRules),
      'PX',
      UNKEPT_FOR_MS,
    );
  }

  /** All campaigns that are not archived, by id. */
  async list(): Promise<StoredCampaign[]> {
    return campaignsOf(await this.#redis.hgetall(this.#keys.campaigns));
  }

  /** The ids of all that are not archived, in order. */
  async ids(): Promise<string[]> {
    return (await this.#redis.hkeys(this.#keys.campaigns)).toSorted();
  }

  /** How many there are that are not archived. */
  async count(): Promise<number> {
    return await this.#redis.hlen(this.#keys.campaigns);
  }

  /** The ids of those that may have work, in order. */
  async openIds(): Promise<string[]> {
    return (await this.#redis.smembers(this.#keys.openCampaigns)).toSorted();
  }

  /** Epoch ms at which a call of each was last settled; 0 if none was. */
  async lastSettledAt(ids: readonly string[]): Promise<Map<string, number>> {
    const pipeline = this.#redis.pipeline();
    for (const id of ids) pipeline.hget(this.#keys.campaign(id).state, 'lastResult');
    const results = (await repliesOf(pipeline)) as (string | null)[];
    return new Map(ids.map((id, index) => [id, Number.parseInt(results[index] ?? '0', 10)]));
  }

  /** Those of these campaigns that exist and are not archived. */
  async some(ids: readonly string[]): Promise<StoredCampaign[]> {
    if (ids.length === 0) return [];
    const stored = await this.#redis.hmget(this.#keys.campaigns, ...ids);
    return ids.flatMap((id, index) => {
      const raw = stored[index];
      return typeof raw === 'string' ? [this.#definitions.read(id, raw)] : [];
    });
  }

  /** All archived campaigns, by id. */
  async listArchived(): Promise<StoredCampaign[]> {
    return campaignsOf(await this.#redis.hgetall(this.#keys.archivedCampaigns));
  }

  /** Grows with every change of a campaign's definition. */
  async version(): Promise<number> {
    return Number((await this.#redis.get(this.#keys.registryVersion)) ?? 0);
  }

  /**
   * The campaigns with work, and the clock: what a worker looks at every few seconds.
   * @param wallClock epoch ms of the asker’s own clock, by which BullMQ hands out what is delayed
   */
  async look(wallClock = Date.now()): Promise<RegistryView> {
    const { cursor, ...view } = await CampaignStore.#open.run(this.#redis, this.#keys, {
      queuePrefix: `${this.#keys.queues}:`,
      campaignPrefix: this.#keys.campaignPrefix,
      wallClock,
      cursor: this.#cursor,
    });
    this.#cursor = cursor;
    return view;
  }

  /**
   * The latest edition of its definition. Asked for before the definition, it is never newer than
   * that.
   */
  async edition(id: string): Promise<string> {
    return (await this.#redis.hget(this.#keys.campaign(id).state, 'changed')) ?? '';
  }

  /**
   * Notes for everybody that some of its calls lack what that edition asks for. A changed campaign
   * is judged anew.
   */
  async noteIncomplete(id: string, edition: string): Promise<void> {
    await this.#redis.hset(this.#keys.campaign(id).state, 'incomplete', edition);
  }

  /** Whether calls of it wait to be taken by a worker, or are in flight. */
  async isInMotion(id: string): Promise<boolean> {
    const counts = await Promise.all([
      this.#redis.llen(`${this.#keys.queue(id)}wait`),
      this.#redis.zcard(this.#keys.campaign(id).claims),
    ]);
    return counts.some((count) => count > 0);
  }

  /**
   * Notes for everybody that a worker takes no calls of a campaign though it could. The note is
   * forgotten at that time unless it is repeated.
   */
  async noteStuck(id: string, worker: string, until: number): Promise<void> {
    await this.#noteUntil(this.#keys.campaign(id).stuck, worker, until);
  }

  /** The same for a worker that cannot keep to its pace because Redis answers too late. */
  async noteOffPace(id: string, worker: string, until: number): Promise<void> {
    await this.#noteUntil(this.#keys.campaign(id).offPace, worker, until);
  }

  async #noteUntil(key: string, worker: string, until: number): Promise<void> {
    await this.#redis.multi().zadd(key, until, worker).pexpireat(key, until).exec();
  }

  /** Takes that back. */
  async noteUnstuck(id: string, worker: string): Promise<void> {
    await this.#redis.zrem(this.#keys.campaign(id).stuck, worker);
  }

  /**
   * Puts every campaign back on the list of those with work. The next look drops those that have
   * none.
   */
  async reopenAll(): Promise<void> {
    const ids = await this.#redis.hkeys(this.#keys.campaigns);
    if (ids.length > 0) await this.#redis.sadd(this.#keys.openCampaigns, ...ids);
  }

  /** Stores what the calls of a list have in common once; they name it by id. */
  async putListHead(campaign: string, id: string, head: ListHead): Promise<void> {
    await this.#redis.hset(this.#keys.campaign(campaign).headings, id, JSON.stringify(head));
  }

  async listHead(campaign: string, id: string): Promise<ListHead | undefined> {
    const raw = await this.#redis.hget(this.#keys.campaign(campaign).headings, id);
    if (raw === null) return undefined;
    const stored = JSON.parse(raw) as ListHead | FormHeading[];
    // Stored by a version in which lists had no names.
    return Array.isArray(stored) ? { headings: stored } : stored;
  }

  /** The row and list that a call came from, as results have them. */
  async sourceOf(campaign: string, call: QueuedCall | undefined): Promise<CallSource> {
    const [source = {}] = await this.sourcesOf(campaign, [call]);
    return source;
  }

  /** The same for many calls, most of which come from one list. */
  async sourcesOf(
    campaign: string,
    calls: readonly (QueuedCall | undefined)[],
  ): Promise<CallSource[]> {
    const ids = [...new Set(calls.flatMap((call) => call?.headings ?? []))];
    const found = await Promise.all(ids.map((id) => this.listHead(campaign, id)));
    const heads = new Map(ids.map((id, index) => [id, found[index]]));
    return calls.map((call) => (call ? callSource(call, heads.get(call.headings ?? '')) : {}));
  }
}

function readLook([now, version, cursor, open, over, reopened, setAside, due]: [
  number,
  number,
  string,
  string[],
  string[],
  string[],
  string[],
  string[],
]): RegistryView & { readonly cursor: string } {
  return { now, version, cursor, open, over, reopened, setAside, due };
}

/** Enough for whoever looks at some campaigns again and again. */
const MOST_REMEMBERED = 1000;

/**
 * Reads definitions, each only once as long as it stays the same: they are long, read every second,
 * and seldom change.
 */
class Definitions {
  /** By id, those read last at its end. */
  readonly #known = new Map<string, { readonly raw: string; readonly campaign: StoredCampaign }>();

  read(id: string, raw: string): StoredCampaign {
    const known = this.#known.get(id);
    const campaign = known?.raw === raw ? known.campaign : readCampaign(id, raw);
    this.#known.delete(id);
    this.#known.set(id, { raw, campaign });
    const [oldest = id] = this.#known.keys();
    if (this.#known.size > MOST_REMEMBERED) this.#known.delete(oldest);
    return campaign;
  }
}

function campaignsOf(stored: Readonly<Record<string, string>>): StoredCampaign[] {
  return Object.entries(stored)
    .map(([id, raw]) => readCampaign(id, raw))
    .toSorted((a, b) => a.id.localeCompare(b.id));
}

function readCampaign(id: string, raw: string): StoredCampaign {
  const stored = readData(raw);
  const verdict = readStoredCampaign(stored);
  return verdict.ok
    ? verdict.campaign
    : { ...outlineOf(id, stored), unknownRules: verdict.unknownRules };
}

/** What can be told without knowing any rule. */
function outlineOf(id: string, stored: unknown): Campaign {
  const { fromPhoneNumber: lines } = (stored ?? {}) as { fromPhoneNumber?: unknown };
  const known = Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
  const verdict = readStoredCampaign({ id, fromPhoneNumber: known.length === 0 ? [''] : known });
  if (!verdict.ok) throw new Error('an outline holds what every version knows');
  return verdict.campaign;
}
