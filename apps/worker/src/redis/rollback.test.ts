import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatorOptions } from '@libby-dialer/libby-simulator';
import {
  eventually,
  type FaultProxy,
  startFaultProxy,
  startRedis,
  type TestRedis,
} from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { DialingWorld, phones, type TestWorker } from '../testing/dialing-world.ts';

const startDurableRedis = (args: readonly string[] = []) =>
  startRedis({ own: true, appendonly: true, appendfsync: 'always', args });

async function openWorld(
  server: { readonly url: string },
  options: SimulatorOptions = {},
): Promise<DialingWorld> {
  const world = await DialingWorld.open(server, options);
  await world.campaign();
  return world;
}

const through = (proxy: FaultProxy) => ({ url: `redis://127.0.0.1:${proxy.port}` });

/** A copy of a server's data as it is now, to be put back later. */
class Backup implements AsyncDisposable {
  readonly #server: TestRedis;
  readonly #data: string;
  readonly #copy: string;

  private constructor(server: TestRedis, data: string, copy: string) {
    this.#server = server;
    this.#data = data;
    this.#copy = copy;
  }

  static async of(server: TestRedis): Promise<Backup> {
    const redis = new Redis(server.url);
    const [, folder] = (await redis.config('GET', 'dir')) as [string, string];
    redis.disconnect();
    const backup = new Backup(
      server,
      join(folder, 'appendonlydir'),
      await mkdtemp(join(tmpdir(), 'backup-')),
    );
    await server.pause();
    await cp(backup.#data, backup.#copy, { recursive: true });
    await server.resume();
    return backup;
  }

  /** The server stops and comes back, on the same port, with the older data. */
  async restore(): Promise<void> {
    await this.#server.kill();
    await rm(this.#data, { recursive: true });
    await cp(this.#copy, this.#data, { recursive: true });
    await this.#server.restart();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#copy, { recursive: true });
  }
}

/** Waits until all calls that went out have their answer. Gives how many there were. */
async function requestsSoFar(world: DialingWorld): Promise<number> {
  await eventually(() => world.simulator.stats().inFlight === 0);
  return world.simulator.stats().requests;
}

/**
 * Nothing goes out, also by those who ask; a person releases it, and then each phone has rung once.
 */
async function expectHoldUntilRelease(
  world: DialingWorld,
  workers: readonly TestWorker[],
  numbers: readonly string[],
) {
  expect(await world.heldBy('all')).toBe('evidence_lost');
  const requests = await requestsSoFar(world);
  expect(requests).toBeLessThan(numbers.length);
  await Promise.all(workers.map((worker) => worker.gateAnswered('held')));
  expect(world.simulator.stats().requests).toBe(requests);
  await world.holds.release('all');
  const results = await world.settled(numbers.length);
  expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
  expect(world.simulator.calls().byNumber).toEqual(
    Object.fromEntries(numbers.map((number) => [number, 1])),
  );
  expect(await world.holds.list()).toEqual([]);
  expect(await world.failedJobs()).toBe(0);
  await eventually(async () => (await world.status()).state === 'completed');
}

describe.concurrent('Redis has lost claims that it had acknowledged', () => {
  test('a restored backup holds everything until a person releases it, and what rang does not ring again', async () => {
    await using redis = await startDurableRedis();
    await using world = await openWorld(redis, { latencyMs: 300 });
    const worker = await world.startWorker({ concurrency: 5 });
    const numbers = phones(60);
    await world.load(numbers);
    await eventually(() => world.simulator.stats().requests >= 10);
    await using backup = await Backup.of(redis);
    // Of these some are settled and five in flight when Redis goes back.
    await eventually(() => world.simulator.stats().requests >= 30);
    await backup.restore();
    await expectHoldUntilRelease(world, [worker], numbers);
    expect(await worker.metric('libby_dialer_rollbacks_total')).toBe(1);
    expect(worker.logs.filter((line) => line.includes('Redis has lost claims'))).toHaveLength(1);
  });

  test('a replica that was behind is promoted', async () => {
    await using master = await startDurableRedis();
    await using replica = await startDurableRedis([
      '--replicaof',
      '127.0.0.1',
      String(master.port),
    ]);
    await using proxy = await startFaultProxy({ targetPort: master.port });
    await using world = await openWorld(through(proxy), { latencyMs: 300 });
    const operator = new Redis(replica.url);
    await eventually(async () =>
      (await operator.info('replication')).includes('master_link_status:up'),
    );
    const workers = await Promise.all([1, 2].map(() => world.startWorker({ concurrency: 5 })));
    const numbers = phones(80);
    await world.load(numbers);
    await eventually(() => world.simulator.stats().requests >= 20);
    await operator.replicaof('NO', 'ONE');
    operator.disconnect();
    // Acknowledged by the master, which nobody asks any more after this.
    await eventually(() => world.simulator.stats().requests >= 40);
    proxy.moveTo(replica.port);
    await master.kill();
    await expectHoldUntilRelease(world, workers, numbers);
    const rollbacks = await Promise.all(
      workers.map((worker) => worker.metric('libby_dialer_rollbacks_total')),
    );
    expect(Math.max(...rollbacks)).toBe(1);
  });

  test('a worker that has seen nothing of it is back first: it waits for the other, who has', async () => {
    await using redis = await startDurableRedis();
    await using proxyOfFirst = await startFaultProxy({ targetPort: redis.port });
    await using proxyOfOther = await startFaultProxy({ targetPort: redis.port });
    await using world = await openWorld(redis, { latencyMs: 50 });
    const first = await world.startWorker({ concurrency: 5, redisPort: proxyOfFirst.port });
    const numbers = phones(100);
    // It has all that it needs to dial, and has dialed nothing.
    await world.control.apply('pause', 'spring');
    await world.load(numbers);
    await first.gateAnswered('paused');
    await proxyOfFirst.inflict({ kind: 'refuse' });
    proxyOfFirst.resetAll();
    await world.control.apply('resume', 'spring');
    // A claim from before, or there would be no evidence that this Redis was ever used.
    const other = await world.startWorker({ concurrency: 5, redisPort: proxyOfOther.port });
    await eventually(() => world.simulator.stats().requests >= 5);
    await using backup = await Backup.of(redis);
    await eventually(() => world.simulator.stats().requests >= 30);
    await proxyOfOther.inflict({ kind: 'refuse' });
    proxyOfOther.resetAll();
    const requests = await requestsSoFar(world);
    await backup.restore();
    await proxyOfFirst.heal();
    await first.gateAnswered('wait');
    // It waits for the other no longer than 40 s, which a busy machine may not keep.
    await proxyOfFirst.inflict({ kind: 'stall' });
    expect(await world.holds.list()).toEqual([]);
    expect(world.simulator.stats().requests).toBe(requests);
    await proxyOfOther.heal();
    await world.heldBy('all');
    await proxyOfFirst.heal();
    await expectHoldUntilRelease(world, [first, other], numbers);
    expect(await first.metric('libby_dialer_rollbacks_total')).toBe(0);
  });
});

describe.concurrent('Redis has lost nothing', () => {
  test('killed and started again: no hold, and dialing goes on after a while', async () => {
    await using redis = await startDurableRedis();
    await using world = await openWorld(redis, { latencyMs: 50 });
    const settings = { concurrency: 5, connectTimeoutMs: 2000 };
    const workers = await Promise.all([1, 2].map(() => world.startWorker(settings)));
    const numbers = phones(60);
    await world.load(numbers);
    await eventually(() => world.simulator.stats().requests >= 20);
    await redis.kill();
    await redis.restart();
    await world.settled(60);
    const { calls, byNumber } = world.simulator.calls();
    expect(byNumber).toEqual(Object.fromEntries(numbers.map((number) => [number, 1])));
    // What was claimed before goes out within three seconds; then nothing does for a while.
    const gaps = calls.slice(1).map(({ atMs }, index) => atMs - (calls[index]?.atMs ?? 0));
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(8000 - 3000);
    for (const worker of workers) {
      expect(await worker.metric('libby_dialer_rollbacks_total')).toBe(0);
      expect(await worker.metric('libby_dialer_gate_answers_total', 'answer="held"')).toBe(0);
    }
  });

  test('the same server is reached again: dialing goes on at once', async () => {
    await using redis = await startDurableRedis();
    await using proxy = await startFaultProxy({ targetPort: redis.port });
    await using world = await openWorld(redis, { latencyMs: 20 });
    const worker = await world.startWorker({ concurrency: 5, redisPort: proxy.port });
    const numbers = phones(60);
    await world.load(numbers);
    await eventually(() => world.simulator.stats().requests >= 20);
    proxy.resetAll();
    await world.settled(60);
    expect(world.simulator.calls().byNumber).toEqual(
      Object.fromEntries(numbers.map((number) => [number, 1])),
    );
    expect(await worker.metric('libby_dialer_gate_answers_total', 'answer="wait"')).toBe(0);
    expect(await worker.metric('libby_dialer_gate_answers_total', 'answer="held"')).toBe(0);
  });
});

describe.concurrent('claims that replicas must have', () => {
  test('are not used while the replica hangs; dialing goes on by itself when it is back', async () => {
    await using master = await startDurableRedis();
    await using replica = await startDurableRedis([
      '--replicaof',
      '127.0.0.1',
      String(master.port),
    ]);
    await using world = await openWorld(master);
    await eventually(async () => (await world.redis.info('replication')).includes('state=online'));
    const worker = await world.startWorker({
      concurrency: 5,
      fence: { replicas: 1, timeoutMs: 1000 },
    });
    const numbers = phones(20);
    await world.load(numbers.slice(0, 10));
    await world.settled(10);
    await world.noHolds();
    await replica.pause();
    await world.load(numbers.slice(10));
    expect(await world.heldBy('all')).toBe('replicas_behind');
    // Also a probe of the hold is not sent.
    const asked = await worker.metric('libby_dialer_holds_total', 'replicas_behind');
    await worker.counted('libby_dialer_holds_total', asked + 1, 'replicas_behind');
    expect(world.simulator.stats().requests).toBe(10);
    await replica.resume();
    const results = await world.settled(20);
    expect(results.every(({ outcome, attempts }) => outcome === 'accepted' && attempts === 1)).toBe(
      true,
    );
    expect(world.simulator.calls().byNumber).toEqual(
      Object.fromEntries(numbers.map((number) => [number, 1])),
    );
    await world.noHolds();
  });
});
