/**
 * Child processes: one in the foreground that gets our terminal and our signals, quiet ones whose
 * output is kept.
 */
import { spawn } from 'node:child_process';

const PASSED_ON = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Ending
 */

/**
 * Runs a program in our place: same terminal, same working directory; signals that reach us reach
 * it.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Ending>}
 */
export async function runInForeground(program, args, env = process.env) {
  const child = spawn(program, args, { stdio: 'inherit', env });
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => {
    // A terminal sends Ctrl-C to everything in the foreground itself; a second one would mean "now,
    // at once".
    if (signal !== 'SIGINT' || !hasTerminal()) child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, passOn);
  try {
    return await endingOf(child);
  } finally {
    for (const signal of PASSED_ON) process.off(signal, passOn);
  }
}

/**
 * Runs a program to its end and returns what it printed, both streams in the order of their
 * arrival.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} [options] `signal` stops
 * it; its end is waited for
 * @returns {Promise<Ending & { output: string }>}
 */
export async function runQuietly(program, args, { signal, ...options } = {}) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => void child.kill();
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  try {
    return { ...(await endingOf(child)), output };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/**
 * Ends this process the way a child ended, so that whoever waits for us sees the same.
 * @param {Ending} ending
 */
export function endLike({ code, signal }) {
  if (signal === null) process.exitCode = code ?? 1;
  else dieOf(signal);
}

/** @param {NodeJS.Signals} signal */
export function dieOf(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<Ending>}
 */
function endingOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

function hasTerminal() {
  return [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
}
