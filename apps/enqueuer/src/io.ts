import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Environment, Redactor } from '@libby-dialer/runtime';

/** Where people or programs read; `isTTY`, `columns` and `rows` as Node sets them on a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

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
  if (!output.write(text)) await once(output, 'drain');
}

/** A sentence that changes nothing about what is done. */
export function warn({ stderr }: Pick<Io, 'stderr'>, sentence: string): void {
  stderr.write(`Warning: ${sentence}\n`);
}
