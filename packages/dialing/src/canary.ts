/** The first calls of a campaign: the rest is held until these have gone well. */
export interface Canary {
  /** How many go out, from 1 to `MOST_CANARY_CALLS`. */
  readonly calls: number;
  /** How many of them must be accepted for the rest to follow; undefined: a person decides. */
  readonly needed?: number | undefined;
}

/** The gate looks at each of them while there is no room. */
export const MOST_CANARY_CALLS = 1000;

/** A share of 0.55 of 100 calls is 55.00000000000001 of them. */
const ROUNDING = 1e-9;

/** @param pass the share of accepted calls that lets the rest follow, above 0 and at most 1 */
export function canaryOf(calls: number, pass?: number): Canary {
  return pass === undefined ? { calls } : { calls, needed: Math.ceil(calls * pass - ROUNDING) };
}
