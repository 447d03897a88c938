import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { giveUpAfter } from './patience.ts';

export interface EventuallyOptions {
  /** The hard bound, also over a check that hangs. As long as patience lasts unless given. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * For what can only be seen by looking again and again. Resolves to what the check returned once
 * that is not false and the check does not throw; rejects after the bound with the last failure.
 * The signal tells a check in progress that it is over.
 */
export async function eventually<T>(
  check: (signal: AbortSignal) => T | Promise<T>,
  { timeoutMs, intervalMs = 20 }: EventuallyOptions = {},
): Promise<Exclude<T, false>> {
  const bound = new AbortController();
  const begunMs = performance.now();
  const takeBack = giveUpAfter(timeoutMs, () => bound.abort());
  const over = once(bound.signal, 'abort').then(() => false as const);
  let failure: unknown = 'the check did not finish once';
  try {
    while (!bound.signal.aborted) {
      try {
        const result = await Promise.race([check(bound.signal), over]);
        if (result !== false) return result as Exclude<T, false>;
        if (!bound.signal.aborted) failure = 'the check returned false';
      } catch (error) {
        failure = error;
      }
      await Promise.race([delay(intervalMs), over]);
    }
  } finally {
    takeBack();
  }
  const reason = failure instanceof Error ? failure.message : String(failure);
  const waitedMs = timeoutMs ?? Math.round(performance.now() - begunMs);
  throw new Error(`not within ${waitedMs} ms: ${reason}`, { cause: failure });
}
