import { createHash } from 'node:crypto';
import type { ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { hashFile, hashList } from './list-hash.ts';
import { type ListReading, readingOf } from './list-reading.ts';
import { type List, type NameColumns, openList } from './open-list.ts';

const CHUNK_BYTES = 128 * 1024;

/** The name of standard input on the command line. */
const STDIN = '-';

export interface ListSource {
  readonly list: List;
  /** What names the list's content, where it was asked for and can be known. */
  readonly listHash: string | undefined;
  /**
   * Of the file as it lies there, packed or not; undefined where nobody knows how much there is.
   */
  readonly bytesTotal: number | undefined;
  readonly bytesRead: () => number;
}

export interface ListSourceOptions extends ListReading {
  /** See `openList`. */
  readonly keepText?: boolean | undefined;
  readonly stdin: Readable;
  /**
   * Whether the list is named by its content, in a pass of its own before the first row:
   * `if_file` leaves out what can be read only once, of which a copy would have to be made.
   */
  readonly hash: 'always' | 'if_file' | 'never';
  /**
   * Ends the pass before the first row, and the reading of standard input: a silent sender could be
   * waited for in vain.
   */
  readonly signal: AbortSignal;
  /** For a list that may have no headings: see `openList`. */
  readonly nameColumns?: NameColumns | undefined;
}

/** Opens a list so that it can be told how much of it has been read. Throws `ListError`. */
export async function openSource(path: string, options: ListSourceOptions): Promise<ListSource> {
  const { keepText, stdin, hash, signal, nameColumns } = options;
  const reading = readingOf(options);
  const given = path === STDIN ? addAbortSignal(signal, stdin) : undefined;
  const hashed = hash === 'always' ? await hashList(path, signal, given) : undefined;
  const fileHash =
    hash === 'if_file' && given === undefined ? await hashFile(path, signal) : hashed?.hash;
  const file =
    given === undefined && hashed?.content === undefined ? await openFile(path) : undefined;
  const list = await openList(path, {
    ...reading,
    nameColumns,
    keepText,
    content: hashed?.content ?? given ?? file?.stream,
  });
  return {
    list,
    listHash: fileHash === undefined ? undefined : hashOfPart(fileHash, list, reading),
    bytesTotal: file?.size,
    bytesRead: () => bytesRead(list, file),
  };
}

/**
 * The rows of two sheets of one workbook are not the same, nor are those below another row of
 * headings, though their numbers are.
 */
function hashOfPart(hash: string, { sheet }: List, { headerRow = 1 }: ListReading): string {
  const part = [
    ...(sheet === undefined ? [] : [sheet.name]),
    ...(headerRow === 1 ? [] : [`row ${headerRow}`]),
  ];
  return part.length === 0
    ? hash
    : createHash('sha256')
        .update([hash, ...part].join('\0'))
        .digest('hex');
}

/** A workbook is copied before its first row is read. */
function bytesRead({ sheet }: List, file: OpenFile | undefined): number {
  if (file === undefined) return 0;
  return sheet === undefined
    ? file.stream.bytesRead
    : Math.min(file.size, Math.round(sheet.shareRead() * file.size));
}

interface OpenFile {
  readonly stream: ReadStream;
  readonly size: number;
}

/**
 * Undefined for what is no plain file: a pipe can be opened only once, and what is missing is for
 * `openList` to explain.
 */
async function openFile(path: string): Promise<OpenFile | undefined> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return undefined;
    const file = await open(path, 'r');
    return { stream: file.createReadStream({ highWaterMark: CHUNK_BYTES }), size: stats.size };
  } catch {
    return undefined;
  }
}
