import type { Hold } from '@libby-dialer/http-api';
import { formatPhone } from '../kit/fields/phone-number.ts';

interface HoldWords {
  /** What is wrong, as the end of "… is held:". */
  readonly cause: string;
  readonly toDo: string;
  /** It may clear up by itself: nobody need come for it. */
  readonly mendsItself?: true;
}

export const HOLD_WORDS: Readonly<Record<Hold['reason'], HoldWords>> = {
  forbidden: {
    cause: 'Libby refuses a token that it has just granted',
    toDo: 'Check client id, secret and scope, or ask Libby.',
  },
  token_unavailable: {
    cause: 'no token can be had',
    toDo: 'Run the examination under System: it asks for a token and says what is wrong.',
  },
  endpoint: {
    cause: 'what answers is not Libby’s API',
    toDo: 'Check LIBBY_API_URL, or ask who stands in between.',
  },
  rate_limited: {
    cause: 'Libby asks to slow down',
    toDo: 'Nothing, or lower the pace of the campaigns.',
    mendsItself: true,
  },
  agent_not_found: {
    cause: 'Libby has no agent for this number',
    toDo: 'Correct the campaign’s from-number, or have the agent set up.',
  },
  doubts: {
    cause: 'too many calls got no usable answer, and each may have rung',
    toDo: 'Wait for Libby to recover, then decide the calls in doubt.',
  },
  unreachable: {
    cause: 'Libby cannot be reached',
    toDo: 'Mend network, DNS, proxy or certificates where the workers run.',
  },
  rejections: {
    cause: 'Libby rejects each of its calls',
    toDo: 'Mend the campaign’s texts or columns, then queue what was rejected again.',
  },
  campaign_incomplete: {
    cause: 'it asks for what its calls do not have',
    toDo: 'Mend the campaign’s texts, columns or zone.',
  },
  canary: {
    cause: 'only its first calls go, as was asked for',
    toDo: 'Look at what becomes of them, then release it: the rest follows.',
    mendsItself: true,
  },
  replicas_behind: {
    cause: 'too few replicas of Redis have the latest claim',
    toDo: 'Check the replicas and the link to them.',
  },
  stopped: {
    cause: 'somebody has stopped it',
    toDo: 'The audit says who. Release it once calls may go out again.',
  },
  evidence_lost: {
    cause: 'Redis has lost calls that it had recorded as dialed',
    toDo: 'Do not release it yet: what was dialed since then is queued again. See the guide “After a rollback of Redis”, and cancel what must not ring again.',
  },
};

export function needsPerson({ reason }: Hold): boolean {
  return HOLD_WORDS[reason].mendsItself !== true;
}

/** "Line +1 505 555 0100", "Campaign spring", "All dialing". */
export function scopeWords(scope: string): string {
  if (scope.startsWith('line:')) return `Line ${formatPhone(scope.slice('line:'.length))}`;
  if (scope.startsWith('campaign:')) return `Campaign ${scope.slice('campaign:'.length)}`;
  return 'All dialing';
}
