import { startRedis } from '@libby-dialer/testkit';
import { expect, it } from 'vitest';
import { eachTest, Fixture } from '../testing/fixture.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

async function settle(callId: string, campaign = 'spring'): Promise<void> {
  await fixture.gate().settle(fixture.settling({ callId, owner: callId, campaign }));
}

it('reads one campaign’s results in the order of settling, whatever lies between', async () => {
  for (const callId of ['a', 'b', 'c']) {
    await settle(callId);
    await settle(`other ${callId}`, 'autumn');
  }
  const records = await Array.fromAsync(fixture.results.read('spring'));
  expect(records.map(({ callId }) => callId)).toEqual(['a', 'b', 'c']);
  expect(await Array.fromAsync(fixture.results.read('winter'))).toEqual([]);
});

it('reads more than one page', async () => {
  const { keys, redis } = fixture;
  const pipeline = redis.pipeline();
  for (let index = 1; index <= 2500; index += 1) {
    pipeline.xadd(
      keys.results,
      `1-${index}`,
      'campaign',
      'spring',
      'result',
      JSON.stringify({ callId: `c${index}` }),
    );
  }
  pipeline.hset(keys.campaign('spring').state, 'firstResult', '1-1', 'lastResult', '1-2500');
  await pipeline.exec();
  const records = await Array.fromAsync(fixture.results.read('spring'));
  expect(new Set(records.map(({ callId }) => callId)).size).toBe(2500);
});

it('follows what settles later, until told to stop', async () => {
  await settle('a');
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const { callId } of fixture.results.read('spring', {
    follow: true,
    signal: stop.signal,
  })) {
    seen.push(callId);
    if (callId === 'a') await settle('b');
    else stop.abort();
  }
  expect(seen).toEqual(['a', 'b']);
});

it('gives the latest record of a call that was corrected, also when Redis is full', async () => {
  await using full = await startRedis({ own: true });
  using own = await Fixture.on(full);
  const gate = own.gate();
  await gate.claim(own.request());
  await gate.settle(own.settling({ outcome: 'unknown' }));
  await gate.settle(own.settling({ outcome: 'accepted' }));
  await own.redis.config('SET', 'maxmemory', '1');
  const records = await Array.fromAsync(own.results.read('spring'));
  expect(records).toMatchObject([{ callId: 'call-1', outcome: 'accepted', revision: 2 }]);
});

it('gives pages of the latest records, however many calls were corrected', async () => {
  const { keys, redis } = fixture;
  const own = keys.campaign('spring');
  const add = (id: string, callId: string) =>
    redis.xadd(keys.results, id, 'campaign', 'spring', 'result', JSON.stringify({ callId }));
  for (const [id, callId] of [
    ['1-9', 'a'],
    ['1-10', 'b'],
    ['2-1', 'c'],
    ['2-2', 'a'],
    ['10-1', 'b'],
  ] as const)
    await add(id, callId);
  await redis.hset(own.revised, 'a', '2-2', 'b', '10-1');
  // The last one came while the page was read.
  await redis.hset(own.state, 'firstResult', '1-9', 'lastResult', '2-2');
  const page = async (after: string | undefined) => {
    const request = { after, limit: 2, mostRead: 100 };
    const { entries, upTo, isLast } = await fixture.results.page('spring', request);
    return { calls: entries.map(([, { callId }]) => callId), upTo, isLast };
  };
  const first = await page(undefined);
  expect(first).toEqual({ calls: ['b', 'c'], upTo: '2-1', isLast: false });
  expect(await page(first.upTo)).toEqual({ calls: ['a'], upTo: '2-2', isLast: true });
  await redis.hset(own.state, 'lastResult', '10-1');
  expect((await page(undefined)).calls).toEqual(['c', 'a']);
  expect(await page('2-2')).toEqual({ calls: ['b'], upTo: '10-1', isLast: true });
});

it('gives pages of one outcome, however few there are', async () => {
  const { keys, redis } = fixture;
  const own = keys.campaign('spring');
  const pipeline = redis.pipeline();
  for (let index = 1; index <= 2500; index += 1) {
    const outcome = index % 1000 === 0 ? 'unknown' : 'accepted';
    // What people wrote does not count for it.
    const record = { callId: `c${index}`, outcome, name: '"outcome":"unknown"' };
    const result = JSON.stringify(record);
    pipeline.xadd(keys.results, `1-${index}`, 'campaign', 'spring', 'result', result);
  }
  pipeline.hset(own.state, 'firstResult', '1-1', 'lastResult', '1-2500');
  await pipeline.exec();
  const page = async (after: string | undefined, limit: number, mostRead: number) => {
    const request = { after, limit, mostRead, outcome: 'unknown' } as const;
    const { entries, upTo, isLast } = await fixture.results.page('spring', request);
    return { calls: entries.map(([, { callId }]) => callId), upTo, isLast };
  };
  expect(await page(undefined, 1, 5000)).toEqual({
    calls: ['c1000'],
    upTo: '1-1000',
    isLast: false,
  });
  expect(await page('1-1000', 5, 5000)).toEqual({ calls: ['c2000'], upTo: '1-2500', isLast: true });
  expect(await page(undefined, 5, 1000)).toEqual({
    calls: ['c1000'],
    upTo: '1-1000',
    isLast: false,
  });
});
