import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isoInstant } from '@libby-dialer/dialing';
import type { ListJson } from '@libby-dialer/http-api';
import { DialerError } from '@libby-dialer/runtime';
import { HttpProblem } from '../http/http-problem.ts';
import type { ListWork } from './list-work.ts';

const KEPT_MS = 24 * 3_600_000;
const ONLY_OWN = 0o700;
const OWN_FILE = 0o600;
const MEGABYTE = 1024 * 1024;

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

/**
 * Lists that were uploaded, each in a folder of its own that only this user may read; removed after
 * a day. What is done with one is known to the process that does it.
 */
export class UploadedLists implements AsyncDisposable {
  readonly #folder: string;
  readonly #isPrivate: boolean;
  readonly #maxBytes: number;
  readonly #works = new Map<string, ListWork>();

  private constructor(folder: string, isPrivate: boolean, maxBytes: number) {
    this.#folder = folder;
    this.#isPrivate = isPrivate;
    this.#maxBytes = maxBytes;
  }

  /** @param folder left out: one that is gone when this is disposed of */
  static async open(folder: string | undefined, maxMegabytes: number): Promise<UploadedLists> {
    if (folder !== undefined) await mkdir(folder, { recursive: true, mode: ONLY_OWN });
    const place = folder ?? (await mkdtemp(join(tmpdir(), 'libby-console-')));
    return new UploadedLists(place, folder === undefined, maxMegabytes * MEGABYTE);
  }

  /** Throws `HttpProblem` (`too_large`, `no_room`). */
  async add({ name, by, content, signal }: Upload): Promise<ListJson> {
    await this.#removeOld();
    const list = randomBytes(18).toString('base64url');
    const folder = join(this.#folder, list);
    await mkdir(folder, { mode: ONLY_OWN });
    try {
      const bytes = await this.#write(join(folder, 'content'), content, signal);
      const stored = { list, name: plainName(name), bytes, uploadedAt: Date.now(), by };
      await rename(join(folder, 'content'), join(folder, stored.name));
      await writeFile(this.#metaOf(list), JSON.stringify(stored), { mode: OWN_FILE });
      return await this.#json(stored);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw isFull(error)
        ? new HttpProblem(507, 'no_room', 'There is no room for the list.')
        : error;
    }
  }

  async all(): Promise<ListJson[]> {
    await this.#removeOld();
    const stored = await this.#stored();
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
    await rm(join(this.#folder, list), { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#works.values()].map((work) => work.stop()));
    if (this.#isPrivate) await rm(this.#folder, { recursive: true, force: true });
  }

  async #write(
    path: string,
    content: ReadableStream<Uint8Array>,
    signal: AbortSignal,
  ): Promise<number> {
    let bytes = 0;
    const most = this.#maxBytes;
    const counting = new Transform({
      transform(chunk: Uint8Array, _, done) {
        bytes += chunk.length;
        if (bytes <= most) done(undefined, chunk);
        else
          done(new HttpProblem(413, 'too_large', `The list is larger than ${most / MEGABYTE} MB.`));
      },
    });
    const source = Readable.fromWeb(content as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(source, counting, createWriteStream(path, { mode: OWN_FILE }), { signal });
    return bytes;
  }

  #refuseInUse(list: string): void {
    if (this.#works.get(list)?.isRunning !== true) return;
    const message = 'The list is being worked on; wait for its end, or stop it.';
    throw new DialerError('list_in_use', message, { kind: 'conflict' });
  }

  #metaOf(list: string): string {
    return join(this.#folder, list, '.list');
  }

  async #read(list: string): Promise<StoredList> {
    const text = await readFile(this.#metaOf(list), 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text) as StoredList;
    const message = 'There is no such list: it was removed, or is older than a day.';
    throw new DialerError('no_such_list', message, { kind: 'not_found' });
  }

  async #stored(): Promise<StoredList[]> {
    const found: StoredList[] = [];
    for (const list of await readdir(this.#folder)) {
      // One that is just being uploaded has no name yet.
      const stored = await this.#read(list).catch(() => undefined);
      if (stored !== undefined) found.push(stored);
    }
    return found.toSorted((a, b) => b.uploadedAt - a.uploadedAt);
  }

  async #json({ uploadedAt, ...stored }: StoredList): Promise<ListJson> {
    const hasRejects = await stat(this.rejectsOf(stored.list)).then(
      () => true,
      () => false,
    );
    const work = this.#works.get(stored.list)?.json() ?? null;
    return { ...stored, uploadedAt: isoInstant(uploadedAt), work, hasRejects };
  }

  async #removeOld(): Promise<void> {
    for (const { list, uploadedAt } of await this.#stored()) {
      const isOld = Date.now() - uploadedAt > KEPT_MS;
      if (isOld && this.#works.get(list)?.isRunning !== true) await this.remove(list);
    }
  }
}

/** Of the name only what no file system minds, and its ending, which tells the format. */
function plainName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N} ._-]/gu, '_').replace(/^[.\s]+/, '');
  return Buffer.byteLength(plain) <= 200 && plain !== ''
    ? plain
    : `list${/(?:\.\w{1,6}){0,2}$/.exec(plain)?.[0] ?? ''}`;
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
