import { expect, test } from 'vitest';
import { eachTest, type TestBench } from '../testing/test-bench.ts';
import { listWorkers, workersJson } from './list-workers.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

const NOTE = {
  host: 'desk',
  pid: 7,
  version: '0.1.0',
  node: 'v24.0.0',
  upMs: 60_000,
  concurrency: 10,
  inFlight: 3,
  isStopping: false,
  troubles: [],
};

const ids = async () => (await listWorkers(bench.context)).workers.map(({ id }) => id);

/** As if it had been said so long ago. */
async function age(id: string, ms: number): Promise<void> {
  const said = JSON.parse((await bench.redis.hget(bench.keys.workers, id)) ?? '{}') as object;
  const at = (await bench.context.now()) - ms;
  await bench.redis.hset(bench.keys.workers, id, JSON.stringify({ ...said, at }));
}

test('each worker is listed with what it says of itself, until it has ended', async () => {
  const { workerNotes } = bench.queue;
  await workerNotes.note('desk-7', NOTE, true);
  await workerNotes.note('attic-9', { ...NOTE, host: 'attic', pid: 9 }, true);
  expect(await ids()).toEqual(['attic-9', 'desk-7']);
  const { workers, count } = workersJson(await listWorkers(bench.context));
  expect(count).toBe(0);
  const [, worker] = workers;
  expect(worker).toMatchObject({ id: 'desk-7', inFlight: 3, isSilent: false, isStopping: false });
  expect(Date.parse(worker?.lastSeenAt ?? '') - Date.parse(worker?.since ?? '')).toBe(60_000);
  await workerNotes.forget('desk-7');
  expect(await ids()).toEqual(['attic-9']);
});

test('one that is silent is listed as such, then forgotten with the next to begin', async () => {
  const { workerNotes } = bench.queue;
  await workerNotes.note('killed', NOTE, true);
  await age('killed', 60_000);
  const { workers } = workersJson(await listWorkers(bench.context));
  expect(workers).toMatchObject([{ id: 'killed', isSilent: true }]);
  await age('killed', 2 * 3_600_000);
  expect(await ids()).toEqual([]);
  await workerNotes.note('next', NOTE, false);
  expect(await bench.redis.hlen(bench.keys.workers)).toBe(2);
  await workerNotes.note('next', NOTE, true);
  expect(await bench.redis.hkeys(bench.keys.workers)).toEqual(['next']);
});
