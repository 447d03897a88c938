import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DialerError } from '@libby-dialer/runtime';

/** The checkout: three folders up from this file. */
export const PROJECT_ROOT = join(import.meta.dirname, '../../..');

const MOST_IN_ONE_SECOND = 100;

/**
 * What a run leaves behind: results, rejects and logs, in a folder that only its owner may enter.
 */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** `.run/2026-01-19-143005`; of two runs in one second the second gets `-2`. */
  static async create(now: Date, home = join(PROJECT_ROOT, '.run')): Promise<RunFolder> {
    const name = now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
    try {
      await mkdir(home, { recursive: true });
      for (let count = 1; count <= MOST_IN_ONE_SECOND; count += 1) {
        const path = join(home, count === 1 ? name : `${name}-${count}`);
        if (await makeFolder(path)) return new RunFolder(path);
      }
      throw new Error(`more than ${MOST_IN_ONE_SECOND} runs in one second`);
    } catch (error) {
      const message = `The folder for results, ${home}, cannot be written; make it writable.`;
      throw new DialerError('run_folder', message, { cause: error });
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }
}

/** Whether it is new. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A path as one would type it from where one is, if that is shorter. */
export function shown(path: string, from = process.cwd()): string {
  const near = relative(from, path);
  return near.length < path.length ? near : path;
}
