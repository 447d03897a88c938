import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  eventually,
  patienceMs,
  spawnProcess,
  startRedis,
  type TestRedis,
} from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/config.ts';
import { DialerError } from '../errors.ts';
import { createLogger } from '../logs/logger.ts';
import { type RedisConnectionConfig, redisConfig } from './redis-config.ts';
import { createRedis, type RedisClient, type RedisConnectionOptions } from './redis-connection.ts';

const PASSWORD = 'canary-password';

const SOON = { withinMs: 300 };

/** Nothing listens there, and no outgoing connection has it for its own. */
const REFUSING_PORT = 1;

function configOf(url: string, environment: Record<string, string> = {}): RedisConnectionConfig {
  return loadConfig(redisConfig, { REDIS_URL: url, ...environment }).connection;
}

function at(port: number, { user = '', db = 0, protocol = 'redis' } = {}): RedisConnectionConfig {
  return configOf(`${protocol}://${user}127.0.0.1:${port}/${db}`);
}

function connection(config: RedisConnectionConfig, options: Partial<RedisConnectionOptions> = {}) {
  const messages: string[] = [];
  const logger = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => void messages.push((JSON.parse(line) as { msg: string }).msg) },
  });
  return {
    redis: createRedis(config, { role: 'worker', name: 'test', logger, ...options }),
    messages,
  };
}

