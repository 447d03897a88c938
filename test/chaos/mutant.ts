import { cpSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ROOT } from './root.ts';

/** One mistake, as a change of the project's own text. */
export interface Mutation {
  /** From the project's root. */
  readonly file: string;
  /** Exactly what stands there, once. */
  readonly from: string;
  readonly to: string;
}

const PROGRAMS = ['apps/enqueuer', 'apps/worker', 'packages', 'test'];
const SKIPPED = /\.test\.ts$|^test\/(model|dependencies)\//;

/**
 * A copy of the programs with mistakes in it. They run as they are, for nothing is built; the
 * project stays untouched.
 */
export class Mutant implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Throws when a mutation does not fit the text any more: then it has to be written anew. */
  static async make(mutations: readonly Mutation[]): Promise<Mutant> {
    const mutant = new Mutant(await mkdtemp(join(tmpdir(), 'libby-dialer-mutant-')));
    try {
      await mutant.#copy();
      for (const mutation of mutations) await mutant.#mutate(mutation);
      return mutant;
    } catch (error) {
      await mutant[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  async #copy(): Promise<void> {
    for (const folder of PROGRAMS) {
      // A fifth of the time that the asynchronous one takes.
      cpSync(join(ROOT, folder), join(this.root, folder), {
        recursive: true,
        verbatimSymlinks: true,
        filter: isNeeded,
      });
    }
    // The links of each package lead to this one.
    await symlink(join(ROOT, 'node_modules'), join(this.root, 'node_modules'));
  }

  async #mutate({ file, from, to }: Mutation): Promise<void> {
    const path = join(this.root, file);
    const parts = (await readFile(path, 'utf8')).split(from);
    if (parts.length !== 2)
      throw new Error(`a mutation must fit ${file} once, not ${parts.length - 1} times: ${from}`);
    await writeFile(path, parts.join(to));
  }
}

function isNeeded(path: string): boolean {
  return !SKIPPED.test(relative(ROOT, path));
}
