import type { CallInDoubt } from '@libby-dialer/http-api';

interface Evidence {
  /** In a table. */
  readonly short: string;
  /** In a sentence. */
  readonly full: string;
}

/** Why nobody knows whether the phone rang. */
const EVIDENCE: Partial<Record<CallInDoubt['reason'], Evidence>> = {
  no_response: {
    short: 'no answer in time',
    full: 'It was sent, and no answer came in time.',
  },
  connection_lost: {
    short: 'connection broke',
    full: 'It was sent, and the connection broke before the answer was complete.',
  },
  bad_response: {
    short: 'unclear answer',
    full: 'It was sent, and the answer does not say whether Libby took it.',
  },
  server_error: {
    short: 'Libby failed',
    full: 'It was sent, and Libby failed: perhaps it took the call before.',
  },
  conflict: {
    short: 'Libby may have it',
    full: 'It was sent, and Libby says that it may have the call already.',
  },
  worker_lost: {
    short: 'worker ended',
    full: 'The worker ended, or was cut off, during the call.',
  },
};

/** What is known of a call in doubt, in a few words. */
export function evidenceText({ reason, isRedialed }: CallInDoubt): string {
  const { short } = evidenceOf(reason);
  return isRedialed ? `dialed twice: ${short}` : short;
}

/** The same in full, with what came of its first attempt. */
export function evidenceInFull({ reason, isRedialed, lateOutcome }: CallInDoubt): string {
  const { full } = evidenceOf(reason);
  if (!isRedialed) return full;
  const late = lateOutcome === undefined ? '' : ` Of the first time Libby said: ${lateOutcome}.`;
  return `It was dialed twice. The second time: ${full}${late}`;
}

/** A redial that was refused leaves its call in doubt because of the first attempt alone. */
function evidenceOf(reason: CallInDoubt['reason']): Evidence {
  return EVIDENCE[reason] ?? { short: reason, full: `It was not taken: ${reason}.` };
}

/** Whether it may be dialed once more: that happens once at most. */
export function mayBeRedialed({ isRedialed, redialAt }: CallInDoubt): boolean {
  return !isRedialed && redialAt === undefined;
}
