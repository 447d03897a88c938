import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { pairsOf } from '../redis/replies.ts';
import { Script } from '../redis/script.ts';
import { list, number, text } from '../redis/script-inputs.ts';
import { openRecord } from '../results/open-record.ts';

/** How many are kept, some 50 MB at most. Beyond that the oldest go. */
const MOST_KEPT = 100_000;
const ENTRIES_PER_READ = 500;
/** Limits how much of Redis's time a reader takes; a page may be short because of it. */
const ENTRIES_PER_PAGE_READ = 20_000;

/** Facts of a decision, by name. They name no person: at most by a keyed hash. */
export type AuditDetails = Readonly<Record<string, unknown>>;

/** What somebody has decided, before it is carried out. */
export interface Decision {
  /** What is done to what, such as `campaign.pause`. */
  readonly action: string;
  readonly by: string;
  /** By what means: `cli`, `api`, `page` or `schedule`. */
  readonly via: string;
  /** Host or remote address. */
  readonly from: string;
  readonly campaign?: string | undefined;
  /** What was asked for. */
  readonly details: AuditDetails;
}

export interface DecisionEnd {
  /** Code of the error that it ended with. It may still have taken effect, or in part. */
  readonly failure?: string | undefined;
  /** What it did, as far as it came: facts by name, as in `details`. */
  readonly effect: object;
}

export interface AuditEntry extends Decision {
  /** Grows with time; a cursor. */
  readonly id: string;
  /** Epoch ms of Redis's clock. */
  readonly at: number;
  /**
   * Undefined: it is under way, or whoever did it died first. It may have taken effect, or in part.
   */
  readonly end: (DecisionEnd & { readonly at: number }) | undefined;
}

/** Which entries to read: those that match everything given. */
export interface AuditQuery {
  readonly campaign?: string | undefined;
  readonly by?: string | undefined;
  readonly action?: string | undefined;
  /** One of these. */
  readonly actions?: readonly string[] | undefined;
  /** Keyed hash of a person: decisions about them, alone or among others. */
  readonly person?: string | undefined;
  /** Epoch ms; earlier ones are left out. */
  readonly since?: number | undefined;
  /** Of the page before: what is older than that. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export interface AuditPage {
  /** The newest first. */
  readonly entries: readonly AuditEntry[];
  /** For the next page, which is older; undefined: there is no more. A page may be short. */
  readonly cursor: string | undefined;
}

/** Where decisions are kept. */
export interface AuditTrail {
  /** Keeps a decision before it is carried out. Returns its id. */
  begin(decision: Decision): Promise<string>;
  end(id: string, end: DecisionEnd): Promise<void>;
  read(query: AuditQuery): Promise<AuditPage>;
}

/**
 * Decisions in a stream, and how they ended beside it. An entry is written before the first change,
 * so that Redis never has the change without the entry, whoever dies in between.
 */
export class RedisAuditTrail implements AuditTrail {
  static readonly #keep = new Script({
    lua: new URL('./keep-decision.lua', import.meta.url),
    keys: ['audit', 'auditEnds'],
    args: { most: number, fields: list(text) },
    answer: String,
  });
  static readonly #end = new Script({
    lua: new URL('./end-decision.lua', import.meta.url),
    shared: ['ledger'],
    keys: ['audit', 'auditEnds'],
    args: { id: text, ending: text },
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #most: number;

  constructor(redis: RedisConnection, keys: Keys, most = MOST_KEPT) {
    this.#redis = redis;
    this.#keys = keys;
    this.#most = most;
  }

  async begin({ action, by, via, from, campaign, details }: Decision): Promise<string> {
    const of = campaign === undefined ? [] : ['campaign', campaign];
    const what = ['details', JSON.stringify(details)];
    const fields = ['action', action, 'by', by, 'via', via, 'from', from, ...of, ...what];
    return await RedisAuditTrail.#keep.run(this.#redis, this.#keys, { most: this.#most, fields });
  }

  async end(id: string, end: DecisionEnd): Promise<void> {
    const ending = openRecord(end);
    await RedisAuditTrail.#end.run(this.#redis, this.#keys, { id, ending });
  }

  async read(query: AuditQuery): Promise<AuditPage> {
    const { since = 0, limit } = query;
    const entries: AuditEntry[] = [];
    let { cursor } = query;
    for (let read = 0; read < ENTRIES_PER_PAGE_READ; read += ENTRIES_PER_READ) {
      const newest = cursor === undefined ? '+' : `(${cursor}`;
      const step = await this.#readStep(newest, since);
      for (const entry of step) {
        cursor = entry.id;
        if (isMeant(entry, query)) entries.push(entry);
        if (entries.length === limit) return { entries, cursor };
      }
      if (step.length < ENTRIES_PER_READ) return { entries, cursor: undefined };
    }
    return { entries, cursor };
  }

  async #readStep(newest: string, since: number): Promise<AuditEntry[]> {
    const { audit, auditEnds } = this.#keys;
    const found = await this.#redis.xrevrange(audit, newest, since, 'COUNT', ENTRIES_PER_READ);
    if (found.length === 0) return [];
    const ends = await this.#redis.hmget(auditEnds, ...found.map(([id]) => id));
    return found.map(([id, fields], index) => entryOf(id, fields, ends[index]));
  }
}

function isMeant(
  { campaign, by, action, details: { person, people } }: AuditEntry,
  query: AuditQuery,
): boolean {
  return (
    isWanted(query.campaign, campaign) &&
    isWanted(query.by, by) &&
    isWanted(query.action, action) &&
    (query.actions?.includes(action) ?? true) &&
    (isWanted(query.person, person) || (Array.isArray(people) && people.includes(query.person)))
  );
}

function isWanted(wanted: string | undefined, value: unknown): boolean {
  return wanted === undefined || wanted === value;
}

function entryOf(id: string, flat: string[], end: string | null | undefined): AuditEntry {
  // Older versions stored each fact as a field, and called the action what it did.
  const {
    what = '',
    action = what,
    by = '',
    via = '',
    from = '',
    campaign,
    details,
    ...facts
  } = Object.fromEntries(pairsOf(flat));
  return {
    id,
    at: Number(id.split('-')[0]),
    action,
    by,
    via,
    from,
    campaign,
    details: details === undefined ? facts : (JSON.parse(details) as AuditDetails),
    end: end ? (JSON.parse(end) as AuditEntry['end']) : undefined,
  };
}
