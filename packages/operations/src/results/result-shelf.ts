import type { FileHandle } from 'node:fs/promises';
import { CallNumbers, openUnnamedFile } from '@libby-dialer/call-list';
import type { ResultRecord } from '@libby-dialer/dialing';

/** What is kept of a result. */
export type ShelvedResult = Pick<ResultRecord, (typeof KEPT)[number]>;

const KEPT = [
  'callId',
  'toPhoneNumber',
  'phoneColumn',
  'outcome',
  'reason',
  'attempts',
  'queuedAt',
  'dialedAt',
  'settledAt',
  'providerMessage',
  'revision',
  'row',
  'sheetRow',
  'list',
  'listHash',
] as const satisfies readonly (keyof ResultRecord)[];

/** Written at once. */
const BLOCK_BYTES = 256 * 1024;
/** Results that lie no farther apart are read at once, up to so many bytes. */
const GAP_BYTES = 4096;
const LONGEST_READ = 512 * 1024;
/** Of one result: its place and its length make one number. */
const MOST_BYTES = 2 ** 16;

interface Place {
  readonly at: number;
  readonly length: number;
}

/**
 * Results by their calls' ids. They lie in a file that only this process can see, so that a million
 * of them take some 30 MB of memory: results come in the order in which calls ended, and are asked
 * for in that of a list.
 */
export class ResultShelf implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #places: CallNumbers;
  #block: Buffer[] = [];
  #blockBytes = 0;
  #written = 0;

  private constructor(file: FileHandle, expected: number) {
    this.#file = file;
    this.#places = new CallNumbers(expected);
  }

  /** @param expected of how many calls there are results, as far as that is known */
  static async open(expected = 0): Promise<ResultShelf> {
    return new ResultShelf(await openUnnamedFile(), expected);
  }

  /** Takes the place of an earlier one of the same call. */
  async put(record: ResultRecord): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(record, [...KEPT]));
    if (bytes.length >= MOST_BYTES) throw new RangeError('a result is larger than any can be');
    this.#places.set(record.callId, (this.#written + this.#blockBytes) * MOST_BYTES + bytes.length);
    this.#block.push(bytes);
    this.#blockBytes += bytes.length;
    if (this.#blockBytes >= BLOCK_BYTES) await this.flush();
  }

  /** What is not flushed is not found. */
  async flush(): Promise<void> {
    await this.#file.appendFile(Buffer.concat(this.#block));
    this.#written += this.#blockBytes;
    this.#block = [];
    this.#blockBytes = 0;
  }

  /** In the order of the ids; undefined where there is none. */
  async find(callIds: readonly string[]): Promise<(ShelvedResult | undefined)[]> {
    const places = callIds.map((callId) => placeOf(this.#places.get(callId)));
    const found = new Map<Place, Buffer>();
    const wanted = places.filter((place) => place !== undefined);
    for (const run of runsOf(wanted)) await this.#read(run, found);
    return places.map((place, index) => {
      const bytes = place && found.get(place);
      const result = bytes && (JSON.parse(bytes.toString()) as ShelvedResult);
      // Two calls may share a fingerprint.
      return result?.callId === callIds[index] ? result : undefined;
    });
  }

  async #read(run: readonly Place[], found: Map<Place, Buffer>): Promise<void> {
    const [start, end] = [run[0]?.at ?? 0, endOf(run.at(-1))];
    const { buffer } = await this.#file.read(
      Buffer.allocUnsafe(end - start),
      0,
      end - start,
      start,
    );
    for (const place of run)
      found.set(place, buffer.subarray(place.at - start, place.at - start + place.length));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

function placeOf(number: number | undefined): Place | undefined {
  if (number === undefined) return undefined;
  const length = number % MOST_BYTES;
  return { at: (number - length) / MOST_BYTES, length };
}

const endOf = (place: Place | undefined): number => (place?.at ?? 0) + (place?.length ?? 0);

/** Places that lie close together. */
function runsOf(places: readonly Place[]): Place[][] {
  const runs: Place[][] = [];
  for (const place of places.toSorted((one, other) => one.at - other.at)) {
    const run = runs.at(-1);
    const isNear =
      run !== undefined &&
      place.at - endOf(run.at(-1)) <= GAP_BYTES &&
      endOf(place) - (run[0]?.at ?? 0) <= LONGEST_READ;
    if (isNear) run.push(place);
    else runs.push([place]);
  }
  return runs;
}
