/** Lets so many through in a second, and as many again at once after a pause. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #monotonic: () => number;
  #tokens: number;
  #at: number;

  /** @param monotonic ms of a clock that only goes forward */
  constructor(perSecond: number, monotonic: () => number) {
    this.#perSecond = perSecond;
    this.#monotonic = monotonic;
    this.#tokens = perSecond;
    this.#at = monotonic();
  }

  /** Takes one; otherwise says in how many ms there is one. */
  take(): number {
    const now = this.#monotonic();
    const grown = ((now - this.#at) * this.#perSecond) / 1000;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + grown);
    this.#at = now;
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) * 1000) / this.#perSecond);
    this.#tokens -= 1;
    return 0;
  }
}
