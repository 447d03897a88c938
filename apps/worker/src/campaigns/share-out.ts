/**
 * So many more points of priority double the share: 0 beside 100 gets 1 beside 32, and -100 beside
 * 100 gets 1 beside 1024.
 */
const POINTS_OF_DOUBLE = 20;

/** What a campaign weighs beside others. */
export function weightOf(priority: number): number {
  return 2 ** (priority / POINTS_OF_DOUBLE);
}

export interface Sharer {
  readonly weight: number;
  /** More than this it could not use. */
  readonly wants: number;
}

/**
 * Divides slots by weight into how many jobs each may have in hand: at least one, and no more than
 * it wants.
 *
 * While there is a slot for each, what one does not want goes to the others, and nothing is given
 * twice. If sharers outnumber the slots, each may have what its weight comes to and one more, which
 * waits for its turn.
 */
export function shareOut(slots: number, sharers: readonly Sharer[]): number[] {
  if (sharers.length <= slots) return oneByOne(slots, sharers);
  const total = sharers.reduce((sum, { weight }) => sum + weight, 0);
  return sharers.map(({ weight, wants }) =>
    Math.min(wants, Math.floor((slots * weight) / total) + 1),
  );
}

/**
 * After the first, each slot goes to whoever would have the fewest for its weight (the D'Hondt
 * method), so that one more slot in all makes nobody's share smaller.
 */
function oneByOne(slots: number, sharers: readonly Sharer[]): number[] {
  const shares = sharers.map((): number => 1);
  for (let left = slots - sharers.length; left > 0; left -= 1) {
    const next = mostEntitled(sharers, shares);
    if (next === undefined) break;
    shares[next] = (shares[next] ?? 0) + 1;
  }
  return shares;
}

/** Who would have the fewest for its weight with one more, of those that want one. */
function mostEntitled(sharers: readonly Sharer[], shares: readonly number[]): number | undefined {
  let best: number | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const [index, { weight, wants }] of sharers.entries()) {
    const share = shares[index] ?? 0;
    const perWeight = (share + 1) / weight;
    if (share >= wants || perWeight >= fewest) continue;
    best = index;
    fewest = perWeight;
  }
  return best;
}
