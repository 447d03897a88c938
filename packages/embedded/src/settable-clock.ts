import { existsSync, readdirSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const LIBRARIES = '/usr/lib';
const LIBRARY = 'faketime/libfaketime.so.1';
const SHARED_MEMORY = '/dev/shm';

/** Where libfaketime is (Debian's package `faketime`), if anywhere. */
export function findLibfaketime(): string | undefined {
  const folders = ['.', ...foldersIn(LIBRARIES).filter((name) => name.includes('-linux-'))];
  return folders.map((folder) => join(LIBRARIES, folder, LIBRARY)).find(existsSync);
}

/**
 * The wall clock of a redis-server, set by a file that it reads with every look at the clock.
 * Monotonic time and time-outs go on as they are, as on a host whose clock somebody sets.
 */
export class SettableClock {
  readonly #file: string;
  readonly #library: string;

  constructor(folder: string) {
    const library = findLibfaketime();
    if (library === undefined)
      throw new Error('libfaketime is missing (Debian: apt-get install faketime)');
    this.#library = library;
    this.#file = join(folder, 'clock');
  }

  /** From now on it stands so far ahead of the machine's (negative: behind it). */
  async set(aheadMs: number): Promise<void> {
    const sign = aheadMs < 0 ? '-' : '+';
    // Never read half written.
    await writeFile(`${this.#file}.new`, `${sign}${(Math.abs(aheadMs) / 1000).toFixed(3)}\n`);
    await rename(`${this.#file}.new`, this.#file);
  }

  /** What libfaketime keeps for a process and its children outlives one that is killed. */
  removeTracesOf(pid: number): void {
    for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`])
      rmSync(join(SHARED_MEMORY, name), { force: true });
  }

  get environment(): Record<string, string> {
    return {
      // Debian's redis-server allocates by jemalloc, which asks for the time before libfaketime is
      // ready: libc's allocator goes first.
      LD_PRELOAD: `${this.#library} libc.so.6`,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
