import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DialerError,
  exitCodeOf,
  type MainContext,
  Redactor,
  runServiceProgram,
} from '@libby-dialer/runtime';
import {
  eventually,
  programFile,
  runProcess,
  type SpawnedProcess,
  spawnProcess,
  startRedis,
  type TestRedis,
} from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startConnectProxy } from '../../../packages/libby-client/src/testing/connect-proxy.ts';
import {
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
} from '../../../packages/libby-client/src/testing/localhost-certificate.ts';
import {
  httpAnswer,
  startRawServer,
} from '../../../packages/libby-client/src/testing/raw-server.ts';
import packageJson from '../package.json' with { type: 'json' };
import { DEFAULT_HTTP_PORT } from './config.ts';
import { DialingWorld, phone, phones } from './testing/dialing-world.ts';
import { workerProgram } from './worker-program.ts';

const MAIN = programFile('worker');
/** None of ours: neither from the machine that tests nor from a .env file. */
const UNSET = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(LIBBY|WORKER|DIALER|REDIS|LOG)_/.test(name))
    .map((name) => [name, undefined]),
);

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startRedis({ own: true, appendonly: true, appendfsync: 'always' });
  folder = await mkdtemp(join(tmpdir(), 'worker-program-'));
});
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

type Environment = Record<string, string | undefined>;

/**
 * The program in this process: what it wrote, and the error it ended with. What errors become,
 * `runMain` decides.
 */
async function run(args: readonly string[], env: Environment = {}) {
  const stop = new AbortController();
  const context: MainContext = {
    signal: stop.signal,
    redactor: new Redactor(),
    logCrashesTo: () => {},
    stopWithin: () => {},
  };
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text) };
  const environment = { ...env, LOG_LEVEL: env['LOG_LEVEL'] ?? 'silent' };
  const ended = runServiceProgram(workerProgram, { args, environment, output }, context);
  const error = await ended.then(
    () => undefined,
    (error: unknown) => error as DialerError,
  );
  return {
    output: written.join(''),
    message: error?.message ?? '',
    exitCode: error === undefined ? 0 : exitCodeOf(error),
  };
}

/** A worker process of this world, dialing. */
async function spawnWorker(world: DialingWorld, env: Environment = {}): Promise<SpawnedProcess> {
  const worker = await spawnProcess(process.execPath, [MAIN], {
    env: { ...UNSET, ...environmentOf(world), ...env },
    cwd: folder,
  });
  await worker.waitForLine(/worker is dialing/);
  return worker;
}

function environmentOf({ simulator, keys }: DialingWorld): Environment {
  return {
    REDIS_URL: redis.url,
    DIALER_PREFIX: keys.prefix,
    LIBBY_API_URL: simulator.apiUrl,
    LIBBY_TOKEN_URL: simulator.tokenUrl,
    LIBBY_CLIENT_ID: simulator.clientId,
    LIBBY_CLIENT_SECRET: simulator.clientSecret,
    LIBBY_SCOPE: simulator.scope,
    WORKER_HTTP_PORT: '0',
  };
}

const CREDENTIALS = { LIBBY_CLIENT_ID: 'some-client', LIBBY_CLIENT_SECRET: 'some-secret' };

async function urlOf(worker: SpawnedProcess): Promise<string> {
  const line = await worker.waitForLine(/worker is dialing/);
  return (JSON.parse(line) as { http: string }).http;
}

describe('its command line and environment', () => {
  test('--help and --version answer and end', async () => {
    expect((await run(['--help'])).output).toMatch(/^Usage: worker/);
    expect((await run(['--version'])).output).toBe(`${packageJson.version}\n`);
  });

  test('an unknown option is bad usage', async () => {
    const { exitCode, message } = await run(['--frobnicate']);
    expect(exitCode).toBe(2);
    expect(message).toMatch(/--frobnicate.*See worker --help/s);
  });

  test('every problem of the environment is told at once, by name, without its value', async () => {
    const env = {
      REDIS_URL: 'http://canary-host',
      LIBBY_API_URL: 'http://phone.example.com',
      WORKER_CONCURRENCY: 'many',
      WORKER_SHUTDOWN_GRACE_MS: '5',
      LOG_LEVEL: 'loud',
    };
    const result = await runProcess(process.execPath, [MAIN], {
      env: { ...UNSET, ...env },
      cwd: folder,
    });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    for (const name of [...Object.keys(env), 'LIBBY_CLIENT_ID', 'LIBBY_CLIENT_SECRET']) {
      expect(result.stderr).toMatch(new RegExp(`\\b${name}\\b`));
    }
    expect(result.stderr).not.toMatch(/canary-host|\n {4}at /);
  });

  test('a Redis that may forget is refused in sentences', async () => {
    await using volatile = await startRedis({ own: true });
    const { exitCode, message } = await run([], {
      ...CREDENTIALS,
      REDIS_URL: volatile.url,
      WORKER_HTTP_PORT: '0',
    });
    expect(exitCode).toBe(1);
    expect(message).toMatch(/appendonly yes/);
  });

  test('a Redis that is full is refused in a sentence', async () => {
    await using full = await startRedis({ own: true });
    const client = new Redis(full.url);
    await client.config('SET', 'maxmemory', '1');
    await client.quit();
    const environment = {
      ...CREDENTIALS,
      REDIS_URL: full.url,
      DIALER_ALLOW_VOLATILE_REDIS: '1',
      WORKER_HTTP_PORT: '0',
    };
    const { exitCode, message } = await run([], environment);
    expect(exitCode).toBe(1);
    expect(message).toMatch(/out of memory/);
  });

  test('a port that is set and taken is an error', async () => {
    await using world = await DialingWorld.open(redis);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const { exitCode, message } = await run([], {
      ...environmentOf(world),
      WORKER_HTTP_PORT: String(port),
    });
    taken.close();
    expect(exitCode).toBe(1);
    expect(message).toMatch(new RegExp(`port ${port}: another process has it`));
  });
});

