import {
  eventually,
  startFaultProxy,
  startRedis,
  type TestRedis,
  uniquePrefix,
} from '@libby-dialer/testkit';
import {
  DelayedError,
  type Job,
  Queue,
  type QueueOptions,
  WaitingError,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

/** As the dialer's own: a job that comes again is safe, one that BullMQ gave up would be lost. */
const ENDLESS = Number.MAX_SAFE_INTEGER;
const QUEUE = 'spring';
const HOUR_MS = 3_600_000;

let server: TestRedis;
let redis: Redis;
let prefix: string;
let queue: Queue;
const workers: Worker[] = [];

beforeAll(async () => {
  server = await startRedis({ own: true });
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  prefix = `${uniquePrefix()}:q`;
  queue = openQueue();
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  await queue.close();
});

function openQueue(options: Partial<QueueOptions> = {}): Queue {
  return new Queue(QUEUE, { connection: redis, prefix, skipWaitingForReady: true, ...options });
}

/**
 * Three parameters would get BullMQ's own AbortSignal; two are what the campaign workers declare.
 */
function work(
  process: ((job: Job, token: string) => Promise<unknown>) | null,
  options: Partial<WorkerOptions> = {},
): Worker {
  const run = process === null ? null : (job: Job, token?: string) => process(job, token ?? '');
  const ours = {
    connection: redis,
    prefix,
    maxStalledCount: ENDLESS,
    removeOnComplete: { count: 0 },
    ...options,
  };
  const worker = new Worker(QUEUE, run, ours);
  worker.on('error', () => undefined);
  workers.push(worker);
  return worker;
}

async function add(...ids: string[]): Promise<void> {
  await queue.addBulk(
    ids.map((jobId) => ({ name: 'call', data: jobId, opts: { jobId, removeOnComplete: true } })),
  );
}

/** Takes a job, once there is one, and never renews its lock. */
function dieWithNext(worker: Worker): Promise<Job> {
  return eventually(async () => (await worker.getNextJob('dead', { block: false })) ?? false);
}

/** A processor that tells when each job has begun, and ends when it is told to. */
function gate() {
  const begun: string[] = [];
  const open = Promise.withResolvers<void>();
  const process = async (job: Job): Promise<void> => {
    begun.push(job.id ?? '');
    await open.promise;
  };
  return {
    begun,
    open: () => open.resolve(),
    process,
    untilBegun: (n: number) => eventually(() => begun.length >= n),
  };
}

describe('a job id', () => {
  test('of three parts with colons may be lost by addBulk, which says nothing: ours have none', async () => {
    const added = await queue.addBulk([{ name: 'call', data: 1, opts: { jobId: '0:a:b' } }]);
    expect(added).toHaveLength(1);
    expect(await queue.getJobCounts('wait', 'delayed', 'active')).toEqual({
      wait: 0,
      delayed: 0,
      active: 0,
    });
  });

  test('of digits alone, or with one colon, is refused', async () => {
    await expect(queue.add('call', 1, { jobId: '123' })).rejects.toThrow(
      'Custom Id cannot be integers',
    );
    await expect(queue.add('call', 1, { jobId: 'a:b' })).rejects.toThrow(
      'Custom Id cannot contain :',
    );
    await expect(add('c1', '123')).rejects.toThrow('Custom Id cannot be integers');
  });

  test('in the form of ours is taken, each of a thousand in one addBulk', async () => {
    const ids = Array.from(
      { length: 1000 },
      (_, nth) => `c${Buffer.from(`call number ${nth}`).toString('base64url')}`,
    );
    await add(...ids);
    expect(new Set((await queue.getWaiting()).map(({ id }) => id))).toEqual(new Set(ids));
  });

  test('that is there already comes back as if it were new, and the first job stays: why loading looks first', async () => {
    await queue.add('call', 'first', { jobId: 'c1' });
    const again = await queue.addBulk([{ name: 'call', data: 'second', opts: { jobId: 'c1' } }]);
    expect(again.map(({ id, data }) => [id, data])).toEqual([['c1', 'second']]);
    expect((await queue.getWaiting()).map(({ id, data }) => [id, data])).toEqual([['c1', 'first']]);
  });

  test('is forgotten with its job, and the job can be added again: why the ledger outlives the job', async () => {
    const ran: string[] = [];
    await add('c1');
    work(async ({ data }) => void ran.push(data as string));
    await eventually(async () => (await queue.getJob('c1')) === undefined);
    await add('c1');
    await eventually(() => ran.length === 2);
    expect(ran).toEqual(['c1', 'c1']);
  });
});

describe('a job whose worker died', () => {
  test('comes again, however often, and is never failed', async () => {
    const dead = work(null, { lockDuration: 20 });
    const watch = work(null, { stalledInterval: 20 });
    await add('c1');
    await watch.startStalledCheckTimer();
    for (let deaths = 0; deaths < 5; deaths += 1) expect((await dieWithNext(dead)).id).toBe('c1');
    const { process, open, untilBegun } = gate();
    work(process);
    await untilBegun(1);
    open();
    expect(await queue.getFailedCount()).toBe(0);
  });

  test('would be failed with a limit to its stalls, without being run again', async () => {
    const dead = work(null, { lockDuration: 20 });
    const watch = work(null, { stalledInterval: 20, maxStalledCount: 1 });
    await add('c1');
    await watch.startStalledCheckTimer();
    await dieWithNext(dead);
    await dieWithNext(dead);
    await eventually(async () => (await queue.getWaitingCount()) === 1);
    const { begun, process } = gate();
    work(process);
    await eventually(async () => (await queue.getFailedCount()) === 1);
    expect(begun).toEqual([]);
  });
});

describe('a job that goes back', () => {
  test('by DelayedError after moveToDelayed spends no attempt, also with a single one', async () => {
    const attempts: number[] = [];
    work(async (job, token) => {
      attempts.push(job.attemptsMade);
      if (attempts.length === 3) return;
      await job.moveToDelayed(Date.now() + 1, token);
      throw new DelayedError();
    });
    await add('c1');
    await eventually(() => attempts.length === 3);
    expect(attempts).toEqual([0, 0, 0]);
    expect(await queue.getFailedCount()).toBe(0);
  });

  test('by WaitingError after moveToWait spends no attempt', async () => {
    const attempts: number[] = [];
    work(async (job, token) => {
      attempts.push(job.attemptsMade);
      if (attempts.length === 3) return;
      await job.moveToWait(token);
      throw new WaitingError();
    });
    await add('c1');
    await eventually(() => attempts.length === 3);
    expect(attempts).toEqual([0, 0, 0]);
    expect(await queue.getFailedCount()).toBe(0);
  });

  test('waits by this machine’s clock and not by Redis’s: why instants are turned into local time', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const ran: string[] = [];
    await queue.add('call', 'later', { jobId: 'c1', delay: HOUR_MS });
    vi.setSystemTime(Date.now() + HOUR_MS + 1000);
    work(async ({ data }) => void ran.push(data as string));
    await eventually(() => ran.length === 1);
    const [redisSeconds] = await redis.time();
    expect(Number(redisSeconds) * 1000).toBeLessThan(Date.now() - HOUR_MS / 2);
  });

  test('by throwing anything else is failed, with one attempt for good: why the handler never rejects', async () => {
    work(() => Promise.reject(new Error('bug')));
    await add('c1');
    await eventually(async () => (await queue.getFailedCount()) === 1);
    expect(await queue.getJobCounts('wait', 'delayed', 'active')).toEqual({
      wait: 0,
      delayed: 0,
      active: 0,
    });
  });
});

