import type { SimulatorOptions } from '@libby-dialer/libby-simulator';
import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { Worker } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, LINE, phone, phones } from '../testing/dialing-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const openWorld = (options?: SimulatorOptions) => DialingWorld.open(redis, options);
const NUMBER = phone(0);

/** What a worker asks before it dials this call. */
function request(world: DialingWorld, owner: string, to = NUMBER) {
  return {
    callId: world.callId(to),
    owner,
    campaign: 'spring',
    person: world.identity.person(to),
    lines: [LINE],
    limits: { conversationMs: 120_000 },
    opensAt: 0,
    closesAt: Number.MAX_SAFE_INTEGER,
    ready: true,
  };
}

function settlement(
  world: DialingWorld,
  owner: string,
  outcome: 'accepted' | 'unknown',
  to = NUMBER,
) {
  const head = { callId: world.callId(to), campaign: 'spring', toPhoneNumber: to, outcome };
  return {
    callId: world.callId(to),
    owner,
    campaign: 'spring',
    outcome,
    attempts: 1,
    resultHead: JSON.stringify(head).slice(0, -1),
    payload: '',
    answered: true,
    probes: [],
  };
}

async function claimOf(world: DialingWorld, to: string): Promise<{ owner: string }> {
  const { ledger } = world.keys.campaign('spring');
  return JSON.parse((await world.redis.hget(ledger, world.callId(to))) ?? '') as { owner: string };
}

