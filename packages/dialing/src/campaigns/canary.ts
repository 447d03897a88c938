/** The first calls of a campaign: the rest is held until these have gone well. */
export interface Canary {
  /** How many go out, from 1 to `MOST_CANARY_CALLS`. */
  readonly calls: number;
  /** How many of them must be accepted for the rest to follow; undefined: a person decides. */
  readonly needed?: number | undefined;
}

/** How far the first calls are. */
export interface CanaryProgress extends Canary {
  /** Calls let out and not given back: those in flight, and those that have an outcome of it. */
  readonly dialed: number;
  readonly accepted: number;
  readonly inFlight: number;
}

/** The gate looks at each of them while there is no room. */
export const MOST_CANARY_CALLS = 1000;

/** A share of 0.55 of 100 calls is 55.00000000000001 of them. */
const ROUNDING = 1e-9;

/** @param pass the share of accepted calls that lets the rest follow, above 0 and at most 1 */
export function canaryOf(calls: number, pass?: number): Canary {
  return pass === undefined ? { calls } : { calls, needed: Math.ceil(calls * pass - ROUNDING) };
}

/** Whether too few of them can still be accepted for the rest to follow by itself. */
export function isCanaryOutOfReach(progress: CanaryProgress): boolean {
  const { calls, needed, dialed, accepted, inFlight } = progress;
  return needed !== undefined && accepted + inFlight + calls - dialed < needed;
}
