/** How much of a value is shown; of two long texts, the part where they begin to differ. */
const SHOWN_LENGTH = 160;
const BEFORE_THE_DIFFERENCE = 20;

/** Shortens two long texts to the part where they begin to differ. */
export function shownParts(before: string, after: string): [before: string, after: string] {
  if (Math.max(before.length, after.length) <= SHOWN_LENGTH) return [before, after];
  const from = Math.max(0, commonLength(before, after) - BEFORE_THE_DIFFERENCE);
  return [partOf(before, from), partOf(after, from)];
}

function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

function partOf(text: string, from: number): string {
  const end = from + SHOWN_LENGTH;
  return `${from > 0 ? '…' : ''}${text.slice(from, end)}${end < text.length ? '…' : ''}`;
}
