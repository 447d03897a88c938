import type { ScriptRule, SimulatorOptions } from '@libby-dialer/libby-simulator';
import { eventually, startFaultProxy, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, phone, phones } from '../testing/dialing-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const openWorld = (options?: SimulatorOptions) => DialingWorld.open(redis, options);
const tokenRule = (nth: number, action: ScriptRule['do']): ScriptRule => ({
  match: { endpoint: 'token', nth },
  do: action,
});

describe.concurrent('without a token nothing is dialed and no call spends an attempt', () => {
  test.for([
    { name: 'invalid_client', action: { status: 400, body: { error: 'invalid_client' } } },
    { name: 'a fault of its own', action: { status: 500 } },
    { name: '429', action: { status: 429, headers: { 'retry-after': '1' } } },
    { name: 'a reset', action: { fault: 'reset_before' } },
    { name: 'garbage', action: { fault: 'garbage' } },
    { name: 'no answer', action: { fault: 'hang' } },
  ] as const)('the token endpoint answers $name, twice, and then a token', async ({ action }) => {
    await using world = await openWorld({ script: [tokenRule(1, action), tokenRule(2, action)] });
    await world.campaign({ retry: { attempts: 1 } });
    await world.startWorker({ responseTimeoutMs: 300 });
    await world.load(phones(5));
    expect(await world.heldBy('all')).toBe('token_unavailable');
    expect(world.simulator.stats().requests).toBe(0);
    const results = await world.settled(5);
    expect(results.every(({ outcome, attempts }) => outcome === 'accepted' && attempts === 1)).toBe(
      true,
    );
    expect(world.rangTwice()).toEqual([]);
    await world.noHolds();
  });

  test('the token endpoint is down: canceled calls settle even so, and the rest when it is back', async () => {
    await using world = await openWorld();
    await using proxy = await startFaultProxy({
      targetPort: Number(new URL(world.simulator.apiUrl).port),
    });
    await proxy.inflict({ kind: 'refuse' });
    await world.campaign();
    await world.campaign({ id: 'autumn' });
    await world.startWorker({ tokenUrl: `http://127.0.0.1:${proxy.port}/oauth2/token` });
    await world.load(phones(5));
    await world.load([phone(5), phone(6)], 'autumn');
    expect(await world.heldBy('all')).toBe('token_unavailable');
    await world.control.apply('cancel', 'spring');
    const canceled = await world.settled(5);
    expect(
      canceled.every(({ outcome, attempts }) => outcome === 'canceled' && attempts === 0),
    ).toBe(true);
    expect(world.simulator.stats().requests).toBe(0);
    await proxy.heal();
    const results = await world.settled(2, 'autumn');
    expect(results.every(({ outcome, attempts }) => outcome === 'accepted' && attempts === 1)).toBe(
      true,
    );
  });

  test('a client secret that is wrong stays a hold, and a worker with the right one lifts it', async () => {
    await using world = await openWorld();
    await world.campaign();
    const worker = await world.startWorker({ clientSecret: 'mistyped-secret' });
    await world.load(phones(3));
    expect(await world.heldBy('all')).toBe('token_unavailable');
    await worker.stop();
    expect(await world.results()).toEqual([]);
    await world.startWorker();
    const results = await world.settled(3);
    expect(results.every(({ outcome, attempts }) => outcome === 'accepted' && attempts === 1)).toBe(
      true,
    );
  });

  test('a slow token endpoint: the calls wait for it, all for the same grant', async () => {
    await using world = await openWorld({ script: [tokenRule(1, { latencyMs: 700 })] });
    await world.campaign();
    await Promise.all([world.startWorker(), world.startWorker()]);
    await world.load(phones(30));
    const results = await world.settled(30);
    expect(results.every(({ outcome, attempts }) => outcome === 'accepted' && attempts === 1)).toBe(
      true,
    );
    expect(world.simulator.stats().tokenRequests).toBe(1);
  });

  test('tokens are renewed ahead of need: no call ever meets an expired one', async () => {
    // What is left of a token's life when its renewal begins has to outlast a busy machine.
    await using world = await openWorld({ tokenLifetimeS: 10, latencyMs: 100 });
    await world.campaign();
    await world.startWorker({ concurrency: 1 });
    await world.load(phones(200));
    await eventually(() => world.simulator.stats().tokenGrants > 1);
    const before = world.simulator.stats().taken;
    await eventually(() => world.simulator.stats().taken > before + 10);
    await world.control.apply('cancel', 'spring');
    const results = await world.settled(200);
    const placed = results.filter(({ outcome }) => outcome !== 'canceled');
    expect(placed.length).toBeGreaterThan(before);
    expect(placed.every(({ outcome, attempts }) => outcome === 'accepted' && attempts === 1)).toBe(
      true,
    );
    expect(world.simulator.stats().requests).toBe(placed.length);
  });

  test('the new token cannot be had after a refusal: the call keeps its place and is accepted later', async () => {
    const number = phone(0);
    await using world = await openWorld({
      script: [
        { match: { toPhoneNumber: number, nth: 1 }, do: { status: 401 } },
        tokenRule(2, { status: 500 }),
      ],
    });
    await world.campaign({ retry: { attempts: 1 } });
    await world.startWorker();
    await world.load([number]);
    expect(await world.heldBy('all')).toBe('token_unavailable');
    expect(await world.settled(1)).toMatchObject([{ outcome: 'accepted', attempts: 2 }]);
    expect(world.rangTwice()).toEqual([]);
  });
});
