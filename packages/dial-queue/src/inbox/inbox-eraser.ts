import { type CountryCode, parsePhoneNumber } from '@libby-dialer/dialing';
import type { CampaignStore } from '../campaigns/campaign-store.ts';
import type { Keys } from '../redis/keys.ts';
import { streamEntries } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { number, text } from '../redis/script-inputs.ts';
import { dayOf, STATUSES_KEPT_SECONDS, statusText } from './entry-status.ts';
import { DEAD_AFTER_MS, INBOX_GROUP } from './inbox-consumer.ts';

const ENTRIES_PER_READ = 500;
/** No phone number has fewer digits. */
const FEWEST_DIGITS = 7;
const DIGIT_RUNS = /\d(?:[\s().\-/]{0,3}\d){6,}/g;

/** What was removed, and what a daemon had in hand. */
export interface InboxErasure {
  readonly entries: number;
  readonly rejects: number;
  /**
   * Those entries that were with a daemon which nobody has heard of since: if it goes on, it may
   * queue them.
   */
  readonly abandoned: number;
  /** Entries of the number that are being queued right now: they will be found in the queue. */
  readonly inHand: number;
}

/**
 * Removes a person's data from the inbox and its rejects. A removed entry gets the status `erased`.
 */
export class InboxEraser {
  static readonly #script = new Script({
    lua: new URL('./erase-inbox-entry.lua', import.meta.url),
    keys: ['inbox', 'statuses'],
    args: { group: text, id: text, status: text, inHandMs: number, statusesForSeconds: number },
    answer: (word: 'erased' | 'abandoned' | 'in_hand' | 'gone') => word,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #campaigns: CampaignStore;

  constructor(redis: RedisConnection, keys: Keys, campaigns: CampaignStore) {
    this.#redis = redis;
    this.#keys = keys;
    this.#campaigns = campaigns;
  }

  async erase(toPhoneNumber: string, signal?: AbortSignal): Promise<InboxErasure> {
    const total = { entries: 0, rejects: 0, abandoned: 0, inHand: 0 };
    for await (const id of this.#find(this.#keys.inbox, toPhoneNumber, signal)) {
      const answer = await this.#eraseEntry(id);
      if (answer === 'erased' || answer === 'abandoned') total.entries += 1;
      if (answer === 'abandoned') total.abandoned += 1;
      if (answer === 'in_hand') total.inHand += 1;
    }
    for await (const id of this.#find(this.#keys.inboxRejected, toPhoneNumber, signal)) {
      total.rejects += await this.#redis.xdel(this.#keys.inboxRejected, id);
    }
    return total;
  }

  async #eraseEntry(id: string): Promise<'erased' | 'abandoned' | 'in_hand' | 'gone'> {
    return InboxEraser.#script.run(
      this.#redis,
      { inbox: this.#keys.inbox, statuses: `${this.#keys.inboxStatuses}${dayOf(id)}` },
      {
        group: INBOX_GROUP,
        id,
        status: statusText({ kind: 'erased' }),
        inHandMs: DEAD_AFTER_MS,
        statusesForSeconds: STATUSES_KEPT_SECONDS,
      },
    );
  }

  async *#find(
    stream: string,
    toPhoneNumber: string,
    signal?: AbortSignal,
  ): AsyncGenerator<string> {
    const countries = await this.#countries();
    const entries = streamEntries(this.#redis, stream, ENTRIES_PER_READ, { signal });
    for await (const [id, fields] of entries) {
      const country = countries.get(valueOf('campaign', fields));
      if (isTo(toPhoneNumber, valueOf('call', fields), country)) yield id;
    }
  }

  async #countries(): Promise<ReadonlyMap<string, CountryCode | undefined>> {
    return new Map(
      (await this.#campaigns.list()).map(({ id, defaultCountry }) => [id, defaultCountry]),
    );
  }
}

function valueOf(field: string, fields: readonly string[]): string {
  for (let index = 0; index < fields.length; index += 2)
    if (fields[index] === field) return fields[index + 1] ?? '';
  return '';
}

/**
 * A record that cannot be read counts as the person's if it contains their number, with or without
 * its country code.
 */
function isTo(toPhoneNumber: string, call: string, country: CountryCode | undefined): boolean {
  const text = writtenNumber(call);
  const verdict = text === undefined ? undefined : parsePhoneNumber(text, { country });
  return verdict?.ok ? verdict.number === toPhoneNumber : mentions(toPhoneNumber, text ?? call);
}

/** The number as the record has it; undefined if there is no record, or no number in it. */
function writtenNumber(call: string): string | undefined {
  try {
    const { toPhoneNumber } = JSON.parse(call) as { toPhoneNumber?: unknown };
    return typeof toPhoneNumber === 'string' || typeof toPhoneNumber === 'number'
      ? String(toPhoneNumber)
      : undefined;
  } catch {
    return undefined;
  }
}

function mentions(toPhoneNumber: string, text: string): boolean {
  const wanted = toPhoneNumber.replaceAll(/\D/g, '');
  return [...text.matchAll(DIGIT_RUNS)].some(([run]) => {
    const digits = run.replaceAll(/\D/g, '');
    return digits.length >= FEWEST_DIGITS && (digits.endsWith(wanted) || wanted.endsWith(digits));
  });
}
