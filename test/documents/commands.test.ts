import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { type Simulator, startSimulator } from '@libby-dialer/libby-simulator';
import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DocumentRun } from './document-run.ts';
import { documents, partsOf, readDocument } from './markdown.ts';

/** Whoever follows them types what they say. */
const FOLLOWED = documents().filter(
  (path) =>
    path === 'README.md' ||
    (/^docs\/(?:guide|operate)\//.test(path) && readDocument(path).includes('\n```sh\n')),
);
/** No usable answer comes to calls to these. */
const UNANSWERED = ['+15055550198', '+15055550199'];

let redis: TestRedis;
let client: Redis;
let simulator: Simulator;
let receiver: Receiver;
let consolePort: number;

beforeAll(async () => {
  redis = await startRedis({ appendonly: true, appendfsync: 'always' });
  client = new Redis(redis.url);
  [simulator, receiver] = await Promise.all([
    startSimulator({
      script: UNANSWERED.map((toPhoneNumber) => ({
        match: { toPhoneNumber },
        do: { status: 500 },
      })),
    }),
    Receiver.start(),
  ]);
  consolePort = await freePort();
});
afterAll(async () => {
  client.disconnect();
  await Promise.all([redis.stop(), simulator.stop(), receiver[Symbol.asyncDispose]()]);
});

/** Documents know where the console is before it has said so. */
async function freePort(): Promise<number> {
  await using server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** Takes what a webhook is sent. */
class Receiver implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    request.resume().on('end', () => {
      this.requests += 1;
      response.writeHead(204).end();
    });
  });
  requests = 0;

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await once(receiver.#server.listen(0, '127.0.0.1'), 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/libby`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

/** What a machine may lack that runs everything else. */
const PROGRAMS = ['curl', 'npm', 'openssl', 'python3', 'redis-cli'];

function missingFor(markdown: string): string[] {
  return PROGRAMS.filter((program) => markdown.includes(`${program} `) && !isOnPath(program));
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function environment(): Record<string, string> {
  const { apiUrl, tokenUrl, clientId, clientSecret } = simulator;
  return {
    REDIS_URL: redis.url,
    LIBBY_API_URL: apiUrl,
    LIBBY_TOKEN_URL: tokenUrl,
    LIBBY_CLIENT_ID: clientId,
    LIBBY_CLIENT_SECRET: clientSecret,
    WORKER_HTTP_PORT: '0',
    ENQUEUER_HTTP_PORT: '0',
    FORWARD_HTTP_PORT: '0',
    CONSOLE_HTTP_PORT: String(consolePort),
    DIALER: `http://127.0.0.1:${consolePort}`,
    LOG_LEVEL: 'info',
    RECEIVER: receiver.url,
  };
}

test.for(FOLLOWED)('the commands of %s run as they stand', async (path, { skip }) => {
  const markdown = readDocument(path);
  const missing = missingFor(markdown);
  skip(missing.length > 0, `needs ${missing.join(', ')} on the PATH`);
  await client.flushall();
  const before = receiver.requests;
  await using run = await DocumentRun.open(path, environment());
  expect(await run.follow(partsOf(markdown))).toBeGreaterThan(0);
  const isServed = () => !markdown.includes('$RECEIVER') || receiver.requests > before;
  await eventually(async () => expect(isServed()).toBe(true));
});
