import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { DialerError } from '@libby-dialer/runtime';

/**
 * A file of results. It holds personal data, so only its owner may read it. Unless it grows before its readers' eyes, it
 * appears under its name when it is complete.
 */
export class ResultsFile implements AsyncDisposable {
  readonly #path: string;
  readonly #openPath: string;
  #file: FileHandle | undefined;

  /** @param grows whether others read it while it is written */
  constructor(path: string, { grows }: { grows: boolean }) {
    this.#path = path;
    this.#openPath = grows ? path : `${path}.${randomUUID().slice(0, 8)}.part`;
  }

  async start(): Promise<void> {
    try {
      this.#file = await open(this.#openPath, 'w', 0o600);
      // One that was there before keeps its rights otherwise.
      await this.#file.chmod(0o600);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new DialerError('cannot_write', `${this.#path} cannot be written (${code ?? 'unknown error'}).`, {
        cause: error,
      });
    }
  }

  async write(text: string): Promise<void> {
    await this.#file?.appendFile(text);
  }

  /** Completes the file. */
  async close(): Promise<void> {
    const isComplete = this.#openPath !== this.#path;
    // What was exported may be removed from Redis, so it must outlast the machine.
    if (isComplete) await this.#file?.sync();
    await this.#file?.close();
    this.#file = undefined;
    if (isComplete) await rename(this.#openPath, this.#path);
  }

  /** Of a file that was not completed only what others may have read already is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.close();
    this.#file = undefined;
    if (this.#openPath !== this.#path) await rm(this.#openPath, { force: true });
  }
}
