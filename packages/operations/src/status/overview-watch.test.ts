import { expect, test } from 'vitest';
import { eachTest, type TestBench } from '../testing/test-bench.ts';
import { OverviewWatch } from './overview-watch.ts';
import { StatusWatch } from './status-watch.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

async function ended(id: string): Promise<void> {
  await bench.load(await bench.list(`${id}.csv`, 1), await bench.put(id));
  const [callId = ''] = await bench.queued(id);
  await bench.claim(id, callId);
  await bench.settle(id, callId, 'accepted');
  await bench.redis.srem(bench.keys.openCampaigns, id);
}

test('what ended within a day stands behind what is open, also if nobody has seen it end', async () => {
  for (const id of ['long-ago', 'first', 'second']) await ended(id);
  await bench.redis.hset(bench.keys.campaign('long-ago').state, 'lastResult', '1-0');
  await bench.put('never-loaded');
  await bench.load(await bench.list('open.csv', 1), await bench.put('z-open'));
  const watch = new OverviewWatch(bench.context, new StatusWatch(bench.context));
  const shown = async () => (await watch.look()).campaigns.map(({ status: { id } }) => id);
  expect(await shown()).toEqual(['z-open', 'second', 'first']);
  expect((await watch.look()).campaignsInAll).toBe(5);
  await ended('z-open');
  expect(await shown()).toEqual(['z-open', 'second', 'first']);
  await bench.redis.sadd(bench.keys.openCampaigns, 'first');
  expect(await shown()).toEqual(['first', 'z-open', 'second']);
});
