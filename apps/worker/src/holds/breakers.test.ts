import { type HoldScope, RUN_THRESHOLDS } from '@libby-dialer/dialing';
import type { ScriptRule, SimulatorOptions } from '@libby-dialer/libby-simulator';
import {
  eventually,
  type FaultProxy,
  type NetworkFault,
  programFile,
  type SpawnedProcess,
  spawnProcess,
  startFaultProxy,
  startRedis,
  type TestRedis,
} from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, LINE, phone, phones } from '../testing/dialing-world.ts';

const MAIN = programFile('worker');
const OTHER_LINE = '+15055550101';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const openWorld = (options?: SimulatorOptions, server = redis) =>
  DialingWorld.open(server, options);
const everyCall = (action: ScriptRule['do']): ScriptRule => ({ match: {}, do: action });
const everyToken = (action: ScriptRule['do']): ScriptRule => ({
  match: { endpoint: 'token' },
  do: action,
});

async function proxyBefore({ simulator }: DialingWorld): Promise<FaultProxy> {
  return startFaultProxy({ targetPort: Number(new URL(simulator.apiUrl).port) });
}

const urlOf = (proxy: FaultProxy) => `http://127.0.0.1:${proxy.port}`;

/** A worker process of this world whose calls go through the proxy. */
async function spawnWorker(
  world: DialingWorld,
  proxy: FaultProxy,
  concurrency: number,
  responseTimeoutMs = 1000,
): Promise<SpawnedProcess> {
  const { simulator, keys, redisUrl } = world;
  const worker = await spawnProcess(process.execPath, [MAIN], {
    env: {
      REDIS_URL: redisUrl,
      DIALER_PREFIX: keys.prefix,
      DIALER_ALLOW_VOLATILE_REDIS: '1',
      LIBBY_API_URL: urlOf(proxy),
      LIBBY_TOKEN_URL: simulator.tokenUrl,
      LIBBY_CLIENT_ID: simulator.clientId,
      LIBBY_CLIENT_SECRET: simulator.clientSecret,
      LIBBY_SCOPE: simulator.scope,
      LIBBY_RESPONSE_TIMEOUT_MS: String(responseTimeoutMs),
      WORKER_SHUTDOWN_GRACE_MS: String(responseTimeoutMs + 60_000),
      WORKER_CONCURRENCY: String(concurrency),
      WORKER_HTTP_PORT: '0',
      LOG_LEVEL: 'info',
    },
  });
  await worker.waitForLine(/worker is dialing/);
  return worker;
}

interface StoredHold {
  /** Epoch ms of Redis's clock. */
  readonly since: number;
  readonly pauses: number;
  readonly retryAt: number;
  readonly leases: Record<string, unknown>;
}

async function storedHold(
  world: DialingWorld,
  scope: HoldScope = 'all',
): Promise<StoredHold | undefined> {
  const raw = await world.redis.hget(world.keys.holds, scope);
  return raw === null ? undefined : (JSON.parse(raw) as StoredHold);
}

const CHANGE_HOLD = `local raw = redis.call('HGET', KEYS[1], ARGV[1])
if not raw then return 0 end
local hold = cjson.decode(raw)
if ARGV[2] == 'pause' then hold.retryAt = 1 else hold.leases = cjson.decode('{}') end
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(hold))
redis.call('PUBLISH', ARGV[3], ARGV[1])
return 1`;

/** As if a hold's pause were over, or the leases of its probes. */
async function pass(
  world: DialingWorld,
  what: 'pause' | 'leases',
  scope: HoldScope = 'all',
): Promise<void> {
  await world.redis.eval(CHANGE_HOLD, 1, world.keys.holds, scope, what, world.keys.announcements);
}

/** Lets so many probes out, one after the other, and waits for each to fail. */
async function failProbes(
  world: DialingWorld,
  count: number,
  scope: HoldScope = 'all',
): Promise<void> {
  for (let probe = 0; probe < count; probe += 1) {
    const before = (await storedHold(world, scope))?.pauses ?? 0;
    await pass(world, 'pause', scope);
    await eventually(async () => ((await storedHold(world, scope))?.pauses ?? 0) > before);
  }
}

/** Ends the pauses of a hold until it is lifted. */
async function lift(world: DialingWorld, scope: HoldScope = 'all'): Promise<void> {
  await eventually(async () => {
    const hold = await storedHold(world, scope);
    if (hold === undefined) return true;
    if (hold.retryAt > Date.now()) await pass(world, 'pause', scope);
    return false;
  });
}

