import { shownParts } from '@libby-dialer/dialing/shown-parts';
import type { CampaignChange, StoredCampaignChange } from '@libby-dialer/operations';
import { countOf } from '@libby-dialer/runtime';

/** A line for each: `introNotes: "Ask" → "Ask for"`. */
export function changeLines(changes: readonly CampaignChange[]): string[] {
  return changes.map(({ key, before, after }) => {
    const [was, is] = shownParts(textOf(before), textOf(after));
    return `  ${key}: ${was} → ${is}\n`;
  });
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
