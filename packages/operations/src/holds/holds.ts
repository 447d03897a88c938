import type { Hold } from '@libby-dialer/dial-queue';
import { isoInstant, type StoppedScope } from '@libby-dialer/dialing';
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

export interface StopOptions {
  /** Why, for whoever looks at it later. */
  readonly note?: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Stops it until somebody releases the hold, whatever is loaded meanwhile. Once this returns no
 * call of the scope begins; those in flight go on. Throws `DialerError` (`held_already`) where
 * everything is held because Redis has lost claims: that says more, and stays.
 * @returns how many calls went out meanwhile, of whatever scope
 */
export async function addHold(
  context: Context,
  scope: StoppedScope,
  { note, signal }: StopOptions = {},
): Promise<{ wentOut: number }> {
  const details = { scope, ...(note !== undefined && { note }) };
  return await decide(context, { action: 'hold.add', details }, async (did) => {
    const { holds } = context.queue;
    const stopped = await holds.stop(scope, note, signal);
    const standing = (await holds.list()).find((hold) => hold.scope === scope);
    if (standing?.reason === 'evidence_lost') throw heldAlready(scope);
    did(stopped);
    return stopped;
  });
}

function heldAlready(scope: string): DialerError {
  const message = `${scope} is held already, as evidence_lost: only a person releases that as well.`;
  return new DialerError('held_already', message, { kind: 'conflict' });
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
