import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DialingWorld, LINE, phone, phones } from '../testing/dialing-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const SCOPE = 'campaign:spring';
const numbersDialed = (world: DialingWorld) => [...world.requestsByNumber().keys()].toSorted();

test('two workers dial the first calls, and the rest follows by itself once these are accepted', async () => {
  await using world = await DialingWorld.open(redis, {
    // Told to slow down once: it is given back, and its place with it.
    script: [{ match: { toPhoneNumber: phone(1), nth: 1 }, do: { status: 429 } }],
  });
  await world.campaign();
  await world.queue.canaries.open('spring', { calls: 3, needed: 3 });
  await world.load(phones(20));
  const workers = await Promise.all([world.startWorker(), world.startWorker()]);
  await world.settled(20);
  await world.noHolds();
  expect(world.rangTwice()).toEqual([]);
  const lifted = workers.flatMap(({ logs }) =>
    logs.filter((line) => line.includes('a hold is lifted') && line.includes('"canary"')),
  );
  expect(lifted).toHaveLength(1);
});

test('where too few are accepted the rest is held, until a person releases it', async () => {
  await using world = await DialingWorld.open(redis, {
    script: [{ match: { toPhoneNumber: phone(0) }, do: { status: 400 } }],
  });
  await world.campaign();
  await world.queue.canaries.open('spring', { calls: 2, needed: 2 });
  // Workers ask for all that waits at once: these two are surely the first.
  await world.load(phones(2));
  const [worker] = await Promise.all([world.startWorker(), world.startWorker()]);
  await world.settled(2);
  await world.load(phones(12));
  await worker?.gateAnswered('held');
  expect(await world.status()).toMatchObject({
    state: 'held',
    pending: 10,
    holds: [{ reason: 'canary', canary: { dialed: 2, accepted: 1, inFlight: 0 } }],
  });
  expect(numbersDialed(world)).toHaveLength(2);
  await world.holds.release(SCOPE);
  await world.settled(12);
  expect(world.rangTwice()).toEqual([]);
});

test('who is on the do-not-call list takes no place, and a retried call takes it again', async () => {
  await using world = await DialingWorld.open(redis, {
    script: [{ match: { nth: 1 }, do: { status: 422 } }],
  });
  await world.campaign();
  await world.doNotCall.add([phone(0), phone(1)]);
  await world.queue.canaries.open('spring', { calls: 1, needed: 1 });
  await world.load(phones(4));
  await world.startWorker();
  await eventually(async () => (await world.status()).outcomes.rejected === 1);
  await eventually(async () => (await world.status()).pending === 1);
  await world.queue.reopener.reopen('spring', 'rejected');
  // Its place is free, whoever takes it: one is dialed for the first time and rejected, or again.
  await eventually(async () => world.simulator.calls().calls.length >= 2);
  expect(world.rangTwice()).toEqual([]);
});

test('a call whose worker has died is in doubt, though nobody takes jobs while its canary is full', async () => {
  await using world = await DialingWorld.open(redis);
  await world.campaign();
  await world.queue.canaries.open('spring', { calls: 1, needed: 1 });
  await world.load(phones(3));
  const callId = world.callId(phone(2));
  const { ledger, claims } = world.keys.campaign('spring');
  await world.gate().claim({
    callId,
    owner: 'dead.1',
    campaign: 'spring',
    person: world.identity.person(phone(2)),
    lines: [LINE],
    limits: { conversationMs: 120_000 },
    opensAt: 0,
    closesAt: Number.MAX_SAFE_INTEGER,
    ready: true,
  });
  const claim = JSON.parse((await world.redis.hget(ledger, callId)) ?? '{}') as object;
  await world.redis.hset(ledger, callId, JSON.stringify({ ...claim, deadline: 1 }));
  await world.redis.zadd(claims, 1, callId);
  await world.startWorker();
  await world.settled(1);
  expect(await world.status()).toMatchObject({
    state: 'held',
    pending: 2,
    inFlight: 0,
    outcomes: { unknown: 1 },
  });
  expect(world.simulator.calls().calls).toEqual([]);
});
