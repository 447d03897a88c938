import type { DeadLetter, ForwarderState } from '@libby-dialer/dial-queue';
import { DialerError, formatDuration } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';

/** A forwarder gives a sign of life each second, every 20 s where its receiver is down. */
const RUNNING_WITHIN_MS = 45_000;

export interface ListedForwarder extends ForwarderState {
  /** One of that name was there a moment ago. */
  readonly isRunning: boolean;
}

/** How far the forwarders are. */
export async function listForwarders(context: Context): Promise<ListedForwarder[]> {
  const { forwarders } = context.queue;
  const listed: ListedForwarder[] = [];
  for (const name of await forwarders.names()) {
    const state = await forwarders.read(name);
    const isRunning = (await runningSeenMs(context, name)) !== undefined;
    if (state !== undefined) listed.push({ ...state, isRunning });
  }
  return listed;
}

/** How long ago one of that name was there; undefined: for too long, so that none runs. */
async function runningSeenMs({ queue }: Context, name: string): Promise<number | undefined> {
  const seenMs = await queue.forwarders.lastSeenMs(name);
  return seenMs === undefined || seenMs > RUNNING_WITHIN_MS ? undefined : seenMs;
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

/**
 * The running forwarder, or the next of that name, would take every result there is for a new one.
 */
async function refuseIfRunning(context: Context, name: string): Promise<void> {
  const seenMs = await runningSeenMs(context, name);
  if (seenMs === undefined) return;
  throw new DialerError(
    'forwarder_runs',
    `A forwarder ${name} was there ${formatDuration(seenMs)} ago: stop it first. One that was killed counts as running for ${formatDuration(RUNNING_WITHIN_MS)}.`,
    { kind: 'conflict' },
  );
}
