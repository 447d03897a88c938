import { fingerprintOf } from './fingerprint.ts';

const SEGMENTS = 64;
const FIRST_CAPACITY = 64;
const MAX_LOAD = 0.8;
const GROWTH = 1.5;

/**
 * Remembers which calls a list has named already, to tell "repeats an earlier row" from "was queued
 * before this load".
 *
 * It keeps 64-bit fingerprints, 10 to 15 bytes a call, in segments that grow one at a time, so that
 * growing takes no more than a sixty-fourth of it twice. Two calls with one fingerprint (one chance
 * in 37 million with a million rows) would be counted under the wrong heading and no worse: whether
 * a call is added is for Redis to say, never for this.
 */
export class DuplicateFilter {
  readonly #segments = Array.from({ length: SEGMENTS }, () => new Segment());

  /** What the fingerprints take. */
  get byteLength(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.byteLength, 0);
  }

  /** Returns whether the call was there already. */
  add(callId: string): boolean {
    const { high, low } = fingerprintOf(callId);
    return (this.#segments[high % SEGMENTS] as Segment).add(high, low);
  }
}

/** A hash table with linear probing; high and low halves lie side by side. */
class Segment {
  #capacity = FIRST_CAPACITY;
  #places = new Uint32Array(2 * FIRST_CAPACITY);
  #count = 0;

  get byteLength(): number {
    return this.#places.byteLength;
  }

  add(high: number, low: number): boolean {
    // A pair of zeros marks an empty place.
    const place = this.#find(high, low);
    if (this.#places[place + 1] !== 0) return true;
    this.#places[place] = high;
    this.#places[place + 1] = low;
    this.#count += 1;
    if (this.#count > this.#capacity * MAX_LOAD) this.#grow();
    return false;
  }

  /**
   * Where the pair stands, or where it belongs. The low half chooses the place, as the high one
   * chose the segment.
   */
  #find(high: number, low: number): number {
    const places = this.#places;
    let index = Math.floor((low / 0x1_0000_0000) * this.#capacity);
    while (
      places[2 * index + 1] !== 0 &&
      (places[2 * index + 1] !== low || places[2 * index] !== high)
    ) {
      index = index + 1 === this.#capacity ? 0 : index + 1;
    }
    return 2 * index;
  }

  #grow(): void {
    const old = this.#places;
    this.#capacity = Math.ceil(this.#capacity * GROWTH);
    this.#places = new Uint32Array(2 * this.#capacity);
    for (let place = 0; place < old.length; place += 2) {
      const low = old[place + 1] as number;
      if (low === 0) continue;
      const target = this.#find(old[place] as number, low);
      this.#places[target] = old[place] as number;
      this.#places[target + 1] = low;
    }
  }
}
