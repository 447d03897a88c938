/**
 * A lock between processes of one workspace, safe against owners that died.
 *
 * The lock is a directory with a single entry named after its owner. To take it, a process renames
 * a directory that already holds its entry: that fails while anyone's entry is inside, and succeeds
 * for exactly one. Living owners touch their entry; one that has not changed for a while is removed
 * by its name, which can never be a later owner's. Pids decide nothing: they are reused after a
 * reboot and mean nothing in another container.
 */
import { randomUUID } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
const BEATS_BEFORE_STALE = 10;

/**
 * @typedef {object} LockOptions
 * @property {number} [staleAfterMs] how long an owner's entry may stay untouched
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
  const entry = await take(path, { staleAfterMs, onWait, signal });
  const beat = setInterval(() => touch(entry), staleAfterMs / BEATS_BEFORE_STALE);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    clear(path, entry);
  }
}

/**
 * @param {string} path
 * @param {{ staleAfterMs: number, onWait: (() => void) | undefined, signal: AbortSignal | undefined
 * }} options
 */
async function take(path, { staleAfterMs, onWait, signal }) {
  const owner = `${process.pid}-${randomUUID()}`;
  const claim = `${path}.${owner}`;
  mkdirSync(claim);
  writeFileSync(join(claim, owner), '');
  try {
    const isStale = stalenessWatch(staleAfterMs);
    for (let attempt = 0; !renamed(claim, path); attempt += 1) {
      if (attempt === 0) onWait?.();
      const seen = look(path);
      if (seen !== undefined && isStale(seen)) clear(path, seen.entry);
      else await sleep(POLL_MS, undefined, signal && { signal });
    }
  } finally {
    rmSync(claim, { recursive: true, force: true });
  }
  return join(path, owner);
}

/**
 * Judges by this process's own monotonic clock alone: neither a wrong clock nor a machine that
 * slept makes an owner look dead.
 * @param {number} staleAfterMs
 */
function stalenessWatch(staleAfterMs) {
  let last = '';
  let since = 0;
  /** @param {{ entry: string, touchedMs: number }} seen */
  return ({ entry, touchedMs }) => {
    const now = performance.now();
    const state = `${entry} ${touchedMs}`;
    if (state !== last) {
      last = state;
      since = now;
    }
    return now - since >= staleAfterMs;
  };
}

/** @param {string} path */
function look(path) {
  return unlessGone(() => {
    const owner = readdirSync(path)[0];
    if (owner === undefined) return undefined;
    const entry = join(path, owner);
    return { entry, touchedMs: statSync(entry).mtimeMs };
  });
}

/**
 * @param {string} claim
 * @param {string} path
 */
function renamed(claim, path) {
  try {
    renameSync(claim, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} entry */
function touch(entry) {
  const now = new Date();
  unlessGone(() => utimesSync(entry, now, now));
}

/**
 * Removes one owner's entry, and the lock with it unless someone has taken it meanwhile.
 * @param {string} path
 * @param {string} entry
 */
function clear(path, entry) {
  rmSync(entry, { force: true });
  try {
    rmdirSync(path);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
  }
}

/**
 * @template T
 * @param {() => T} read
 * @returns {T | undefined}
 */
function unlessGone(read) {
  try {
    return read();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
