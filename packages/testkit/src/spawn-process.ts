import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { EventEmitter, on, once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { giveUpAfter, guardAgainstOrphan } from '@libby-dialer/embedded';
import { environmentWith } from './config.ts';

export interface SpawnProcessOptions {
  /** Changes to our own environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

export interface RunProcessOptions extends SpawnProcessOptions {
  /** Written to its stdin, which is then closed. */
  readonly input?: string;
  /** It is killed after this; unless given, when patience ends. */
  readonly timeoutMs?: number;
}

export interface ProcessExit {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessResult extends ProcessExit {
  readonly stdout: string;
  readonly stderr: string;
}

/** What to look for in a line of output. */
export type LinePattern = RegExp | ((line: string) => boolean);

const MOST_LINES = 100_000;
const LINES_SHOWN = 20;

/** Starts a process without stdin. Rejects if the command cannot be started. */
export async function spawnProcess(
  command: string,
  args: readonly string[] = [],
  options: SpawnProcessOptions = {},
): Promise<SpawnedProcess> {
  const child = startChild(command, args, options, ['ignore', 'pipe', 'pipe']);
  const spawned = new SpawnedProcess(command, child);
  await once(child, 'spawn');
  return spawned;
}

/**
 * Runs a command to its end. Rejects if it cannot be started, or has to be killed because it takes
 * too long.
 */
export async function runProcess(
  command: string,
  args: readonly string[] = [],
  { input = '', timeoutMs, ...options }: RunProcessOptions = {},
): Promise<ProcessResult> {
  const child = startChild(command, args, options, 'pipe');
  const exited = exitOf(child);
  const output = Promise.all([outputOf(child.stdout), outputOf(child.stderr)]);
  await once(child, 'spawn');
  // A process need not read its input to the end.
  child.stdin?.on('error', () => undefined).end(input);
  const begunMs = performance.now();
  let isLate = false;
  const takeBack = giveUpAfter(timeoutMs, () => {
    isLate = child.kill('SIGKILL');
  });
  const exit = await exited;
  takeBack();
  const [stdout, stderr] = await output;
  if (isLate)
    throw new Error(
      `${command} took longer than ${timeoutMs ?? Math.round(performance.now() - begunMs)} ms and was killed; it said: ${stderr}`,
    );
  return { ...exit, stdout, stderr };
}

/** A running process and what it has said. Disposing of it kills it. */
export class SpawnedProcess implements AsyncDisposable {
  /** Resolves once it has ended and all its output is here. */
  readonly exited: Promise<ProcessExit>;
  /** The lines so far; of very many, the latest. */
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly #command: string;
  readonly #child: ChildProcess;
  readonly #output = new EventEmitter();

  /** Use `spawnProcess`. */
  constructor(command: string, child: ChildProcess) {
    this.#command = command;
    this.#child = child;
    this.#output.setMaxListeners(0);
    this.#collect(child.stdout, this.stdout);
    this.#collect(child.stderr, this.stderr);
    this.exited = exitOf(child).finally(() => this.#output.emit('end'));
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#command} was never started`);
    return this.#child.pid;
  }

  /**
   * The first line of stdout or stderr that fits, already said or yet to come. Rejects if it ends
   * or the time is out first.
   */
  async waitForLine(pattern: LinePattern, timeoutMs?: number): Promise<string> {
    const fits = (line: string) =>
      pattern instanceof RegExp ? line.search(pattern) >= 0 : pattern(line);
    const said = this.stdout.find(fits) ?? this.stderr.find(fits);
    if (said !== undefined) return said;
    if (this.#hasExited()) throw this.#notSeen('it has ended');
    const begunMs = performance.now();
    const late = new AbortController();
    const takeBack = giveUpAfter(timeoutMs, () => late.abort());
    const lines = on(this.#output, 'line', { signal: late.signal, close: ['end'] });
    try {
      for await (const [line] of lines as AsyncIterable<[string]>) if (fits(line)) return line;
    } catch (error) {
      if (late.signal.aborted)
        throw this.#notSeen(
          `not within ${timeoutMs ?? Math.round(performance.now() - begunMs)} ms`,
        );
      throw error;
    } finally {
      takeBack();
    }
    throw this.#notSeen('it has ended');
  }

  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * Sends the signal and waits for the end; kills after `graceMs`, or when patience ends, which
   * shows in the exit's signal.
   */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs?: number): Promise<ProcessExit> {
    if (this.#hasExited()) return this.exited;
    this.#child.kill(signal);
    const takeBack = giveUpAfter(graceMs, () => this.#child.kill('SIGKILL'));
    const exit = await this.exited;
    takeBack();
    return exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
  }

  #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #collect(stream: Readable | null, lines: string[]): void {
    if (!stream) return;
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      lines.push(line);
      if (lines.length > 2 * MOST_LINES) lines.splice(0, MOST_LINES);
      this.#output.emit('line', line);
    });
  }

  #notSeen(why: string): Error {
    const tail = [...this.stdout.slice(-LINES_SHOWN), ...this.stderr.slice(-LINES_SHOWN)].join(
      '\n',
    );
    return new Error(
      `${this.#command} did not say the line waited for: ${why}. Its last lines:\n${tail}`,
    );
  }
}

function startChild(
  command: string,
  args: readonly string[],
  { env = {}, cwd }: SpawnProcessOptions,
  stdio: StdioOptions,
): ChildProcess {
  const child = spawn(command, args, {
    stdio,
    env: environmentWith(env),
    ...(cwd === undefined ? {} : { cwd }),
  });
  guardAgainstOrphan(child);
  return child;
}

function exitOf(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
}

function outputOf(stream: Readable | null): Promise<string> {
  return stream ? text(stream) : Promise.resolve('');
}
