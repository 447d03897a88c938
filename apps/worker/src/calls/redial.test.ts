import type { SimulatorOptions } from '@libby-dialer/libby-simulator';
import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, LINE, phone, phones } from '../testing/dialing-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const openWorld = (options?: SimulatorOptions) => DialingWorld.open(redis, options);
const NUMBER = phone(0);
/** Taken by the API, which then says that it failed. */
const DOUBT = { status: 500, taken: true };
const FIRST_IN_DOUBT = { script: [{ match: { toPhoneNumber: NUMBER, nth: 1 }, do: DOUBT }] };

interface Entry {
  readonly state: string;
  readonly deadline: number;
  readonly redialAt?: number;
  readonly redials?: number;
}

/** @param assumedCallSeconds an hour, unless the test wants to see the redial come by itself */
async function redialingCampaign(
  world: DialingWorld,
  assumedCallSeconds = 3600,
  changes = {},
): Promise<void> {
  await world.campaign({
    onUnknown: 'redial',
    lines: { maxConcurrentCalls: 100, assumedCallSeconds },
    ...changes,
  });
}

async function entryOf(world: DialingWorld): Promise<Entry> {
  const raw = await world.redis.hget(world.keys.campaign('spring').ledger, world.callId(NUMBER));
  return JSON.parse(raw ?? '{}') as Entry;
}

/** Waits until the call is in doubt and its job is delayed to its redial. */
async function redialWaits(world: DialingWorld): Promise<Entry> {
  await eventually(
    async () => (await world.withQueue('spring', (queue) => queue.getDelayedCount())) === 1,
  );
  return entryOf(world);
}

/** As if the time had passed that the redial waits for. */
async function passWait(world: DialingWorld): Promise<void> {
  const entry = await entryOf(world);
  const { ledger } = world.keys.campaign('spring');
  if (entry.redialAt !== undefined) {
    await world.redis.hset(ledger, world.callId(NUMBER), JSON.stringify({ ...entry, redialAt: 1 }));
  }
  await world.withQueue('spring', (queue) => queue.promoteJobs());
}

/** All is over, and no job is left that could ring anybody. */
async function isCompleted(world: DialingWorld): Promise<void> {
  await eventually(async () => (await world.status()).state === 'completed');
  expect(
    await world.withQueue('spring', (queue) =>
      queue.getJobCountByTypes('waiting', 'delayed', 'active'),
    ),
  ).toBe(0);
  expect(await world.redis.hget(world.keys.campaign('spring').state, 'redialing')).toBe('0');
}

function request(world: DialingWorld, owner: string) {
  return {
    callId: world.callId(NUMBER),
    owner,
    campaign: 'spring',
    person: world.identity.person(NUMBER),
    lines: [LINE],
    limits: { conversationMs: 120_000 },
    opensAt: 0,
    closesAt: Number.MAX_SAFE_INTEGER,
    ready: true,
  };
}

function settlement(world: DialingWorld, owner: string, outcome: 'accepted' | 'unknown') {
  const record = {
    callId: world.callId(NUMBER),
    campaign: 'spring',
    toPhoneNumber: NUMBER,
    outcome,
  };
  return {
    callId: world.callId(NUMBER),
    owner,
    campaign: 'spring',
    outcome,
    attempts: 1,
    resultHead: JSON.stringify(record).slice(0, -1),
    payload: outcome === 'accepted' ? '' : JSON.stringify({ to: NUMBER, name: 'Ada' }),
    answered: true,
    probes: [],
  };
}

