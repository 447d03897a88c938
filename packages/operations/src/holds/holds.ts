import type { Hold } from '@libby-dialer/dial-queue';
import { DialerError } from '@libby-dialer/runtime';
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
export async function releaseHold(
  { queue: { holds } }: Context,
  scope: string,
  by: string,
): Promise<void> {
  if (await holds.release(scope, by)) return;
  throw new DialerError('no_such_hold', `Nothing is held by the name ${scope}.`, {
    kind: 'not_found',
  });
}
