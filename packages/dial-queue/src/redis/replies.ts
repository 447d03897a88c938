import type { ChainableCommander } from 'ioredis';

/** The answers to a pipeline's commands, in their order. Throws the first error among them. */
export async function repliesOf(pipeline: ChainableCommander): Promise<unknown[]> {
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}

/** What Redis answers as a flat list of names and values. */
export function pairsOf<T>(flat: readonly T[]): Map<T, T> {
  const pairs = new Map<T, T>();
  for (let index = 0; index + 1 < flat.length; index += 2)
    pairs.set(flat[index] as T, flat[index + 1] as T);
  return pairs;
}
