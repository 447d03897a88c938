import type { DeadLetter, ForwarderState } from '@libby-dialer/dial-queue';
import { DialerError, formatDuration } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';

/** A forwarder gives a sign of life each second, every 20 s where its receiver is down. */
const RUNNING_WITHIN_MS = 45_000;

/** How far the forwarders are. */
export async function listForwarders({ queue }: Context): Promise<ForwarderState[]> {
  const states: ForwarderState[] = [];
  for (const name of await queue.forwarders.names())
    states.push(...[(await queue.forwarders.read(name)) ?? []].flat());
  return states;
}

/**
 * Forgets a forwarder that is no longer used, with its dead letters. Throws `DialerError`
 * (`no_such_forwarder`, `forwarder_runs`).
 */
export async function removeForwarder(context: Context, name: string): Promise<void> {
  await refuseUnknown(context, name);
  await refuseIfRunning(context, name);
  const decision = { action: 'forwarder.remove', details: { forwarder: name } } as const;
  await decide(context, decision, () => context.queue.forwarders.remove(name));
}

/** Results that could not be delivered. Throws `DialerError` (`no_such_forwarder`). */
export async function* deadLetters(context: Context, name: string): AsyncGenerator<DeadLetter> {
  await refuseUnknown(context, name);
  yield* context.queue.forwarders.deadLetters(name);
}

/**
 * Has them delivered again by the forwarders of that name; returns how many. Throws `DialerError`
 * (`no_such_forwarder`).
 */
export async function retryDeadLetters(context: Context, name: string): Promise<number> {
  await refuseUnknown(context, name);
  const decision = { action: 'dead_letters.retry', details: { forwarder: name } } as const;
  return await decide(context, decision, async (did) => {
    const sent = await context.queue.forwarders.retry(name);
    did({ sent });
    return sent;
  });
}

async function refuseUnknown({ queue }: Context, name: string): Promise<void> {
  if ((await queue.forwarders.read(name)) !== undefined) return;
  throw new DialerError('no_such_forwarder', `There is no forwarder ${name}.`, {
    kind: 'not_found',
  });
}

/** It, or who starts it again, would take every result there is for a new one. */
async function refuseIfRunning({ queue }: Context, name: string): Promise<void> {
  const seenMs = await queue.forwarders.lastSeenMs(name);
  if (seenMs === undefined || seenMs > RUNNING_WITHIN_MS) return;
  throw new DialerError(
    'forwarder_runs',
    `A forwarder ${name} was there ${formatDuration(seenMs)} ago: stop it first. One that was killed counts as running for ${formatDuration(RUNNING_WITHIN_MS)}.`,
    { kind: 'conflict' },
  );
}
