import type { Outcome } from '@libby-dialer/dialing';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { list, text } from '../redis/script-inputs.ts';
import { type LoadVerdict, verdictsOf } from './call-loader.ts';

/** What a load would find of a call: the outcome is that of a settled one. */
export interface CallPreview {
  readonly verdict: LoadVerdict;
  readonly outcome?: Outcome;
}

/** What a load would find, without writing anything: even opening a BullMQ queue writes. */
export class LoadPreview {
  static readonly #peek = new Script({
    lua: new URL('./peek.lua', import.meta.url),
    shared: ['ledger', 'load-verdict'],
    keys: ['ledger'],
    args: { queue: text, callIds: list(text) },
    answer: (reply: [letters: string, ...outcomes: Outcome[]]) => reply,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #campaign: string;

  constructor(redis: RedisConnection, keys: Keys, campaign: string) {
    this.#redis = redis;
    this.#keys = keys;
    this.#campaign = campaign;
  }

  /**
   * Whether the campaign takes rows, and what makes two rows the same call once a first list is
   * loaded.
   */
  async campaign(): Promise<{
    archived: boolean;
    canceled: boolean;
    dedupeBy: string | undefined;
  }> {
    const { state } = this.#keys.campaign(this.#campaign);
    const [archived, canceled, dedupeBy] = await this.#redis.hmget(
      state,
      'archived',
      'canceled',
      'dedupeBy',
    );
    return {
      archived: archived !== null,
      canceled: canceled !== null,
      dedupeBy: dedupeBy ?? undefined,
    };
  }

  /**
   * Whether the campaign tells rows by their place in a list, and has loaded other lists but not
   * this one.
   */
  async isAnotherList(hash: string): Promise<boolean> {
    const lists = await this.#redis.hget(this.#keys.campaign(this.#campaign).state, 'lists');
    return lists !== null && !lists.split(' ').includes(hash);
  }

  /** For each id what `CallLoader.add` would find. */
  async calls(callIds: readonly string[]): Promise<CallPreview[]> {
    if (callIds.length === 0) return [];
    const queue = this.#keys.queue(this.#campaign);
    const keys = this.#keys.campaign(this.#campaign);
    const reply = await LoadPreview.#peek.run(this.#redis, keys, { queue, callIds });
    const [letters, ...outcomes] = reply;
    let settled = 0;
    return verdictsOf(letters).map((verdict) => {
      const outcome = verdict === 'already_settled' ? outcomes[settled++] : undefined;
      return outcome === undefined ? { verdict } : { verdict, outcome };
    });
  }
}
