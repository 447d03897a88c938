import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialerError } from './errors.ts';
import { createLogger } from './logger.ts';
import { freePort, PrivateRedis, singleRedis } from './private-redis.ts';
import type { RedisConnectionConfig } from './redis-config.ts';
import { createRedis, type RedisClient, type RedisConnectionOptions } from './redis-connection.ts';

const PASSWORD = 'canary-password';

function connection(config: RedisConnectionConfig, options: Partial<RedisConnectionOptions> = {}) {
  const messages: string[] = [];
  const logger = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => void messages.push((JSON.parse(line) as { msg: string }).msg) },
  });
  return { redis: createRedis(config, { role: 'worker', name: 'test', logger, ...options }), messages };
}

async function refusal(config: RedisConnectionConfig, options: Partial<RedisConnectionOptions> = {}): Promise<string> {
  await using redis = connection(config, options).redis;
  const error: unknown = await redis.connect({ withinMs: 300 }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(DialerError);
  expect((error as DialerError).code).toBe('redis_unavailable');
  return (error as DialerError).message;
}

/** `once` of node:events rejects when an `error` comes first, and here errors are expected. */
function event(client: RedisClient, name: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  client.once(name, () => resolve());
  return promise;
}

let open: PrivateRedis;
let locked: PrivateRedis;
beforeAll(async () => {
  [open, locked] = await Promise.all([PrivateRedis.start(), PrivateRedis.start('--requirepass', PASSWORD)]);
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await locked[Symbol.asyncDispose]();
});

describe('a connection', () => {
  test.each(['producer', 'worker', 'blocking'] as const)('as %s works and has a name', async (role) => {
    await using redis = connection(singleRedis(locked.port, { password: PASSWORD, db: 3 }), { role }).redis;
    await redis.connect();
    expect(await redis.client.call('CLIENT', 'GETNAME')).toBe(`test:${role}`);
    expect(await redis.client.client('INFO')).toContain(' db=3 ');
  });

  test('stops more than once, and before it was begun', async () => {
    const { redis } = connection(singleRedis(open.port));
    await Promise.all([redis.stop(), redis.stop()]);
    const { redis: used } = connection(singleRedis(open.port));
    await used.connect();
    await Promise.all([used.stop(), used.stop()]);
    expect(used.client.status).toBe('end');
  });
});

describe('connecting says what is wrong', () => {
  test('wrong password, at once', async () => {
    const message = await refusal(singleRedis(locked.port, { password: `${PASSWORD}-not` }));
    expect(message).toBe(
      `Redis at 127.0.0.1:${locked.port} does not accept this user and password; correct them in REDIS_URL.`,
    );
  });

  test('no password, at once', async () => {
    expect(await refusal(singleRedis(locked.port))).toContain('asks for a password');
  });

  test.each(['producer', 'worker'] as const)('nobody listens (%s)', async (role) => {
    const message = await refusal(singleRedis(await freePort()), { role });
    expect(message).toContain('refuses the connection; start it');
  });

  test('no such host', async () => {
    const config: RedisConnectionConfig = {
      ...singleRedis(0),
      topology: { kind: 'single', node: { host: 'redis.invalid', port: 6379 } },
    };
    expect(await refusal(config)).toMatch(/^Redis at redis\.invalid:6379 (?:cannot be found|does not answer)/);
  });

  test('TLS to a port without', async () => {
    expect(await refusal(singleRedis(open.port, { tls: true }))).toContain('whether it wants TLS');
  });

  test('a port that never answers, at the deadline', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await refusal(singleRedis(port))).toContain('does not answer in time');
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test('a database that does not exist', async () => {
    expect(await refusal(singleRedis(open.port, { db: 99 }))).toContain('no database of that number');
  });

  test('a cluster that is none', async () => {
    const node = { host: '127.0.0.1', port: open.port };
    const config: RedisConnectionConfig = { ...singleRedis(0), topology: { kind: 'cluster', nodes: [node, node] } };
    expect(await refusal(config)).toContain('is not a cluster');
  });

  test.each(['producer', 'worker'] as const)('no Sentinel there (%s)', async (role) => {
    const sentinels = [{ host: '127.0.0.1', port: await freePort() }];
    const config: RedisConnectionConfig = {
      ...singleRedis(0),
      topology: { kind: 'sentinel', sentinels, name: 'mymaster', password: undefined },
    };
    expect(await refusal(config, { role })).toMatch(/refuses the connection|none of the Sentinels/);
  });

  test('an abort ends it with its reason', async () => {
    const abort = new AbortController();
    const { redis } = connection(singleRedis(await freePort()));
    const connecting = redis.connect({ signal: abort.signal });
    abort.abort(new Error('stop'));
    await expect(connecting).rejects.toThrow('stop');
  });
});

test('a worker waits for a Redis that starts later', async () => {
  await using server = await PrivateRedis.start();
  await server.kill();
  await using redis = connection(singleRedis(server.port)).redis;
  const connecting = redis.connect({ withinMs: 15_000 });
  await event(redis.client, 'error');
  await server.start();
  await connecting;
  expect(await redis.client.ping()).toBe('PONG');
});

test('an outage is told once, and its end; a producer fails at once, a worker waits', async () => {
  await using server = await PrivateRedis.start();
  const worker = connection(singleRedis(server.port));
  const producer = connection(singleRedis(server.port), { role: 'producer' });
  await using workerRedis = worker.redis;
  await using producerRedis = producer.redis;
  await Promise.all([workerRedis.connect(), producerRedis.connect()]);

  const lost = Promise.all([event(workerRedis.client, 'close'), event(producerRedis.client, 'close')]);
  await server.kill();
  await lost;
  const waiting = workerRedis.client.set('key', 'value');
  await expect(producerRedis.client.set('key', 'other')).rejects.toThrow(/writeable|closed|retries/);
  await event(workerRedis.client, 'reconnecting');
  await event(workerRedis.client, 'reconnecting');
  expect(worker.messages).toEqual(['Redis connection lost']);

  const back = event(producerRedis.client, 'ready');
  await server.start();
  expect(await waiting).toBe('OK');
  await back;
  expect(worker.messages).toEqual(['Redis connection lost', 'Redis connection restored']);
  expect(producer.messages).toEqual(['Redis connection lost', 'Redis connection restored']);
});

test('stopping while Redis is away ends what still waits', async () => {
  const server = await PrivateRedis.start();
  const { redis, messages } = connection(singleRedis(server.port));
  await redis.connect();
  const away = event(redis.client, 'reconnecting');
  await server[Symbol.asyncDispose]();
  await away;
  const waiting = redis.client.set('key', 'value').catch((error: Error) => error.message);
  await redis.stop();
  expect(await waiting).toBe('Connection is closed.');
  expect(redis.client.status).toBe('end');
  expect(messages).toEqual(['Redis connection lost']);
});

test('a master found by Sentinel, and followed', async () => {
  await using master = await PrivateRedis.start('--requirepass', PASSWORD);
  await using sentinel = await PrivateRedis.start(
    '--sentinel',
    '--sentinel',
    'monitor',
    'mymaster',
    '127.0.0.1',
    String(master.port),
    '1',
  );
  const sentinels = [{ host: '127.0.0.1', port: sentinel.port }];
  const config: RedisConnectionConfig = {
    ...singleRedis(0, { password: PASSWORD }),
    topology: { kind: 'sentinel', sentinels, name: 'mymaster', password: undefined },
  };
  await using redis = connection(config).redis;
  await redis.connect();
  expect(await redis.client.info('server')).toContain(`tcp_port:${master.port}`);
});

test('a cluster of one node', async () => {
  await using node = await PrivateRedis.start('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
  await using direct = connection(singleRedis(node.port)).redis;
  await direct.connect();
  await direct.client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  const address = { host: '127.0.0.1', port: node.port };
  const config: RedisConnectionConfig = { ...singleRedis(0), topology: { kind: 'cluster', nodes: [address, address] } };
  await using redis = connection(config).redis;
  await redis.connect();
  expect(await redis.client.set('{libby}:a', '1')).toBe('OK');
});
