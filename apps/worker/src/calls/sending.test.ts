import type { ScriptRule, SimulatorOptions } from '@libby-dialer/libby-simulator';
import { eventually, startFaultProxy, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, LINE, phone, phones, type TestWorker } from '../testing/dialing-world.ts';

const OTHER_LINE = '+15055550101';
const NUMBER = phone(0);

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const openWorld = (options?: SimulatorOptions) => DialingWorld.open(redis, options);
const answer = (action: ScriptRule['do'], toPhoneNumber = NUMBER): ScriptRule => ({
  match: { toPhoneNumber },
  do: action,
});

/** A second worker, and the same list again. */
async function expectDoubtStands(world: DialingWorld, worker: TestWorker): Promise<void> {
  await worker.stop();
  await world.startWorker();
  await world.load([...phones(3), phone(9)]);
  await world.settled(4);
  expect(world.requestsByNumber().get(NUMBER)).toBe(1);
}

describe.concurrent('every way a request can end', () => {
  test('two workers dial a list: each phone rings once, every row has its result, one token serves all', async () => {
    const numbers = phones(300);
    await using world = await openWorld({ latencyMs: 5 });
    await world.campaign();
    await Promise.all([world.startWorker(), world.startWorker()]);
    await world.load(numbers);
    const results = await world.settled(300);
    expect(world.simulator.calls().byNumber).toEqual(
      Object.fromEntries(numbers.map((number) => [number, 1])),
    );
    expect(results.map(({ toPhoneNumber }) => toPhoneNumber).toSorted()).toEqual(
      numbers.toSorted(),
    );
    expect(
      results.every(
        ({ outcome, attempts, revision }) => `${outcome}${attempts}${revision}` === 'accepted11',
      ),
    ).toBe(true);
    expect(new Set(results.map(({ worker }) => worker)).size).toBe(2);
    expect(world.simulator.stats()).toMatchObject({ requests: 300, tokenGrants: 1 });
    expect(await world.status()).toMatchObject({ state: 'completed', pending: 0, inFlight: 0 });
  });

  test('a result says of which list its row is', async () => {
    await using world = await openWorld();
    await world.campaign();
    await world.campaigns.putListHead('spring', 'h1', {
      list: 'lists/may.csv',
      headings: ['City'],
    });
    await world.startWorker();
    await world.load([NUMBER], 'spring', { headings: 'h1', form: ['Taos'] });
    expect(await world.settled(1)).toMatchObject([
      { list: 'lists/may.csv', row: 2, outcome: 'accepted' },
    ]);
    expect(world.simulator.calls().calls[0]?.payload).toMatchObject({
      formInfo: [{ City: 'Taos' }],
    });
  });

  test.for([
    { status: 400, reason: 'bad_request' },
    { status: 413, reason: 'payload_too_large' },
    { status: 422, reason: 'unprocessable' },
  ])('$status: rejected, $reason, and the others go on', async ({ status, reason }) => {
    await using world = await openWorld({ script: [answer({ status })] });
    await world.campaign();
    await world.startWorker();
    await world.load(phones(3));
    const results = await world.settled(3);
    expect(results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(2);
    expect(results.find(({ toPhoneNumber }) => toPhoneNumber === NUMBER)).toMatchObject({
      outcome: 'rejected',
      reason,
      httpStatus: status,
      attempts: 1,
    });
    expect(world.requestsByNumber().get(NUMBER)).toBe(1);
    expect(await world.holds.list()).toEqual([]);
  });

  test.for([
    { status: 400, outcome: 'rejected', msg: 'call was rejected' },
    { status: 503, outcome: 'unknown', msg: 'call is in doubt' },
  ] as const)(
    '$status: the provider’s words stand in result and log, without the person’s data',
    async (expected) => {
      const { status, outcome, msg } = expected;
      const message = `customQuestions too long (Ada Byron, ${NUMBER}, 12 Oak Street)`;
      await using world = await openWorld({ script: [answer({ status, body: { message } })] });
      await world.campaign();
      const worker = await world.startWorker({ logLevel: 'trace' });
      await world.load([NUMBER], 'spring', {
        name: 'Ada Byron',
        form: [['Address', '12 Oak Street']],
      });
      const said = 'customQuestions too long ([name], [number], [text])';
      expect(await world.settled(1)).toMatchObject([
        { outcome, httpStatus: status, providerMessage: said },
      ]);
      const line = await eventually(() => worker.logs.find((text) => text.includes(msg)) ?? false);
      expect(JSON.parse(line)).toMatchObject({ cause: { status, message: said } });
      expect(worker.logs.join('\n')).not.toMatch(/Ada|Byron|Oak/);
      expect(worker.logs.join('\n')).not.toContain(NUMBER);
    },
  );

  test('the provider’s words stand in a hold', async () => {
    await using world = await openWorld({
      script: [
        { match: {}, do: { status: 402, body: { message: 'Ada Byron has no credit left' } } },
      ],
    });
    await world.campaign();
    await world.startWorker();
    await world.load(phones(2), 'spring', { name: 'Ada Byron' });
    expect(await world.heldBy('all')).toBe('endpoint');
    expect(await world.holds.list()).toMatchObject([
      { cause: { status: 402, message: '[name] has no credit left' } },
    ]);
  });

  test.for([401, 403])(
    '%i once: a new token, and the same call is accepted at its second request',
    async (status) => {
      await using world = await openWorld({
        script: [{ match: { toPhoneNumber: NUMBER, nth: 1 }, do: { status } }],
      });
      await world.campaign();
      await world.startWorker();
      await world.load([NUMBER]);
      const [result] = await world.settled(1);
      expect(result).toMatchObject({ outcome: 'accepted', attempts: 2, httpStatus: 200 });
      expect(world.requestsByNumber().get(NUMBER)).toBe(2);
      expect(world.simulator.stats().tokenGrants).toBe(2);
      expect(await world.holds.list()).toEqual([]);
    },
  );

  test('403 for one number while others pass: that one alone is rejected', async () => {
    const numbers = phones(6);
    await using world = await openWorld({ script: [answer({ status: 403 })] });
    await world.campaign();
    await world.startWorker({ concurrency: 2 });
    await world.load(numbers);
    const results = await world.settled(6);
    expect(results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(5);
    expect(results.find(({ toPhoneNumber }) => toPhoneNumber === NUMBER)).toMatchObject({
      outcome: 'rejected',
      reason: 'forbidden',
      httpStatus: 403,
      attempts: 4,
    });
    await world.noHolds();
    expect(world.rangTwice()).toEqual([]);
  });

  test('403 for everybody: dialing is held and nothing settled; healed, every call is accepted', async () => {
    const numbers = phones(6);
    const script = numbers.flatMap((toPhoneNumber) => [
      { match: { toPhoneNumber, nth: 1 }, do: { status: 403 } },
      { match: { toPhoneNumber, nth: 2 }, do: { status: 403 } },
    ]);
    await using world = await openWorld({ script });
    await world.campaign();
    await world.startWorker();
    await world.load(numbers);
    expect(await world.heldBy('all')).toBe('forbidden');
    expect(await world.results()).toEqual([]);
    expect(await world.status()).toMatchObject({ state: 'held' });
    const results = await world.settled(6);
    expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(world.rangTwice()).toEqual([]);
  });

  test("404 on the campaign's line: the line is held, the call keeps its place", async () => {
    await using world = await openWorld({ agents: [OTHER_LINE] });
    await world.campaign();
    await world.startWorker();
    await world.load(phones(3));
    expect(await world.heldBy(`line:${LINE}`)).toBe('agent_not_found');
    expect(await world.results()).toEqual([]);
    expect(await world.status()).toMatchObject({ state: 'held', pending: 3 });
    // The same line has an agent for nobody; another campaign's line is no concern of this hold.
    await world.campaign({ id: 'autumn', fromPhoneNumber: OTHER_LINE });
    await world.load([phone(7)], 'autumn');
    expect(await world.settled(1, 'autumn')).toMatchObject([{ outcome: 'accepted' }]);
  });

  test("404 on the row's own line: rejected, and nobody else is concerned", async () => {
    await using world = await openWorld({ agents: [LINE] });
    await world.campaign();
    await world.startWorker();
    await world.load([NUMBER], 'spring', { from: OTHER_LINE });
    await world.load(phones(3).slice(1));
    const results = await world.settled(3);
    expect(results.find(({ toPhoneNumber }) => toPhoneNumber === NUMBER)).toMatchObject({
      outcome: 'rejected',
      reason: 'agent_not_found',
      httpStatus: 404,
      fromPhoneNumber: OTHER_LINE,
    });
    expect(results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(2);
    expect(await world.holds.list()).toEqual([]);
  });

  test('a pool of lines of which one has no agent: every call goes by the other', async () => {
    await using world = await openWorld({ agents: [OTHER_LINE] });
    await world.campaign({ fromPhoneNumber: [LINE, OTHER_LINE] });
    await world.startWorker({ concurrency: 3 });
    await world.load(phones(20));
    const results = await world.settled(20);
    expect(
      results.every(
        ({ outcome, fromPhoneNumber }) => outcome === 'accepted' && fromPhoneNumber === OTHER_LINE,
      ),
    ).toBe(true);
    expect(world.rangTwice()).toEqual([]);
    // Once by the dead line at most, and then by the other.
    expect(Math.max(...world.requestsByNumber().values())).toBeLessThanOrEqual(2);
    expect(await world.heldBy(`line:${LINE}`)).toBe('agent_not_found');
  });

  test.for([
    { name: "404 that is not the provider's", action: { status: 404, body: 'Not Found' } },
    { name: '405', action: { status: 405 } },
    { name: '307', action: { status: 307, headers: { location: 'https://example.com/' } } },
    { name: '410', action: { status: 410 } },
    { name: '415', action: { status: 415 } },
  ])('$name: the endpoint is wrong, dialing is held', async ({ action }) => {
    await using world = await openWorld({ script: [{ match: {}, do: action }] });
    await world.campaign();
    await world.startWorker({ concurrency: 1 });
    await world.load(phones(3));
    expect(await world.heldBy('all')).toBe('endpoint');
    expect(await world.results()).toEqual([]);
    expect(await world.status()).toMatchObject({ pending: 3, state: 'held' });
  });

  test.for([425, 429])(
    '%i: nothing is sent before Retry-After is over; no call is lost or spends an attempt',
    async (status) => {
      const numbers = phones(5);
      const script = [
        {
          match: { toPhoneNumber: NUMBER, nth: 1 },
          do: { status, headers: { 'retry-after': '2' } },
        },
      ];
      await using world = await openWorld({ script });
      // One attempt: a refusal that spent it would end the call.
      await world.campaign({ retry: { attempts: 1 } });
      await world.startWorker({ concurrency: 1 });
      await world.load(numbers);
      expect(await world.heldBy('all')).toBe('rate_limited');
      const results = await world.settled(5);
      expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
      expect(results.find(({ toPhoneNumber }) => toPhoneNumber === NUMBER)).toMatchObject({
        attempts: 2,
      });
      const [refused, ...later] = world.simulator.calls().calls;
      expect(refused?.toPhoneNumber).toBe(NUMBER);
      expect(later).toHaveLength(5);
      expect(Math.min(...later.map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(
        (refused?.atMs ?? 0) + 2000,
      );
    },
  );

  test.for([
    { name: '408', action: { status: 408 }, expected: { reason: 'no_response', httpStatus: 408 } },
    { name: '303', action: { status: 303 }, expected: { reason: 'bad_response', httpStatus: 303 } },
    { name: '409', action: { status: 409 }, expected: { reason: 'conflict', httpStatus: 409 } },
    { name: '500', action: { status: 500 }, expected: { reason: 'server_error', httpStatus: 500 } },
    {
      name: '502 that rang',
      action: { status: 502, taken: true },
      expected: { reason: 'server_error', httpStatus: 502 },
    },
    {
      name: '503 with Retry-After',
      action: { status: 503, headers: { 'retry-after': '0' } },
      expected: { reason: 'server_error' },
    },
    {
      name: 'a reset before the answer',
      action: { fault: 'reset_after' },
      expected: { reason: 'connection_lost' },
    },
    {
      name: 'a reset that was never taken',
      action: { fault: 'reset_before' },
      expected: { reason: 'connection_lost' },
    },
    { name: 'garbage', action: { fault: 'garbage' }, expected: { reason: 'bad_response' } },
  ] as const)('$name: unknown, and never called again', async ({ action, expected }) => {
    await using world = await openWorld({ script: [answer(action)] });
    await world.campaign();
    const worker = await world.startWorker();
    await world.load(phones(3));
    const results = await world.settled(3);
    expect(results.find(({ toPhoneNumber }) => toPhoneNumber === NUMBER)).toMatchObject({
      outcome: 'unknown',
      attempts: 1,
      ...expected,
    });
    expect(results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(2);
    await expectDoubtStands(world, worker);
  });

  test('no answer: unknown, and never called again', async () => {
    await using world = await openWorld({ script: [answer({ fault: 'hang' })] });
    await world.campaign();
    const worker = await world.startWorker({ responseTimeoutMs: 300 });
    await world.load([NUMBER]);
    expect(await world.settled(1)).toMatchObject([
      { outcome: 'unknown', attempts: 1, reason: 'no_response' },
    ]);
    await expectDoubtStands(world, worker);
  });

  test('a 200 whose body breaks off: accepted', async () => {
    await using world = await openWorld({ script: [answer({ fault: 'truncate' })] });
    await world.campaign();
    await world.startWorker();
    await world.load([NUMBER]);
    expect(await world.settled(1)).toMatchObject([
      { outcome: 'accepted', attempts: 1, httpStatus: 200 },
    ]);
  });

  test('connection refused: tried again with pauses, exhausted after retry.attempts', async () => {
    await using world = await openWorld();
    await using proxy = await startFaultProxy({
      targetPort: Number(new URL(world.simulator.apiUrl).port),
    });
    await proxy.inflict({ kind: 'refuse' });
    await world.campaign({ retry: { attempts: 3, backoffSeconds: 0.02, maxBackoffSeconds: 0.1 } });
    await world.startWorker({ apiUrl: `http://127.0.0.1:${proxy.port}` });
    await world.load(phones(2));
    const results = await world.settled(2);
    for (const result of results) {
      expect(result).toMatchObject({ outcome: 'exhausted', reason: 'connect_failed', attempts: 3 });
      expect(result).not.toHaveProperty('httpStatus');
    }
    expect(world.simulator.stats().requests).toBe(0);
  });

  test('a connection that comes back in time: the retried call is accepted, its failures counted', async () => {
    await using world = await openWorld();
    await using proxy = await startFaultProxy({
      targetPort: Number(new URL(world.simulator.apiUrl).port),
    });
    await proxy.inflict({ kind: 'refuse' });
    await world.campaign({
      retry: { attempts: 100, backoffSeconds: 0.05, maxBackoffSeconds: 0.5 },
    });
    const worker = await world.startWorker({
      apiUrl: `http://127.0.0.1:${proxy.port}`,
      logLevel: 'debug',
    });
    await world.load([NUMBER]);
    await worker.counted('libby_dialer_calls_not_sent_total', 2);
    await proxy.heal();
    const [result] = await world.settled(1);
    expect(result?.outcome).toBe('accepted');
    expect(result?.attempts).toBeGreaterThanOrEqual(3);
    expect(world.simulator.calls().byNumber).toEqual({ [NUMBER]: 1 });
  });
});

describe.concurrent('runs of trouble', () => {
  test('a run of connect failures holds all; when the API is back, every call goes out', async () => {
    await using world = await openWorld();
    await using proxy = await startFaultProxy({
      targetPort: Number(new URL(world.simulator.apiUrl).port),
    });
    await proxy.inflict({ kind: 'refuse' });
    await world.campaign({
      retry: { attempts: 100, backoffSeconds: 0.05, maxBackoffSeconds: 0.2 },
    });
    await world.startWorker({ apiUrl: `http://127.0.0.1:${proxy.port}` });
    const numbers = phones(20);
    await world.load(numbers);
    expect(await world.heldBy('all')).toBe('unreachable');
    await proxy.heal();
    const results = await world.settled(20);
    expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(world.simulator.calls().byNumber).toEqual(
      Object.fromEntries(numbers.map((number) => [number, 1])),
    );
    await world.noHolds();
  });

  test('a run of doubts holds all: no more calls are in doubt than the threshold and what was in flight', async () => {
    const numbers = phones(40);
    // Whoever is dialed first, whatever the order: the outage is over when the hold stands.
    await using world = await openWorld();
    await using proxy = await startFaultProxy({
      targetPort: Number(new URL(world.simulator.apiUrl).port),
    });
    await proxy.inflict({ kind: 'reset', direction: 'to_client', afterBytes: 0 });
    await world.campaign();
    const concurrency = 4;
    await world.startWorker({ apiUrl: `http://127.0.0.1:${proxy.port}`, concurrency });
    await world.load(numbers);
    expect(await world.heldBy('all')).toBe('doubts');
    await proxy.heal();
    const results = await world.settled(40);
    const doubts = results.filter(({ outcome }) => outcome === 'unknown');
    expect(doubts.length).toBeGreaterThanOrEqual(5);
    expect(doubts.length).toBeLessThanOrEqual(5 + concurrency);
    expect(results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(
      40 - doubts.length,
    );
    expect(world.rangTwice()).toEqual([]);
    await world.noHolds();
  });

  test('a run of rejections holds its campaign and no other', async () => {
    const numbers = phones(30);
    await using world = await openWorld({
      script: numbers.map((toPhoneNumber) => ({ match: { toPhoneNumber }, do: { status: 422 } })),
    });
    await world.campaign();
    await world.startWorker({ concurrency: 2 });
    await world.load(numbers);
    expect(await world.heldBy('campaign:spring')).toBe('rejections');
    await world.campaign({ id: 'autumn' });
    await world.load([phone(40)], 'autumn');
    expect(await world.settled(1, 'autumn')).toMatchObject([{ outcome: 'accepted' }]);
    expect(await world.status()).toMatchObject({ state: 'held' });
    expect((await world.results()).length).toBeLessThanOrEqual(12);
    expect((await world.holds.list()).map(({ scope }) => scope)).toEqual(['campaign:spring']);
  });
});
