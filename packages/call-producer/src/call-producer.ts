import { type CallRecordInput, callRecordSchema } from '@libby-dialer/call-record';
import { type ChainableCommander, type Cluster, Redis } from 'ioredis';
import { InboxFullError, InboxUnavailableError, InvalidRecordError } from './producer-error.ts';

const DEFAULT_PREFIX = '{libby}';
const MOST_WAITING = 100_000;
const RECORDS_PER_WRITE = 500;
/** What a daemon takes, in bytes. */
const LONGEST_RECORD = 1024 * 1024;

export interface CallProducerOptions {
  /**
   * A client of one's own, which stays one's own, or a URL (`redis://` or `rediss://`): then the
   * producer has its own and closes it.
   */
  readonly redis: Redis | Cluster | string;
  /** Of the dialer's keys (`DIALER_PREFIX`). */
  readonly prefix?: string;
  /**
   * How many entries may wait in the inbox. Beyond that, pushes are refused until the daemons have
   * caught up. 100,000 unless given.
   */
  readonly mostWaiting?: number;
}

/**
 * Pushes calls into the dialer's inbox. Needs rights to XADD and XLEN on that one key. What comes
 * back are stream ids, by which the fate of each entry can be looked up. A repeat is harmless: the
 * campaign's `dedupeBy` makes it the same call.
 */
export class CallProducer implements AsyncDisposable {
  readonly #redis: Redis | Cluster;
  readonly #own: Redis | undefined;
  readonly #inbox: string;
  readonly #mostWaiting: number;
  /** As of the last answer; undefined before the first. */
  #waiting: number | undefined;

  constructor({ redis, prefix = DEFAULT_PREFIX, mostWaiting = MOST_WAITING }: CallProducerOptions) {
    this.#own = typeof redis === 'string' ? connect(redis) : undefined;
    this.#redis = this.#own ?? (redis as Redis | Cluster);
    this.#inbox = `${prefix}:inbox`;
    this.#mostWaiting = mostWaiting;
  }

  /** Throws `InvalidRecordError`, `InboxFullError`, `InboxUnavailableError`. */
  async add(campaign: string, record: CallRecordInput): Promise<string> {
    const [id] = await this.addMany(campaign, [record]);
    return id as string;
  }

  /**
   * All are checked before the first is sent. Throws as `add` does; what an error holds as `pushed`
   * is in the inbox all the same.
   */
  async addMany(campaign: string, records: readonly CallRecordInput[]): Promise<string[]> {
    const texts = records.map((record, index) => textOf(record, index));
    const pushed: string[] = [];
    for (let from = 0; from < texts.length; from += RECORDS_PER_WRITE) {
      await this.#refuseIfFull(pushed);
      await this.#push(campaign, texts.slice(from, from + RECORDS_PER_WRITE), pushed);
    }
    return pushed;
  }

  /** Ends a connection of the producer's own, once it has its answers. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#own === undefined || this.#own.status === 'end') return;
    await this.#own.quit().catch(() => {});
    this.#own.disconnect();
  }

  async #refuseIfFull(pushed: readonly string[]): Promise<void> {
    // Every push brings the length along: only at first, and while the inbox is full, it must be
    // asked for.
    if (this.#waiting !== undefined && this.#waiting < this.#mostWaiting) return;
    try {
      this.#waiting = await this.#redis.xlen(this.#inbox);
    } catch (error) {
      throw new InboxUnavailableError(pushed, error);
    }
    if (this.#waiting >= this.#mostWaiting) throw new InboxFullError(this.#waiting, pushed);
  }

  async #push(campaign: string, texts: readonly string[], pushed: string[]): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const text of texts) pipeline.xadd(this.#inbox, '*', 'campaign', campaign, 'call', text);
    const replies = await exec(pipeline.xlen(this.#inbox), pushed);
    for (const [error, reply] of replies) {
      if (error !== null) throw new InboxUnavailableError(pushed, error);
      if (typeof reply === 'string') pushed.push(reply);
      else this.#waiting = Number(reply);
    }
  }
}

async function exec(pipeline: ChainableCommander, pushed: readonly string[]) {
  try {
    return (await pipeline.exec()) ?? [];
  } catch (error) {
    throw new InboxUnavailableError(pushed, error);
  }
}

/**
 * A command fails at once while Redis is away, and is never sent twice. The rights to INFO and
 * CLIENT are not needed.
 */
function connect(url: string): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  // Told by the commands; an emitter without a listener would end the process.
  redis.on('error', () => {});
  return redis;
}

function textOf(record: CallRecordInput, index: number): string {
  const parsed = callRecordSchema.safeParse(record);
  if (!parsed.success) throw new InvalidRecordError(index, problemOf(parsed.error.issues[0]));
  const text = JSON.stringify(record);
  if (Buffer.byteLength(text) > LONGEST_RECORD)
    throw new InvalidRecordError(index, 'is larger than 1 MB');
  return text;
}

type Issue = NonNullable<ReturnType<typeof callRecordSchema.safeParse>['error']>['issues'][number];

function problemOf(issue: Issue | undefined): string {
  if (issue === undefined) return 'is no record';
  if (issue.code === 'unrecognized_keys')
    return `${issue.keys.join(', ')}: not a field of a record`;
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
