import type { Dice } from '../random/dice.ts';
import { CANARIES } from './canaries.ts';

/** What a run's campaign allows. */
export interface Rules {
  readonly pacing?: { readonly maxInFlight?: number; readonly callsPerSecond?: number };
  readonly lines?: {
    /** The pool. */
    readonly numbers: readonly string[];
    readonly maxConcurrentCalls: number;
    readonly assumedCallSeconds: number;
  };
  readonly frequencyCap?: { readonly calls: number; readonly hours: number };
  /** How many rows of the list there are for each person, one after the other. */
  readonly rowsPerPerson: number;
}

export const NO_RULES: Rules = { rowsPerPerson: 1 };

/** The crew that the rules are for, and how fast it is when nothing goes wrong. */
export interface CrewSize {
  readonly workers: number;
  readonly concurrency: number;
  readonly latencyMs: number;
}

/**
 * Each rule is there by chance, and limits now and then: what a killed worker had claimed counts
 * until its deadline.
 */
export function rulesFor(dice: Dice, crew: CrewSize): Rules {
  const pacing = {
    ...(dice.chance(1 / 2) && {
      maxInFlight: dice.between(2 * crew.concurrency, crew.workers * crew.concurrency),
    }),
    ...(dice.chance(1 / 3) && { callsPerSecond: dice.between(150, 400) }),
  };
  return {
    ...(Object.keys(pacing).length > 0 && { pacing }),
    ...(dice.chance(1 / 2) && { lines: linesFor(dice, crew) }),
    ...(dice.chance(1 / 3) ? capFor(dice) : { rowsPerPerson: 1 }),
  };
}

/**
 * Together they carry between three quarters and one and a half times what the crew would place.
 */
function linesFor(
  dice: Dice,
  { workers, concurrency, latencyMs }: CrewSize,
): NonNullable<Rules['lines']> {
  const numbers = CANARIES.lines.slice(0, dice.between(2, CANARIES.lines.length));
  const conversationMs = dice.between(500, 2000);
  const wanted = (workers * concurrency * (conversationMs + latencyMs)) / latencyMs;
  const maxConcurrentCalls = Math.ceil((wanted * dice.between(75, 150)) / 100 / numbers.length);
  return { numbers, maxConcurrentCalls, assumedCallSeconds: conversationMs / 1000 };
}

/** Longer than any run, so that no call to a person is ever forgotten. */
function capFor(dice: Dice): Pick<Rules, 'frequencyCap' | 'rowsPerPerson'> {
  const calls = dice.between(1, 2);
  return { frequencyCap: { calls, hours: 24 }, rowsPerPerson: calls + dice.between(1, 2) };
}

/** As a campaign file says it. */
export function campaignWith({
  pacing,
  lines,
  frequencyCap,
  rowsPerPerson,
}: Rules): Record<string, unknown> {
  const { numbers, ...limits } = lines ?? { numbers: undefined };
  return {
    ...(pacing && { pacing }),
    ...(lines && { fromPhoneNumber: numbers, lines: limits }),
    ...(frequencyCap && { frequencyCap }),
    dedupeBy: rowsPerPerson > 1 ? 'row' : 'phone',
  };
}

/** The numbers of a list of so many rows. */
export function rowsOf(
  people: readonly string[],
  calls: number,
  { rowsPerPerson }: Rules,
): string[] {
  return Array.from(
    { length: calls },
    (_, index) => people[Math.floor(index / rowsPerPerson)] ?? '',
  );
}
