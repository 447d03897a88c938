import { expect, it } from 'vitest';
import { eachTest, type Fixture, PERSON } from '../testing/fixture.ts';
import { killedAtEachCommand, MortalRedis } from '../testing/mortal-redis.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

const NAME = 'Zacharias';
const CALL = { to: PERSON, name: NAME };
const PAYLOAD = JSON.stringify(CALL);
const ERASING = { at: 1 };

const eraser = (redis = fixture.redis) => fixture.queueOf(redis).eraser;
const keysUnder = (pattern: string) => fixture.redis.keys(`${fixture.keys.prefix}${pattern}`);

async function settle(callId: string, outcome: 'accepted' | 'rejected' | 'unknown'): Promise<void> {
  const record = { callId, campaign: 'spring', toPhoneNumber: PERSON, name: NAME, outcome };
  const payload = outcome === 'accepted' ? '' : PAYLOAD;
  await fixture
    .gate()
    .settle(fixture.settling({ callId, outcome, payload, resultHead: headOf(record) }));
}

const headOf = (record: object) => JSON.stringify(record).slice(0, -1);

/** Whatever Redis holds that names the person, by key. */
async function traces(): Promise<string[]> {
  const found: string[] = [];
  for (const key of await keysUnder(':*')) {
    const dump =
      (await fixture.redis.type(key)) === 'stream'
        ? await fixture.redis.xrange(key, '-', '+')
        : await contentOf(key);
    if (/Zacharias|5550123/.test(JSON.stringify(dump))) found.push(key);
  }
  return found;
}

async function contentOf(key: string): Promise<unknown> {
  const type = await fixture.redis.type(key);
  return type === 'hash' ? await fixture.redis.hgetall(key) : undefined;
}

it('wherever it is killed, the next time finds the rest, and each call keeps its one outcome', async () => {
  const { redis, keys } = fixture;
  await killedAtEachCommand(redis, async (mortal) => {
    await fixture.campaign();
    await settle('accepted', 'accepted');
    await settle('rejected', 'rejected');
    await settle('unknown', 'unknown');
    await using loader = fixture.loader();
    await loader.add([{ callId: fixture.identity.callId('spring', 'waiting'), call: CALL }]);
    await eraser(mortal.redis)
      .erase(PERSON, ERASING)
      .catch(() => {});
    await eraser().erase(PERSON, ERASING);
    expect(await traces()).toEqual([]);
    for (const outcome of ['accepted', 'rejected', 'unknown', 'canceled']) {
      expect([outcome, await fixture.outcomeCount(outcome)]).toEqual([outcome, 1]);
    }
    expect(await Array.fromAsync(fixture.results.read('spring'))).toHaveLength(4);
    expect(await redis.lrange(`${keys.queue('spring')}wait`, 0, -1)).toEqual([]);
    await redis.del(...(await keysUnder(':*')));
  });
});

it('does not come back by whoever queues the call again and has read its payload before', async () => {
  const { redis } = fixture;
  await fixture.campaign();
  await settle('call-1', 'rejected');
  // What it sends once it has read the payloads comes after the erasure.
  const mortal = await MortalRedis.dyingAfter(Number.POSITIVE_INFINITY, redis);
  const late = mortal.redis;
  const send = late.sendCommand.bind(late);
  let erased: Promise<unknown> | undefined;
  late.sendCommand = (command, stream) => {
    if (command.name !== 'evalsha' || !JSON.stringify(command.args).includes(NAME))
      return send(command, stream);
    erased ??= eraser().erase(PERSON, ERASING);
    void erased.then(() => send(command, stream));
    return command.promise;
  };
  await fixture.queueOf(late).reopener.reopen('spring', 'rejected');
  expect(erased).toBeDefined();
  expect(await traces()).toEqual([]);
  const queue = fixture.queue.bullQueue('spring');
  expect(await queue.getJobCountByTypes('wait', 'delayed', 'active')).toBe(0);
  await queue.close();
  mortal[Symbol.dispose]();
});

it('leaves the counts of an archived campaign alone, and takes the person out of what is left of it', async () => {
  const { redis, keys } = fixture;
  await fixture.campaign();
  await settle('rejected', 'rejected');
  await settle('unknown', 'unknown');
  await fixture.results.noteExport('spring', (await fixture.results.last('spring')) ?? '');
  await fixture.queue.archive.archive('none'); // from now on the server knows the script
  using mortal = await MortalRedis.dyingAfter(1, redis);
  await expect(
    fixture.queueOf(mortal.redis).archive.archive('spring', { withDoubts: true }),
  ).rejects.toThrow('killed');
  const queue = fixture.queue.bullQueue('spring');
  await queue.add('call', CALL, { jobId: 'late' });
  await queue.close();
  const before = await redis.hgetall(keys.campaign('spring').state);
  expect(await eraser().erase(PERSON, ERASING)).toMatchObject({
    calls: 3,
    ended: 0,
    jobs: 1,
    keptPayloads: 2,
    results: 2,
  });
  expect(await traces()).toEqual([]);
  expect(await redis.hgetall(keys.campaign('spring').state)).toEqual(before);
  expect(await fixture.queue.archive.archive('spring')).toBe('archived');
  const { state } = keys.campaign('spring');
  expect(await keysUnder(':c:spring:*')).toEqual([state]);
});

it('finds the calls to another number of the person, and what came of them', async () => {
  const { redis, keys } = fixture;
  await fixture.campaign();
  const call = { ...CALL, to: '+15055550124', otherNumbers: [PERSON] };
  const record = { callId: 'rejected', campaign: 'spring', toPhoneNumber: call.to, name: NAME };
  const resultHead = headOf(record);
  const payload = JSON.stringify(call);
  const settling = { callId: 'rejected', outcome: 'rejected', payload, resultHead } as const;
  await fixture.gate().settle(fixture.settling(settling));
  await redis.sadd(keys.forwarders, 'crm');
  await redis.xadd(keys.forward('crm').dead, '*', 'result', JSON.stringify(record));
  await using loader = fixture.loader();
  await loader.add([{ callId: fixture.identity.callId('spring', 'waiting'), call }]);
  expect(await eraser().erase(PERSON, ERASING)).toMatchObject({
    calls: 2,
    ended: 1,
    jobs: 1,
    keptPayloads: 1,
    results: 1,
    deadLetters: 1,
  });
  expect(await traces()).toEqual([]);
});
