import { isoInstant, type Outcome, type ResultRecord } from '@libby-dialer/dialing';
import type { Keys } from './keys.ts';
import type { RedisConnection } from './redis-connection.ts';
import { Results } from './results.ts';
import { Script } from './script.ts';

const CALLS_PER_LOOK = 500;
/** What a person says of a call comes from no worker. */
const DESK = 'enqueuer';

/** What became of a person's decision. */
export type Resolution =
  | { readonly kind: 'resolved' }
  /** It has another outcome, is being dialed, or is to be dialed. */
  | { readonly kind: 'not_in_doubt'; readonly state: Outcome | 'claimed' | 'open' };

/** Who decided, and when (epoch ms of Redis's clock). Both are kept for audit. */
export interface Decider {
  readonly by: string;
  readonly at: number;
}

/** Where people look at calls that may have rung, and say what is to become of them. */
export class DoubtDesk {
  static readonly #resolve = new Script('resolve', 'ledger', 'write-result');
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #results: Results;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
    this.#results = new Results(redis, keys);
  }

  /** A campaign's calls in doubt, in the order in which they came to be. */
  async *list(campaign: string): AsyncGenerator<ResultRecord> {
    let batch: ResultRecord[] = [];
    for await (const record of this.#results.read(campaign)) {
      if (record.outcome !== 'unknown') continue;
      batch.push(record);
      if (batch.length < CALLS_PER_LOOK) continue;
      yield* await this.#stillInDoubt(campaign, batch);
      batch = [];
    }
    yield* await this.#stillInDoubt(campaign, batch);
  }

  /** Which of these campaigns has dialed that call. */
  async campaignOf(callId: string, campaigns: readonly string[]): Promise<string | undefined> {
    for (const campaign of campaigns) {
      if (await this.#redis.hexists(this.#keys.campaign(campaign).ledger, callId)) return campaign;
    }
    return undefined;
  }

  /** It was taken: its outcome is `accepted` from now on. */
  async accept(campaign: string, callId: string, { by, at }: Decider): Promise<Resolution> {
    const record = await this.#results.latestOf(campaign, callId);
    if (record === undefined) return { kind: 'not_in_doubt', state: 'open' };
    const own = this.#keys.campaign(campaign);
    const resolved = { ...record, outcome: 'accepted', reason: 'resolved_by_person', worker: DESK } as const;
    const { revision: _, ...head } = { ...resolved, settledAt: isoInstant(at) };
    const [kind, state] = (await DoubtDesk.#resolve.run(
      this.#redis,
      [own.ledger, own.state, own.kept, own.revised, this.#keys.results, this.#keys.audit],
      [campaign, callId, by, isoInstant(at), JSON.stringify(head).slice(0, -1)],
    )) as [Resolution['kind'], Outcome];
    return kind === 'resolved' ? { kind } : { kind, state };
  }

  /** Some may have been cleared up since their result was written. */
  async #stillInDoubt(campaign: string, records: readonly ResultRecord[]): Promise<ResultRecord[]> {
    if (records.length === 0) return [];
    const { ledger } = this.#keys.campaign(campaign);
    const entries = await this.#redis.hmget(ledger, ...records.map(({ callId }) => callId));
    return records.filter((_, index) => stateOf(entries[index]) === 'unknown');
  }
}

function stateOf(entry: string | null | undefined): string | undefined {
  return entry ? (JSON.parse(entry) as { state: string }).state : undefined;
}
