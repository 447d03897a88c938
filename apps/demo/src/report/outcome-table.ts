import { OUTCOMES, type Outcome } from '@libby-dialer/dialing';
import { formatCount } from '@libby-dialer/runtime';
import type { Screen } from '../screen.ts';

export type OutcomeCounts = Readonly<Record<Outcome, number>>;

interface Explanation {
  /** Could the phone have rung? */
  readonly rang: 'yes' | 'no' | 'perhaps';
  readonly means: string;
}

const EXPLANATIONS: Readonly<Record<Outcome, Explanation>> = {
  accepted: { rang: 'yes', means: 'the API took the call' },
  rejected: { rang: 'no', means: 'the API refused this call for good' },
  exhausted: { rang: 'no', means: 'the API could not be reached at any attempt' },
  unknown: { rang: 'perhaps', means: 'sent, but no usable answer; never redialed' },
  suppressed: { rang: 'no', means: 'on the do-not-call list' },
  expired: { rang: 'no', means: 'its time ran out before it was dialed' },
  canceled: { rang: 'no', means: 'its campaign was canceled first' },
};

/**
 * What each outcome means and how many calls have it; an outcome that none has is left out unless
 * `all`.
 */
export function outcomeTable(
  screen: Pick<Screen, 'styled'>,
  counts: OutcomeCounts,
  { all = false } = {},
): string[] {
  const shown = OUTCOMES.filter((outcome) => all || counts[outcome] > 0);
  return [
    screen.styled('dim', row('outcome', 'calls', 'could ring?', 'what it means')),
    ...shown.map((outcome) => {
      const { rang, means } = EXPLANATIONS[outcome];
      const text = row(outcome, formatCount(counts[outcome]), rang, means);
      return rang === 'no' ? text : screen.styled(rang === 'yes' ? 'green' : 'yellow', text);
    }),
  ];
}

function row(outcome: string, calls: string, rang: string, means: string): string {
  return `  ${outcome.padEnd(10)} ${calls.padStart(7)}  ${rang.padEnd(11)}  ${means}`;
}

export function sumCounts(all: readonly OutcomeCounts[]): OutcomeCounts {
  const sums = OUTCOMES.map((outcome) => [
    outcome,
    all.reduce((sum, counts) => sum + counts[outcome], 0),
  ]);
  return Object.fromEntries(sums) as Record<Outcome, number>;
}

export function totalOf(counts: OutcomeCounts): number {
  return OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);
}
