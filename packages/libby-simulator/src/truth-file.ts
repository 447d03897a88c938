import { type FileHandle, open } from 'node:fs/promises';
import { SimulatorError } from './simulator-error.ts';

/**
 * An append-only file that is on the disk before anybody is told so. Lines that come while the disk
 * is busy are written and synced together, so that the cost is one `fdatasync` per batch and not
 * per line.
 */
export class TruthFile {
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Throws a SimulatorError `cannot_open_truth`. */
  static async open(path: string): Promise<TruthFile> {
    try {
      return new TruthFile(await open(path, 'a'));
    } catch (cause) {
      throw new SimulatorError(
        'cannot_open_truth',
        `cannot open the truth file ${path} for writing`,
        { cause },
      );
    }
  }

  /** Resolves once the line is on the disk. */
  append(line: string): Promise<void> {
    this.#waiting.push(line);
    this.#next ??= this.#writeNext();
    return this.#next;
  }

  async close(): Promise<void> {
    await this.#next;
    await this.#writing;
    await this.#file.close();
  }

  async #writeNext(): Promise<void> {
    await this.#writing;
    const lines = this.#waiting;
    this.#waiting = [];
    this.#writing = this.#write(lines);
    this.#next = undefined;
    await this.#writing;
  }

  async #write(lines: readonly string[]): Promise<void> {
    await this.#file.appendFile(`${lines.join('\n')}\n`);
    await this.#file.datasync();
  }
}
