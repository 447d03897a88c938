import type { Comparison } from './ground-truth.ts';
import { isProven } from './ground-truth.ts';
import { countOf, formatCount } from './outcome-table.ts';
import type { Screen } from './screen.ts';

/** The proof, in the simulator's own count. */
export function truthLines(screen: Screen, comparison: Comparison): string[] {
  const { taken, numbers, rungTooOften, neverRung, doubts, doubtsThatRang } = comparison;
  const verdict = screen.styled(rungTooOften.length === 0 ? 'green' : 'red', formatCount(rungTooOften.length));
  return [
    screen.styled('bold', "The proof, by the simulator's own count"),
    `  ${countOf(taken, 'call')} taken, to ${countOf(numbers, 'number')}`,
    `  numbers rung more often than they should be: ${verdict}`,
    ...(doubts === 0
      ? []
      : [
          `  of the ${countOf(doubts, 'call')} in doubt ${formatCount(doubtsThatRang)} had rung: to redial those would have rung twice`,
        ]),
    ...(neverRung.length === 0 ? [] : [`  accepted calls that it knows nothing of: ${formatCount(neverRung.length)}`]),
    ...(isProven(comparison)
      ? []
      : [screen.styled('red', '  This must not be. Please report it with the logs of this run.')]),
  ];
}
