/** What Redis answers as a flat list of names and values. */
export function pairsOf<T>(flat: readonly T[]): Map<T, T> {
  const pairs = new Map<T, T>();
  for (let index = 0; index + 1 < flat.length; index += 2)
    pairs.set(flat[index] as T, flat[index + 1] as T);
  return pairs;
}
