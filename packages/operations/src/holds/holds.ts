import type { Hold } from '@libby-dialer/dial-queue';
import { isoInstant } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';

export interface StandingHolds {
  readonly holds: readonly Hold[];
  /** Epoch ms of Redis's clock, as the times of holds are. */
  readonly now: number;
}

export async function listHolds(context: Context): Promise<StandingHolds> {
  const [holds, now] = await Promise.all([context.queue.holds.list(), context.now()]);
  return { holds, now };
}

/** Lifts a hold: dialing goes on there at once. Throws `DialerError` (`no_such_hold`). */
export async function releaseHold(context: Context, scope: string): Promise<void> {
  const { holds } = context.queue;
  const hold = (await holds.list()).find((each) => each.scope === scope);
  if (hold === undefined) throw noSuchHold(scope);
  const { reason, since } = hold;
  const details = { scope, reason, since: isoInstant(since) };
  await decide(context, { action: 'hold.release', details }, async () => {
    if (!(await holds.release(scope))) throw noSuchHold(scope);
  });
}

function noSuchHold(scope: string): DialerError {
  const message = `Nothing is held by the name ${scope}.`;
  return new DialerError('no_such_hold', message, { kind: 'not_found' });
}
