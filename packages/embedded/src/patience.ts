import { availableParallelism, loadavg } from 'node:os';

/** More than anything takes on a machine that does nothing else. */
const IDLE_MS = 60_000;
const MOST = 5;

/** How many times as much there is to do for each core of the machine as it can do; at least 1. */
export function overload(): number {
  const [load = 0] = loadavg();
  return Math.max(load / availableParallelism(), 1);
}

/**
 * How long to wait for what must come before it counts as missing: the longer, the more there is to
 * do for each core of the machine, from one minute to five. A bound and no expectation: nobody
 * waits so long for what does come.
 */
export function patienceMs(): number {
  return Math.round(IDLE_MS * Math.min(overload(), MOST));
}
