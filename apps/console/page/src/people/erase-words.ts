import type { ApiAnswer } from '@libby-dialer/http-api';
import { countOf } from '../kit/words/numbers.ts';

const BESIDE =
  'Also what inbox and forwarders hold of the number, and when it was called: frequency caps begin anew.';
const OUT_OF_REACH =
  'Out of reach are lists and results in files, what webhooks were sent, and backups.';

/** What would be gone. */
export function previewText({
  calls,
  campaigns,
  open,
}: ApiAnswer<'POST /erase/preview'>): string[] {
  const where = `${countOf(calls, 'call')} in ${campaigns.join(', ')}`;
  return [
    calls === 0
      ? 'No call to this number is found.'
      : `Number, name and payload of ${where} will be gone. The calls keep their outcomes.`,
    ...(open > 0
      ? [`${countOf(open, 'call')} of these without an outcome will not be dialed.`]
      : []),
    BESIDE,
  ];
}

/** What was done, and what may be left. */
export function erasedText(erased: ApiAnswer<'POST /erase'>): string[] {
  const { calls, ended, inboxEntries, deadLetters, beingLoaded, abandonedEntries } = erased;
  const found = calls + inboxEntries + deadLetters;
  return [
    found === 0
      ? 'Nothing was found of this number.'
      : `${countOf(calls, 'call')} erased, and ${countOf(inboxEntries + deadLetters, 'entry', 'entries')} of inbox and forwarders.`,
    ...(ended > 0 ? [`${countOf(ended, 'call')} had no outcome yet and will not be dialed.`] : []),
    ...(beingLoaded.length > 0
      ? [`A list is being loaded into ${beingLoaded.join(', ')}: erase it again when that is done.`]
      : []),
    ...(abandonedEntries > 0
      ? ['Some was taken from a daemon that stands still: if that goes on, erase it again.']
      : []),
    ...(erased.slowLog === 'unreachable'
      ? ['Redis’s slow log may name the person: SLOWLOG RESET empties it.']
      : []),
    erased.isSuppressed
      ? 'The number stays on the do-not-call list.'
      : 'The number is not on the do-not-call list: other campaigns may still call it.',
    OUT_OF_REACH,
  ];
}