describe.concurrent('a job that comes again', () => {
  test('a claim whose owner died is busy until its deadline, then unknown, and is never called', async () => {
    await using world = await openWorld();
    await world.campaign();
    await world.load(phones(2));
    const claimed = await world.gate(2500).claim(request(world, 'a worker that died'));
    if (claimed.kind !== 'dial') throw new Error('the claim was refused');
    await world.startWorker();
    const results = await world.settled(2);
    expect(results.find(({ toPhoneNumber }) => toPhoneNumber === phone(1))?.outcome).toBe(
      'accepted',
    );
    const lost = results.find(({ toPhoneNumber }) => toPhoneNumber === NUMBER);
    expect(lost).toMatchObject({
      outcome: 'unknown',
      reason: 'worker_lost',
      attempts: 1,
      revision: 1,
    });
    expect(Date.parse(lost?.dialedAt ?? '')).toBe(claimed.claim.claimedAt);
    expect(Date.parse(lost?.settledAt ?? '')).toBeGreaterThan(claimed.claim.deadline);
    expect(world.requestsByNumber().get(NUMBER)).toBeUndefined();
    expect(await world.status()).toMatchObject({ state: 'completed', inFlight: 0 });
  });

  test('the owner that was only slow says what really happened: revision 2, and the counters move', async () => {
    await using world = await openWorld();
    await world.campaign();
    const gate = world.gate(1);
    await world.load([NUMBER]);
    await gate.claim(request(world, 'a slow worker'));
    await world.startWorker();
    expect(await world.settled(1)).toMatchObject([{ outcome: 'unknown', revision: 1 }]);
    expect(await gate.settle(settlement(world, 'a slow worker', 'accepted'))).toEqual({
      kind: 'settled',
      revision: 2,
    });
    expect(await world.results()).toMatchObject([{ outcome: 'accepted', revision: 2 }]);
    expect((await world.status()).outcomes).toMatchObject({ accepted: 1, unknown: 0 });
    // Nobody else's word counts, and nobody's twice.
    expect(await gate.settle(settlement(world, 'another', 'unknown'))).toEqual({
      kind: 'already',
      outcome: 'accepted',
    });
    expect(await gate.settle(settlement(world, 'a slow worker', 'accepted'))).toEqual({
      kind: 'settled',
      revision: 2,
    });
    expect((await world.status()).outcomes).toMatchObject({ accepted: 1, unknown: 0 });
    expect(world.simulator.stats().requests).toBe(0);
  });

  test('a real worker that answers after the deadline corrects the doubt with what it saw', async () => {
    await using world = await openWorld({ script: [{ match: {}, do: { latencyMs: 1000 } }] });
    await world.campaign();
    await world.startWorker();
    await world.load([NUMBER]);
    await eventually(() => world.simulator.stats().inFlight === 1);
    // As another worker would after the deadline, judging by the claim in the ledger.
    const { owner } = await claimOf(world, NUMBER);
    expect(await world.gate().settle(settlement(world, owner, 'unknown'))).toMatchObject({
      revision: 1,
    });
    expect((await world.status()).outcomes).toMatchObject({ accepted: 0, unknown: 1 });
    await eventually(async () => (await world.status()).outcomes.accepted === 1);
    expect(await world.results()).toMatchObject([
      { outcome: 'accepted', revision: 2, attempts: 1 },
    ]);
    expect((await world.status()).outcomes).toMatchObject({ accepted: 1, unknown: 0 });
    expect(world.simulator.calls().byNumber).toEqual({ [NUMBER]: 1 });
  });

  test('a refusal that is known only after the deadline proves that nothing rang: exhausted, by revision 2', async () => {
    await using world = await openWorld({
      script: [
        { match: { toPhoneNumber: NUMBER, nth: 1 }, do: { status: 401 } },
        { match: { endpoint: 'token', nth: 2 }, do: { latencyMs: 800 } },
      ],
    });
    await world.campaign();
    await world.startWorker();
    await world.load([NUMBER]);
    await eventually(() => world.simulator.stats().tokenRequests === 2);
    const { owner } = await claimOf(world, NUMBER);
    expect(await world.gate().settle(settlement(world, owner, 'unknown'))).toMatchObject({
      revision: 1,
    });
    await eventually(async () => (await world.status()).outcomes.unknown === 0);
    expect(await world.results()).toMatchObject([
      { outcome: 'exhausted', reason: 'forbidden', revision: 2 },
    ]);
    expect(world.requestsByNumber().get(NUMBER)).toBe(1);
  });

  test('a settled call whose job was left behind is not dialed again', async () => {
    await using world = await openWorld();
    await world.campaign();
    const gate = world.gate();
    await world.load([NUMBER]);
    await gate.claim(request(world, 'a worker that died after settling'));
    await gate.settle(settlement(world, 'a worker that died after settling', 'accepted'));
    await world.startWorker();
    await eventually(async () => (await world.status()).pending === 0);
    expect(await world.results()).toHaveLength(1);
    expect(world.simulator.stats().requests).toBe(0);
    expect(await world.status()).toMatchObject({ state: 'completed', outcomes: { accepted: 1 } });
  });

  test('a job under a dead worker’s lock comes back once the lock has run out, and is dialed', async () => {
    await using world = await openWorld();
    await world.campaign();
    await world.load([NUMBER]);
    // Fetched by a worker that died before it claimed.
    const connection = world.redis.duplicate();
    const dead = new Worker('spring', null, {
      connection,
      prefix: world.keys.queues,
      lockDuration: 500,
    });
    expect((await dead.getNextJob('a dead worker'))?.id).toBe(world.callId(NUMBER));
    await dead.close(true);
    // Handed in, it is not BullMQ's to close: it would look for its server for ever.
    connection.disconnect();
    await world.startWorker();
    expect(await world.settled(1)).toMatchObject([{ outcome: 'accepted', attempts: 1 }]);
    expect(world.simulator.calls().byNumber).toEqual({ [NUMBER]: 1 });
  });

  test('the same list loaded again and again while it is dialed rings each phone once', async () => {
    await using world = await openWorld({ latencyMs: 5 });
    await world.campaign();
    await Promise.all([world.startWorker(), world.startWorker()]);
    const numbers = phones(100);
    for (let round = 0; round < 5; round += 1) await world.load(numbers);
    await world.settled(100);
    await world.load(numbers);
    await eventually(async () => (await world.status()).state === 'completed');
    expect(world.simulator.calls().byNumber).toEqual(
      Object.fromEntries(numbers.map((number) => [number, 1])),
    );
    expect(await world.results()).toHaveLength(100);
  });

  test('what is no call at all fails nothing, loses nothing and stops nobody', async () => {
    await using world = await openWorld();
    await world.campaign();
    await world.withQueue('spring', (queue) =>
      queue.add('call', { nonsense: true }, { jobId: 'rubbish' }),
    );
    await world.load(phones(3));
    const worker = await world.startWorker();
    await world.settled(3);
    expect(await world.failedJobs()).toBe(0);
    await eventually(async () => (await world.status()).setAside === 1);
    expect(await worker.metric('libby_dialer_jobs_set_aside_total', 'reason="unreadable"')).toBe(1);
    expect(
      await world.withQueue('spring', (queue) =>
        queue.getJobCountByTypes('waiting', 'delayed', 'active'),
      ),
    ).toBe(0);
  });
});
