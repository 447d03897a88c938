import type { RedisConnection } from './redis-connection.ts';

export type StreamEntry = readonly [id: string, fields: readonly string[]];

interface Range {
  /** Stream ids, both included. */
  readonly first?: string;
  readonly last?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A stream's entries, the oldest first, by so many at once. */
export async function* streamEntries(
  redis: RedisConnection,
  stream: string,
  step: number,
  { first = '-', last = '+', signal }: Range = {},
): AsyncGenerator<StreamEntry> {
  let from = first;
  for (;;) {
    const entries = await redis.xrange(stream, from, last, 'COUNT', step);
    yield* entries;
    const end = entries.at(-1);
    if (end === undefined || entries.length < step) return;
    from = `(${end[0]}`;
    signal?.throwIfAborted();
  }
}

/** Stream ids, as Redis orders them. */
export function compareIds(one: string, other: string): number {
  const [[ms = 0, count = 0], [otherMs = 0, otherCount = 0]] = [one, other].map((id) =>
    id.split('-').map(Number),
  ) as [number[], number[]];
  return ms - otherMs || count - otherCount;
}

/** Some of them at once, in their order. */
export function* stepsOf<Item>(
  items: readonly Item[],
  size: number,
): Generator<readonly Item[], void> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

/**
 * A hash's fields and values, in steps of about that size. One may come twice.
 * @param pattern of the fields, as Redis matches them
 */
export async function* hashSteps(
  redis: RedisConnection,
  key: string,
  step: number,
  pattern = '*',
): AsyncGenerator<readonly (readonly [field: string, value: string])[]> {
  const scan = (cursor: string) => redis.hscan(key, cursor, 'MATCH', pattern, 'COUNT', step);
  for await (const flat of steps(scan)) {
    yield flat.flatMap((field, index) =>
      index % 2 === 0 ? [[field, flat[index + 1] ?? ''] as const] : [],
    );
  }
}

/** A set's members, likewise. */
export async function* setSteps(
  redis: RedisConnection,
  key: string,
  step: number,
): AsyncGenerator<readonly string[]> {
  yield* steps((cursor) => redis.sscan(key, cursor, 'COUNT', step));
}

async function* steps(
  scan: (cursor: string) => Promise<[cursor: string, found: string[]]>,
): AsyncGenerator<string[]> {
  let cursor = '0';
  do {
    const [next, found] = await scan(cursor);
    cursor = next;
    if (found.length > 0) yield found;
  } while (cursor !== '0');
}
