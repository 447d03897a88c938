import type { Readable } from 'node:stream';
import { type Environment, type Redactor, terminalText } from '@libby-dialer/runtime';
import { widthOf, wrapSentences } from './line-width.ts';

/** Where people or programs read; `isTTY`, `columns` and `rows` as Node sets them on a terminal. */
export interface Output {
  /** Returns whether its reader keeps up; if not, `drain` says when it has. */
  write(text: string): boolean;
  once(event: 'drain', listener: () => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/**
 * What is written to a terminal comes from lists, other services and the provider: it is shown,
 * never obeyed.
 */
class TerminalOutput implements Output {
  readonly isTTY = true;
  readonly terminal: Output;

  constructor(terminal: Output) {
    this.terminal = terminal;
  }

  get columns(): number | undefined {
    return this.terminal.columns;
  }

  get rows(): number | undefined {
    return this.terminal.rows;
  }

  write(text: string): boolean {
    return this.terminal.write(terminalText(text));
  }

  once(event: 'drain', listener: () => void): unknown {
    return this.terminal.once(event, listener);
  }
}

/** An output that is safe to write anything to. Files and pipes get it exactly. */
export function safeOutput(output: Output): Output {
  return output.isTTY === true ? new TerminalOutput(output) : output;
}

/** What a command is given by the process it runs in. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Carries only what the user asked for. */
  readonly stdout: Output;
  /** Progress, warnings and logs. */
  readonly stderr: Output;
  /** Read when a command needs it, so that `--help` works whatever the environment holds. */
  readonly environment: () => Environment;
  /** Aborts at SIGINT or SIGTERM; its reason ends the program as that signal does. */
  readonly signal: AbortSignal;
  readonly redactor: Redactor;
}

/** Writes, and waits while the reader is slower. */
export async function print(output: Output, text: string): Promise<void> {
  if (!output.write(text)) await drained(output);
}

/** Moves the cursor of a terminal about. The text must be safe for that. */
export async function draw(output: Output, text: string): Promise<void> {
  await print(output instanceof TerminalOutput ? output.terminal : output, text);
}

async function drained(output: Output): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  output.once('drain', resolve);
  await promise;
}

/** A sentence that changes nothing about what is done. */
export function warn({ stderr }: Pick<Io, 'stderr'>, sentence: string): void {
  stderr.write(`${wrapSentences(`Warning: ${sentence}`, widthOf(stderr))}\n`);
}
