import { setTimeout as delay } from 'node:timers/promises';

/** The two times a program needs, injected so that tests own them. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. May jump; for instants that others see. */
  now(): number;
  /**
   * Milliseconds since an arbitrary point. Never goes back; for durations and deadlines within this
   * process.
   */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** Node fires a timer beyond this at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Waits `ms` milliseconds, however many. Rejects with an `AbortError` as soon as `signal` aborts.
 */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  let leftMs = Math.max(0, ms);
  do {
    const stepMs = Math.min(leftMs, LONGEST_TIMER_MS);
    await delay(stepMs, undefined, signal === undefined ? {} : { signal });
    leftMs -= stepMs;
  } while (leftMs > 0);
}

/**
 * Waits for the work, for so long at most; it goes on by itself. Resolves to whether it has ended,
 * and rejects with what it rejects with by then.
 */
export async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const ended = new AbortController();
  const late = sleep(ms, ended.signal).then(
    () => false,
    () => true,
  );
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    ended.abort();
  }
}
