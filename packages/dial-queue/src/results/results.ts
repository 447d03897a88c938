import type { Outcome, ResultRecord } from '@libby-dialer/dialing';
import type { CampaignKeys, Keys } from '../redis/keys.ts';
import { compareIds, type StreamEntry, streamEntries } from '../redis/paging.ts';
import { duplicate, type RedisConnection } from '../redis/redis-connection.ts';
import { pairsOf } from '../redis/replies.ts';
import { Script } from '../redis/script.ts';
import { number, text } from '../redis/script-inputs.ts';

const ENTRIES_PER_READ = 1000;
/** Of a page: a script that reads them keeps Redis for a millisecond. */
const ENTRIES_PER_STEP = 250;
const FOLLOW_BLOCK_MS = 1000;

export interface ReadOptions {
  /** Go on with what settles later, until the signal aborts. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

export interface PageRequest {
  /** Left out: from the first on. */
  readonly after: string | undefined;
  readonly limit: number;
  readonly mostRead: number;
  /** Only calls that ended so. */
  readonly outcome?: Outcome | undefined;
}

export interface Page {
  readonly entries: readonly (readonly [id: string, record: ResultRecord])[];
  /** Where the next page begins; undefined while there is no result. */
  readonly upTo: string | undefined;
  readonly isLast: boolean;
  /** How many records of all campaigns were read for it. */
  readonly read: number;
}

/**
 * A campaign's part of the stream, by stream ids, and the latest result of each call that has more
 * than one.
 */
interface Span {
  /** Empty while there is none. */
  readonly first: string;
  readonly last: string;
  readonly revised: ReadonlyMap<string, string>;
}

/** Stream ids, both included unless one begins with `(`. */
interface Bounds {
  readonly first: string;
  readonly last: string;
}

interface Step {
  /** How many entries of all campaigns were read for it, and the id of the last of them. */
  readonly read: number;
  readonly end: string;
  readonly found: readonly (readonly [id: string, record: ResultRecord])[];
}

