import { DialerError } from '../errors.ts';

/** What runs until it is stopped, and owns what must be released. */
export interface Service {
  /**
   * Resolves once it works. After a rejection, or while it is still pending, `stop()` must release
   * what was begun.
   */
  start(): Promise<void>;
  /** Finishes what is in hand and releases everything. Calling it again changes nothing. */
  stop(): Promise<void>;
}

/**
 * Starts the service, waits for the signal and stops the service, once, within `stopWithinMs`.
 * Rejects with what `start` or `stop` rejected with, or with a `DialerError` (`stop_timeout`).
 */
export async function runService(
  service: Service,
  { signal, stopWithinMs }: { signal: AbortSignal; stopWithinMs: number },
): Promise<void> {
  if (signal.aborted) return;
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const abort = () => resolve();
  signal.addEventListener('abort', abort, { once: true });
  try {
    // A start that hangs on a dead Redis must not outlive the wish to stop.
    await Promise.race([service.start(), aborted]);
  } catch (error) {
    signal.removeEventListener('abort', abort);
    // Why it did not start is what must be known; that it did not stop either follows from it.
    await stopWithin(service, stopWithinMs).catch(() => {});
    throw error;
  }
  await aborted;
  await stopWithin(service, stopWithinMs);
}

async function stopWithin(service: Service, stopWithinMs: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const message = `Did not stop within ${stopWithinMs} ms; what was unfinished is taken up again at the next start.`;
  const timer = setTimeout(() => reject(new DialerError('stop_timeout', message)), stopWithinMs);
  try {
    await Promise.race([service.stop(), late]);
  } finally {
    clearTimeout(timer);
  }
}