async function refusal(
  config: RedisConnectionConfig,
  { withinMs = patienceMs(), ...options }: Partial<RedisConnectionOptions> & Deadline = {},
): Promise<string> {
  await using redis = connection(config, options).redis;
  const error: unknown = await redis.connect({ withinMs }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(DialerError);
  expect((error as DialerError).code).toBe('redis_unavailable');
  return (error as DialerError).message;
}

interface Deadline {
  readonly withinMs?: number;
}

/** Of one that goes on trying: the reason may come after the deadline of a busy machine. */
function reasonAtDeadline(
  config: RedisConnectionConfig,
  options: Partial<RedisConnectionOptions> = {},
): Promise<string> {
  return eventually(async () => {
    const message = await refusal(config, { ...options, ...SOON });
    return !message.includes('does not answer in time') && message;
  });
}

/** `once` of node:events rejects when an `error` comes first, and here errors are expected. */
function event(client: RedisClient, name: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  client.once(name, () => resolve());
  return promise;
}

let open: TestRedis;
let locked: TestRedis;
beforeAll(async () => {
  [open, locked] = await Promise.all([
    startRedis({ own: true }),
    startRedis({ requirepass: PASSWORD }),
  ]);
});
afterAll(async () => {
  await open.stop();
  await locked.stop();
});

describe('a connection', () => {
  test.each(['producer', 'worker', 'blocking'] as const)(
    'as %s works and has a name',
    async (role) => {
      await using redis = connection(at(locked.port, { user: `:${PASSWORD}@`, db: 3 }), {
        role,
      }).redis;
      await redis.connect();
      expect(await redis.client.call('CLIENT', 'GETNAME')).toBe(`test:${role}`);
      expect(await redis.client.client('INFO')).toContain(' db=3 ');
    },
  );

  test('stops more than once, and before it was begun', async () => {
    const { redis } = connection(at(open.port));
    await Promise.all([redis.stop(), redis.stop()]);
    const { redis: used } = connection(at(open.port));
    await used.connect();
    await Promise.all([used.stop(), used.stop()]);
    expect(used.client.status).toBe('end');
  });
});

describe('connecting says what is wrong', () => {
  test('wrong password, at once', async () => {
    const message = await refusal(at(locked.port, { user: `:${PASSWORD}-not@` }));
    expect(message).toBe(
      `Redis at 127.0.0.1:${locked.port} does not accept this user and password; correct them in REDIS_URL.`,
    );
  });

  test('no password, at once', async () => {
    expect(await refusal(at(locked.port))).toContain('asks for a password');
  });

  test.each(['producer', 'worker'] as const)('nobody listens (%s)', async (role) => {
    const message = await reasonAtDeadline(at(REFUSING_PORT), { role });
    expect(message).toContain('refuses the connection; start it');
  });

  test('no such host', async () => {
    const message = await refusal(configOf('redis://redis.invalid'), SOON);
    expect(message).toMatch(/^Redis at redis\.invalid:6379 (?:cannot be found|does not answer)/);
  });

  test('TLS to a port without', async () => {
    const message = await refusal(at(open.port, { protocol: 'rediss' }), SOON);
    expect(message).toContain('whether it wants TLS');
  });

  test('a port that never answers, at the deadline', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await refusal(at(port), SOON)).toContain('does not answer in time');
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test('a database that does not exist', async () => {
    expect(await refusal(at(open.port, { db: 99 }))).toContain('no database of that number');
  });

  test('a cluster that is none', async () => {
    expect(await refusal(configOf(`${open.url},${open.url}`))).toContain('is not a cluster');
  });

  test.each(['producer', 'worker'] as const)('no Sentinel there (%s)', async (role) => {
    const message = await reasonAtDeadline(sentinelConfig(REFUSING_PORT), { role });
    expect(message).toMatch(/refuses the connection|none of the Sentinels/);
  });

  test('an abort ends it with its reason', async () => {
    const abort = new AbortController();
    const { redis } = connection(at(REFUSING_PORT));
    const connecting = redis.connect({ signal: abort.signal });
    abort.abort(new Error('stop'));
    await expect(connecting).rejects.toThrow('stop');
  });
});

test('a worker waits for a Redis that starts later', async () => {
  await using server = await startRedis({ own: true });
  await server.kill();
  await using redis = connection(at(server.port)).redis;
  const connecting = redis.connect({ withinMs: 15_000 });
  await event(redis.client, 'error');
  await server.restart();
  await connecting;
  expect(await redis.client.ping()).toBe('PONG');
});

test('an outage is told once, and its end; a producer fails at once, a worker waits', async () => {
  await using server = await startRedis({ own: true });
  const worker = connection(at(server.port));
  const producer = connection(at(server.port), { role: 'producer' });
  await using workerRedis = worker.redis;
  await using producerRedis = producer.redis;
  await Promise.all([workerRedis.connect(), producerRedis.connect()]);

  const lost = Promise.all([
    event(workerRedis.client, 'close'),
    event(producerRedis.client, 'close'),
  ]);
  await server.kill();
  await lost;
  const waiting = workerRedis.client.set('key', 'value');
  await expect(producerRedis.client.set('key', 'other')).rejects.toThrow(
    /writeable|closed|retries/,
  );
  await event(workerRedis.client, 'reconnecting');
  await event(workerRedis.client, 'reconnecting');
  expect(worker.messages).toEqual(['Redis connection lost']);

  const back = event(producerRedis.client, 'ready');
  await server.restart();
  expect(await waiting).toBe('OK');
  await back;
  expect(worker.messages).toEqual(['Redis connection lost', 'Redis connection restored']);
  expect(producer.messages).toEqual(['Redis connection lost', 'Redis connection restored']);
});

test('stopping while Redis is away ends what still waits', async () => {
  const server = await startRedis({ own: true });
  const { redis, messages } = connection(at(server.port));
  await redis.connect();
  const away = event(redis.client, 'reconnecting');
  await server.stop();
  await away;
  const waiting = redis.client.set('key', 'value').catch((error: Error) => error.message);
  await redis.stop();
  expect(await waiting).toBe('Connection is closed.');
  expect(redis.client.status).toBe('end');
  expect(messages).toEqual(['Redis connection lost']);
});

test('a duplicate, as BullMQ makes it to block on, connects by itself, and until it succeeds', async () => {
  await using server = await startRedis({ own: true });
  await using redis = connection(at(server.port)).redis;
  await redis.connect();
  await server.kill();
  const duplicate = (redis.client as Redis).duplicate();
  duplicate.on('error', () => {});
  await event(duplicate, 'reconnecting');
  const ready = event(duplicate, 'ready');
  await server.restart();
  await ready;
  expect(await duplicate.quit()).toBe('OK');
});

test('a master that becomes a replica is left; a worker sends again, a producer is told', async () => {
  await using server = await startRedis({ own: true });
  const worker = connection(at(server.port));
  await using workerRedis = worker.redis;
  await using producerRedis = connection(at(server.port), { role: 'producer' }).redis;
  await using operator = connection(at(server.port)).redis;
  await Promise.all([workerRedis.connect(), producerRedis.connect(), operator.connect()]);

  await operator.client.call('REPLICAOF', '127.0.0.1', String(REFUSING_PORT));
  const left = event(workerRedis.client, 'close');
  const waiting = workerRedis.client.set('key', 'value');
  await expect(producerRedis.client.set('key', 'other')).rejects.toThrow('READONLY');
  await left;
  await operator.client.call('REPLICAOF', 'NO', 'ONE');
  expect(await waiting).toBe('OK');
});

test('a replica that stays one is asked less and less often, and told of once', async () => {
  await using server = await startRedis({ own: true });
  const { redis, messages } = connection(at(server.port));
  await using operator = connection(at(server.port)).redis;
  await using worker = redis;
  await Promise.all([worker.connect(), operator.connect()]);
  await operator.client.call('REPLICAOF', '127.0.0.1', String(REFUSING_PORT));
  const delays: number[] = [];
  worker.client.on('reconnecting', (delayMs: number) => delays.push(delayMs));
  const waiting = worker.client.set('key', 'value');
  await eventually(() => delays.length >= 4);
  await operator.client.call('REPLICAOF', 'NO', 'ONE');
  expect(await waiting).toBe('OK');
  expect(delays.slice(0, 4)).toEqual([100, 200, 400, 800]);
  await eventually(() => messages.length > 1);
  expect(messages).toEqual(['Redis connection lost', 'Redis connection restored']);
});

const REDIS_SERVER = 'redis-server';
const hasRedisServer = spawnSync(REDIS_SERVER, ['--version']).status === 0;

describe.skipIf(!hasRedisServer)('Sentinel', () => {
  test('finds the master, by a user of its own', async () => {
    await using master = await startRedis({ requirepass: PASSWORD });
    await using sentinel = await startSentinel(
      master.port,
      `sentinel auth-pass mymaster ${PASSWORD}`,
      'user default off',
      'user watcher on >spw allkeys allchannels +@all',
    );
    const access = { REDIS_SENTINEL_USERNAME: 'watcher', REDIS_SENTINEL_PASSWORD: 'spw' };
    await using redis = connection(sentinelConfig(sentinel.port, access)).redis;
    await redis.connect();
    expect(await redis.client.info('server')).toContain(`tcp_port:${master.port}`);
  });

  // The old master goes on taking writes for a while, and loses them.
  test('is heard when it has chosen another master: the old one is left at once, also by a copy', async () => {
    const replicas = ['--masterauth', PASSWORD];
    await using master = await startRedis({ requirepass: PASSWORD, args: replicas });
    await using replica = await startRedis({
      requirepass: PASSWORD,
      args: [...replicas, '--replicaof', `127.0.0.1 ${master.port}`],
    });
    await using operator = connection(at(master.port, { user: `:${PASSWORD}@` })).redis;
    await operator.connect();
    // Sentinel asks the master for its replicas at its start, and then every ten seconds.
    await eventually(async () => /state=online/.test(await operator.client.info('replication')));
    await using sentinel = await startSentinel(
      master.port,
      `sentinel auth-pass mymaster ${PASSWORD}`,
    );
    await using direct = connection(configOf(`redis://127.0.0.1:${sentinel.port}`)).redis;
    await direct.connect();
    await using redis = connection(sentinelConfig(sentinel.port)).redis;
    await redis.connect();
    const copy = (redis.client as Redis).duplicate({ lazyConnect: false });
    const clients = [redis.client, copy];
    await eventually(async () => (await subscribers(direct.client)) === 2);
    // Refused until it has heard of a replica that is fit.
    await eventually(
      async () => (await direct.client.call('SENTINEL', 'FAILOVER', 'mymaster')) === 'OK',
    );
    // Neither is asked for anything: what leads them away is Sentinel's word alone.
    await eventually(async () => (await mastersOf(clients)).every((port) => port === replica.port));
    await copy.quit();
    await redis.stop();
    await eventually(async () => (await subscribers(direct.client)) === 0);
    expect(clients.map(({ status }) => status)).toEqual(['end', 'end']);
  });
});

async function subscribers(sentinel: RedisClient): Promise<number> {
  const list = (await sentinel.call('CLIENT', 'LIST')) as string;
  return list.match(/ sub=[1-9]/g)?.length ?? 0;
}

/** Where the clients are connected to by now; waits for none of them. */
async function mastersOf(clients: readonly RedisClient[]): Promise<(number | undefined)[]> {
  return clients.map((client) => (client instanceof Redis ? client.stream?.remotePort : undefined));
}

/** Sentinel insists on a file of its own to keep its state in. */
async function startSentinel(masterPort: number, ...more: string[]) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'sentinel-')));
  const port = masterPort + 1;
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor mymaster 127.0.0.1 ${masterPort} 1`,
    ...more,
  ];
  const file = join(folder.path, 'sentinel.conf');
  await writeFile(file, `${lines.join('\n')}\n`);
  const sentinel = stack.use(await spawnProcess(REDIS_SERVER, [file, '--sentinel']));
  await sentinel.waitForLine(/Sentinel ID is/);
  return { port, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function sentinelConfig(
  port: number,
  environment: Record<string, string> = {},
): RedisConnectionConfig {
  return configOf(`redis://:${PASSWORD}@ignored`, {
    REDIS_SENTINELS: `127.0.0.1:${port}`,
    REDIS_SENTINEL_NAME: 'mymaster',
    ...environment,
  });
}

