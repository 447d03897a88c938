import { createHash } from 'node:crypto';
import { type FileHandle, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { openBytes } from './list-bytes.ts';
import { ListError } from './list-error.ts';
import { openUnnamedFile } from './unnamed-file.ts';

export interface HashedList {
  /**
   * SHA-256 of what the list holds, unpacked, so that packing it anew does not make every row a new
   * call.
   */
  hash: string;
  /**
   * What to read in place of the list, which can be read only once; undefined: read the file itself
   * again.
   */
  content: Readable | undefined;
}

/**
 * What a person is shown of a list's hash, and the records keep: the beginning of what `sha256sum`
 * says of a file that is not packed. A spreadsheet leaves it as it is, for it is no number.
 */
export function shortHash(hash: string): string {
  return `sha256:${hash.slice(0, 16)}`;
}

/**
 * The hash of a list, where that can be known without a copy: undefined for what can be read only
 * once, and for what is damaged, whose first rows may be read all the same.
 */
export async function hashFile(path: string, signal: AbortSignal): Promise<string | undefined> {
  if (!(await isFile(path))) return undefined;
  try {
    return await hashTo(undefined, path, signal);
  } catch (error) {
    if (error instanceof ListError) return undefined;
    throw error;
  }
}

/**
 * Names a list by its content, in a pass of its own before the first row is read. What cannot be
 * read twice (standard input, a pipe) is copied. Throws `ListError`, and the signal's reason
 * when that aborts.
 */
export async function hashList(
  path: string,
  signal: AbortSignal,
  content?: Readable,
): Promise<HashedList> {
  if (content === undefined && (await isFile(path))) {
    return { hash: await hashTo(undefined, path, signal), content: undefined };
  }
  const copy = await openUnnamedFile();
  try {
    const hash = await hashTo(copy, path, signal, content);
    return { hash, content: copy.createReadStream({ start: 0 }) };
  } catch (error) {
    await copy.close();
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  // What is missing or forbidden is told by opening it.
  return await stat(path).then(
    (stats) => stats.isFile() || stats.isDirectory(),
    () => true,
  );
}

async function hashTo(
  copy: FileHandle | undefined,
  path: string,
  signal: AbortSignal,
  content?: Readable,
): Promise<string> {
  const hash = createHash('sha256');
  const bytes = await openBytes(path, content);
  try {
    for await (const chunk of bytes.chunks) {
      signal.throwIfAborted();
      hash.update(chunk);
      await copy?.appendFile(chunk);
    }
  } finally {
    bytes.close();
  }
  return hash.digest('hex');
}