/** Reads what became of calls, in the order of settling. */
export class Results {
  static readonly #span = new Script({
    lua: new URL('./results-span.lua', import.meta.url),
    keys: ['state', 'revised'],
    answer: ([first, last, revised]: [string, string, string[]]): Span => ({
      first,
      last,
      revised: pairsOf(revised),
    }),
  });
  static readonly #ofCampaign = new Script({
    lua: new URL('./campaign-results.lua', import.meta.url),
    keys: ['results'],
    args: { first: text, last: text, count: number, campaign: text, text },
    answer: ([read, end, ...found]: [number, string, ...string[]]): Step => ({
      read,
      end,
      found: [...pairsOf(found)].map(([id, result]) => [id, JSON.parse(result) as ResultRecord]),
    }),
  });
  static readonly #noteExport = new Script({
    lua: new URL('./note-export.lua', import.meta.url),
    shared: ['exports'],
    keys: ['state', 'results'],
    args: { upTo: text },
    answer: (reply: number) => reply === 1,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * The latest record of every settled call of a campaign; of a followed stream also each
   * correction as it comes.
   */
  async *read(campaign: string, options: ReadOptions = {}): AsyncGenerator<ResultRecord> {
    const own = this.#keys.campaign(campaign);
    const { first, last, revised } = await this.#readSpan(own);
    let cursor = '0-0';
    if (first && last) {
      for await (const [id, record] of this.#between(campaign, first, last)) {
        if ((revised.get(record.callId) ?? id) === id) yield record;
      }
      cursor = last;
    }
    if (options.follow) yield* this.#follow(campaign, cursor, options.signal);
  }

  /**
   * So many of these, after a stream id. No more than `mostRead` records of all campaigns are read
   * for it, so that it may give fewer though there are more.
   */
  async page(campaign: string, { after, limit, mostRead, outcome }: PageRequest): Promise<Page> {
    const { state } = this.#keys.campaign(campaign);
    const [first, last] = await this.#redis.hmget(state, 'firstResult', 'lastResult');
    const entries: (readonly [id: string, record: ResultRecord])[] = [];
    if (!first || !last) return { entries, upTo: after, isLast: true, read: 0 };
    let upTo = after;
    let read = 0;
    const range = { first: after === undefined ? first : `(${after}`, last };
    for await (const step of this.#steps(campaign, { ...range, outcome })) {
      read += step.read;
      for (const entry of await this.#latestIn(campaign, step.found, last)) {
        entries.push(entry);
        const [id] = entry;
        if (entries.length === limit) return { entries, upTo: id, isLast: id === last, read };
      }
      upTo = step.end;
      if (read >= mostRead) return { entries, upTo, isLast: upTo === last, read };
    }
    return { entries, upTo, isLast: true, read };
  }

  /** Stream id of a campaign's last result so far; undefined if it has none. */
  async last(campaign: string): Promise<string | undefined> {
    return (await this.#redis.hget(this.#keys.campaign(campaign).state, 'lastResult')) ?? undefined;
  }

  /**
   * Notes that all results of a campaign up to this stream id have been written where they will be
   * found again. Resolves to false, and notes nothing, if there are none up to there yet.
   */
  async noteExport(campaign: string, upTo: string): Promise<boolean> {
    return await Results.#noteExport.run(this.#redis, this.#keys.campaign(campaign), { upTo });
  }

  /**
   * A call's latest record; undefined if it has none. Found at once where it corrects an earlier
   * one, or where it is known when it was written (epoch ms of Redis's clock). Else the campaign's
   * results are read until it comes by.
   */
  async latestOf(
    campaign: string,
    callId: string,
    writtenAt?: number,
  ): Promise<ResultRecord | undefined> {
    const revised = await this.#redis.hget(this.#keys.campaign(campaign).revised, callId);
    const at = revised ?? writtenAt;
    if (at !== undefined) {
      const entries = await this.#redis.xrange(this.#keys.results, at, at);
      const records = entries.map((entry) => recordOf(entry, campaign));
      const found = records.find((record) => record?.callId === callId);
      if (found !== undefined) return found;
    }
    for await (const record of this.read(campaign)) if (record.callId === callId) return record;
    return undefined;
  }

  /** A campaign's results of that outcome, or of all. */
  async *#steps(
    campaign: string,
    { first, last, outcome }: Bounds & Pick<PageRequest, 'outcome'>,
  ): AsyncGenerator<Step> {
    const { results } = this.#keys;
    const text = outcome === undefined ? '' : `"outcome":"${outcome}"`;
    const asked = { last, count: ENTRIES_PER_STEP, campaign, text };
    let from = first;
    for (;;) {
      const step = await Results.#ofCampaign.run(
        this.#redis,
        { results },
        { first: from, ...asked },
      );
      if (step.read > 0) yield step;
      if (step.read < ENTRIES_PER_STEP) return;
      from = `(${step.end}`;
    }
  }

  /**
   * Those that nothing up to `last` has corrected. What was corrected since `last` was read counts:
   * its new record is not read yet.
   */
  async #latestIn(
    campaign: string,
    found: Step['found'],
    last: string,
  ): Promise<readonly (readonly [id: string, record: ResultRecord])[]> {
    if (found.length === 0) return [];
    const { revised } = this.#keys.campaign(campaign);
    const callIds = found.map(([, { callId }]) => callId);
    const corrected = await this.#redis.hmget(revised, ...callIds);
    return found.filter(([id], index) => {
      const latest = corrected[index];
      return !latest || latest === id || compareIds(latest, last) > 0;
    });
  }

  async #readSpan(keys: CampaignKeys): Promise<Span> {
    return Results.#span.run(this.#redis, keys, {});
  }

  async *#between(
    campaign: string,
    first: string,
    last: string,
  ): AsyncGenerator<[string, ResultRecord]> {
    const { results } = this.#keys;
    for await (const entry of streamEntries(this.#redis, results, ENTRIES_PER_READ, {
      first,
      last,
    })) {
      const record = recordOf(entry, campaign);
      if (record !== undefined) yield [entry[0], record];
    }
  }

  async *#follow(
    campaign: string,
    cursor: string,
    signal?: AbortSignal,
  ): AsyncGenerator<ResultRecord> {
    // A blocked connection serves nothing else, so following has its own.
    const redis = duplicate(this.#redis);
    redis.on('error', () => {});
    try {
      // A producer's connection keeps no command until it is connected.
      await redis.connect();
      let from = cursor;
      while (!signal?.aborted) {
        const reply = await redis.xread(
          'COUNT',
          ENTRIES_PER_READ,
          'BLOCK',
          FOLLOW_BLOCK_MS,
          'STREAMS',
          this.#keys.results,
          from,
        );
        for (const entry of (reply?.[0]?.[1] ?? []) as StreamEntry[]) {
          from = entry[0];
          const record = recordOf(entry, campaign);
          if (record !== undefined) yield record;
        }
      }
    } finally {
      redis.disconnect();
    }
  }
}

function recordOf([, fields]: StreamEntry, campaign: string): ResultRecord | undefined {
  const [, owner, , result] = fields;
  return owner === campaign && result !== undefined
    ? (JSON.parse(result) as ResultRecord)
    : undefined;
}
