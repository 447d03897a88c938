import { isDeepStrictEqual } from 'node:util';
import { type Campaign, isoInstant } from '@libby-dialer/dialing';

/** So much of a value is shown; of two long texts the part where they part. */
const SHOWN_LENGTH = 160;
const BEFORE_THE_DIFFERENCE = 20;

/**
 * What differs between two definitions of a campaign, a line for each key: `introNotes: "Ask" →
 * "Ask for"`.
 */
export function campaignChanges(stored: Campaign, given: Campaign): string[] {
  const [before, after] = [asWritten(stored), asWritten(given)];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys]
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .map((key) => `  ${key}: ${changeText(textOf(before[key]), textOf(after[key]))}\n`);
}

function asWritten({ startsAt, expiresAt, ...settings }: Campaign): Record<string, unknown> {
  return {
    ...settings,
    ...(startsAt !== undefined && { startsAt: isoInstant(startsAt) }),
    ...(expiresAt !== undefined && { expiresAt: isoInstant(expiresAt) }),
  };
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
