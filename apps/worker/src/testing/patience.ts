import { eventually as eventuallyWithin } from '@libby-dialer/testkit';

/** Bounds and no expectations: a machine may have a lot else to do. */
export const PATIENCE_MS = 90_000;
export const STEP_MS = 60_000;

/** The testkit's, with the patience of a test that waits for whole workers. */
export function eventually<T>(check: () => T | Promise<T>): Promise<Exclude<T, false>> {
  return eventuallyWithin(check, { timeoutMs: STEP_MS });
}
