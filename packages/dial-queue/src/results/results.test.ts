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
