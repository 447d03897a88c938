import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isoInstant } from '@libby-dialer/dialing';
import type { ListJson, UploadJson } from '@libby-dialer/http-api';
import type { ListFormat } from '@libby-dialer/operations';
import { DialerError, endsWithin } from '@libby-dialer/runtime';
import { HttpProblem } from '../http/http-problem.ts';
import type { ListWork } from './list-work.ts';

const KEPT_MS = 24 * 3_600_000;
const REMOVED_EVERY_MS = 10 * 60_000;
/** A console that lives has had no list uploaded for so long: those that it had are gone. */
const LEFT_BEHIND_MS = 2 * KEPT_MS;
const PRIVATE_FOLDER = 'libby-console-';
/** Of a load that is broken off; a Redis that says nothing would keep it for longer. */
const WORK_ENDS_WITHIN_MS = 5_000;
const ONLY_OWN = 0o700;
const OWN_FILE = 0o600;
const MEGABYTE = 1024 * 1024;

/** What is known of a list lies beside it, under one of these names. */
const UPLOADED = '.list';
const BEGUN = '.upload';
type StoredAs = typeof UPLOADED | typeof BEGUN;

interface StoredList {
  readonly list: string;
  readonly name: string;
  readonly bytes: number;
  readonly uploadedAt: number;
  readonly by: string;
}

export interface Upload {
  readonly name: string;
  readonly by: string;
  readonly content: ReadableStream<Uint8Array>;
  readonly signal: AbortSignal;
}

/** A list that comes in pieces, and may be broken off and gone on with. */
interface PieceOfUpload {
  readonly list: string;
  /** Where in it the piece belongs, in bytes. */
  readonly from: number;
  readonly content: ReadableStream<Uint8Array>;
  readonly signal: AbortSignal;
}

/**
 * Lists that were uploaded, each in a folder of its own that only this user may read; removed after
 * a day. What is done with one is known to the process that does it.
 */
export class UploadedLists implements AsyncDisposable {
  #folder: string;
  #makingFolder: Promise<void> | undefined;
  readonly #isPrivate: boolean;
  readonly #maxBytes: number;
  readonly #works = new Map<string, ListWork>();
  /** They name people: they go also if nobody ever looks at lists again. */
  readonly #timer: NodeJS.Timeout;

  private constructor(folder: string, isPrivate: boolean, maxBytes: number) {
    this.#folder = folder;
    this.#isPrivate = isPrivate;
    this.#maxBytes = maxBytes;
    // Where it fails, whoever looks at lists is told.
    const remove = () => void this.#removeOld().catch(() => undefined);
    this.#timer = setInterval(remove, REMOVED_EVERY_MS);
    this.#timer.unref();
  }

  /** @param folder left out: one that is gone when this is disposed of */
  static async open(folder: string | undefined, maxMegabytes: number): Promise<UploadedLists> {
    if (folder !== undefined) await mkdir(folder, { recursive: true, mode: ONLY_OWN });
    // A console can do without.
    if (folder === undefined) await removeLeftBehind().catch(() => undefined);
    const place = folder ?? (await makePrivateFolder());
    return new UploadedLists(place, folder === undefined, maxMegabytes * MEGABYTE);
  }

