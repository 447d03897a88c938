import { constants } from 'node:os';
import { DialerError, exitCodeOf } from '../errors.ts';
import type { Logger } from '../logs/logger.ts';
import { Redactor } from '../logs/redactor.ts';
import { terminalText } from '../logs/terminal-text.ts';

/** What a program's main function is given. */
export interface MainContext {
  /** Aborts at the first SIGTERM or SIGINT, with an `Interrupted` as its reason. */
  readonly signal: AbortSignal;
  /**
   * For `loadConfig` and `createLogger`; what ends up on standard error goes through it as well.
   */
  readonly redactor: Redactor;
  /** From here on a crash is logged there, with its stack, and no longer printed. */
  logCrashesTo(logger: Logger): void;
  /**
   * How long stopping may take after the first signal before the process is ended; a minute if
   * never called.
   */
  stopWithin(ms: number): void;
}

/** Resolves to the exit code; nothing means 0. */
export type Main = (context: MainContext) => Promise<number | undefined | void>;

/**
 * The reason of the abort: which signal has come. Thrown by a main function, it ends the program as
 * that signal does.
 */
export class Interrupted extends Error {
  readonly signalName: NodeJS.Signals;
  readonly exitCode: number;

  constructor(signalName: NodeJS.Signals) {
    super(`interrupted by ${signalName}`);
    this.name = 'Interrupted';
    this.signalName = signalName;
    this.exitCode = 128 + constants.signals[signalName];
  }
}

const DEFAULT_STOP_WITHIN_MS = 60_000;

/** How long a finished program may wait for handles that somebody forgot to close. */
const LINGER_MS = 2000;

const LONGEST_INTERVAL_MS = 2 ** 31 - 1;

const CRASHED = 1;
const BROKEN_PIPE = 128 + constants.signals.SIGPIPE;

/**
 * Runs a program: `await runMain(process, main)` is all that a `main.ts` needs. The first SIGTERM
 * or SIGINT aborts the signal, the second ends the process at once. Errors end up as one sentence
 * on standard error and an exit code. The process ends when nothing is left to do, or shortly after
 * `main` is done.
 */
export async function runMain(host: NodeJS.Process, main: Main): Promise<void> {
  await new MainRun(host).run(main);
}

class MainRun {
  readonly #host: NodeJS.Process;
  readonly #abort = new AbortController();
  readonly #redactor = new Redactor();
  #crashLogger: Logger | undefined;
  #stopWithinMs = DEFAULT_STOP_WITHIN_MS;
  #stopTimer: NodeJS.Timeout | undefined;

  constructor(host: NodeJS.Process) {
    this.#host = host;
  }

  async run(main: Main): Promise<void> {
    this.#listen();
    // A promise alone does not keep Node alive, nor does a signal handler; a service that has
    // nothing to do must wait all the same.
    const alive = setInterval(() => {}, LONGEST_INTERVAL_MS);
    let exitCode: number;
    try {
      exitCode = (await main(this.#context())) ?? 0;
    } catch (error) {
      exitCode = this.#report(error);
    }
    clearInterval(alive);
    clearTimeout(this.#stopTimer);
    this.#host.exitCode = exitCode;
    setTimeout(() => this.#endLingering(exitCode), LINGER_MS).unref();
  }

  #context(): MainContext {
    return {
      signal: this.#abort.signal,
      redactor: this.#redactor,
      logCrashesTo: (logger) => {
        this.#crashLogger = logger;
      },
      stopWithin: (ms) => {
        this.#stopWithinMs = ms;
      },
    };
  }

  #listen(): void {
    for (const signalName of ['SIGTERM', 'SIGINT'] as const) {
      this.#host.on(signalName, () => this.#interrupt(new Interrupted(signalName)));
    }
    // An unhandled rejection arrives here too. What the program believed is no longer true, so it
    // goes no further.
    this.#host.on('uncaughtException', (error) => this.#host.exit(this.#report(error)));
    // `enqueuer results | head`: nobody reads on, and that is no crash.
    this.#host.stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.#host.exit(error.code === 'EPIPE' ? BROKEN_PIPE : this.#report(error));
    });
  }

  #interrupt(interrupted: Interrupted): void {
    if (this.#abort.signal.aborted) this.#host.exit(interrupted.exitCode);
    this.#stopTimer = setTimeout(() => {
      this.#print(`did not stop within ${this.#stopWithinMs} ms; ended`);
      this.#host.exit(interrupted.exitCode);
    }, this.#stopWithinMs).unref();
    this.#abort.abort(interrupted);
  }

  /** Says what went wrong in the way that suits the error, and gives the exit code for it. */
  #report(error: unknown): number {
    if (error instanceof Interrupted) return error.exitCode;
    if (this.#abort.signal.aborted && isAbort(error))
      return (this.#abort.signal.reason as Interrupted).exitCode;
    if (error instanceof DialerError) {
      this.#print(error.message);
      return exitCodeOf(error);
    }
    this.#reportCrash(error);
    return CRASHED;
  }

  #reportCrash(error: unknown): void {
    if (this.#crashLogger !== undefined) {
      this.#crashLogger.fatal({ err: error }, 'unexpected error');
      return;
    }
    // Read here as it is: what crashed may have been the reading of the configuration.
    if (this.#host.env['LOG_LEVEL'] === 'debug' || this.#host.env['LOG_LEVEL'] === 'trace') {
      this.#print(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#print(`unexpected error: ${message}; run with LOG_LEVEL=debug for details`);
  }

  #endLingering(exitCode: number): void {
    const left = this.#host.getActiveResourcesInfo().join(', ');
    this.#crashLogger?.warn({ left }, 'ended although something was left open');
    this.#host.exit(exitCode);
  }

  #print(text: string): void {
    const { stderr } = this.#host;
    const redacted = this.#redactor.text(text);
    stderr.write(`${stderr.isTTY ? terminalText(redacted) : redacted}\n`);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
