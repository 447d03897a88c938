import type { FileHandle } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl';
import { ListError } from '../list-error.ts';
import { openUnnamedFile } from '../unnamed-file.ts';
import { protectedWorkbook } from './workbook-bytes.ts';

/** Of a part other than the sheet, unpacked: these are held in memory. */
const MOST_BYTES = 512 * 1024 * 1024;
/** A workbook packs to a tenth, seldom to a fiftieth; a zip bomb to a thousandth. */
const MOST_TIMES = 200;
/** Below this nothing is a bomb, however well it packs. */
const HARMLESS_BYTES = 16 * 1024 * 1024;
const MOST_PARTS = 10_000;
/** Larger than the streams' own: a large sheet comes in thousands of pieces as it is. */
const CHUNK_BYTES = 128 * 1024;
const STORED = 0;
const DEFLATED = 8;

/** The parts of a workbook, by name. */
export class ZipParts implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: FileHandle, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#zip = zip;
    this.#entries = entries;
  }

  /** From a copy, for what is in a zip file is told at its end. Throws `ListError`. */
  static async open(chunks: AsyncIterable<Buffer>): Promise<ZipParts> {
    const file = await openUnnamedFile();
    try {
      for await (const chunk of chunks) await file.appendFile(chunk);
      const zip = await fromFdPromise(file.fd, { autoClose: false, lazyEntries: true }).catch(
        damaged,
      );
      return new ZipParts(file, zip, await entriesOf(zip));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** In their order. */
  get names(): readonly string[] {
    return [...this.#entries.keys()].filter((name) => !name.endsWith('/'));
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  bytesOf(name: string): number {
    return this.#entries.get(name)?.uncompressedSize ?? 0;
  }

  /** Its text in pieces; nothing where there is no such part. Throws `ListError`. */
  async *read(name: string): AsyncGenerator<string> {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for await (const chunk of this.readBytes(name)) {
      try {
        yield decoder.decode(chunk, { stream: true });
      } catch (error) {
        damaged(error);
      }
    }
  }

  async *readBytes(name: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    refuseBomb(entry);
    if (entry.isEncrypted()) throw protectedWorkbook();
    let bytesLeft = entry.uncompressedSize;
    let checksum = 0;
    try {
      for await (const chunk of await this.#unpacked(entry)) {
        bytesLeft -= chunk.length;
        checksum = crc32(chunk, checksum);
        if (bytesLeft < 0) throw new Error('The part is larger than it says.');
        yield chunk;
      }
      if (checksum !== entry.crc32) throw new Error('The part is not what was written.');
    } catch (error) {
      damaged(error);
    }
  }

  async #unpacked(entry: Entry): Promise<AsyncIterable<Buffer>> {
    const raw: Readable = await this.#zip.openReadStreamPromise(entry, { decodeFileData: false });
    if (entry.compressionMethod === STORED) return raw;
    if (entry.compressionMethod !== DEFLATED) throw new Error('The part is packed otherwise.');
    // The error reaches whoever reads by way of what is unpacked.
    return pipeline(raw, createInflateRaw({ chunkSize: CHUNK_BYTES }), () => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      entries.set(entry.fileName, entry);
      if (entries.size > MOST_PARTS) throw new Error('too many parts');
    }
  } catch (error) {
    damaged(error);
  }
  return entries;
}

/** The sizes are those that the file claims; the reading ends where a part is larger. */
function refuseBomb({ fileName, uncompressedSize, compressedSize }: Entry): void {
  const isSheet = fileName.includes('/worksheets/');
  const isBomb =
    uncompressedSize > HARMLESS_BYTES && uncompressedSize > MOST_TIMES * compressedSize;
  if (!isBomb && (isSheet || uncompressedSize <= MOST_BYTES)) return;
  throw new ListError(
    'other_format',
    'The workbook unpacks to far more than a list is: save the sheet as CSV (UTF-8).',
  );
}

export function damaged(cause: unknown): never {
  if (cause instanceof ListError) throw cause;
  throw new ListError(
    'damaged_workbook',
    'The workbook is damaged or cut off: open it in a spreadsheet and save it again.',
    { cause },
  );
}
