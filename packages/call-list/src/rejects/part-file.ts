import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { sealFile } from './file-seal.ts';

const TOUCH_EVERY_MS = 60_000;
/**
 * One that belongs to another machine, or to a process whose id lives again, is nobody's once it
 * was untouched for so long.
 */
const ABANDONED_AFTER_MS = 3_600_000;
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const OWNER = /^\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.part$/;

/**
 * A file of personal data that appears under its name when it is complete. Until then it lies
 * beside that name, for its owner only, and says whose it is: what a killed process has left is
 * removed by whoever writes the same file next.
 */
export class PartFile implements AsyncDisposable {
  readonly #path: string;
  readonly #partPath: string;
  readonly #file: FileHandle;
  readonly #touching: NodeJS.Timeout;
  #isOpen = true;

  private constructor(path: string, partPath: string, file: FileHandle) {
    this.#path = path;
    this.#partPath = partPath;
    this.#file = file;
    this.#touching = setInterval(() => void this.#touch(), TOUCH_EVERY_MS);
    this.#touching.unref();
  }

  /** Rejects with the error of the file system. */
  static async open(path: string): Promise<PartFile> {
    await removeAbandoned(path);
    const partPath = `${path}.${HOST}-${process.pid}-${randomUUID().slice(0, 8)}.part`;
    return new PartFile(path, partPath, await open(partPath, 'wx', 0o600));
  }

  async write(content: string | Uint8Array): Promise<void> {
    await this.#file.appendFile(content);
  }

  /**
   * @param outlastsMachine resolves only when it is on the disk
   * @param as another name in the same folder
   * @param isSealed it can be told later whether it was edited since
   */
  async complete({
    outlastsMachine = false,
    as = this.#path,
    isSealed = false,
  } = {}): Promise<void> {
    if (outlastsMachine) await this.#file.sync();
    await this.#close();
    if (isSealed) await sealFile(this.#partPath);
    await rename(this.#partPath, as);
  }

  /** Leaves nothing of a file that was not completed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    await this.#close();
    await rm(this.#partPath, { force: true });
  }

  async #close(): Promise<void> {
    this.#isOpen = false;
    clearInterval(this.#touching);
    await this.#file.close();
  }

  async #touch(): Promise<void> {
    const now = new Date();
    await this.#file.utimes(now, now).catch(() => {}); // it is being closed
  }
}

async function removeAbandoned(path: string): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  // Whether the folder can be written is told by the file itself.
  for (const entry of await readdir(folder).catch(() => [])) {
    if (!entry.startsWith(name)) continue;
    const [, host, pid] = OWNER.exec(entry.slice(name.length)) ?? [];
    const part = join(folder, entry);
    if (host === undefined || !((host === HOST && !isAlive(Number(pid))) || (await isOld(part))))
      continue;
    await rm(part, { force: true }).catch(() => {}); // another's, perhaps
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < Date.now() - ABANDONED_AFTER_MS;
}
