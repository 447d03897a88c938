import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Forwarders } from '@libby-dialer/dial-queue';
import { eventually, programFile, runProcess, spawnProcess } from '@libby-dialer/testkit';
import { beforeEach, expect, test } from 'vitest';
import { Receiver } from '../../../../../packages/daemon/src/testing/receiver.ts';
import { startConnectProxy } from '../../../../../packages/libby-client/src/testing/connect-proxy.ts';
import {
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
} from '../../../../../packages/libby-client/src/testing/localhost-certificate.ts';
import {
  httpAnswer,
  startRawServer,
} from '../../../../../packages/libby-client/src/testing/raw-server.ts';
import { type CommandBench, eachTest, phone } from '../../testing/command-bench.ts';

const MAIN = programFile('enqueuer');
const FORWARD_SECRET = 'secret-for-tests-and-no-other';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});
let forwarders: Forwarders;
beforeEach(() => {
  forwarders = bench.queue.forwarders;
});

async function settled(callId: string): Promise<string> {
  const result = JSON.stringify({
    callId,
    campaign: 'spring',
    toPhoneNumber: phone(23),
    name: 'Zacharias',
  });
  return (
    (await bench.redis.xadd(bench.keys.results, '*', 'campaign', 'spring', 'result', result)) ?? ''
  );
}

const start = (...argv: string[]) =>
  spawnProcess(process.execPath, [MAIN, 'forward', ...argv], {
    env: { ...bench.environment, FORWARD_SECRET, FORWARD_HTTP_PORT: '0', LOG_LEVEL: 'debug' },
    cwd: bench.directory,
  });

/** Two results of which the first was given up. */
async function dead(): Promise<string> {
  const id = await settled('call-1');
  const { group, dead: letters } = bench.keys.forward('crm');
  await bench.redis.sadd(bench.keys.forwarders, 'crm');
  await bench.redis.xgroup('CREATE', bench.keys.results, group, '$');
  const [, fields] = (await bench.redis.xrange(bench.keys.results, id, id))[0] ?? ['', []];
  const told = ['reason', 'http_422', 'attempts', '12', 'at', '2026-12-01T00:00:00.000Z'];
  await bench.redis.xadd(letters, '*', 'id', id, ...fields, ...told);
  return id;
}

test('the URL may come from a file, so that no argument shows what is secret in it', async () => {
  await using receiver = await Receiver.start();
  const file = join(bench.directory, 'forward-url');
  await writeFile(file, `${receiver.url}/hidden-path\n`);
  const id = await settled('call-1');
  await using program = await spawnProcess(process.execPath, [MAIN, 'forward'], {
    env: { ...bench.environment, FORWARD_SECRET, FORWARD_HTTP_PORT: '0', FORWARD_URL_FILE: file },
    cwd: bench.directory,
  });
  await eventually(async () => expect(receiver.ids).toEqual([id]));
  expect([...program.stderr, ...program.stdout].join('\n')).not.toContain('hidden-path');
});

test('by https it goes through a proxy, and trusts what NODE_EXTRA_CA_CERTS of .env names', async () => {
  await using receiver = await startRawServer((socket) => socket.write(httpAnswer('200 OK')), {
    tls: { cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY },
  });
  await using proxy = await startConnectProxy();
  await writeFile(join(bench.directory, 'authorities.pem'), LOCALHOST_CERTIFICATE);
  await writeFile(join(bench.directory, '.env'), 'NODE_EXTRA_CA_CERTS=authorities.pem\n');
  await settled('call-1');
  await using program = await spawnProcess(process.execPath, [MAIN, 'forward'], {
    env: {
      ...bench.environment,
      FORWARD_SECRET,
      FORWARD_HTTP_PORT: '0',
      FORWARD_URL: receiver.url,
      HTTPS_PROXY: proxy.url.replace('//', '//ada:hidden-password@'),
      NO_PROXY: 'example.com',
      // What stands in the environment goes before .env.
      NODE_EXTRA_CA_CERTS: undefined,
      LOG_LEVEL: 'debug',
    },
    cwd: bench.directory,
  });
  await eventually(async () => expect(receiver.requests).toHaveLength(1));
  expect(proxy.targets).toEqual([new URL(receiver.url).host]);
  expect(proxy.credentials).toEqual([
    `Basic ${Buffer.from('ada:hidden-password').toString('base64')}`,
  ]);
  expect(program.stderr.join('\n')).not.toContain('hidden-password');
});

test('a URL that cannot be used is told of by the name of its variable', async () => {
  const { code, stderr } = await runProcess(process.execPath, [MAIN, 'forward'], {
    env: {
      ...bench.environment,
      FORWARD_SECRET,
      FORWARD_URL: 'ftp://ada:hidden-password@crm.example.com',
    },
    cwd: bench.directory,
  });
  expect([code, stderr]).toEqual([
    2,
    'FORWARD_URL must be an absolute URL, such as https://crm.example.com/libby.\n',
  ]);
});

