import type { Change } from '../../kit/frame/changes.tsx';
import { exactInstant, placeOf } from '../../kit/words/times.ts';
import type { CampaignFile } from '../campaign-file.ts';

/** Settings of a campaign that forms ask for, as people call them. */
export const SETTING_WORDS = {
  fromPhoneNumber: 'From number',
  'pacing.callsPerSecond': 'Calls a second',
  'pacing.maxInFlight': 'Calls in flight at once',
  'lines.maxConcurrentCalls': 'Conversations at once on a line',
  'lines.assumedCallSeconds': 'Seconds a conversation is taken to last',
  callingWindow: 'Calling hours',
  timezone: 'Time zone of numbers without one',
  startsAt: 'Not before',
  expiresAt: 'Not after',
  introMessage: 'Says first, word for word',
  introNotes: 'Notes for its opening',
  introVoicemail: 'Voicemail, word for word',
  customQuestions: 'Questions',
  customRules: 'Rules',
} as const;

/** The changes in words, as far as there are some. */
export function changesInWords(changes: readonly Change[]): Change[] {
  return changes.flatMap(byPart).map(({ key, before, after }) => ({
    key: key in SETTING_WORDS ? SETTING_WORDS[key as keyof typeof SETTING_WORDS] : key,
    before: inWords(key, before),
    after: inWords(key, after),
  }));
}

/** Of pace and lines each limit by itself. */
function byPart(change: Change): Change[] {
  if (change.key !== 'pacing' && change.key !== 'lines') return [change];
  return changesBetween(change.before ?? {}, change.after ?? {}).map(({ key, ...values }) => ({
    key: `${change.key}.${key}`,
    ...values,
  }));
}

/** In what two definitions differ, by the keys of both. */
export function changesBetween(before: object, after: object): Change[] {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((key) => ({ key, before: was.get(key), after: is.get(key) }))
    .filter((each) => JSON.stringify(each.before) !== JSON.stringify(each.after));
}

function inWords(key: string, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (key === 'callingWindow') return hoursText(value as CampaignFile['callingWindow']);
  if (key === 'startsAt' || key === 'expiresAt') return exactInstant(Date.parse(value as string));
  return isTexts(value) ? value.join(' / ') : value;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** Such as "08:00 to 21:00 on mon, tue by the clock of Denver". */
function hoursText(hours: CampaignFile['callingWindow']): string | undefined {
  if (hours === undefined) return undefined;
  if (hours === 'anytime') return 'at any hour';
  const { from, to, days = [], timezone = 'recipient' } = hours;
  const on = days.length === 0 || days.length === 7 ? '' : ` on ${days.join(', ')}`;
  const whose = timezone === 'recipient' ? 'the person called' : placeOf(timezone);
  return `${from} to ${to}${on} by the clock of ${whose}`;
}
