import {
  DuplicateFilter,
  isProblem,
  type ListRow,
  placeOf,
  type Reject,
  type RowChecker,
  type RowPlace,
} from '@libby-dialer/call-list';
import type { IdentifiedCall, Identity, LoadVerdict } from '@libby-dialer/dial-queue';
import type { QueuedCall } from '@libby-dialer/dialing';
import { BatchWindow } from './batch-window.ts';

const BATCH_SIZE = 250;
/** A row may hold a megabyte: then fewer make a batch. In UTF-16 units. */
const BATCH_LENGTH = 4 * 1024 * 1024;
/** A batch is looked up, made ready and added in turn: meanwhile Redis has others to do. */
const BATCHES_IN_FLIGHT = 4;

/**
 * What became of the rows read so far; `rows` is the sum of the others once nothing is in flight.
 */
export interface LoadCounts {
  rows: number;
  queued: number;
  alreadyQueued: number;
  alreadySettled: number;
  /** Rows that repeat an earlier row of this list. */
  duplicates: number;
  rejected: number;
}

export function noRows(): LoadCounts {
  return { rows: 0, queued: 0, alreadyQueued: 0, alreadySettled: 0, duplicates: 0, rejected: 0 };
}

export interface ListLoaderOptions {
  readonly campaign: string;
  readonly checker: RowChecker;
  readonly identity: Identity;
  /** Queues what is new of a batch and says of each call what was there before. */
  readonly add: (batch: readonly IdentifiedCall[]) => Promise<readonly LoadVerdict[]>;
  readonly reject: (rejects: readonly Reject[]) => Promise<void>;
  /** Told of each call that was queued anew, and where in the list it stands. */
  readonly queued?: (call: QueuedCall, place: RowPlace) => void;
  /** How many callable rows to load at most. */
  readonly limit?: number | undefined;
  readonly signal: AbortSignal;
}

interface Candidate extends IdentifiedCall, Readonly<RowPlace> {
  /**
   * The filter has seen it in this list; whether that is so, or two calls share a fingerprint,
   * Redis tells.
   */
  readonly mayRepeat: boolean;
}

/**
 * Takes a list's rows into a campaign's queue, in batches, the next being read while those before
 * are added.
 */
export class ListLoader {
  readonly counts = noRows();
  /** The list was read to its end. */
  isWhole = false;
  readonly #options: ListLoaderOptions;
  readonly #filter = new DuplicateFilter();
  readonly #batches = new BatchWindow<readonly Candidate[]>(BATCHES_IN_FLIGHT);
  #batch: Candidate[] = [];
  #batchLength = 0;
  #rejects: Reject[] = [];
  #callable = 0;

  constructor(options: ListLoaderOptions) {
    this.#options = options;
  }

  /**
   * Reads until the list ends, the limit is reached or the signal aborts. What was read has its
   * place when this returns, and also when it rejects because the list breaks off.
   */
  async load(chunks: AsyncIterable<readonly ListRow[]>): Promise<void> {
    try {
      for await (const rows of chunks) if (!(await this.#loadChunk(rows))) return;
      this.isWhole = true;
    } finally {
      try {
        await this.#takeOff();
      } finally {
        await this.#batches.end();
      }
    }
  }

  /** Returns whether to read on. */
  async #loadChunk(rows: readonly ListRow[]): Promise<boolean> {
    const { limit = Number.POSITIVE_INFINITY, signal } = this.#options;
    for (const row of rows) {
      if (signal.aborted || this.#callable >= limit) break;
      this.#take(row);
      if (this.#batch.length >= BATCH_SIZE || this.#batchLength >= BATCH_LENGTH)
        await this.#takeOff();
    }
    await this.#options.reject(this.#rejects);
    this.#rejects = [];
    return !signal.aborted && this.#callable < limit;
  }

  #take(row: ListRow): void {
    const { campaign, checker, identity } = this.#options;
    this.counts.rows += 1;
    const verdict = checker.check(row);
    if (isProblem(verdict)) {
      this.counts.rejected += 1;
      this.#rejects.push({ row, problem: verdict });
      return;
    }
    const callId = identity.callId(campaign, verdict.dedupeKey);
    const mayRepeat = this.#filter.add(callId);
    if (!mayRepeat) this.#callable += 1;
    else if (this.#isUnderWay(callId)) {
      this.counts.duplicates += 1;
      return;
    }
    this.#batch.push({
      callId,
      call: verdict.call,
      ...placeOf(row),
      mayRepeat,
    });
    this.#batchLength += lengthOf(row);
  }

  /**
   * What has not landed yet Redis cannot know. Asked only about what the filter has seen, so a
   * plain search will do.
   */
  #isUnderWay(callId: string): boolean {
    const isIt = (candidate: Candidate) => candidate.callId === callId;
    return this.#batch.some(isIt) || this.#batches.batches.some((batch) => batch.some(isIt));
  }

  async #takeOff(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    await this.#batches.start(batch, () => this.#add(batch));
    this.#batch = [];
    this.#batchLength = 0;
  }

  async #add(batch: readonly Candidate[]): Promise<void> {
    const verdicts = await this.#options.add(batch);
    for (const [index, verdict] of verdicts.entries()) {
      const candidate = batch[index];
      this.#count(verdict, candidate?.mayRepeat === true);
      if (verdict === 'queued' && candidate !== undefined)
        this.#options.queued?.(candidate.call, candidate);
    }
  }

  #count(verdict: LoadVerdict, mayRepeat: boolean): void {
    if (verdict === 'queued') this.counts.queued += 1;
    else if (mayRepeat) this.counts.duplicates += 1;
    else if (verdict === 'already_queued') this.counts.alreadyQueued += 1;
    else this.counts.alreadySettled += 1;
  }
}

function lengthOf({ raw, cells }: ListRow): number {
  let length = raw?.length ?? 0;
  for (const cell of cells ?? []) length += cell.length;
  return length;
}
