import { systemClock } from '@libby-dialer/runtime';
import type { Caller } from './caller.ts';

const EVERY_MS = 5000;

interface WhileLetIn {
  readonly caller: Caller;
  /** Asks once more who it is. */
  readonly identify: () => Promise<Caller | undefined>;
  /** Ends the connection: nothing that was cut may pass for whole. */
  readonly cut: () => void;
}

/**
 * What is answered piece by piece, perhaps for hours, as long as whoever asked for it is let in,
 * and as the same. Looks between two pieces.
 */
export function whileLetIn(
  pieces: ReadableStream<Uint8Array>,
  { caller, identify, cut }: WhileLetIn,
): ReadableStream<Uint8Array> {
  let lookedAt = systemClock.monotonic();
  const isLetIn = async () => {
    if (systemClock.monotonic() - lookedAt < EVERY_MS) return true;
    lookedAt = systemClock.monotonic();
    // While Redis is away nobody can tell; nothing new comes from it then either.
    const now = await identify().catch(() => caller);
    return now?.name === caller.name && now.role === caller.role;
  };
  return pieces.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: async (piece, controller) => {
        if (await isLetIn()) controller.enqueue(piece);
        else cut();
      },
    }),
  );
}
