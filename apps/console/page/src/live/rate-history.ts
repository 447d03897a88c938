import type { Snapshot } from '@libby-dialer/http-api';

/** Half an hour, a point a second. */
const KEPT_POINTS = 1800;

/** Columns as a chart draws them: instants in epoch s, calls a second. */
export interface RateColumns {
  readonly times: readonly number[];
  readonly rates: readonly (number | null)[];
  readonly allowed: readonly (number | null)[];
}

const EMPTY: RateColumns = { times: [], rates: [], allowed: [] };

/** The rates that snapshots told, of each campaign. */
export class RateHistory {
  readonly #columns = new Map<string, RateColumns>();

  add({ at, campaigns }: Snapshot): void {
    const seconds = Date.parse(at) / 1000;
    for (const { id, rate, allowedCallsPerSecond } of campaigns) {
      const { times, rates, allowed } = this.of(id);
      if (seconds <= (times.at(-1) ?? 0)) continue;
      this.#columns.set(id, {
        times: kept(times, seconds),
        rates: kept(rates, rate.perSecond),
        allowed: kept(allowed, allowedCallsPerSecond),
      });
    }
  }

  of(campaign: string): RateColumns {
    return this.#columns.get(campaign) ?? EMPTY;
  }
}

function kept<Value>(values: readonly Value[], value: Value): Value[] {
  return [...values.slice(-KEPT_POINTS + 1), value];
}
