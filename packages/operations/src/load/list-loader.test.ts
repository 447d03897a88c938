import type { ListRow, RowChecker } from '@libby-dialer/call-list';
import { type IdentifiedCall, Identity, type LoadVerdict } from '@libby-dialer/dial-queue';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ListLoader, type ListLoaderOptions } from './list-loader.ts';

type Add = ListLoaderOptions['add'];

/** Each row is the call of its own text; an empty one is rejected. */
const checker: RowChecker = {
  check: ({ raw = '' }) =>
    raw === ''
      ? { code: 'missing_phone', reason: 'There is no phone number.' }
      : { call: { to: raw, name: 'Ada' }, dedupeKey: raw },
  head: { id: 'h1', headings: [] },
  columns: undefined,
  warnings: [],
};

function row(raw: string, index: number): ListRow {
  return {
    line: index + 1,
    row: index + 1,
    raw,
    cells: undefined,
    record: undefined,
    problem: undefined,
  };
}

async function* chunksOf(rows: readonly ListRow[], size: number) {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}

function loaderWith(add: Add, options: Partial<ListLoaderOptions> = {}): ListLoader {
  return new ListLoader({
    campaign: 'spring',
    checker,
    identity: new Identity(Buffer.alloc(32)),
    add,
    reject: () => Promise.resolve(),
    signal: new AbortController().signal,
    ...options,
  });
}

function numbered(count: number): ListRow[] {
  return Array.from({ length: count }, (_, index) => row(`call ${index}`, index));
}

async function* damaged() {
  yield numbered(700);
  throw new Error('the list is damaged');
}

const allNew: Add = (batch) => Promise.resolve(batch.map(() => 'queued'));