describe('a worker', () => {
  test('paused with pause(true) does not wait for what is in hand, takes nothing more, and goes on after resume', async () => {
    const { begun, open, process, untilBegun } = gate();
    const worker = work(process);
    await add('c1', 'c2');
    await untilBegun(1);
    await worker.pause(true);
    open();
    await eventually(async () => (await queue.getActiveCount()) === 0);
    expect({ begun, waiting: await queue.getWaitingCount() }).toEqual({
      begun: ['c1'],
      waiting: 1,
    });
    await worker.resume();
    await untilBegun(2);
  });

  test('uses a raised concurrency after pause(true) and resume', async () => {
    const { open, process, untilBegun } = gate();
    const worker = work(process, { concurrency: 1 });
    await add('c1', 'c2', 'c3', 'c4');
    await untilBegun(1);
    worker.concurrency = 3;
    await worker.pause(true);
    await worker.resume();
    await untilBegun(3);
    expect(await queue.getActiveCount()).toBe(3);
    open();
  });

  test('refuses a concurrency of 0: a campaign worker that sleeps is paused', () => {
    const worker = work(null);
    expect(() => {
      worker.concurrency = 0;
    }).toThrow('concurrency must be a finite number greater than 0');
  });

  test('fetches as many jobs as it may run before the first handler runs: why a probing campaign worker has a concurrency of one', async () => {
    const fetchedAt: number[] = [];
    const now = Date.now();
    await add('c1', 'c2', 'c3', 'c4');
    vi.useFakeTimers({ toFake: ['Date'], now });
    work(
      async ({ processedOn = 0 }) => {
        // Whatever is fetched from now on carries this later hour.
        vi.setSystemTime(now + HOUR_MS);
        fetchedAt.push(processedOn);
      },
      { concurrency: 3 },
    );
    await eventually(() => fetchedAt.length === 4);
    expect(fetchedAt.filter((at) => at === now)).toHaveLength(3);
  });

  test('that closes waits for the job in hand', async () => {
    const { open, process, untilBegun } = gate();
    const worker = work(process);
    await add('c1');
    await untilBegun(1);
    const order: string[] = [];
    worker.once('completed', () => order.push('completed'));
    const closed = worker.close().then(() => order.push('closed'));
    await queue.getJobCounts();
    open();
    await closed;
    expect(order).toEqual(['completed', 'closed']);
  });

  test('that closes between two attempts to connect does not end by itself: why a campaign worker ends its wait before it closes', async () => {
    await using proxy = await startFaultProxy({ targetPort: server.port });
    const away = new Redis(proxy.port, proxy.host, {
      maxRetriesPerRequest: null,
      retryStrategy: () => 10,
    });
    away.on('error', () => undefined);
    const worker = work(() => Promise.resolve(), { connection: away });
    const blocking = await worker.getBackend().blockingClient;
    await proxy.inflict({ kind: 'refuse' });
    proxy.resetAll();
    await eventually(() => blocking?.status === 'reconnecting');
    let isClosed = false;
    const closed = worker.close().then(() => (isClosed = true));
    await proxy.heal();
    await away.ping();
    expect([isClosed, blocking?.status]).toEqual([false, 'reconnecting']);
    await blocking?.connect();
    blocking?.disconnect();
    await closed;
    away.disconnect();
  });

  test('fetches the next job in the script that completes one: one script per job, not two', async () => {
    await add(...Array.from({ length: 200 }, (_, nth) => `c${nth}`));
    let ran = 0;
    await redis.config('RESETSTAT');
    work(async () => void (ran += 1));
    await eventually(() => ran === 200);
    expect(await scriptCalls()).toBeLessThan(250);
  });

  test('leaves no key of a job that completed', async () => {
    await add('c1');
    expect(await redis.exists(`${prefix}:${QUEUE}:c1`)).toBe(1);
    work(() => Promise.resolve());
    await eventually(async () => (await redis.exists(`${prefix}:${QUEUE}:c1`)) === 0);
    expect(await redis.exists(`${prefix}:${QUEUE}:completed`)).toBe(0);
  });
});

