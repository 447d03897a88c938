import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { flag, number, text } from '../redis/script-inputs.ts';
import { openRecord } from '../results/open-record.ts';

/** One that has said nothing for so long is forgotten. */
const LASTS_MS = 3_600_000;

/** What a worker process says of itself now and then. */
export interface WorkerNote {
  readonly host: string;
  readonly pid: number;
  /** Of libby-dialer. */
  readonly version: string;
  readonly node: string;
  /** Since it began. */
  readonly upMs: number;
  /** How many calls it may have in flight. */
  readonly concurrency: number;
  /** Requests that are on their way. */
  readonly inFlight: number;
  /** It takes no more calls, and ends once it has none. */
  readonly isStopping: boolean;
  /** What keeps it from dialing as it should, in sentences. */
  readonly troubles: readonly string[];
}

export interface NotedWorker extends WorkerNote {
  readonly id: string;
  /** When it said so: epoch ms of Redis's clock. */
  readonly at: number;
}

/** What workers say of themselves, for people. Nothing else goes by it. */
export class WorkerNotes {
  static readonly #note = new Script({
    lua: new URL('./note-worker.lua', import.meta.url),
    shared: ['ledger'],
    keys: ['workers'],
    args: { id: text, note: text, isFirst: flag, lastsMs: number },
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** @param isFirst of this process: those that are long gone are forgotten then */
  async note(id: string, note: WorkerNote, isFirst: boolean): Promise<void> {
    const said = { id, note: openRecord(note), isFirst, lastsMs: LASTS_MS };
    await WorkerNotes.#note.run(this.#redis, this.#keys, said);
  }

  /** It has ended in good order. */
  async forget(id: string): Promise<void> {
    await this.#redis.hdel(this.#keys.workers, id);
  }

  /** Those heard of within the hour, by host and process. @param now epoch ms of Redis's clock */
  async list(now: number): Promise<NotedWorker[]> {
    const all = Object.entries(await this.#redis.hgetall(this.#keys.workers));
    return all
      .map(([id, raw]) => ({ id, ...(JSON.parse(raw) as Omit<NotedWorker, 'id'>) }))
      .filter(({ at }) => now - at < LASTS_MS)
      .toSorted((one, other) => one.host.localeCompare(other.host) || one.pid - other.pid);
  }
}
