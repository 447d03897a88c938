import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { guardAgainstOrphan } from '@libby-dialer/embedded';
import { DialerError } from '@libby-dialer/runtime';
import { firstLine } from './example/first-line.ts';
import { PROJECT_ROOT, type RunFolder, shown } from './run-folder.ts';

const ENQUEUER = join(PROJECT_ROOT, 'dist/enqueuer.js');
const WORKER = join(PROJECT_ROOT, 'dist/worker.js');
const CONSOLE = join(PROJECT_ROOT, 'dist/console.js');

/** What a stop may take beyond the grace that workers are given. */
const STOP_MARGIN_MS = 10_000;

const DONE = 0;
const ROWS_REJECTED = 3;

export interface ProgramsOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** Where the programs look for `.env` and for files named by relative paths. */
  readonly cwd: string;
  readonly folder: RunFolder;
  /** Stops the enqueuer at once. */
  readonly signal: AbortSignal;
  readonly workerGraceMs: number;
  /**
   * How children are ended that we can no longer end ourselves: with TERM they finish what is in
   * flight.
   */
  readonly orphanSignal: 'TERM' | 'KILL';
}

/** The enqueuer ended with an exit code that is ours too; it has said why itself. */
export class EnqueuerFailed extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`the enqueuer ended with exit code ${exitCode}`);
    this.name = 'EnqueuerFailed';
    this.exitCode = exitCode;
  }
}

/** The real programs, each in a process of its own that does not outlive this one. */
export class Programs implements AsyncDisposable {
  readonly #options: ProgramsOptions;
  readonly #services: ChildProcess[] = [];
  readonly #broken = Promise.withResolvers<never>();
  #stopping: Promise<void> | undefined;

  constructor(options: ProgramsOptions) {
    this.#options = options;
    // Whoever waits for it hears of it; until then it must not count as unhandled.
    this.#broken.promise.catch(() => {});
  }

  /** Never resolves; rejects when a worker ends that nobody has stopped. */
  get broken(): Promise<never> {
    return this.#broken.promise;
  }

  /**
   * Runs an enqueuer command and returns what it printed. What it has to complain of appears on
   * standard error. Throws `EnqueuerFailed`.
   */
  async enqueuer(...args: string[]): Promise<string> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    const child = this.#spawn(ENQUEUER, args, { LOG_LEVEL: 'error' }, 'inherit');
    const stop = () => void child.kill();
    signal.addEventListener('abort', stop);
    const [output, [code]] = await Promise.all([
      child.stdout === null ? '' : text(child.stdout),
      once(child, 'exit'),
    ]);
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (code !== DONE && code !== ROWS_REJECTED)
      throw new EnqueuerFailed((code as number | null) ?? 1);
    return output;
  }

  async startWorkers(count: number): Promise<void> {
    for (let number = 1; number <= count; number += 1) {
      const path = this.#options.folder.file(`worker-${number}.log`);
      await using log = await open(path, 'a', 0o600);
      const worker = this.#spawn(WORKER, [], {}, log);
      worker.once('exit', (code) => this.#workerEnded(path, code));
      this.#services.push(worker);
    }
  }

  /** Resolves to the address of its page, once it answers. */
  async startConsole(): Promise<string> {
    const { folder, signal } = this.#options;
    const path = folder.file('console.log');
    await using log = await open(path, 'a', 0o600);
    const variables = { CONSOLE_HTTP_PORT: '0', CONSOLE_LISTS_FOLDER: folder.file('lists') };
    const console = this.#spawn(CONSOLE, [], variables, log);
    this.#services.push(console);
    const line = console.stdout === null ? undefined : await firstLine(console.stdout, signal);
    if (line !== undefined) return (JSON.parse(line) as { url: string }).url;
    throw new DialerError('console_ended', `The console ended; its log is ${shown(path)}.`);
  }

  /** Lets the calls in flight come to their end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    const running = this.#services.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    const gone = Promise.all(running.map((service) => once(service, 'exit')));
    for (const service of running) service.kill('SIGTERM');
    const end = () => {
      for (const service of running) service.kill('SIGKILL');
    };
    const timer = setTimeout(end, this.#options.workerGraceMs + STOP_MARGIN_MS);
    await gone;
    clearTimeout(timer);
  }

  #workerEnded(log: string, code: number | null): void {
    if (this.#stopping !== undefined) return;
    const how = code === null ? 'was killed' : `ended with exit code ${code}`;
    this.#broken.reject(
      new DialerError('worker_ended', `A worker ${how}; its log is ${shown(log)}.`),
    );
  }

  #spawn(
    program: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>>,
    errors: 'inherit' | FileHandle,
  ): ChildProcess {
    const { environment, cwd, orphanSignal } = this.#options;
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { ...environment, ...variables },
      stdio: ['ignore', 'pipe', errors === 'inherit' ? 'inherit' : errors.fd],
      // Its own process group: Ctrl-C is for us alone, and we stop things in their order.
      detached: true,
    });
    guardAgainstOrphan(child, { signal: orphanSignal });
    return child;
  }
}