async function outcomes(
  world: DialingWorld,
  outcome: string,
  campaigns = ['spring'],
): Promise<number> {
  const states = campaigns.map((id) =>
    world.redis.hget(world.keys.campaign(id).state, `outcome:${outcome}`),
  );
  return (await Promise.all(states)).reduce((sum, count) => sum + Number(count ?? 0), 0);
}

/**
 * How many calls are settled, by the counters: reading a thousand results again and again would be
 * most of the test's work.
 */
async function settledCount(world: DialingWorld, campaign = 'spring'): Promise<number> {
  const state = await world.redis.hgetall(world.keys.campaign(campaign).state);
  const counts = Object.entries(state).filter(([field]) => field.startsWith('outcome:'));
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

async function allSettled(world: DialingWorld, count: number, campaign = 'spring'): Promise<void> {
  await eventually(async () => (await settledCount(world, campaign)) === count);
}

/** Nothing is on the wire any more, and of whatever was it is written down what became of it. */
async function allEnded(world: DialingWorld, campaigns = ['spring']): Promise<void> {
  await eventually(async () => {
    const claims = campaigns.map((id) => world.redis.zcard(world.keys.campaign(id).claims));
    return (await Promise.all(claims)).every((count) => count === 0);
  });
}

/**
 * Doubts that were settled after dialing was held. How many there were before depends on how many
 * calls that the API had taken were settled among them.
 */
async function doubtsWhileHeld(world: DialingWorld): Promise<number> {
  const { since } = (await storedHold(world)) ?? {};
  if (since === undefined) throw new Error('dialing is not held');
  const entries = await world.redis.xrange(world.keys.results, since + 1, '+');
  return entries.filter(([, fields]) =>
    fields.some((field) => field.includes('"outcome":"unknown"')),
  ).length;
}

/**
 * What the provider saw from the nth request on, until so many were answered: those that came while
 * more were unanswered than had been answered since.
 */
function beyondProof(world: DialingWorld, from: number, latencyMs: number, upTo: number) {
  const { calls } = world.simulator.calls();
  const arrivals = calls.slice(from).map(({ atMs }) => atMs);
  const seen = arrivals.map((at, index) => {
    const answered = arrivals.filter((other) => other + latencyMs <= at).length;
    return { answered, unanswered: index - answered };
  });
  return seen.filter(({ answered, unanswered }) => answered < upTo && unanswered > answered);
}

describe('outages of the API, with several worker processes and campaigns', () => {
  const WORKERS = 3;
  const CONCURRENCY = 10;
  const PROBES = 2;
  const LATENCY_MS = 150;
  const CAMPAIGNS = ['spring', 'summer', 'autumn'];

  const outages: { name: string; begin: (world: DialingWorld, proxy: FaultProxy) => unknown }[] = [
    {
      name: '503',
      begin: ({ simulator }) => simulator.setScript([everyCall({ status: 503, taken: true })]),
    },
    ...(
      [
        { kind: 'reset', direction: 'to_client', afterBytes: 0 },
        { kind: 'hang' },
        { kind: 'half_open' },
      ] as NetworkFault[]
    ).map((fault) => ({
      name: fault.kind,
      begin: (_: DialingWorld, proxy: FaultProxy) => proxy.inflict(fault),
    })),
  ];

  test('each costs at most what was in flight, the threshold and one doubt per probe, and ends by itself', async () => {
    await using world = await openWorld({ latencyMs: LATENCY_MS });
    await using proxy = await proxyBefore(world);
    for (const id of CAMPAIGNS) {
      await world.campaign({ id });
      await world.load(phones(1000), id);
    }
    await using stack = new AsyncDisposableStack();
    await Promise.all(
      Array.from({ length: WORKERS }, async () =>
        stack.use(await spawnWorker(world, proxy, CONCURRENCY)),
      ),
    );
    const doubts = () => outcomes(world, 'unknown', CAMPAIGNS);
    const accepted = () => outcomes(world, 'accepted', CAMPAIGNS);
    const costs: { name: string; doubts: number; whileHeld: number; taken: number }[] = [];
    for (const { name, begin } of outages) {
      await eventually(() => world.simulator.stats().inFlight > 20);
      const [before, takenBefore] = [await doubts(), await accepted()];
      await begin(world, proxy);
      expect(await world.heldBy('all')).toBe('doubts');
      await failProbes(world, PROBES);
      await allEnded(world, CAMPAIGNS);
      const whileHeld = await doubtsWhileHeld(world);
      const taken = (await accepted()) - takenBefore;
      costs.push({ name, doubts: (await doubts()) - before, whileHeld, taken });
      const [requests, passed] = [world.simulator.stats().requests, await accepted()];
      await proxy.heal();
      world.simulator.setScript([]);
      await lift(world);
      expect(beyondProof(world, requests, LATENCY_MS, 10)).toEqual([]);
      await eventually(async () => (await accepted()) > passed + 50);
    }
    const least = RUN_THRESHOLDS.doubts + PROBES;
    const whileHeld = WORKERS * CONCURRENCY + PROBES;
    expect(costs.filter((cost) => cost.doubts < least || cost.whileHeld > whileHeld)).toEqual([]);
    // A call that was taken ends a run of doubts: then another may begin.
    expect(
      costs.filter(
        ({ doubts: all, taken }) => all > whileHeld + RUN_THRESHOLDS.doubts * (1 + taken),
      ),
    ).toEqual([]);
    const perNumber = [...world.requestsByNumber().values()];
    expect(Math.max(...perNumber)).toBeLessThanOrEqual(CAMPAIGNS.length);
  });
});

describe.concurrent('the hold of doubts', () => {
  test('every third call fails, never five in a row: dialing is held, and stays so while it goes on', async () => {
    const failing = phones(600).filter((_, index) => index % 3 === 0);
    const script = failing.map((toPhoneNumber) => ({
      match: { toPhoneNumber },
      do: { status: 500 },
    }));
    await using world = await openWorld({ latencyMs: 10, script });
    await world.campaign();
    await Promise.all([world.startWorker(), world.startWorker()]);
    await world.load(phones(600));
    expect(await world.heldBy('all')).toBe('doubts');
    await failProbes(world, 3);
    const doubts = await outcomes(world, 'unknown');
    expect(doubts).toBeLessThan(100);
    world.simulator.setScript([]);
    await lift(world);
    await allSettled(world, 600);
    expect(await outcomes(world, 'unknown')).toBeLessThan(110);
  });

  test('an API that takes a few calls and fails again costs no more than it took, and its pauses go on growing', async () => {
    const latencyMs = 100;
    await using world = await openWorld({ latencyMs });
    await using proxy = await proxyBefore(world);
    const campaigns = ['spring', 'summer', 'autumn', 'winter'];
    for (const id of campaigns) {
      await world.campaign({ id });
      await world.load(phones(200), id);
    }
    world.simulator.setScript([everyCall({ status: 500 })]);
    const workers = Array.from({ length: 3 }, () =>
      world.startWorker({ apiUrl: urlOf(proxy), concurrency: 20 }),
    );
    await Promise.all(workers);
    expect(await world.heldBy('all')).toBe('doubts');
    for (let relapse = 1; relapse <= 3; relapse += 1) {
      await allEnded(world, campaigns);
      const [doubts, accepted] = [
        await outcomes(world, 'unknown', campaigns),
        world.simulator.stats().taken,
      ];
      world.simulator.setScript([]);
      const pauses = (await storedHold(world))?.pauses ?? 0;
      await pass(world, 'pause');
      await eventually(() => world.simulator.stats().taken >= accepted + 2);
      world.simulator.setScript([everyCall({ status: 500 })]);
      await eventually(async () => ((await storedHold(world))?.pauses ?? 0) > pauses);
      await allEnded(world, campaigns);
      const taken = world.simulator.stats().taken - accepted;
      expect((await outcomes(world, 'unknown', campaigns)) - doubts).toBeLessThanOrEqual(taken + 1);
      expect((await storedHold(world))?.pauses).toBe(pauses + 1);
    }
  });

  test('a campaign begun while the API hangs costs a few calls per worker, not all they could have in flight', async () => {
    await using world = await openWorld({ script: [everyCall({ fault: 'hang' })] });
    await world.campaign();
    await world.load(phones(300));
    const settings = { concurrency: 50, responseTimeoutMs: 700 };
    await Promise.all([world.startWorker(settings), world.startWorker(settings)]);
    expect(await world.heldBy('all')).toBe('doubts');
    await allEnded(world);
    expect(world.simulator.stats().requests).toBeLessThanOrEqual(3 * RUN_THRESHOLDS.doubts);
  });

  test('an expired campaign of which some calls have a later end costs no more than any other', async () => {
    await using world = await openWorld({ script: [everyCall({ fault: 'hang' })] });
    await world.campaign({ expiresAt: new Date(Date.now() - 1000).toISOString() });
    await world.load([phone(0)]);
    await world.load(phones(301).slice(1), 'spring', { expiresAt: Date.now() + 3_600_000 });
    await world.startWorker({ concurrency: 50, responseTimeoutMs: 700 });
    expect(await world.heldBy('all')).toBe('doubts');
    await eventually(async () => (await outcomes(world, 'expired')) === 1);
    await allEnded(world);
    expect(world.simulator.stats().requests).toBeLessThanOrEqual(2 * RUN_THRESHOLDS.doubts);
  });

  test('a probe whose worker died is followed by another', async () => {
    await using world = await openWorld({ script: [everyCall({ status: 500 })] });
    await using proxy = await proxyBefore(world);
    await world.campaign();
    await world.load(phones(60));
    // Its probe is still out when it is killed, however late that is.
    await using worker = await spawnWorker(world, proxy, 5, 300_000);
    expect(await world.heldBy('all')).toBe('doubts');
    await allEnded(world);
    world.simulator.setScript([everyCall({ fault: 'hang' })]);
    await pass(world, 'pause');
    await eventually(() => world.simulator.stats().inFlight === 1);
    await worker.stop('SIGKILL');
    world.simulator.setScript([]);
    expect(Object.keys((await storedHold(world))?.leases ?? {})).toHaveLength(1);
    await world.startWorker();
    await pass(world, 'leases');
    await lift(world);
    // All but the dead worker's own, which comes again when BullMQ finds it stalled.
    await eventually(async () => (await settledCount(world)) >= 59);
    expect(world.rangTwice()).toEqual([]);
  });
});

describe.concurrent('an API that cannot be reached', () => {
  test('spends no more attempts than were in flight, the threshold and one per probe', async () => {
    const [workers, concurrency, probes] = [3, 10, 12];
    await using world = await openWorld();
    await using proxy = await proxyBefore(world);
    await proxy.inflict({ kind: 'refuse' });
    await world.campaign({ retry: { attempts: 4, backoffSeconds: 0.1, maxBackoffSeconds: 0.1 } });
    await world.load(phones(600));
    await Promise.all(
      Array.from({ length: workers }, () =>
        world.startWorker({ apiUrl: urlOf(proxy), concurrency }),
      ),
    );
    expect(await world.heldBy('all')).toBe('unreachable');
    await failProbes(world, probes);
    const ledger = Object.values(await world.redis.hgetall(world.keys.campaign('spring').ledger));
    const failures = ledger.map(
      (entry) => (JSON.parse(entry) as { failures?: number }).failures ?? 0,
    );
    const spent = failures.reduce((sum, count) => sum + count, 0);
    expect(spent).toBeLessThanOrEqual(workers * concurrency + RUN_THRESHOLDS.unreachable + probes);
    expect(await world.results()).toEqual([]);
    await proxy.heal();
    await lift(world);
    await allSettled(world, 600);
    expect(await outcomes(world, 'accepted')).toBe(600);
  });
});

describe.concurrent('an API that refuses', () => {
  test('429 for all, with Retry-After: nothing goes out meanwhile, one call asks again, and all go out by themselves', async () => {
    const numbers = phones(300);
    await using world = await openWorld({
      latencyMs: 20,
      script: [everyCall({ status: 429, headers: { 'retry-after': '1' } })],
    });
    await world.campaign({ retry: { attempts: 1 } });
    await world.load(numbers);
    await Promise.all([world.startWorker(), world.startWorker(), world.startWorker()]);
    expect(await world.heldBy('all')).toBe('rate_limited');
    await eventually(async () => ((await storedHold(world))?.pauses ?? 0) > 1);
    // Three campaign workers with their first calls, and one more for each pause.
    const { requests } = world.simulator.stats();
    expect(requests).toBeLessThanOrEqual(
      3 * RUN_THRESHOLDS.doubts + ((await storedHold(world))?.pauses ?? 0),
    );
    world.simulator.setScript([]);
    await allSettled(world, 300);
    expect(await outcomes(world, 'accepted')).toBe(300);
    expect(world.rangTwice()).toEqual([]);
  });

  test('the only call left is told to wait: it asks again itself', async () => {
    await using world = await openWorld({
      script: [{ match: { nth: 1 }, do: { status: 429, headers: { 'retry-after': '1' } } }],
    });
    await world.campaign();
    await world.startWorker();
    await world.load([phone(0)]);
    expect(await world.settled(1)).toMatchObject([{ outcome: 'accepted', attempts: 2 }]);
    await world.noHolds();
  });

  test('told to wait ten minutes, a call is back soon after them', async () => {
    await using world = await openWorld({
      script: [everyCall({ status: 429, headers: { 'retry-after': '600' } })],
    });
    await world.campaign();
    await world.startWorker();
    await world.load([phone(0)]);
    const delayMs = await world.withQueue('spring', (queue) =>
      eventually(async () => (await queue.getDelayed())[0]?.delay ?? false),
    );
    expect(delayMs).toBeGreaterThan(500_000);
    expect(delayMs).toBeLessThan(700_000);
  });

  test('403 and 200 in turn: every call is taken at its second request, and the token is not replaced for each', async () => {
    await using world = await openWorld({
      latencyMs: 10,
      script: [{ match: { nth: 1 }, do: { status: 403 } }],
    });
    await world.campaign();
    await world.load(phones(300));
    await Promise.all([world.startWorker(), world.startWorker(), world.startWorker()]);
    await allSettled(world, 300);
    const results = await world.results();
    expect(results.every(({ outcome, attempts }) => outcome === 'accepted' && attempts === 2)).toBe(
      true,
    );
    expect(world.simulator.stats().tokenGrants).toBeLessThan(15);
  });

  test('every call of a campaign is rejected: it costs what was in flight, the threshold and one row per probe', async () => {
    const [workers, concurrency, probes] = [3, 5, 3];
    await using world = await openWorld({ latencyMs: 10, script: [everyCall({ status: 400 })] });
    await world.campaign();
    await world.load(phones(300));
    await Promise.all(Array.from({ length: workers }, () => world.startWorker({ concurrency })));
    expect(await world.heldBy('campaign:spring')).toBe('rejections');
    await failProbes(world, probes, 'campaign:spring');
    expect(await outcomes(world, 'rejected')).toBeLessThanOrEqual(
      workers * concurrency + RUN_THRESHOLDS.rejections + probes,
    );
    world.simulator.setScript([]);
    await lift(world, 'campaign:spring');
    await allSettled(world, 300);
  });

  test('404 for one line of a pool: the other carries all; when it is there, the line is lifted', async () => {
    await using world = await openWorld({ latencyMs: 5, agents: [OTHER_LINE] });
    await world.campaign({ fromPhoneNumber: [LINE, OTHER_LINE] });
    await world.load(phones(200));
    await Promise.all([world.startWorker(), world.startWorker()]);
    await allSettled(world, 200);
    const refused = world.simulator.stats().answers['404'] ?? 0;
    expect(refused).toBeLessThanOrEqual(4 * RUN_THRESHOLDS.doubts);
    expect(await outcomes(world, 'accepted')).toBe(200);
  });
});

describe.concurrent('the token endpoint', () => {
  test.for([
    { name: '400', pauses: 4, action: { status: 400, body: { error: 'invalid_client' } } },
    { name: '429', pauses: 4, action: { status: 429 } },
    { name: 'garbage', pauses: 4, action: { fault: 'garbage' } },
    { name: 'no answer', pauses: 1, action: { fault: 'hang' }, responseTimeoutMs: 5000 },
  ] as const)(
    'down ($name): one request per worker and pause, no doubt, no attempt',
    async ({ action, pauses, ...settings }) => {
      const workers = 3;
      await using world = await openWorld({ script: [everyToken(action)] });
      await world.campaign({ retry: { attempts: 1 } });
      await world.load(phones(100));
      await Promise.all(Array.from({ length: workers }, () => world.startWorker(settings)));
      expect(await world.heldBy('all')).toBe('token_unavailable');
      await failProbes(world, pauses);
      expect(world.simulator.stats().requests).toBe(0);
      expect(world.simulator.stats().tokenRequests).toBeLessThanOrEqual(workers * (pauses + 2));
      world.simulator.setScript([]);
      await lift(world);
      const results = await world.settled(100);
      expect(
        results.every(({ outcome, attempts }) => outcome === 'accepted' && attempts === 1),
      ).toBe(true);
    },
  );

  test('tokens revoked early: one grant for all calls and workers that met the refusal', async () => {
    await using world = await openWorld({ latencyMs: 50 });
    await world.campaign();
    await world.load(phones(600));
    await Promise.all([world.startWorker(), world.startWorker(), world.startWorker()]);
    await eventually(() => world.simulator.stats().inFlight > 20);
    world.simulator.revokeTokens();
    await allSettled(world, 600);
    expect(await outcomes(world, 'accepted')).toBe(600);
    expect(world.simulator.stats().answers['403']).toBeGreaterThan(1);
    expect(world.simulator.stats().tokenGrants).toBe(2);
  });
});

describe.concurrent('no hold stays by itself', () => {
  test('its probe is canceled between two requests: another campaign probes', async () => {
    await using world = await openWorld({
      script: [
        { match: { toPhoneNumber: phone(0), nth: 2 }, do: { status: 403 } },
        {
          match: { toPhoneNumber: phone(0), nth: 1 },
          do: { status: 429, headers: { 'retry-after': '1' } },
        },
        { match: { endpoint: 'token', nth: 2 }, do: { latencyMs: 1500 } },
      ],
    });
    await world.campaign();
    await world.campaign({ id: 'autumn' });
    await world.startWorker();
    await world.load([phone(0)]);
    await eventually(() => world.simulator.stats().tokenRequests === 2);
    expect(Object.keys((await storedHold(world))?.leases ?? {})).toHaveLength(1);
    await world.control.apply('cancel', 'spring');
    await world.load([phone(1)], 'autumn');
    expect(await world.settled(1)).toMatchObject([{ outcome: 'canceled' }]);
    expect(await world.settled(1, 'autumn')).toMatchObject([{ outcome: 'accepted' }]);
    await world.noHolds();
  });

  test('its campaign is paused while a call of it is the probe: another campaign goes on', async () => {
    await using world = await openWorld({ script: [everyCall({ status: 500 })] });
    await world.campaign();
    await world.campaign({ id: 'autumn' });
    await world.startWorker({ responseTimeoutMs: 1500 });
    await world.load(phones(40));
    expect(await world.heldBy('all')).toBe('doubts');
    await allEnded(world);
    world.simulator.setScript([everyCall({ fault: 'hang' })]);
    await pass(world, 'pause');
    await eventually(() => world.simulator.stats().inFlight === 1);
    await world.control.apply('pause', 'spring');
    world.simulator.setScript([]);
    await world.load(phones(30).slice(10), 'autumn');
    await lift(world);
    await world.settled(20, 'autumn');
    expect(await outcomes(world, 'accepted', ['autumn'])).toBe(20);
  });

  test('Redis is restarted while it stands', async () => {
    await using own = await startRedis({ own: true, appendonly: true, appendfsync: 'always' });
    await using world = await openWorld({ script: [everyCall({ status: 500 })] }, own);
    await world.campaign();
    await world.load(phones(60));
    await Promise.all([world.startWorker(), world.startWorker()]);
    expect(await world.heldBy('all')).toBe('doubts');
    await own.restart();
    expect(await world.heldBy('all')).toBe('doubts');
    world.simulator.setScript([]);
    await lift(world);
    await allSettled(world, 60);
    expect(await outcomes(world, 'accepted')).toBeGreaterThan(30);
    expect(world.rangTwice()).toEqual([]);
  });
});

describe.concurrent('after a sleep', () => {
  test('one call goes first, then one more for each that is accepted', async () => {
    const latencyMs = 100;
    await using world = await openWorld({ latencyMs });
    await world.campaign();
    const worker = await world.startWorker({ concurrency: 40 });
    await world.control.apply('pause', 'spring');
    await world.load(phones(100));
    await world.sleepsOver(worker, 'paused');
    await world.control.apply('resume', 'spring');
    await world.settled(100);
    expect(beyondProof(world, 0, latencyMs, 40)).toEqual([]);
  });

  test('calls that wait for their own time pass by the one that is out, and let no more of them out', async () => {
    const later = { startsAt: Date.now() + 3_600_000 };
    await using world = await openWorld({
      script: [{ match: { toPhoneNumber: phone(900) }, do: { latencyMs: 4000 } }],
    });
    await world.campaign();
    const worker = await world.startWorker({ concurrency: 20 });
    await world.control.apply('pause', 'spring');
    await world.load([phone(0)], 'spring', later);
    await world.sleepsOver(worker, 'paused');
    // Asleep now: these stay in their order.
    await world.load(phones(10).slice(1), 'spring', later);
    await world.load([phone(900)]);
    await world.load(phones(60).slice(10), 'spring', later);
    await world.load([phone(901), phone(902)]);
    await world.control.apply('resume', 'spring');
    await eventually(
      async () => (await world.redis.zcard(`${world.keys.queue('spring')}delayed`)) === 60,
    );
    expect(world.simulator.stats()).toMatchObject({ inFlight: 1, maxInFlight: 1 });
    await world.settled(3);
  });
});
