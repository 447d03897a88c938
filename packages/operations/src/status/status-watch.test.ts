import { expect, test } from 'vitest';
import { eachTest, phone, type TestBench } from '../testing/test-bench.ts';
import { StatusWatch } from './status-watch.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

const TOMORROW = new Date(Date.now() + 86_400_000).toISOString();

test('a changed definition counts at the next look, whatever was seen before', async () => {
  await bench.load(await bench.list('spring.csv', 2), await bench.put('spring'));
  const watch = new StatusWatch(bench.context);
  const look = async () => {
    const { views } = await watch.some(['spring']);
    return { state: views[0]?.status.state, opensAt: views[0]?.outlook.opening?.at };
  };
  expect(await look()).toEqual({ state: 'running', opensAt: undefined });
  await bench.put('spring', { startsAt: TOMORROW });
  expect(await look()).toEqual({ state: 'waiting', opensAt: Date.parse(TOMORROW) });
  await bench.put('spring');
  expect(await look()).toEqual({ state: 'running', opensAt: undefined });
});

test('a look at many campaigns gives each its own numbers, in the order of asking', async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `c-${index}`);
  for (const [index, id] of ids.entries())
    await bench.load(await bench.list(`${id}.csv`, 1 + (index % 3)), await bench.put(id));
  const { views } = await new StatusWatch(bench.context).some(ids);
  expect(views.map(({ status }) => [status.id, status.pending])).toEqual(
    ids.map((id, index) => [id, 1 + (index % 3)]),
  );
});

test('calls that come count at the next look, also where others were looked at before', async () => {
  await bench.put('spring');
  const add = async (number: string, startsAt?: number) => {
    await using loader = bench.queue.loader('spring');
    const call = { to: number, name: 'Ada', ...(startsAt !== undefined && { startsAt }) };
    await loader.add([{ callId: await bench.callId('spring', number), call }]);
    await loader.finish();
  };
  const watch = new StatusWatch(bench.context);
  const state = async () => (await watch.some(['spring'])).views[0]?.status.state;
  await add(phone(1), Date.parse(TOMORROW));
  expect(await state()).toBe('waiting');
  await add(phone(2));
  expect(await state()).toBe('running');
});
