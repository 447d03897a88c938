import { eventually, overload } from '@libby-dialer/testkit';

/** What comes at all comes within that, where a machine has nothing else to do. */
const PATIENCE_MS = 60_000;

/** As much longer as this machine has more to do than it has cores for. */
export function patienceMs(idleMs = PATIENCE_MS): number {
  return Math.ceil(idleMs * overload());
}

export interface Patience {
  /** On a machine that has nothing else to do. */
  readonly idleMs?: number;
  /** It goes on for as long as this changes. */
  readonly progress?: () => unknown;
  readonly intervalMs?: number;
}

/**
 * Resolves once the check neither returns false nor throws. Rejects with its last failure when a
 * busy machine, too, would have done it by then, and nothing changes any more.
 */
export async function patiently(
  check: () => boolean | Promise<boolean>,
  { idleMs = PATIENCE_MS, progress = () => undefined, intervalMs = 100 }: Patience = {},
): Promise<void> {
  let since = performance.now();
  let before = await progress();
  for (;;) {
    try {
      await eventually(check, { timeoutMs: idleMs, intervalMs });
      return;
    } catch (error) {
      const now = await progress();
      if (now !== before) since = performance.now();
      before = now;
      if (performance.now() - since >= patienceMs(idleMs)) throw error;
    }
  }
}
