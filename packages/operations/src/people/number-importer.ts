import type { ListRow, Reject } from '@libby-dialer/call-list';
import { BatchWindow } from '../load/batch-window.ts';
import type { OpenNumberList } from './number-list.ts';

const BATCH_SIZE = 1000;
const BATCHES_IN_FLIGHT = 4;

/**
 * What became of the rows read so far; `rows` is the sum of the others once nothing is in flight.
 */
export interface ImportCounts {
  rows: number;
  added: number;
  /** On the list before, or in an earlier row. */
  alreadyListed: number;
  rejected: number;
  /** Rows that may be either of two numbers: both are on the list. */
  bothReadings: number;
}

export interface NumberImporterOptions {
  readonly numbersOf: OpenNumberList['numbersOf'];
  /** Puts numbers on the do-not-call list and says how many were not there. */
  readonly add: (numbers: readonly string[]) => Promise<number>;
  readonly reject: (rejects: readonly Reject[]) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Takes a list's numbers to the do-not-call list, in batches, the next being read while those
 * before are added.
 */
export class NumberImporter {
  readonly counts: ImportCounts = {
    rows: 0,
    added: 0,
    alreadyListed: 0,
    rejected: 0,
    bothReadings: 0,
  };
  readonly #options: NumberImporterOptions;
  readonly #batches = new BatchWindow<readonly string[]>(BATCHES_IN_FLIGHT);
  #batch: string[] = [];
  /** What rows of the batch may mean besides: added, but no row of its own. */
  #otherReadings: string[] = [];

  constructor(options: NumberImporterOptions) {
    this.#options = options;
  }

  /**
   * Reads until the list ends or the signal aborts. What was read is on the list when this returns,
   * and also when the list breaks off.
   */
  async run(chunks: AsyncIterable<readonly ListRow[]>): Promise<void> {
    try {
      for await (const rows of chunks) {
        if (this.#options.signal.aborted) return;
        await this.#take(rows);
      }
    } finally {
      try {
        await this.#takeOff();
      } finally {
        await this.#batches.end();
      }
    }
  }

  async #take(rows: readonly ListRow[]): Promise<void> {
    const rejects: Reject[] = [];
    for (const row of rows) {
      this.counts.rows += 1;
      const verdict = this.#options.numbersOf(row);
      if ('code' in verdict) rejects.push({ row, problem: verdict });
      else this.#note(verdict);
      if (this.#batch.length >= BATCH_SIZE) await this.#takeOff();
    }
    this.counts.rejected += rejects.length;
    await this.#options.reject(rejects);
  }

  #note([number = '', ...others]: readonly string[]): void {
    this.#batch.push(number);
    this.#otherReadings.push(...others);
    if (others.length > 0) this.counts.bothReadings += 1;
  }

  async #takeOff(): Promise<void> {
    const [batch, otherReadings] = [this.#batch, this.#otherReadings];
    if (batch.length === 0) return;
    await this.#batches.start(batch, () => this.#add(batch, otherReadings));
    this.#batch = [];
    this.#otherReadings = [];
  }

  async #add(batch: readonly string[], otherReadings: readonly string[]): Promise<void> {
    if (otherReadings.length > 0) await this.#options.add(otherReadings);
    const added = await this.#options.add(batch);
    this.counts.added += added;
    this.counts.alreadyListed += batch.length - added;
  }
}
