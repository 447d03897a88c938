import type { SimulatorOptions } from '@libby-dialer/libby-simulator';
import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, phone, phones } from '../testing/dialing-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** Of a campaign that is to last for as long as shares are looked at. */
const ROWS = 1500;
const CALLS_OF_A_LOOK = 100;

const openWorld = (options?: SimulatorOptions) =>
  DialingWorld.open(redis, { keepCalls: 10_000, ...options });

/** The nth campaign has the nth line, by which its calls are told apart at the provider. */
async function campaign(
  world: DialingWorld,
  index: number,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const id = `campaign-${index}`;
  await world.campaign({ id, fromPhoneNumber: phone(index), dedupeBy: 'row', ...changes });
  return id;
}

async function loadRows(world: DialingWorld, id: string, count = ROWS): Promise<void> {
  await using loader = world.queue.loader(id);
  const calls = Array.from({ length: count }, (_, row) => ({
    callId: world.identity.callId(id, `row:${row}`),
    call: { to: phone(row % 1000), name: 'Ada', row: row + 2 },
  }));
  for (let from = 0; from < count; from += 1000) await loader.add(calls.slice(from, from + 1000));
  await loader.finish();
}

/** Which campaign each request was of, in the order in which they arrived. */
function arrivals(world: DialingWorld): (string | null)[] {
  return world.simulator.calls().calls.map(({ fromPhoneNumber }) => fromPhoneNumber);
}

function count(lines: readonly (string | null)[], index: number): number {
  return lines.filter((line) => line === phone(index)).length;
}

/** How often the one called for each call of the other, among the next calls that arrive. */
async function ratioOfNext(
  world: DialingWorld,
  calls: number,
  one: number,
  other: number,
): Promise<number> {
  const from = arrivals(world).length;
  await eventually(() => arrivals(world).length >= from + calls);
  const next = arrivals(world).slice(from, from + calls);
  return count(next, one) / Math.max(1, count(next, other));
}

/**
 * Looks at call after call until the shares are right. One look may be spoilt by whatever else the
 * machine does; shares that are wrong never come right.
 */
async function comeToShare(
  world: DialingWorld,
  one: number,
  other: number,
  isRight: (ratio: number) => boolean,
): Promise<void> {
  const seen: number[] = [];
  const hasMore = (index: number) => count(arrivals(world), index) < ROWS - CALLS_OF_A_LOOK;
  while (hasMore(one) && hasMore(other)) {
    const ratio = await ratioOfNext(world, CALLS_OF_A_LOOK, one, other);
    if (isRight(ratio)) return;
    seen.push(ratio);
  }
  throw new Error(`the one called ${seen.join(', then ')} times for each call of the other`);
}

async function isSaturated(world: DialingWorld, slots: number): Promise<void> {
  await eventually(() => world.simulator.stats().inFlight === slots);
}

