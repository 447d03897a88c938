import { createInterface } from 'node:readline';
import type { Io } from './io.ts';
import { widthOf, wrapSentences } from './line-width.ts';

/** Whether there is somebody to be asked. */
export function canAsk({ stdin, stderr }: Pick<Io, 'stdin' | 'stderr'>): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Asks on the terminal. Whatever is no yes is a no. */
export async function confirm({ stdin, stderr, signal }: Io, question: string): Promise<boolean> {
  stderr.write(wrapSentences(`${question} [y/N] `, widthOf(stderr)));
  const lines = createInterface({ input: stdin, terminal: false, signal });
  try {
    for await (const line of lines) return /^\s*y(?:es)?\s*$/i.test(line);
    signal.throwIfAborted();
    return false;
  } finally {
    lines.close();
  }
}
