interface Reading {
  readonly at: number;
  readonly total: number;
}

/** How fast it went from the point before until this one. */
export interface RatePoint {
  /** Epoch ms. */
  readonly at: number;
  /** Undefined: calls were queued again meanwhile, which tells nothing. */
  readonly perSecond: number | undefined;
}

const STEP_MS = 10_000;
const KEPT_MS = 30 * 60_000;

/**
 * How fast a count has grown over the last half hour, in steps of ten seconds; where nobody has
 * looked for longer, on average until somebody did.
 */
export class RateHistory {
  readonly #readings: Reading[] = [];

  /** @param at epoch ms of Redis's clock */
  read(at: number, total: number): void {
    const last = this.#readings.at(-1);
    if (last !== undefined && at < last.at + STEP_MS) return;
    this.#readings.push({ at, total });
    while ((this.#readings[1]?.at ?? at) <= at - KEPT_MS) this.#readings.shift();
  }

  points(): RatePoint[] {
    return this.#readings.slice(1).map(({ at, total }, index) => {
      const before = this.#readings[index] ?? { at, total };
      const grown = total - before.total;
      return { at, perSecond: grown < 0 ? undefined : (grown * 1000) / (at - before.at) };
    });
  }
}
