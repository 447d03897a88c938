import type { Hold, Snapshot } from '@libby-dialer/http-api';
import { countOf } from '../kit/words/numbers.ts';

/** What waits behind a hold. */
export interface HeldCalls {
  readonly campaigns: number;
  /** Of these campaigns, without an outcome and not in flight. */
  readonly calls: number;
  /** There may be more of both: not every campaign was looked at. */
  readonly isAtLeast: boolean;
}

export function heldBy(
  { scope }: Pick<Hold, 'scope'>,
  { campaigns, isCut }: Pick<Snapshot, 'campaigns' | 'isCut'>,
): HeldCalls {
  const held = campaigns.filter(
    ({ holds, pending }) => pending > 0 && holds.some((hold) => hold.scope === scope),
  );
  return {
    campaigns: held.length,
    calls: held.reduce((sum, { pending }) => sum + pending, 0),
    isAtLeast: isCut,
  };
}

/** "At least 1,200 calls of 2 campaigns" */
function heldCount({ calls, campaigns, isAtLeast }: HeldCalls): string {
  const count = `${countOf(calls, 'call')} of ${countOf(campaigns, 'campaign')}`;
  return isAtLeast ? `At least ${count}` : count;
}

/** What waits there, as a sentence. */
export function heldText(scope: string, held: HeldCalls): string {
  if (held.calls === 0 && !held.isAtLeast) return 'No call waits behind it.';
  const waiting = `${heldCount(held)} ${held.calls === 1 ? 'waits' : 'wait'} behind it`;
  return scope.startsWith('line:') ? `${waiting}, unless another line takes them.` : `${waiting}.`;
}