describe('campaigns of one worker', () => {
  test('a small campaign behind a big one starts soon and goes on beside it', async () => {
    await using world = await openWorld({ latencyMs: 200 });
    const big = await campaign(world, 0);
    const small = await campaign(world, 1);
    await world.startWorker({ concurrency: 10 });
    await loadRows(world, big, 5000);
    await isSaturated(world, 10);
    const before = arrivals(world).length;
    await loadRows(world, small, 10);
    await eventually(() => count(arrivals(world), 1) === 10);
    const after = arrivals(world).slice(before);
    const first = after.indexOf(phone(1));
    const last = after.lastIndexOf(phone(1));
    // Long before the big one is through, however long it takes until it is noticed; from then on
    // half of the slots are its own.
    expect(count(after.slice(0, first), 0)).toBeLessThanOrEqual(500);
    expect(count(after.slice(first, last), 0)).toBeLessThanOrEqual(100);
    expect(world.simulator.stats().maxInFlight).toBe(10);
  });

  test('shares by priority, and by a changed one while it runs', async () => {
    await using world = await openWorld({ latencyMs: 30 });
    const urgent = await campaign(world, 0, { priority: 40 });
    const patient = await campaign(world, 1);
    await world.startWorker({ concurrency: 10 });
    await loadRows(world, patient);
    await loadRows(world, urgent);
    await eventually(() => count(arrivals(world), 0) > 100);
    // 40 points: four times as much, eight slots beside two. The shares themselves are judged where
    // they are made.
    await expect(
      comeToShare(world, 0, 1, (ratio) => ratio > 2.5 && ratio < 10),
    ).resolves.toBeUndefined();
    await campaign(world, 1, { priority: 80 });
    await expect(
      comeToShare(world, 1, 0, (ratio) => ratio > 2.5 && ratio < 10),
    ).resolves.toBeUndefined();
  });

  test('what one campaign cannot use goes to the other, and comes back', async () => {
    await using world = await openWorld({ latencyMs: 30 });
    const ids = [await campaign(world, 0), await campaign(world, 1)] as const;
    await world.startWorker({ concurrency: 10 });
    for (const id of ids) await loadRows(world, id);
    await eventually(() => [0, 1].every((index) => count(arrivals(world), index) > 100));
    await world.control.apply('pause', ids[0]);
    const paused = count(arrivals(world), 0);
    // What the paused one had on the wire has its answers by then.
    await ratioOfNext(world, 100, 1, 0);
    await isSaturated(world, 10);
    expect(count(arrivals(world), 0)).toBe(paused);
    await world.control.apply('resume', ids[0]);
    await eventually(() => count(arrivals(world), 0) > paused + 100);
    await expect(
      comeToShare(world, 0, 1, (ratio) => ratio > 0.6 && ratio < 1.7),
    ).resolves.toBeUndefined();
  });

  test('a call that comes later does not wait for those of its campaign that hang', async () => {
    const hanging = phones(3).map((toPhoneNumber) => ({
      match: { toPhoneNumber },
      do: { fault: 'hang' as const },
    }));
    await using world = await openWorld({ script: hanging });
    await world.campaign();
    await world.startWorker({ concurrency: 10, responseTimeoutMs: 600_000, shutdownGraceMs: 300 });
    await world.load(phones(3));
    await isSaturated(world, 3);
    // The queue has been found empty.
    await eventually(
      async () => (await world.withQueue('spring', (queue) => queue.getWaitingCount())) === 0,
    );
    await world.load([phone(3)]);
    expect(await world.settled(1)).toMatchObject([
      { toPhoneNumber: phone(3), outcome: 'accepted' },
    ]);
    expect(world.simulator.stats().inFlight).toBe(3);
  });

  test('a campaign that closes while a call of its hangs keeps no other from being found', async () => {
    await using world = await openWorld({
      script: [{ match: { toPhoneNumber: phone(0) }, do: { fault: 'hang' } }],
    });
    await world.campaign();
    await world.campaign({ id: 'summer' });
    const worker = await world.startWorker({ responseTimeoutMs: 600_000, shutdownGraceMs: 300 });
    await world.load([phone(0)]);
    await isSaturated(world, 1);
    // Its job and claim are gone, as when somebody else ended them: for the registry there is no
    // more work.
    await world.redis.del(
      `${world.keys.queue('spring')}active`,
      world.keys.campaign('spring').claims,
    );
    await eventually(
      async () => (await world.redis.sismember(world.keys.openCampaigns, 'spring')) === 0,
    );
    await world.load([phone(1)], 'summer');
    await world.settled(1, 'summer');
    expect(world.simulator.stats().inFlight).toBe(1);
    await worker.stop();
  });
});

test('a hundred campaigns over two workers with few slots all move', async () => {
  const CAMPAIGNS = 100;
  const CALLS = 15;
  await using world = await openWorld({ latencyMs: 50 });
  const indexes = Array.from({ length: CAMPAIGNS }, (_, index) => index);
  await Promise.all(
    indexes.map(async (index) => loadRows(world, await campaign(world, index), CALLS)),
  );
  await Promise.all([
    world.startWorker({ concurrency: 10 }),
    world.startWorker({ concurrency: 10 }),
  ]);
  await eventually(() => arrivals(world).length === CAMPAIGNS * CALLS);
  const begun = callsAtFirstEnd(arrivals(world), CALLS);
  expect(begun.size).toBe(CAMPAIGNS);
  const most = [...begun.values()].filter((calls) => calls >= CALLS / 3);
  expect(most.length).toBeGreaterThan(CAMPAIGNS / 2);
  expect(world.simulator.stats().maxInFlight).toBeLessThanOrEqual(20);
});

/** How many calls of each campaign had arrived when the first of them had all of its own. */
function callsAtFirstEnd(
  lines: readonly (string | null)[],
  calls: number,
): Map<string | null, number> {
  const begun = new Map<string | null, number>();
  for (const line of lines) {
    const own = (begun.get(line) ?? 0) + 1;
    begun.set(line, own);
    if (own === calls) break;
  }
  return begun;
}
