import { fingerprintOf } from './fingerprint.ts';

const SEGMENTS = 64;
const FIRST_CAPACITY = 64;
const MAX_LOAD = 0.8;
/** Segments do not get equally many. */
const EXPECTED_LOAD = 0.75;
const GROWTH = 1.5;

/**
 * A number for each of many calls, in 20 to 30 bytes a call. Two calls may share a fingerprint (see
 * `DuplicateFilter`): where that matters, what the number leads to has to say whose it is.
 */
export class CallNumbers {
  readonly #segments: readonly Segment[];

  /** @param expected how many calls: what grows meanwhile leaves as much garbage as it takes */
  constructor(expected = 0) {
    const capacity = Math.max(FIRST_CAPACITY, Math.ceil(expected / SEGMENTS / EXPECTED_LOAD));
    this.#segments = Array.from({ length: SEGMENTS }, () => new Segment(capacity));
  }

  get(callId: string): number | undefined {
    const { high, low } = fingerprintOf(callId);
    return (this.#segments[high % SEGMENTS] as Segment).get(high, low);
  }

  set(callId: string, number: number): void {
    const { high, low } = fingerprintOf(callId);
    (this.#segments[high % SEGMENTS] as Segment).set(high, low, number);
  }
}

/** A hash table with linear probing; the halves of a fingerprint lie side by side. */
class Segment {
  #capacity: number;
  #keys: Uint32Array;
  #numbers: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#keys = new Uint32Array(2 * capacity);
    this.#numbers = new Float64Array(capacity);
  }

  get(high: number, low: number): number | undefined {
    const place = this.#find(high, low);
    return this.#keys[2 * place + 1] === 0 ? undefined : this.#numbers[place];
  }

  set(high: number, low: number, number: number): void {
    const place = this.#find(high, low);
    if (this.#keys[2 * place + 1] === 0) this.#count += 1;
    this.#keys[2 * place] = high;
    this.#keys[2 * place + 1] = low;
    this.#numbers[place] = number;
    if (this.#count > this.#capacity * MAX_LOAD) this.#grow();
  }

  #find(high: number, low: number): number {
    const keys = this.#keys;
    let place = Math.floor((low / 0x1_0000_0000) * this.#capacity);
    while (keys[2 * place + 1] !== 0 && (keys[2 * place + 1] !== low || keys[2 * place] !== high))
      place = place + 1 === this.#capacity ? 0 : place + 1;
    return place;
  }

  #grow(): void {
    const [keys, numbers] = [this.#keys, this.#numbers];
    this.#capacity = Math.ceil(this.#capacity * GROWTH);
    this.#keys = new Uint32Array(2 * this.#capacity);
    this.#numbers = new Float64Array(this.#capacity);
    this.#count = 0;
    for (const [place, number] of numbers.entries()) {
      const low = keys[2 * place + 1] as number;
      if (low !== 0) this.set(keys[2 * place] as number, low, number);
    }
  }
}
