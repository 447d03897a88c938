/**
 * The steps of a set-up: a line of progress for each, their output in a log, and a sentence when
 * one fails.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from '../processes.mjs';

/** What stands in the way and what to do about it, in a sentence for whoever typed the command. */
export class SetUpError extends Error {}

/** What to do when the network or the registry is at fault. */
export const TRY_AGAIN = 'check that `npm ping` works, then run this again';

/**
 * @typedef {object} Workspace
 * @property {string} root
 * @property {(line: string) => void} report takes a line of progress
 * @property {AbortSignal} signal ends the set-up early
 */

/** @param {string} root */
export const toolchainHome = (root) => join(root, '.toolchain');

/**
 * Does a step and reports how long it took.
 * @template T
 * @param {Workspace} workspace
 * @param {string} title
 * @param {() => Promise<T>} work
 */
export async function step({ report }, title, work) {
  const startedMs = performance.now();
  const result = await work();
  report(`${title} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
  return result;
}

/**
 * Runs a program for a step, its output going to the log.
 * @param {Workspace} workspace
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ succeeded: boolean, output: string }>}
 */
export async function runLogged({ root, signal }, program, args, options) {
  const { code, output } = await runQuietly(program, args, { ...options, signal });
  appendFileSync(logFile(root), `$ ${program} ${args.join(' ')}\n${output}\n`);
  signal.throwIfAborted();
  return { succeeded: code === 0, output };
}

/**
 * @param {Workspace} workspace
 * @param {string} what was being done: "get Node.js 24.21.0"
 * @param {string} output of the program that failed
 * @param {string} remedy
 */
export function failure({ root }, what, output, remedy) {
  const code = /\b(E[A-Z0-9_]{4,}|ERR_PNPM_[A-Z_]+)\b/.exec(output)?.[0];
  return new SetUpError(
    `Cannot ${what}${code ? ` (${code})` : ''}: ${remedy}; the details are in ${logFile(root)}.`,
  );
}

/** @param {string} root */
const logFile = (root) => join(toolchainHome(root), 'set-up.log');