test.skipIf(!hasRedisServer)('a Redis behind a Unix socket, and none behind it', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'socket-'));
  const path = join(folder.path, 'redis.sock');
  await using server = await startRedis({ requirepass: PASSWORD, args: ['--unixsocket', path] });
  await using redis = connection(configOf(`unix://:${PASSWORD}@localhost${path}?db=2`)).redis;
  await redis.connect();
  expect(await redis.client.client('INFO')).toMatch(/ addr=\S+redis\.sock:0 .* db=2 /);
  await server.stop();
  expect(await reasonAtDeadline(configOf(`unix://${path}`))).toMatch(
    /there is no such socket|refuses the connection/,
  );
});

test('a Redis without a command says which one it is', async () => {
  await using server = await startRedis({ args: ['--rename-command', 'INFO', ''] });
  expect(await refusal(at(server.port))).toContain('does not know a command that is needed (INFO)');
});

test.each([
  ['listed', (url: string) => configOf(`${url},${url}`)],
  ['by a single endpoint', (url: string) => configOf(url, { REDIS_CLUSTER: '1' })],
])('a cluster of one node, %s', async (_, configFor) => {
  await using node = await startRedis({
    args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
  });
  await using direct = connection(configOf(node.url)).redis;
  await direct.connect();
  await direct.client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await using redis = connection(configFor(node.url)).redis;
  await redis.connect();
  expect(await redis.client.set('{libby}:a', '1')).toBe('OK');
});
