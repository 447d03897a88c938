/**
 * Runs a task of this checkout, after getting what it needs: `npm start`, `npm test`, `npm run
 * chaos`, `npm run nights`, `npm run bench`, `npm run generate`, `npm run screenshots`, and by hand
 * `node tools/run.mjs setup`, `programs`, `page`, and `exec <program> [args…]`.
 *
 * This file and what it imports run before anything is installed, on any Node from 18: plain
 * JavaScript, no dependencies.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePage } from './page.mjs';
import { dieOf, endLike, runInForeground } from './processes.mjs';
import { ensurePrograms } from './programs.mjs';
import { withoutOuterNpm, withWorkspacePath } from './set-up/environment.mjs';
import { ensureRedis } from './set-up/redis.mjs';
import { setUp } from './set-up/set-up.mjs';
import { SetUpError } from './set-up/steps.mjs';
import { offerTestPrograms } from './set-up/test-programs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @import { TestProgram } from './set-up/test-programs.mjs' */

/**
 * @typedef {object} Needs
 * @property {boolean} [dependencies] true unless given
 * @property {boolean} [redis]
 * @property {readonly TestProgram[]} [testPrograms]
 * @property {boolean} [programs] built
 * @property {boolean} [page] what the console serves to browsers, built
 */

/**
 * What each task runs, and what that needs beside Node and pnpm.
 * @type {Record<string, (args: string[]) => Needs & { command?: string[] }>}
 */
const tasks = {
  // Real calls want the user's own Redis; everything else runs on a private one, whatever REDIS_URL
  // says.
  start: (args) => ({
    command: ['node', join(root, 'apps/demo/src/main.ts'), ...args],
    redis: !args.includes('--live'),
    programs: true,
    page: true,
  }),
  test: (args) => ({
    command: ['node', join(root, 'tools/check/check.ts'), ...args],
    redis: true,
    programs: true,
    page: true,
    testPrograms: ['faketime', 'python3-redis', 'chromium'],
  }),
  chaos: (args) => ({
    command: ['node', join(root, 'test/chaos/main.ts'), ...args],
    programs: true,
    redis: true,
    testPrograms: ['faketime'],
  }),
  generate: (args) => ({ command: ['node', join(root, 'tools/generate.ts'), ...args] }),
  nights: (args) => ({
    command: ['node', join(root, 'test/nights/main.ts'), ...args],
    programs: true,
    redis: true,
  }),
  bench: (args) => ({
    command: ['node', join(root, 'tools/bench.ts'), ...args],
    redis: true,
    programs: true,
    page: true,
  }),
  screenshots: (args) => ({
    command: ['node', join(root, 'test/console/screenshots.ts'), ...args],
    redis: true,
    programs: true,
    page: true,
    testPrograms: ['chromium'],
  }),
  setup: () => ({}),
  programs: () => ({ programs: true }),
  page: () => ({ page: true }),
  // It is pnpm that brings dependencies up to date with a package.json.
  exec: (args) => ({ command: args, dependencies: args[0] !== 'pnpm' }),
};

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Prepares the checkout; on a signal stops whatever it is doing, tidies up, and dies of that
 * signal.
 * @param {Needs} needs
 */
async function prepare(needs) {
  const interruption = new AbortController();
  /** @param {NodeJS.Signals} signal */
  const interrupt = (signal) => interruption.abort(signal);
  for (const signal of SIGNALS) process.on(signal, interrupt);
  const workspace = { root, report, signal: interruption.signal };
  try {
    await setUp(workspace, needs);
    if (needs.programs) await ensurePrograms(workspace);
    if (needs.page) await ensurePage(workspace);
    if (needs.redis) await ensureRedis(workspace);
    if (needs.testPrograms) await offerTestPrograms(workspace, needs.testPrograms);
  } catch (error) {
    if (interruption.signal.aborted) dieOf(interruption.signal.reason);
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

/** @param {string} line */
function report(line) {
  process.stderr.write(`set-up: ${line}\n`);
}

/**
 * @param {string | undefined} name
 * @param {string[]} args
 */
async function run(name = '', args = []) {
  const task = Object.hasOwn(tasks, name) ? tasks[name]?.(args) : undefined;
  if (!task || (name === 'exec' && args.length === 0)) {
    throw new UsageError(
      'Usage: node tools/run.mjs start|test|chaos|nights|bench|generate|screenshots [args…], setup, programs, page, or exec <program> [args…]',
    );
  }
  await prepare(task);
  const [program, ...rest] = task.command ?? [];
  if (program)
    endLike(
      await runInForeground(program, rest, withWorkspacePath(withoutOuterNpm(process.env), root)),
    );
}

class UsageError extends Error {}

/**
 * What to tell whoever typed the command, unless it is a programmer's error.
 * @param {unknown} error
 */
function explain(error) {
  if (error instanceof UsageError || error instanceof SetUpError) return error.message;
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return undefined;
  const isMissingProgram = error.code === 'ENOENT' && 'spawnargs' in error && 'path' in error;
  return isMissingProgram
    ? `There is no program ${String(error.path)} on the PATH: install it, then run this again.`
    : `Cannot go on: ${error.message}.`;
}

const [name, ...args] = process.argv.slice(2);
try {
  await run(name, args);
} catch (error) {
  const explanation = explain(error);
  if (explanation === undefined) throw error;
  process.stderr.write(`${explanation}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
