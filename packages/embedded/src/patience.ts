import { availableParallelism, loadavg } from 'node:os';

/** More than anything takes on a machine that does nothing else. */
const IDLE_MS = 60_000;
const LOOK_EVERY_MS = 250;

/** How many times as much there is to do for each core of the machine as it can do; at least 1. */
export function overload(): number {
  const [load = 0] = loadavg();
  return Math.max(load / availableParallelism(), 1);
}

/**
 * How long to wait for what must come before it counts as missing: a minute, and as much longer as
 * there is more to do for each core of the machine than it can do. A bound and no expectation:
 * nobody waits so long for what does come.
 */
export function patienceMs(): number {
  return Math.round(IDLE_MS * overload());
}

/**
 * Gives up after that time; without one, when a machine with nothing else to do would long have
 * been done: the load is looked at all the while, and a wait that is itself starved of time does
 * not count what it missed. Returns what takes this back.
 */
export function giveUpAfter(timeoutMs: number | undefined, giveUp: () => void): () => void {
  if (timeoutMs !== undefined) {
    const timer = setTimeout(giveUp, timeoutMs);
    return () => clearTimeout(timer);
  }
  let leftMs = IDLE_MS;
  const timer = setInterval(() => {
    leftMs -= LOOK_EVERY_MS / overload();
    if (leftMs > 0) return;
    clearInterval(timer);
    giveUp();
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
