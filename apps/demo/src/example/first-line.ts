import { createInterface } from 'node:readline';

/** Undefined at the end of input. Not in raw mode: Ctrl-C is the process's, as everywhere. */
export async function firstLine(
  input: NodeJS.ReadableStream,
  signal: AbortSignal,
): Promise<string | undefined> {
  const lines = createInterface({ input, terminal: false, signal });
  try {
    for await (const line of lines) return line;
    signal.throwIfAborted();
    return undefined;
  } finally {
    lines.close();
  }
}
