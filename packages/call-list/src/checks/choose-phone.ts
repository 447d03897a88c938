import type { PhoneVerdict } from '@libby-dialer/dialing';
import { quotedHeading } from '../columns/quoted-heading.ts';
import type { RejectCode, RowProblem } from '../list-row.ts';

/** One of the cells of a row that may hold the number to be dialed. */
export interface PhoneCell {
  readonly heading: string;
  readonly text: string;
}

/** A cell that comes before the one that is dialed, and why it is not. */
export interface PassedOver {
  readonly heading: string;
  readonly code: RejectCode;
  readonly reason: string;
}

export interface ChosenPhone {
  /** E.164. */
  readonly number: string;
  readonly heading: string;
  /** What else may be a number of the row, in E.164. */
  readonly others: readonly string[];
  readonly passedOver: readonly PassedOver[];
}

/** Why a number cannot be called in the campaign though it is one; undefined: it can. */
export type NumberProblem = (number: string) => RowProblem | undefined;

/**
 * The first number that can be called, in the order in which the campaign names the columns. A cell
 * that may be several numbers is none to be dialed, but each of these counts among the others.
 */
export function choosePhone(
  cells: readonly PhoneCell[],
  read: (text: string) => PhoneVerdict,
  problemOf: NumberProblem,
): ChosenPhone | RowProblem {
  const numbers = new Set<string>();
  const passedOver: PassedOver[] = [];
  let chosen: Pick<ChosenPhone, 'number' | 'heading'> | undefined;
  for (const { heading, text } of cells) {
    if (text === '') continue;
    const verdict = read(text);
    for (const number of verdict.ok ? [verdict.number] : (verdict.readings ?? []))
      numbers.add(number);
    if (chosen !== undefined) continue;
    const problem = verdict.ok ? problemOf(verdict.number) : verdict;
    if (problem !== undefined)
      passedOver.push({ heading, code: problem.code, reason: problem.reason });
    else if (verdict.ok) chosen = { number: verdict.number, heading };
  }
  if (chosen === undefined) return noneOf(passedOver);
  numbers.delete(chosen.number);
  return { ...chosen, others: [...numbers], passedOver };
}

function noneOf(passedOver: readonly PassedOver[]): RowProblem {
  const [first] = passedOver;
  if (first === undefined) return { code: 'missing_phone', reason: 'There is no phone number.' };
  return { code: first.code, reason: passedOverText(passedOver) };
}

/** `"Mobile": The number is too short. "Home Phone": …` */
export function passedOverText(passedOver: readonly PassedOver[]): string {
  return passedOver.map(({ heading, reason }) => `${quotedHeading(heading)}: ${reason}`).join(' ');
}
