import type { CallInDoubt } from '@libby-dialer/http-api';
import { REASON_WORDS } from '../kit/words/reason-words.ts';

/** Why nobody knows whether the phone rang. */
const EVIDENCE: Partial<Record<CallInDoubt['reason'], string>> = {
  no_response: 'It was sent, and no answer came in time.',
  connection_lost: 'It was sent, and the connection broke before the answer was complete.',
  bad_response: 'It was sent, and the answer does not say whether Libby took it.',
  server_error: 'It was sent, and Libby failed: perhaps it took the call before.',
  conflict: 'It was sent, and Libby says that it may have the call already.',
  worker_lost: 'The worker ended, or was cut off, during the call.',
};

/** What is known of a call in doubt, in a few words. */
export function evidenceText({ reason, isRedialed }: CallInDoubt): string {
  const short = REASON_WORDS[reason];
  return isRedialed ? `dialed twice: ${short}` : short;
}

/** The same in full, with what came of its first attempt. */
export function evidenceInFull({ reason, isRedialed, lateOutcome }: CallInDoubt): string {
  // A redial that was refused leaves its call in doubt because of the first attempt alone.
  const full = EVIDENCE[reason] ?? `It was not taken: ${REASON_WORDS[reason]}.`;
  if (!isRedialed) return full;
  const late = lateOutcome === undefined ? '' : ` Of the first time Libby said: ${lateOutcome}.`;
  return `It was dialed twice. The second time: ${full}${late}`;
}

/** Whether it may be dialed once more: that happens once at most. */
export function mayBeRedialed({ isRedialed, redialAt }: CallInDoubt): boolean {
  return !isRedialed && redialAt === undefined;
}