describe('its pages', () => {
  test('health, readiness and metrics; a default port that is taken is replaced and told', async () => {
    await using world = await DialingWorld.open(redis);
    const env = { WORKER_HTTP_PORT: undefined };
    await using first = await spawnWorker(world, env);
    await using second = await spawnWorker(world, env);
    const urls = [await urlOf(first), await urlOf(second)];
    expect(new Set(urls).size).toBe(2);
    expect(new URL(urls[1] ?? '').port).not.toBe(String(DEFAULT_HTTP_PORT));
    for (const url of urls) {
      const pages = await Promise.all(
        ['/healthz', '/readyz', '/metrics', '/other'].map((path) => fetch(url + path)),
      );
      expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 404]);
      const metrics = (await pages[2]?.text()) ?? '';
      expect(metrics).toMatch(/^libby_dialer_requests_in_flight 0$/m);
      expect(metrics).toMatch(/^# TYPE libby_dialer_calls_settled_total counter$/m);
    }
  });
});

describe.concurrent('its end', () => {
  test('SIGTERM: calls in flight finish, none begins, exit code 0', async () => {
    const file = join(folder, 'secret');
    await using world = await DialingWorld.open(redis, { latencyMs: 700 });
    await world.campaign();
    await writeFile(file, `${world.simulator.clientSecret}\n`);
    await world.load(phones(20));
    await using worker = await spawnWorker(world, {
      WORKER_CONCURRENCY: '4',
      LIBBY_CLIENT_SECRET: undefined,
      LIBBY_CLIENT_SECRET_FILE: file,
    });
    await eventually(() => world.simulator.stats().inFlight === 4);
    const begun = world.simulator.stats().requests;
    expect(await worker.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(world.simulator.stats().requests).toBe(begun);
    const results = await world.results();
    expect(results).toHaveLength(begun);
    expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(await world.status()).toMatchObject({ pending: 20 - begun, inFlight: 0 });
    expect(worker.stdout).toEqual([]);
  });

  test('SIGTERM while the API hangs: ends within the grace, the doubt recorded', async () => {
    await using world = await DialingWorld.open(redis, {
      script: [{ match: {}, do: { fault: 'hang' } }],
    });
    await world.campaign();
    await world.load(phones(5));
    await using worker = await spawnWorker(world, {
      WORKER_CONCURRENCY: '3',
      LIBBY_CONNECT_TIMEOUT_MS: '200',
      LIBBY_RESPONSE_TIMEOUT_MS: '2000',
      WORKER_SHUTDOWN_GRACE_MS: '2300',
    });
    await eventually(() => world.simulator.stats().inFlight === 3);
    expect(await worker.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    const results = await world.results();
    expect(results.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(await world.status()).toMatchObject({ pending: 2, inFlight: 0 });
    expect(world.simulator.stats().requests).toBe(3);
  });

  test('SIGTERM while Redis does not answer: ends all the same', async () => {
    await using own = await startRedis({ own: true, appendonly: true, appendfsync: 'always' });
    await using world = await DialingWorld.open(own);
    await using worker = await spawnWorker(world, {
      REDIS_URL: own.url,
      LIBBY_CONNECT_TIMEOUT_MS: '200',
      LIBBY_RESPONSE_TIMEOUT_MS: '200',
      WORKER_SHUTDOWN_GRACE_MS: '500',
    });
    await own.pause();
    const exit = await worker.stop('SIGTERM');
    await own.resume();
    expect(exit).toEqual({ code: 0, signal: null });
  });

  test('kill -9 while requests hang: every row ends once, none rings twice, doubts only where requests were', async () => {
    const numbers = phones(40);
    const hanging = numbers.slice(0, 6).map((toPhoneNumber) => ({
      match: { toPhoneNumber },
      // Whether it rang nobody will ever know: the worst case is that it did.
      do: { fault: 'hang', taken: true } as const,
    }));
    await using world = await DialingWorld.open(redis, { script: hanging });
    await world.campaign();
    await world.load(numbers);
    const env = {
      WORKER_CONCURRENCY: '4',
      LIBBY_CONNECT_TIMEOUT_MS: '200',
      LIBBY_RESPONSE_TIMEOUT_MS: '4000',
      WORKER_SHUTDOWN_GRACE_MS: '5000',
    };
    // Its requests are still out when it is killed, however late that is.
    const patient = { LIBBY_RESPONSE_TIMEOUT_MS: '300000', WORKER_SHUTDOWN_GRACE_MS: '310000' };
    await using first = await spawnWorker(world, { ...env, ...patient });
    await eventually(() => world.simulator.stats().inFlight === 4);
    await first.stop('SIGKILL');
    const atKill = world.simulator.stats().requests;
    expect(atKill).toBeLessThan(numbers.length);
    await world.passDeadlines();
    await using second = await spawnWorker(world, env);
    const results = await world.settled(numbers.length);
    expect(results.map(({ toPhoneNumber }) => toPhoneNumber).toSorted()).toEqual(
      numbers.toSorted(),
    );
    const lost = results.filter(({ reason }) => reason === 'worker_lost');
    expect(lost).toHaveLength(4);
    expect(world.rangTwice()).toEqual([]);
    expect([...world.requestsByNumber().values()].every((requests) => requests === 1)).toBe(true);
    expect(await world.failedJobs()).toBe(0);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  });
});

test('dials through a proxy: a tunnel that is refused is no call, and the next try is the only request', async () => {
  await using world = await DialingWorld.open(redis);
  await using api = await startRawServer((socket) => socket.write(httpAnswer('200 OK', '{}')), {
    tls: { cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY },
  });
  await using proxy = await startConnectProxy();
  proxy.answer = (socket, pass) => {
    if (proxy.targets.length > 1) pass();
    else socket.end('HTTP/1.1 503 Not now\r\n\r\n');
  };
  const authorities = join(folder, 'authorities.pem');
  await writeFile(authorities, LOCALHOST_CERTIFICATE);
  await world.campaign({ retry: { attempts: 4, backoffSeconds: 1, maxBackoffSeconds: 1 } });
  await world.load([phone(1)]);
  await using worker = await spawnWorker(world, {
    LIBBY_API_URL: api.url,
    LIBBY_PROXY: proxy.url.replace('//', '//ada:hidden-password@'),
    NO_PROXY: '*',
    NODE_EXTRA_CA_CERTS: authorities,
    LOG_LEVEL: 'trace',
  });
  const [result] = await world.settled(1);
  expect(result).toMatchObject({ outcome: 'accepted', attempts: 2 });
  expect([proxy.targets.length, api.requests.length]).toEqual([2, 1]);
  expect([...worker.stderr, ...worker.stdout].join('\n')).not.toContain('hidden-password');
});

describe.concurrent('what it says', () => {
  test('no number, name, text, token or secret, in logs at trace or in metrics', async () => {
    const secret = 'canary-secret-4f1e9a';
    const number = phone(77);
    await using world = await DialingWorld.open(redis, {
      clientSecret: secret,
      clientId: 'canary-client',
      script: [
        { match: { toPhoneNumber: phone(0), nth: 1 }, do: { status: 401 } },
        {
          match: { toPhoneNumber: phone(1) },
          do: { status: 422, body: { message: `no rule for ${number} and Canary-Name` } },
        },
        { match: { toPhoneNumber: phone(2) }, do: { fault: 'garbage' } },
        { match: { toPhoneNumber: phone(3) }, do: { fault: 'reset_after' } },
        { match: { toPhoneNumber: phone(4) }, do: { status: 500, body: `canary-echo ${number}` } },
      ],
    });
    await world.campaign({ introNotes: 'canary-text for {{name}}' });
    await world.load([...phones(8), number], 'spring', {
      name: 'Canary-Name',
      externalId: 'canary-external',
    });
    // A job that is no call, and shows its data to whoever complains about it.
    await world.withQueue('spring', (queue) =>
      queue.add(
        'call',
        { to: number, name: 'Canary-Name', extra: 'canary-extra' },
        { jobId: 'rubbish' },
      ),
    );
    await using worker = await spawnWorker(world, { LOG_LEVEL: 'trace' });
    await world.settled(9);
    const metrics = await (await fetch(`${await urlOf(worker)}/metrics`)).text();
    await worker.stop();
    const said = [...worker.stdout, ...worker.stderr, metrics].join('\n');
    expect(said).toContain('call settled');
    expect(said).toContain('it is set aside');
    expect(said).toMatch(/no rule for \[\w+\] and \[\w+\]/);
    const token = await world.redis.get(world.keys.token);
    expect(token).not.toBeNull();
    expect(token).not.toContain(secret);
    for (const canary of [
      secret,
      'canary-text',
      'Canary-Name',
      'canary-extra',
      'canary-echo',
      'Bearer ',
      token ?? '',
    ]) {
      expect(said).not.toContain(canary);
    }
    for (const called of [...phones(8), number]) expect(said).not.toContain(called.slice(2));
  });
});