describe('ListLoader', () => {
  test('every row is counted once, however the list is cut', async () => {
    const rows = ['a', 'b', '', 'a', 'c', '', 'b'].map(row);
    for (const size of [1, 2, 3, 7]) {
      const loader = loaderWith(allNew);
      await loader.load(chunksOf(rows, size));
      const expected = {
        rows: 7,
        queued: 3,
        alreadyQueued: 0,
        alreadySettled: 0,
        duplicates: 2,
        rejected: 2,
      };
      expect(loader.counts).toEqual(expected);
    }
  });

  test('reads on while batches are added, but never holds more than four', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    const loader = loaderWith(async (batch) => {
      const landed = new Promise<void>((resolve) => waiting.push(resolve));
      most = Math.max(most, waiting.length);
      if (waiting.length === 4)
        setImmediate(() => waiting.splice(0).forEach((resolve) => resolve()));
      if (batch.length < 250) waiting.splice(0).forEach((resolve) => resolve());
      await landed;
      return batch.map(() => 'queued');
    });
    await loader.load(chunksOf(numbered(5100), 700));
    expect(most).toBe(4);
    expect(loader.counts).toMatchObject({ rows: 5100, queued: 5100 });
  });

  test('a row that repeats one still on its way is a duplicate, though Redis cannot know yet', async () => {
    const added: IdentifiedCall[] = [];
    const loader = loaderWith((batch) => {
      added.push(...batch);
      return allNew(batch);
    });
    const rows = [...numbered(600), row('call 0', 600), row('call 599', 601)];
    await loader.load(chunksOf(rows, rows.length));
    expect(loader.counts).toMatchObject({ rows: 602, queued: 600, duplicates: 2 });
    expect(added).toHaveLength(600);
  });

  test('what Redis knows and the list has named is a duplicate, else it was there before', async () => {
    const seen = new Set<string>();
    const loader = loaderWith((batch) => {
      const verdicts = batch.map(
        ({ callId }): LoadVerdict => (seen.has(callId) ? 'already_settled' : 'queued'),
      );
      for (const { callId } of batch) seen.add(callId);
      return Promise.resolve(verdicts);
    });
    const rows = [...numbered(3000), row('call 0', 3000)];
    await loader.load(chunksOf(rows, 100));
    expect(loader.counts).toMatchObject({ queued: 3000, duplicates: 1, alreadySettled: 0 });
  });

  test('every row is counted once, whatever the list holds and Redis knew, however much of it is loaded', async () => {
    const name = fc.constantFrom('', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    const known = fc.dictionary(
      name,
      fc.constantFrom<LoadVerdict>('already_queued', 'already_settled'),
    );
    const lists = fc.array(name, { maxLength: 40 });
    const limits = fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        lists,
        known,
        fc.integer({ min: 1, max: 9 }),
        limits,
        async (names, known, size, limit) => {
          const identity = new Identity(Buffer.alloc(32));
          const redis = new Map(
            Object.entries(known).map(([name, verdict]) => [
              identity.callId('spring', name),
              verdict,
            ]),
          );
          const queued: string[] = [];
          let rejected = 0;
          const loader = loaderWith(
            (batch) =>
              Promise.resolve(
                batch.map(({ callId, call }): LoadVerdict => {
                  const verdict = redis.get(callId) ?? 'queued';
                  if (verdict === 'queued') queued.push(call.to);
                  redis.set(callId, verdict === 'queued' ? 'already_queued' : verdict);
                  return verdict;
                }),
              ),
            {
              identity,
              limit,
              reject: (rejects) => {
                rejected += rejects.length;
                return Promise.resolve();
              },
            },
          );
          await loader.load(chunksOf(names.map(row), size));
          const { rows, ...counts } = loader.counts;
          expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(rows);
          const read = names.slice(0, rows);
          const callable = new Set(read.filter((name) => name !== ''));
          expect(counts).toEqual({
            queued: queued.length,
            alreadyQueued: [...callable].filter((name) => known[name] === 'already_queued').length,
            alreadySettled: [...callable].filter((name) => known[name] === 'already_settled')
              .length,
            duplicates: read.length - rejected - callable.size,
            rejected,
          });
          expect(queued.toSorted()).toEqual(
            [...callable].filter((name) => known[name] === undefined).toSorted(),
          );
          expect(rows === names.length || callable.size === limit).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a failure ends the load once everything under way has ended', async () => {
    let underWay = 0;
    const loader = loaderWith(async (batch) => {
      underWay += 1;
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      if (batch.some(({ call }) => call.to === 'call 0')) throw new Error('Redis is full');
      return batch.map(() => 'queued');
    });
    await expect(loader.load(chunksOf(numbered(4000), 500))).rejects.toThrow('Redis is full');
    expect(underWay).toBe(0);
  });

  test('what was read before the list breaks off has its place', async () => {
    const loader = loaderWith(allNew);
    await expect(loader.load(damaged())).rejects.toThrow('the list is damaged');
    expect(loader.counts).toMatchObject({ rows: 700, queued: 700 });
  });

  test('a row may be so large that a few make a batch', async () => {
    const sizes: number[] = [];
    const loader = loaderWith((batch) => {
      sizes.push(batch.length);
      return allNew(batch);
    });
    const rows = Array.from({ length: 12 }, (_, index) =>
      row(`${index}`.padEnd(1024 * 1024, 'x'), index),
    );
    await loader.load(chunksOf(rows, 12));
    expect(sizes).toEqual([4, 4, 4]);
  });

  test('stops at the limit and at an interruption, with all it read in its place', async () => {
    const limited = loaderWith(allNew, { limit: 7 });
    await limited.load(chunksOf(numbered(100), 5));
    expect(limited.counts).toMatchObject({ rows: 7, queued: 7 });
    const interruption = new AbortController();
    const interrupted = loaderWith(allNew, { signal: interruption.signal });
    async function* endless() {
      for (let chunk = 0; ; chunk += 1) {
        if (chunk === 3) interruption.abort();
        yield numbered(100).map(({ raw }, index) => row(`${chunk} ${raw}`, index));
      }
    }
    await interrupted.load(endless());
    expect(interrupted.counts).toMatchObject({ rows: 300, queued: 300 });
  });
});
