import type { Readable, Writable } from 'node:stream';
import type { Environment, MainContext } from '@libby-dialer/runtime';

/** `isTTY` and `columns` as Node sets them on a terminal. */
export type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What the demo is given by the process it runs in. */
export interface DemoHost extends Pick<MainContext, 'signal' | 'redactor' | 'stopWithin'> {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Terminal;
  /** As the process has it, without `.env`. */
  readonly environment: Environment;
}
