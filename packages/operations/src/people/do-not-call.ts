import type { DoNotCallList } from '@libby-dialer/dial-queue';
import type { Context } from '../context.ts';

export interface DoNotCallOptions {
  /** Who decided it; kept for audit. */
  readonly by?: string | undefined;
}

export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Told where the wait for calls claimed before is broken off by the signal. */
  readonly waitBrokenOff?: () => void;
}

/**
 * Lets no more calls go to these numbers, once no call to them is about to go out. Returns how many
 * were not on the list before.
 */
export async function suppressNumbers(
  context: Context,
  numbers: readonly string[],
  { by, ...wait }: DoNotCallOptions & WaitOptions = {},
): Promise<number> {
  const list = context.queue.doNotCall;
  const changed = await list.add(numbers);
  await list.record({ what: 'do_not_call_added', numbers: numbers.length, changed, by });
  await waitForClaims(list, wait);
  return changed;
}

/** Lets these numbers be called again. Returns how many were on the list. */
export async function unsuppressNumbers(
  context: Context,
  numbers: readonly string[],
  { by }: DoNotCallOptions = {},
): Promise<number> {
  const list = context.queue.doNotCall;
  const changed = await list.remove(numbers);
  await list.record({ what: 'do_not_call_removed', numbers: numbers.length, changed, by });
  return changed;
}

/** For each number, whether it is on the list. */
export async function areSuppressed(
  context: Context,
  numbers: readonly string[],
): Promise<boolean[]> {
  return await context.queue.doNotCall.check(numbers);
}

export interface DoNotCallStatus {
  readonly numbers: number;
  /** Grows with every change. */
  readonly version: number;
}

export async function doNotCallStatus(context: Context): Promise<DoNotCallStatus> {
  const list = context.queue.doNotCall;
  // A version that is read first is never newer than what was counted.
  const version = await list.version();
  return { numbers: await list.count(), version };
}

/** Waits until no call to whom was put on the list can begin any more. */
export async function waitForClaims(
  list: DoNotCallList,
  { signal, waitBrokenOff }: WaitOptions,
): Promise<void> {
  try {
    await list.outlastEarlierClaims(signal);
  } catch (error) {
    if (signal?.aborted) waitBrokenOff?.();
    throw error;
  }
}
