import type { CampaignChange, StoredCampaignChange } from '@libby-dialer/operations';
import { countOf } from '@libby-dialer/runtime';

/** So much of a value is shown; of two long texts the part where they part. */
const SHOWN_LENGTH = 160;
const BEFORE_THE_DIFFERENCE = 20;

/** A line for each: `introNotes: "Ask" → "Ask for"`. */
export function changeLines(changes: readonly CampaignChange[]): string[] {
  return changes.map(
    ({ key, before, after }) => `  ${key}: ${changeText(textOf(before), textOf(after))}\n`,
  );
}

/** What a campaign file changes, and for whom. */
export function storedCampaignChangeText({
  campaign,
  changes,
  pending,
  canary,
}: StoredCampaignChange): string {
  const calls =
    pending === 0
      ? ''
      : `, also for ${countOf(pending, 'call')} that ${pending === 1 ? 'waits' : 'wait'}`;
  const lines = changeLines(changes).join('').trimEnd();
  const anew =
    canary === undefined
      ? ''
      : `\nIts canary begins anew: ${countOf(canary, 'call')} ${canary === 1 ? 'goes' : 'go'} first by the new one.`;
  return `the file changes campaign ${campaign} as it is stored${calls}:\n${lines}${anew}`;
}

/** The same as what a question begins with. */
export function changeQuestionText(change: StoredCampaignChange): string {
  const sentence = storedCampaignChangeText(change);
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}\n`;
}

function textOf(value: unknown): string {
  // With blanks, at which a terminal's lines can be broken.
  return value === undefined
    ? 'not set'
    : JSON.stringify(value, undefined, 1).replaceAll(/\n\s*/g, ' ');
}

function changeText(before: string, after: string): string {
  const isLong = Math.max(before.length, after.length) > SHOWN_LENGTH;
  const from = isLong ? Math.max(0, commonLength(before, after) - BEFORE_THE_DIFFERENCE) : 0;
  return `${partOf(before, from)} → ${partOf(after, from)}`;
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
