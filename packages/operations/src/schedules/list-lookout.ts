import { stat } from 'node:fs/promises';

/**
 * What lies at the path of a list: nothing yet, something that may still be written, a list, or
 * what can never be one.
 */
export type ListSight = 'missing' | 'unsettled' | 'settled' | 'no_file';

interface Look {
  readonly size: number;
  readonly mtimeMs: number;
  /** Monotonic, of the first look that saw it so. */
  readonly since: number;
}

/**
 * Tells whether a list is there in full. It is once its size and time have stayed the same for a
 * while: the clocks of the machines that write and keep it play no part. A file that is still empty
 * is not there yet.
 */
export class ListLookout {
  readonly #settleMs: number;
  readonly #now: () => number;
  readonly #looks = new Map<string, Look>();

  /** @param now monotonic ms */
  constructor(settleMs: number, now: () => number = () => performance.now()) {
    this.#settleMs = settleMs;
    this.#now = now;
  }

  async look(path: string): Promise<ListSight> {
    const seen = await statOf(path);
    if (seen === undefined || (seen.isFile() && seen.size === 0)) {
      this.#looks.delete(path);
      return 'missing';
    }
    if (!seen.isFile()) return 'no_file';
    const { size, mtimeMs } = seen;
    const before = this.#looks.get(path);
    const isSame = before?.size === size && before.mtimeMs === mtimeMs;
    const since = isSame ? before.since : this.#now();
    if (this.#now() - since >= this.#settleMs) {
      this.#looks.delete(path);
      return 'settled';
    }
    this.#looks.set(path, { size, mtimeMs, since });
    return 'unsettled';
  }
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch {
    // What cannot be seen is not there; if it can never be, the run says so when it has waited long
    // enough.
    return undefined;
  }
}