test('the program delivers, shows how it is, finishes what is under way at SIGTERM, and logs nothing personal', async () => {
  await using receiver = await Receiver.start();
  const release = Promise.withResolvers<void>();
  receiver.react = () => (response) =>
    void release.promise.then(() => response.writeHead(200).end());
  const ids = [await settled('call-1'), await settled('call-2')];
  await using program = await start(
    '--to',
    receiver.url.replace('//', '//ada:hidden-password@').concat('/hidden-path'),
  );
  const url = (JSON.parse(await program.waitForLine(/the forwarder forwards/)) as { http: string })
    .http;
  await eventually(async () => expect(receiver.ids.toSorted()).toEqual(ids));
  expect(await (await fetch(`${url}/readyz`)).text()).toBe('ready\n');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('libby_dialer_forward_requests_in_flight 2');
  expect(metrics).toContain('libby_dialer_forward_results_in_hand 2');
  const exit = program.stop();
  await program.waitForLine(/the forwarder stops/);
  release.resolve();
  expect(await exit).toEqual({ code: 0, signal: null });
  const [name = ''] = await forwarders.names();
  expect(await forwarders.read(name)).toEqual({ name, unread: 0, inHand: 0, dead: 0 });
  expect(receiver.received[0]?.headers.authorization).toBe(`Basic ${btoa('ada:hidden-password')}`);
  const said = [...program.stdout, ...program.stderr].join('\n');
  expect(said).not.toMatch(/hidden|call-\d|Zacharias|5550123/);
  expect(name).not.toContain('hidden');
});

test('a receiver that wants no more ends the program with 1 and says so', async () => {
  await using receiver = await Receiver.start();
  receiver.react = () => 410;
  await settled('call-1');
  await using program = await start('--to', receiver.url, '--name', 'crm');
  await program.waitForLine(/wants no more results \(410 Gone\)/);
  expect(await program.exited).toEqual({ code: 1, signal: null });
  expect(await forwarders.read('crm')).toMatchObject({ inHand: 1, dead: 0 });
});

test('one that runs is not removed, one that has stopped is', async () => {
  await using receiver = await Receiver.start();
  await settled('call-1');
  await using program = await start('--to', receiver.url, '--name', 'crm');
  await eventually(() => receiver.received.length === 1);
  const refused = await bench.run(['forward', 'remove', 'crm']);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/^A forwarder crm was there \d+ s ago: stop it first\./);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  expect((await bench.run(['forward', 'remove', 'crm'])).code).toBe(0);
});

test('what it cannot do without is asked for in a sentence', async () => {
  const env = { FORWARD_SECRET };
  const cases = [
    [await bench.run(['forward'], { env }), 'Say with --to where'],
    [await bench.run(['forward', '--to', 'https://crm.example.com']), 'FORWARD_SECRET'],
    [
      await bench.run(['forward', '--to', 'https://crm.example.com'], {
        env: { FORWARD_SECRET: 'short' },
      }),
      'at least 24',
    ],
    [
      await bench.run(['forward', '--to', 'http://crm.example.com'], { env }),
      'must begin with https://',
    ],
    [
      await bench.run(['forward', '--to', 'https://x.example.com', '--name', 'A b'], { env }),
      '1 to 63',
    ],
    [
      await bench.run(['forward', '--to', 'https://x.example.com', '--batch', '0'], { env }),
      'from 1 to 1000',
    ],
  ] as const;
  for (const [{ code, stderr }, sentence] of cases) {
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(sentence) });
  }
});

test('dead letters are listed without names, and can be had delivered again', async () => {
  const id = await dead();
  expect((await bench.run(['forward', 'list'])).stdout).toMatch(/crm +0 +0 +1\n/);
  const { stdout } = await bench.run(['forward', 'dead', 'list', 'crm']);
  expect(stdout).toMatch(
    new RegExp(`${id} +spring +call-1 +http_422 +12 +2026-12-01T00:00:00.000Z\n`),
  );
  expect(stdout).not.toContain('Zacharias');
  const letter = await bench.json(['forward', 'dead', 'list', 'crm', '--json']);
  expect(letter).toMatchObject({ id, attempts: 12, result: { name: 'Zacharias' } });
  expect((await bench.run(['forward', 'dead', 'retry', 'crm'])).stdout).toBe(
    '1 result will be delivered again.\n',
  );
  expect((await bench.run(['forward', 'dead', 'list', 'crm'])).stdout).toBe(
    'There are no dead letters.\n',
  );
  expect(await bench.redis.xlen(bench.keys.forward('crm').again)).toBe(1);
  expect((await bench.run(['forward', 'remove', 'crm'])).code).toBe(0);
  expect(await bench.run(['forward', 'dead', 'list', 'crm'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no forwarder crm'),
  });
});

test('erase takes a person out of dead letters, and out of those that are sent again', async () => {
  await dead();
  await bench.run(['forward', 'dead', 'retry', 'crm']);
  const { dead: letters, again } = bench.keys.forward('crm');
  const [, fields] = (await bench.redis.xrange(again, '-', '+'))[0] ?? ['', []];
  await bench.redis.xadd(letters, '*', ...fields);
  await bench.redis.del(bench.keys.results);
  expect(await bench.json(['erase', phone(23), '--json'])).toMatchObject({
    calls: 0,
    deadLetters: 2,
  });
  expect(await bench.redis.xlen(letters)).toBe(0);
  expect(await bench.redis.xlen(again)).toBe(0);
  expect((await bench.run(['erase', phone(23)])).stdout).toContain('Nothing was found');
});
