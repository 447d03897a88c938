interface Reading {
  readonly at: number;
  readonly total: number;
}

const KEPT_MS = 60_000;

/** How fast a count grows, from what it read now and then over the last minute. */
export class RateMeter {
  #readings: Reading[] = [];

  /** @param at ms of a clock that only goes forward */
  read(at: number, total: number): void {
    const last = this.#readings.at(-1);
    // Calls that are queued again are settled no more: the count begins anew.
    if (last !== undefined && (total < last.total || at < last.at)) this.#readings = [];
    this.#readings.push({ at, total });
    while ((this.#readings[1]?.at ?? at) <= at - KEPT_MS) this.#readings.shift();
  }

  /**
   * Per second, over about so long, at most a minute; undefined as long as there is only one
   * reading.
   */
  perSecond(overMs: number): number | undefined {
    const last = this.#readings.at(-1);
    const first =
      this.#readings.findLast(({ at }) => at <= (last?.at ?? 0) - overMs) ?? this.#readings[0];
    if (last === undefined || first === undefined || first.at === last.at) return undefined;
    return ((last.total - first.total) * 1000) / (last.at - first.at);
  }
}
