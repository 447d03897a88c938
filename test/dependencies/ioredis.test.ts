import { setImmediate } from 'node:timers/promises';
import {
  eventually,
  type FaultProxy,
  startFaultProxy,
  startRedis,
  type TestRedis,
} from '@libby-dialer/testkit';
import { Redis, type RedisOptions, ReplyError } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

type Options = Pick<
  RedisOptions,
  'maxRetriesPerRequest' | 'enableOfflineQueue' | 'reconnectOnError'
>;

/** As the worker connects, and as what must fail at once does (`packages/runtime`). */
const WORKER: Options = { maxRetriesPerRequest: null, enableOfflineQueue: true };
const PRODUCER: Options = { maxRetriesPerRequest: 0, enableOfflineQueue: false };

const COUNT = "return redis.call('incr', KEYS[1])";

let server: TestRedis;
let proxy: FaultProxy;
/** Past the proxy: what Redis really holds. */
let truth: Redis;
const clients: Redis[] = [];

beforeAll(async () => {
  server = await startRedis({ own: true });
  truth = new Redis(server.url);
});
afterAll(async () => {
  truth.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await truth.flushall();
  await truth.script('FLUSH');
  proxy = await startFaultProxy({ targetPort: server.port });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await proxy.stop();
});

/** `once` of node:events rejects when an `error` comes first, and here errors are expected. */
function event(client: Redis, name: 'close' | 'reconnecting' | 'connect' | 'end'): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  client.once(name, () => resolve());
  return promise;
}

async function connect(options: Options, port = proxy.port): Promise<Redis> {
  const client = new Redis(port, proxy.host, {
    ...options,
    lazyConnect: true,
    retryStrategy: () => 10,
  });
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
}

/** Healed before it is, the proxy would hand it on. */
async function replyIsLost(): Promise<void> {
  await eventually(() => proxy.counts().bytesSwallowed > 0);
  expect(await truth.get('runs')).toBe('1');
}

describe('a command whose reply was lost', () => {
  test('is sent again by a worker’s connection and runs twice: why the gate knows its owner', async () => {
    const redis = await connect(WORKER);
    await proxy.inflict({ kind: 'drop_replies' });
    const answer = redis.eval(COUNT, 1, 'runs');
    await replyIsLost();
    await proxy.heal();
    expect(await answer).toBe(2);
    expect(await truth.get('runs')).toBe('2');
  });

  test('fails a producer’s at once, though it ran, and is not sent again', async () => {
    const redis = await connect(PRODUCER);
    await proxy.inflict({ kind: 'drop_replies' });
    const answer = redis.eval(COUNT, 1, 'runs').catch((error: Error) => error.name);
    await replyIsLost();
    await proxy.heal();
    expect(await answer).toBe('MaxRetriesPerRequestError');
    await eventually(() => redis.status === 'ready');
    expect(await redis.get('runs')).toBe('1');
  });
});

describe('a command while Redis is away', () => {
  test('waits on a worker’s connection and is sent, in order, once it is back', async () => {
    const redis = await connect(WORKER);
    await proxy.inflict({ kind: 'refuse' });
    proxy.resetAll();
    await event(redis, 'close');
    const answers = Promise.all([redis.rpush('list', 'a'), redis.rpush('list', 'b')]);
    await event(redis, 'reconnecting');
    await proxy.heal();
    expect(await answers).toEqual([1, 2]);
    expect(await truth.lrange('list', 0, -1)).toEqual(['a', 'b']);
  });

  test('fails on a producer’s at once', async () => {
    const redis = await connect(PRODUCER);
    await proxy.inflict({ kind: 'refuse' });
    proxy.resetAll();
    await event(redis, 'close');
    await expect(redis.ping()).rejects.toThrow(
      "Stream isn't writeable and enableOfflineQueue options is false",
    );
  });
});

describe('a connection that was lost and is then closed here', () => {
  const PENDING = Symbol('pending');
  const settled = (command: Promise<unknown>) =>
    Promise.race([command.catch(({ message }: Error) => message), setImmediate(PENDING)]);

  test('between two attempts to connect says no `end` and settles nothing: why a campaign worker closes only once it is back', async () => {
    const redis = await connect(WORKER);
    const other = await connect(WORKER);
    await proxy.inflict({ kind: 'refuse' });
    proxy.resetAll();
    await event(other, 'reconnecting');
    await event(redis, 'reconnecting');
    const waiting = redis.ping();
    let hasEnded = false;
    redis.once('end', () => (hasEnded = true));
    redis.disconnect();
    await proxy.heal();
    // By then the first would have tried as well.
    await other.ping();
    expect([await settled(waiting), hasEnded, redis.status]).toEqual([
      PENDING,
      false,
      'reconnecting',
    ]);
  });

  test('during an attempt rejects what waits, and never settles what was on its way when it was lost', async () => {
    const redis = await connect(WORKER);
    const blocked = redis.blpop('nothing', 0);
    await eventually(async () => /^blocked_clients:1\b/m.test(await truth.info('clients')));
    await proxy.inflict({ kind: 'drop_replies' });
    proxy.resetAll();
    await event(redis, 'connect');
    const waiting = redis.ping();
    const ended = event(redis, 'end');
    redis.disconnect();
    await ended;
    expect(await settled(waiting)).toBe('Connection is closed.');
    expect(await settled(blocked)).toBe(PENDING);
  });
});

test('a subscription is taken up again after the connection was lost', async () => {
  const redis = await connect(WORKER);
  const heard: string[] = [];
  redis.on('message', (_, text) => heard.push(text));
  await redis.subscribe('announcements');
  proxy.resetAll();
  await event(redis, 'close');
  await eventually(async () => (await truth.publish('announcements', 'news')) === 1);
  await eventually(() => heard.includes('news'));
  expect(heard).toEqual(['news']);
});

test('a script that Redis does not know is an error that begins with NOSCRIPT', async () => {
  const redis = await connect(WORKER);
  const error: unknown = await redis.evalsha('0'.repeat(40), 0).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ReplyError);
  expect((error as Error).message).toMatch(/^NOSCRIPT /);
});

describe('a master that has become a replica', () => {
  let replica: TestRedis;
  let promote: Redis;
  beforeAll(async () => {
    replica = await startRedis({ own: true });
    promote = new Redis(replica.url);
  });
  beforeEach(() => promote.replicaof('127.0.0.1', server.port));
  afterAll(async () => {
    promote.disconnect();
    await replica.stop();
  });

  test('answers READONLY, and reconnectOnError 2 sends the command again once it is answered', async () => {
    const refusals: string[] = [];
    const reconnectOnError = ({ message }: Error) => {
      if (!message.startsWith('READONLY')) return false;
      refusals.push(message);
      void promote.replicaof('NO', 'ONE');
      return 2 as const;
    };
    const redis = await connect({ ...WORKER, reconnectOnError }, replica.port);
    expect(await redis.set('taken', 'x')).toBe('OK');
    expect(refusals.length).toBeGreaterThan(0);
    expect(await promote.get('taken')).toBe('x');
  });

  test('with reconnectOnError 1 fails the command and reconnects', async () => {
    const redis = await connect({ ...PRODUCER, reconnectOnError: () => 1 }, replica.port);
    const closed = event(redis, 'close');
    await expect(redis.set('refused', 'x')).rejects.toThrow(/^READONLY /);
    await closed;
    await eventually(() => redis.status === 'ready');
    expect(await redis.exists('refused')).toBe(0);
  });
});
