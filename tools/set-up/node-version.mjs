/**
 * The oldest Node that runs this project: TypeScript as it is, `using`, and what its dependencies
 * ask for.
 */
export const OLDEST_NODE = '24.15.0';

/**
 * Whether a version is at least another. Both are `major.minor.patch`; a pre-release counts as
 * older than its release.
 * @param {string} version
 * @param {string} minimum
 */
export function isAtLeast(version, minimum) {
  const [numbers = '', preRelease] = version.split('-', 2);
  const actual = numbers.split('.').map(Number);
  for (const [place, wanted] of minimum.split('.').map(Number).entries()) {
    const found = actual[place] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return preRelease === undefined;
}
