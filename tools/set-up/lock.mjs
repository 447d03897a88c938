/**
 * A lock between processes of one checkout: a folder, which only one of them can create. While its
 * owner lives it touches the folder; one left untouched for a while has a dead owner, and goes to
 * whoever first makes a folder in it named after that last touch. Pids decide nothing: they are
 * reused after a reboot and mean nothing in another container.
 */
import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
const BEATS_BEFORE_STALE = 10;

/**
 * @typedef {object} LockOptions
 * @property {number} [staleAfterMs] how long the lock may stay untouched
 * @property {() => void} [onWait] called once, when someone else has it
 * @property {AbortSignal} [signal] ends the waiting
 */

/**
 * Runs `work` while holding the lock at `path`. The folder around it must exist.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @param {LockOptions} [options]
 * @returns {Promise<T>}
 */
export async function withLock(path, work, { staleAfterMs = 10_000, onWait, signal } = {}) {
  const isStale = stalenessWatch(staleAfterMs);
  for (let attempt = 0; !made(path); attempt += 1) {
    if (attempt === 0) onWait?.();
    const touchedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (isStale(touchedMs) && inherited(path, touchedMs)) break;
    await sleep(POLL_MS, undefined, signal && { signal });
  }
  const beat = setInterval(() => touch(path), staleAfterMs / BEATS_BEFORE_STALE);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Judges by this process's own monotonic clock alone: neither a wrong clock nor a machine that
 * slept makes an owner look dead.
 * @param {number} staleAfterMs
 */
function stalenessWatch(staleAfterMs) {
  /** @type {number | undefined} */
  let last;
  let since = 0;
  /** @param {number | undefined} touchedMs */
  return (touchedMs) => {
    const now = performance.now();
    if (touchedMs !== last) {
      last = touchedMs;
      since = now;
    }
    return touchedMs !== undefined && now - since >= staleAfterMs;
  };
}

/** @param {string} folder */
const made = (folder) => done(() => mkdirSync(folder), 'EEXIST');

/**
 * Only one of those who wait can do it; nobody, once the lock was given back.
 * @param {string} path
 * @param {number | undefined} touchedMs
 */
const inherited = (path, touchedMs) =>
  done(() => mkdirSync(join(path, `heir-of-${touchedMs}`)), 'EEXIST', 'ENOENT');

/** @param {string} path */
const touch = (path) => done(() => utimesSync(path, new Date(), new Date()), 'ENOENT');

/**
 * @param {() => void} work
 * @param {...string} codes of the errors that mean no
 */
function done(work, ...codes) {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && codes.includes(String(error.code)))
      return false;
    throw error;
  }
}