test('every key lies under the prefix with its hash tag, as a cluster wants it', async () => {
  const { open, process, untilBegun } = gate();
  work(process, { stalledInterval: 20 });
  await add('c1');
  await queue.add('call', 1, { jobId: 'c2', delay: HOUR_MS });
  await queue.add('call', 1, { jobId: 'c3', priority: 1 });
  await untilBegun(1);
  await queue.pause();
  const keys = await redis.keys('*');
  expect(keys.length).toBeGreaterThan(5);
  expect(keys.filter((key) => !key.startsWith(`${prefix}:${QUEUE}:`))).toEqual([]);
  await queue.resume();
  open();
});

test('an ioredis that was handed in is not closed with queue and worker', async () => {
  const handedIn = new Redis(server.url, { maxRetriesPerRequest: null });
  const own = new Queue(QUEUE, { connection: handedIn, prefix });
  const worker = new Worker(QUEUE, () => Promise.resolve(), { connection: handedIn, prefix });
  await worker.waitUntilReady();
  await worker.close();
  await own.close();
  expect(await handedIn.ping()).toBe('PONG');
  handedIn.disconnect();
});

/** How often Redis has run a script since its statistics were reset. */
async function scriptCalls(): Promise<number> {
  const stats = await redis.info('commandstats');
  const calls = [...stats.matchAll(/^cmdstat_(?:eval|evalsha):calls=(\d+)/gm)].map(([, count]) =>
    Number(count),
  );
  return calls.reduce((sum, count) => sum + count, 0);
}
