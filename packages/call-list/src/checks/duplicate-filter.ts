import { fingerprintOf } from './fingerprint.ts';

const SEGMENTS = 4096;
const BLOCKS_PER_SEGMENT = 256;
/** Of the half of a fingerprint that chooses the block. */
const BITS_LEFT_OUT = 32 - Math.log2(SEGMENTS * BLOCKS_PER_SEGMENT);
const FIRST_CAPACITY = 16;
/** A segment gets so many places at a time, or a share of those it has. */
const LEAST_GROWTH = 8;
const GROWTH = 1 / 32;
/** Address space, not memory: room for 900 million calls. */
const MOST_BYTES = 2 ** 32;

/**
 * Remembers which calls a list has named already, to tell "repeats an earlier row" from "was queued
 * before this load".
 *
 * It keeps 52 bits of a fingerprint of each, in some 4.3 bytes: 20 bits say in which block it
 * stands, and only the rest is stored. The blocks of a segment follow each other without gaps, and
 * all segments lie in one buffer that grows in place, so that growing leaves no garbage.
 *
 * Two calls with one fingerprint (one chance in nine thousand with a million rows) would be counted
 * under the wrong heading and no worse: whether a call is added is for Redis to say, never for
 * this.
 */
export class DuplicateFilter {
  readonly #counts = new Uint16Array(SEGMENTS * BLOCKS_PER_SEGMENT);
  readonly #sizes = new Uint32Array(SEGMENTS);
  #capacity = FIRST_CAPACITY;
  readonly #buffer = new ArrayBuffer(bytesFor(FIRST_CAPACITY), { maxByteLength: MOST_BYTES });
  readonly #places = new Uint32Array(this.#buffer);

  /** What the fingerprints take. */
  get byteLength(): number {
    return this.#counts.byteLength + this.#sizes.byteLength + this.#buffer.byteLength;
  }

  /** Returns whether the call was there already. */
  add(callId: string): boolean {
    const { high, low } = fingerprintOf(callId);
    const block = high >>> BITS_LEFT_OUT;
    const segment = Math.floor(block / BLOCKS_PER_SEGMENT);
    if (this.#sizes[segment] === this.#capacity) this.#grow();
    const from = this.#startOf(segment, block);
    const to = from + (this.#counts[block] as number);
    for (let place = from; place < to; place += 1) if (this.#places[place] === low) return true;
    const end = segment * this.#capacity + (this.#sizes[segment] as number);
    this.#places.copyWithin(to + 1, to, end);
    this.#places[to] = low;
    this.#counts[block] = to - from + 1;
    this.#sizes[segment] = (this.#sizes[segment] as number) + 1;
    return false;
  }

  #startOf(segment: number, block: number): number {
    let start = segment * this.#capacity;
    for (let before = segment * BLOCKS_PER_SEGMENT; before < block; before += 1)
      start += this.#counts[before] as number;
    return start;
  }

  /** The last segment moves first: none is written over. */
  #grow(): void {
    const old = this.#capacity;
    this.#capacity += Math.max(LEAST_GROWTH, Math.floor(old * GROWTH));
    this.#buffer.resize(bytesFor(this.#capacity));
    for (let segment = SEGMENTS - 1; segment > 0; segment -= 1) {
      const from = segment * old;
      this.#places.copyWithin(segment * this.#capacity, from, from + (this.#sizes[segment] ?? 0));
    }
  }
}

function bytesFor(capacity: number): number {
  return SEGMENTS * capacity * Uint32Array.BYTES_PER_ELEMENT;
}