describe.concurrent('onUnknown: redial', () => {
  test('a call in doubt is dialed once more, only once, and not before a conversation must have ended', async () => {
    await using world = await openWorld({
      script: [{ match: { toPhoneNumber: NUMBER }, do: DOUBT }],
    });
    await redialingCampaign(world, 0.5);
    await world.load([NUMBER]);
    await world.startWorker({ connectTimeoutMs: 100, responseTimeoutMs: 500 });
    const waiting = await redialWaits(world);
    expect(waiting).toMatchObject({ state: 'unknown', redialAt: waiting.deadline + 500 });
    await isCompleted(world);
    expect(await world.results()).toMatchObject([
      { outcome: 'unknown', reason: 'server_error', attempts: 2, revision: 2 },
    ]);
    expect((await world.status()).outcomes).toMatchObject({ unknown: 1 });
    const { calls } = world.simulator.calls();
    expect(calls).toHaveLength(2);
    expect(Date.parse(String(calls[1]?.at))).toBeGreaterThanOrEqual(
      waiting.redialAt ?? Number.POSITIVE_INFINITY,
    );
    const after = await entryOf(world);
    expect(after).toMatchObject({ state: 'unknown', redials: 1 });
    expect(after.redialAt).toBeUndefined();
  });

  test('while it waits it counts as unknown alone; taken at last it is accepted, by revision 2', async () => {
    await using world = await openWorld(FIRST_IN_DOUBT);
    await redialingCampaign(world);
    await world.load([NUMBER]);
    await Promise.all([world.startWorker(), world.startWorker()]);
    await redialWaits(world);
    expect(await world.status()).toMatchObject({
      state: 'waiting',
      pending: 0,
      inFlight: 0,
      outcomes: { unknown: 1 },
    });
    await passWait(world);
    await isCompleted(world);
    expect(await world.results()).toMatchObject([
      { outcome: 'accepted', reason: 'accepted', attempts: 2, revision: 2 },
    ]);
    expect((await world.status()).outcomes).toMatchObject({ accepted: 1, unknown: 0 });
    expect(world.requestsByNumber().get(NUMBER)).toBe(2);
  });

  test('never-redial leaves it alone', async () => {
    await using world = await openWorld(FIRST_IN_DOUBT);
    await world.campaign();
    await world.load([NUMBER]);
    await world.startWorker();
    await world.settled(1);
    await eventually(async () => (await world.status()).state === 'completed');
    expect(await entryOf(world)).not.toHaveProperty('redialAt');
    expect(world.requestsByNumber().get(NUMBER)).toBe(1);
  });

  test('a late answer of the first owner makes it needless', async () => {
    await using world = await openWorld();
    await redialingCampaign(world);
    await world.load([NUMBER]);
    const gate = world.gate(1);
    await gate.claim(request(world, 'a slow worker'));
    await world.startWorker();
    expect(await redialWaits(world)).toMatchObject({
      state: 'unknown',
      redialAt: expect.any(Number) as number,
    });
    expect(await gate.settle(settlement(world, 'a slow worker', 'accepted'))).toEqual({
      kind: 'settled',
      revision: 2,
    });
    await passWait(world);
    await isCompleted(world);
    expect(await world.results()).toMatchObject([{ outcome: 'accepted', revision: 2 }]);
    expect(world.simulator.stats().requests).toBe(0);
  });

  test.each([
    [
      'canceled',
      async (world: DialingWorld) => void (await world.control.apply('cancel', 'spring')),
    ],
    [
      'expired',
      (world: DialingWorld) =>
        redialingCampaign(world, 3600, { expiresAt: '2020-01-01T00:00:00Z' }),
    ],
    ['suppressed', async (world: DialingWorld) => void (await world.doNotCall.add([NUMBER]))],
  ])('%s while it waits: the call stays unknown', async (_, interfere) => {
    await using world = await openWorld(FIRST_IN_DOUBT);
    await redialingCampaign(world);
    await world.load([NUMBER]);
    await world.startWorker();
    await redialWaits(world);
    await interfere(world);
    await passWait(world);
    await eventually(async () => (await world.withQueue('spring', (queue) => queue.count())) === 0);
    await eventually(
      async () =>
        (await world.redis.hget(world.keys.campaign('spring').state, 'redialing')) === '0',
    );
    expect(await world.results()).toMatchObject([
      { outcome: 'unknown', reason: 'server_error', revision: 1 },
    ]);
    expect((await world.status()).outcomes).toMatchObject({
      unknown: 1,
      canceled: 0,
      expired: 0,
      suppressed: 0,
    });
    expect(world.requestsByNumber().get(NUMBER)).toBe(1);
  });

  test('a worker that dies before its job is delayed changes nothing', async () => {
    await using world = await openWorld();
    await redialingCampaign(world);
    await world.load([NUMBER]);
    const gate = world.gate();
    await gate.claim(request(world, 'a worker that died after settling'));
    await gate.settle({
      ...settlement(world, 'a worker that died after settling', 'unknown'),
      redialAfterMs: 3_600_000,
    });
    await world.startWorker();
    await redialWaits(world);
    await passWait(world);
    await isCompleted(world);
    expect(await world.results()).toMatchObject([{ outcome: 'accepted', revision: 2 }]);
    expect(world.requestsByNumber().get(NUMBER)).toBe(1);
  });

  test('a redial that the API refuses for good leaves the call unknown: the first may have rung', async () => {
    await using world = await openWorld({
      script: [...FIRST_IN_DOUBT.script, { match: { toPhoneNumber: NUMBER }, do: { status: 400 } }],
    });
    await redialingCampaign(world);
    await world.load([NUMBER]);
    await world.startWorker();
    await redialWaits(world);
    await passWait(world);
    await isCompleted(world);
    expect(await world.results()).toMatchObject([
      { outcome: 'unknown', reason: 'bad_request', httpStatus: 400, revision: 2 },
    ]);
    expect(world.requestsByNumber().get(NUMBER)).toBe(2);
    // What was refused takes no place: neither on the line nor of the person's calls.
    expect(await world.redis.zcard(`${world.keys.lines}:${LINE}`)).toBe(1);
    expect(await world.redis.zcard(world.keys.person(world.identity.person(NUMBER)))).toBe(1);
  });

  test('a redial that is not taken keeps its place, and is still the only one', async () => {
    const script = [
      { match: { toPhoneNumber: NUMBER, nth: 1 }, do: DOUBT },
      {
        match: { toPhoneNumber: NUMBER, nth: 2 },
        do: { status: 429, headers: { 'retry-after': '1' } },
      },
      { match: { toPhoneNumber: NUMBER, nth: 3 }, do: DOUBT },
    ];
    await using world = await openWorld({ script });
    await redialingCampaign(world);
    await world.load([NUMBER]);
    await world.startWorker();
    await redialWaits(world);
    await passWait(world);
    await isCompleted(world);
    expect(await world.results()).toMatchObject([{ outcome: 'unknown', attempts: 3, revision: 2 }]);
    expect(world.requestsByNumber().get(NUMBER)).toBe(3);
    expect(world.simulator.calls().byNumber).toEqual({ [NUMBER]: 2 });
  });

  test('many calls in doubt are each dialed once more', async () => {
    const numbers = phones(20);
    const script = numbers
      .slice(0, 4)
      .map((to) => ({ match: { toPhoneNumber: to, nth: 1 }, do: DOUBT }));
    await using world = await openWorld({ script });
    await redialingCampaign(world);
    await world.load(numbers);
    await Promise.all([world.startWorker(), world.startWorker()]);
    await eventually(
      async () => (await world.withQueue('spring', (queue) => queue.getDelayedCount())) === 4,
    );
    for (const to of numbers.slice(0, 4)) {
      const { ledger } = world.keys.campaign('spring');
      const entry = JSON.parse((await world.redis.hget(ledger, world.callId(to))) ?? '') as object;
      await world.redis.hset(ledger, world.callId(to), JSON.stringify({ ...entry, redialAt: 1 }));
    }
    await world.withQueue('spring', (queue) => queue.promoteJobs());
    await isCompleted(world);
    expect((await world.status()).outcomes).toMatchObject({ accepted: 20, unknown: 0 });
    const rings = Object.values(world.simulator.calls().byNumber).toSorted((a, b) => b - a);
    expect(rings).toEqual([2, 2, 2, 2, ...Array.from({ length: 16 }, () => 1)]);
  });
});
