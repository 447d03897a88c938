import type { ResultRecord } from '@libby-dialer/dialing';

/** The simulator's count of the calls it took, held against what the dialer says of them. */
export interface Comparison {
  /** Calls the simulator took: phones that would have rung. */
  readonly taken: number;
  readonly numbers: number;
  /**
   * Numbers of which more calls were taken than were to be made; the one thing that must never be.
   */
  readonly rungTooOften: readonly string[];
  /** Numbers with an accepted call that the simulator knows nothing of. */
  readonly neverRung: readonly string[];
  /** Of the calls in doubt, how many had in fact been taken. */
  readonly doubts: number;
  readonly doubtsThatRang: number;
}

interface Calls {
  accepted: number;
  unknown: number;
}

/** @param taken calls taken per number */
export function compareWithTruth(
  records: Iterable<Pick<ResultRecord, 'toPhoneNumber' | 'outcome'>>,
  taken: ReadonlyMap<string, number>,
): Comparison {
  const calls = new Map<string, Calls>();
  for (const { toPhoneNumber, outcome } of records) {
    if (outcome !== 'accepted' && outcome !== 'unknown') continue;
    const counts = calls.get(toPhoneNumber) ?? { accepted: 0, unknown: 0 };
    counts[outcome] += 1;
    calls.set(toPhoneNumber, counts);
  }
  const rang = (number: string) => taken.get(number) ?? 0;
  const mayRing = (number: string) =>
    (calls.get(number)?.accepted ?? 0) + (calls.get(number)?.unknown ?? 0);
  const entries = [...calls];
  return {
    taken: sum(taken.values()),
    numbers: taken.size,
    rungTooOften: [...taken.keys()].filter((number) => rang(number) > mayRing(number)),
    neverRung: entries
      .filter(([number, { accepted }]) => rang(number) < accepted)
      .map(([number]) => number),
    doubts: sum(entries.map(([, { unknown }]) => unknown)),
    doubtsThatRang: sum(
      entries.map(([number, { accepted }]) => Math.max(0, rang(number) - accepted)),
    ),
  };
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

export function isProven({ rungTooOften, neverRung }: Comparison): boolean {
  return rungTooOften.length === 0 && neverRung.length === 0;
}
