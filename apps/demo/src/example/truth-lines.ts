import { countOf, formatCount } from '@libby-dialer/runtime';
import { heading } from '../report/run-report.ts';
import type { Screen } from '../screen.ts';
import { type Comparison, isProven } from './ground-truth.ts';

/** The proof, in the simulator's own count. */
export function truthLines(screen: Screen, comparison: Comparison): string[] {
  const { taken, numbers, rungTooOften, neverRung, doubts, doubtsThatRang } = comparison;
  const verdict = screen.styled(
    rungTooOften.length === 0 ? 'green' : 'red',
    formatCount(rungTooOften.length),
  );
  const lines = [
    heading(screen, "The proof, by the simulator's own count"),
    `  ${countOf(taken, 'call')} taken, to ${countOf(numbers, 'number')}. Numbers rung twice for one call: ${verdict}`,
  ];
  if (doubts > 0) {
    const rang =
      doubtsThatRang === 1
        ? '1 had rung: a redial would have rung it'
        : `${doubtsThatRang} had rung: a redial would have rung them`;
    lines.push(`  Of the ${countOf(doubts, 'call')} in doubt ${rang} twice`);
  }
  if (neverRung.length > 0)
    lines.push(`  Accepted calls that it knows nothing of: ${formatCount(neverRung.length)}`);
  if (!isProven(comparison)) {
    lines.push(
      screen.styled('red', '  This must never be. Please report it, with the logs of this run.'),
    );
  }
  return lines;
}