  /** Throws `HttpProblem` (`too_large`, `no_room`). */
  async add({ name, by, content, signal }: Upload): Promise<ListJson> {
    const { list } = await this.beginUpload({ name, by, bytes: this.#maxBytes });
    try {
      const { received: bytes } = await this.#take({ list, from: 0, content, signal });
      return await this.#json(await this.#finish(list, bytes));
    } catch (error) {
      await this.#removeFolder(list);
      throw error;
    }
  }

  /** For a list of so many bytes, which comes in pieces. Throws `HttpProblem` (`too_large`). */
  async beginUpload({
    name,
    by,
    bytes,
  }: Pick<StoredList, 'name' | 'by' | 'bytes'>): Promise<UploadJson> {
    if (bytes > this.#maxBytes) throw tooLarge(this.#maxBytes);
    await this.#removeOld();
    const list = randomBytes(18).toString('base64url');
    await mkdir(join(this.#folder, list), { mode: ONLY_OWN });
    const stored = { list, name: plainName(name), bytes, uploadedAt: Date.now(), by };
    await writeFile(join(this.#folder, list, stored.name), '', { mode: OWN_FILE });
    await this.#keep(BEGUN, stored);
    return await this.upload(list);
  }

  /** How much is here, also of what is a list by now. Throws `DialerError` (`no_such_upload`). */
  async upload(list: string): Promise<UploadJson> {
    const stored = (await this.#stored(BEGUN, list)) ?? (await this.#stored(UPLOADED, list));
    if (stored === undefined) {
      const message = 'There is no such upload: it was removed, or is older than a day.';
      throw new DialerError('no_such_upload', message, { kind: 'not_found' });
    }
    const { name, bytes } = stored;
    const { size: received } = await stat(join(this.#folder, list, name));
    return { list, name, bytes, received };
  }

  /**
   * A piece of an upload. Of one that breaks off, what has come stays; with the last one it is a
   * list. Throws `DialerError` (`no_such_upload`) or `HttpProblem` (`other_place`, `too_large`,
   * `broken_off`, `no_room`).
   */
  async takePiece(piece: PieceOfUpload): Promise<UploadJson> {
    const upload = await this.#take(piece);
    if (upload.received === upload.bytes) await this.#finish(piece.list, upload.bytes);
    return upload;
  }

  async all(): Promise<ListJson[]> {
    await this.#removeOld();
    const stored = await this.#allStored(UPLOADED);
    return await Promise.all(stored.map((each) => this.#json(each)));
  }

  /** Throws `DialerError` (`no_such_list`). */
  async one(list: string): Promise<ListJson> {
    return await this.#json(await this.#read(list));
  }

  /** Where the list itself lies, and its name. Throws `DialerError` (`no_such_list`). */
  async fileOf(list: string): Promise<{ path: string; name: string }> {
    const { name } = await this.#read(list);
    return { path: join(this.#folder, list, name), name };
  }

  rejectsOf(list: string): string {
    return join(this.#folder, list, '.rejected');
  }

  /** The list with what became of each row beside it. */
  joinedOf(list: string, format: ListFormat): string {
    return join(this.#folder, list, `.joined.${format}`);
  }

  /** Which of its numbers are on the do-not-call list. */
  checkedNumbersOf(list: string): string {
    return join(this.#folder, list, '.numbers.csv');
  }

  verdictsOf(list: string): string {
    return join(this.#folder, list, '.verdicts');
  }

  /** Throws `DialerError` (`list_in_use`). */
  begin(list: string, work: () => ListWork): ListWork {
    this.#refuseInUse(list);
    const begun = work();
    this.#works.set(list, begun);
    return begun;
  }

  async stop(list: string): Promise<void> {
    await this.#works.get(list)?.stop();
  }

  /** Throws `DialerError` (`no_such_list`, `list_in_use`). */
  async remove(list: string): Promise<void> {
    await this.#read(list);
    this.#refuseInUse(list);
    this.#works.delete(list);
    await this.#removeFolder(list);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    const ends = Promise.all([...this.#works.values()].map((work) => work.stop()));
    await endsWithin(ends, WORK_ENDS_WITHIN_MS);
    if (this.#isPrivate) await rm(this.#folder, { recursive: true, force: true });
  }

  async #take({ list, from, content, signal }: PieceOfUpload): Promise<UploadJson> {
    const { name, bytes, received } = await this.upload(list);
    const isBegun = (await this.#stored(BEGUN, list)) !== undefined;
    if (!isBegun || from > received) throw otherPlace(received);
    const path = join(this.#folder, list, name);
    const file = createWriteStream(path, { flags: 'r+', start: from });
    const source = Readable.fromWeb(content as Parameters<typeof Readable.fromWeb>[0]);
    try {
      await pipeline(source, atMost(bytes - from, bytes), file, { signal });
    } catch (error) {
      throw brokenOff(error, signal);
    }
    return await this.upload(list);
  }

  async #finish(list: string, bytes: number): Promise<StoredList> {
    const begun = await this.#stored(BEGUN, list);
    if (begun === undefined) return await this.#read(list);
    const stored = { ...begun, bytes };
    await this.#keep(UPLOADED, stored);
    await rm(join(this.#folder, list, BEGUN), { force: true });
    return stored;
  }

  #refuseInUse(list: string): void {
    if (this.#works.get(list)?.isRunning !== true) return;
    const message = 'The list is being worked on; wait for its end, or stop it.';
    throw new DialerError('list_in_use', message, { kind: 'conflict' });
  }

  async #keep(as: StoredAs, stored: StoredList): Promise<void> {
    const path = join(this.#folder, stored.list, as);
    await writeFile(path, JSON.stringify(stored), { mode: OWN_FILE });
  }

  async #stored(as: StoredAs, list: string): Promise<StoredList | undefined> {
    const text = await readFile(join(this.#folder, list, as), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as StoredList);
  }

  async #read(list: string): Promise<StoredList> {
    const stored = await this.#stored(UPLOADED, list);
    if (stored !== undefined) return stored;
    const message = 'There is no such list: it was removed, or is older than a day.';
    throw new DialerError('no_such_list', message, { kind: 'not_found' });
  }

  /** The latest first. */
  async #allStored(as: StoredAs): Promise<StoredList[]> {
    await this.#keepFolder();
    const lists = await readdir(this.#folder);
    const found = await Promise.all(lists.map((list) => this.#stored(as, list)));
    return found
      .filter((stored) => stored !== undefined)
      .toSorted((a, b) => b.uploadedAt - a.uploadedAt);
  }

  async #json({ uploadedAt, ...stored }: StoredList): Promise<ListJson> {
    const hasRejects = await stat(this.rejectsOf(stored.list)).then(
      () => true,
      () => false,
    );
    const work = this.#works.get(stored.list)?.json() ?? null;
    return { ...stored, uploadedAt: isoInstant(uploadedAt), work, hasRejects };
  }

  /** What is temporary is tidied up by others as well, and then anybody may take its name. */
  #keepFolder(): Promise<void> {
    this.#makingFolder ??= this.#makeFolderAnew().finally(() => {
      this.#makingFolder = undefined;
    });
    return this.#makingFolder;
  }

  async #makeFolderAnew(): Promise<void> {
    if (this.#isPrivate && !(await isOurs(this.#folder))) this.#folder = await makePrivateFolder();
  }

  async #removeOld(): Promise<void> {
    const stored = await Promise.all([this.#allStored(UPLOADED), this.#allStored(BEGUN)]);
    for (const { list, uploadedAt } of stored.flat()) {
      const isOld = Date.now() - uploadedAt > KEPT_MS;
      if (!isOld || this.#works.get(list)?.isRunning === true) continue;
      this.#works.delete(list);
      await this.#removeFolder(list);
    }
  }

  async #removeFolder(list: string): Promise<void> {
    await rm(join(this.#folder, list), { recursive: true, force: true });
  }
}

/** What consoles that were killed have left: to others of this user it is of no use. */
async function removeLeftBehind(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PRIVATE_FOLDER));
  const folders = names.map((name) => join(tmpdir(), name));
  for (const folder of folders)
    if (await isOurs(folder, Date.now() - LEFT_BEHIND_MS))
      await rm(folder, { recursive: true, force: true });
}

function makePrivateFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), PRIVATE_FOLDER));
}

/** Whether it is there, belongs to this user, and nothing came into it or went since `until`. */
async function isOurs(folder: string, until = Number.POSITIVE_INFINITY): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined) return false;
  return found.isDirectory() && found.uid === process.getuid?.() && found.mtimeMs <= until;
}

/** Lets no more through. @param whole how many bytes all of it may have */
function atMost(bytes: number, whole: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Uint8Array, _, done) {
      left -= chunk.length;
      if (left >= 0) done(undefined, chunk);
      else done(tooLarge(whole));
    },
  });
}

function tooLarge(bytes: number): HttpProblem {
  const size = bytes < MEGABYTE ? `${bytes} bytes` : `${Math.floor(bytes / MEGABYTE)} MB`;
  return new HttpProblem(413, 'too_large', `The list is larger than ${size}.`);
}

function otherPlace(received: number): HttpProblem {
  const detail = `So far ${received} bytes have come: go on from there.`;
  return new HttpProblem(409, 'other_place', detail);
}

/** Why a piece did not come whole. */
function brokenOff(error: unknown, signal: AbortSignal): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new HttpProblem(507, 'no_room', 'There is no room for the list.', { cause: error });
  if (!signal.aborted) return error;
  const detail = 'The upload broke off: what has come stays.';
  return new HttpProblem(400, 'broken_off', detail, { cause: error });
}

/** Of the name only what no file system minds, and its ending, which tells the format. */
function plainName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N} ._-]/gu, '_').replace(/^[.\s]+/, '');
  return Buffer.byteLength(plain) <= 200 && plain !== ''
    ? plain
    : `list${/(?:\.\w{1,6}){0,2}$/.exec(plain)?.[0] ?? ''}`;
}
