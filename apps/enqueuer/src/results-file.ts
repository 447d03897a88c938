import { type FileHandle, open } from 'node:fs/promises';
import { PartFile } from '@libby-dialer/call-list';
import { DialerError } from '@libby-dialer/runtime';

/**
 * A file of results. It holds personal data, so only its owner may read it. Unless it grows before
 * its readers' eyes, it appears under its name when it is complete.
 */
export class ResultsFile implements AsyncDisposable {
  readonly #path: string;
  readonly #grows: boolean;
  #growing: FileHandle | undefined;
  #part: PartFile | undefined;

  /** @param grows whether others read it while it is written */
  constructor(path: string, { grows }: { grows: boolean }) {
    this.#path = path;
    this.#grows = grows;
  }

  async start(): Promise<void> {
    try {
      if (!this.#grows) {
        this.#part = await PartFile.open(this.#path);
        return;
      }
      this.#growing = await open(this.#path, 'w', 0o600);
      // One that was there before keeps its rights otherwise.
      await this.#growing.chmod(0o600);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new DialerError(
        'cannot_write',
        `${this.#path} cannot be written (${code ?? 'unknown error'}).`,
        {
          cause: error,
        },
      );
    }
  }

  async write(content: string | Uint8Array): Promise<void> {
    await this.#part?.write(content);
    await this.#growing?.appendFile(content);
  }

  /** Completes the file. */
  async close(): Promise<void> {
    // What was exported may be removed from Redis, so it must outlast the machine.
    await this.#part?.complete({ outlastsMachine: true });
    await this[Symbol.asyncDispose]();
  }

  /** Of a file that was not completed only what others may have read already is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#part?.[Symbol.asyncDispose]();
    await this.#growing?.close();
    this.#growing = undefined;
  }
}
