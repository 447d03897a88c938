import type { Command } from '@commander-js/extra-typings';
import type { Io } from './terminal/io.ts';

/** Where a command is added, and what it needs. */
export interface CommandLine {
  readonly program: Command;
  readonly io: Io;
  /** Waits for the command and keeps its exit code. */
  readonly run: (work: Promise<number>) => Promise<void>;
}
