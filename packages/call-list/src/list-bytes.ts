import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ListError } from './list-error.ts';

const CHUNK_BYTES = 128 * 1024;

export interface ListBytes {
  chunks: AsyncIterable<Buffer>;
  close(): void;
}

/**
 * The bytes of a list, unpacked where they begin like gzip. `content` stands in for the file's own
 * (standard input, or a copy of it). Throws `ListError`, also from within the iteration.
 */
export async function openBytes(path: string, content?: Readable): Promise<ListBytes> {
  const stream = content ?? (await openFile(path)).createReadStream({ highWaterMark: CHUNK_BYTES });
  const close = () => void stream.destroy();
  try {
    const { sample, all } = await peekBytes(readable(stream), 2);
    const packed = sample[0] === 0x1f && sample[1] === 0x8b;
    return { chunks: packed ? gunzip(all) : all, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new ListError('not_found', `There is no file ${path}.`, { cause: error });
    throw new ListError(
      'unreadable',
      `The file ${path} cannot be opened (${code ?? 'unknown error'}).`,
      {
        cause: error,
      },
    );
  }
  if (!(await handle.stat()).isDirectory()) return handle;
  await handle.close();
  throw new ListError('not_a_file', `${path} is a directory: name a file in it.`);
}

async function* readable(stream: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream)
      yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ListError('unreadable', `Reading the list failed (${code ?? 'unknown error'}).`, {
      cause: error,
    });
  }
}

async function* gunzip(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  // The error reaches the loop below by way of `unpacked`; the callback only marks it as handled.
  pipeline(Readable.from(packed, { objectMode: false }), unpacked, () => {});
  try {
    for await (const chunk of unpacked) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof ListError) throw error;
    throw new ListError(
      'damaged_gzip',
      'The gzip file is damaged or cut off; the rows before the damage were read.',
      {
        cause: error,
      },
    );
  }
}

/** Looks at the first `size` bytes (fewer where there are no more) without taking them away. */
export async function peekBytes(
  chunks: AsyncIterable<Buffer>,
  size: number,
): Promise<{ sample: Buffer; all: AsyncIterable<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const seen = await take(iterator, size);
  return { sample: Buffer.concat(seen), all: chain(seen, iterator) };
}

/**
 * Looks at the first `size` characters (fewer where there are no more) without taking them away.
 */
export async function peekText(
  texts: AsyncIterable<string>,
  size: number,
): Promise<{ sample: string; all: AsyncIterable<string> }> {
  const iterator = texts[Symbol.asyncIterator]();
  const seen = await take(iterator, size);
  return { sample: seen.join(''), all: chain(seen, iterator) };
}

async function take<T extends { length: number }>(
  iterator: AsyncIterator<T>,
  size: number,
): Promise<T[]> {
  const seen: T[] = [];
  for (let length = 0; length < size; ) {
    const next = await iterator.next();
    if (next.done === true) break;
    seen.push(next.value);
    length += next.value.length;
  }
  return seen;
}

async function* chain<T>(seen: readonly T[], rest: AsyncIterator<T>): AsyncGenerator<T> {
  yield* seen;
  yield* { [Symbol.asyncIterator]: () => rest };
}
