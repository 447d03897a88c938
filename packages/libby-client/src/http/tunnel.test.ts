import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OutboundCall } from '../answers/outbound-call.ts';
import { verdictOf } from '../answers/verdict.ts';
import { LibbyClient, type LibbyClientOptions } from '../libby-client.ts';
import { type ConnectProxy, startConnectProxy } from '../testing/connect-proxy.ts';
import {
  LOCALHOST_CERTIFICATE as ca,
  LOCALHOST_KEY as key,
} from '../testing/localhost-certificate.ts';
import { httpAnswer, type RawServer, startRawServer } from '../testing/raw-server.ts';
import { AccessToken } from '../tokens/access-token.ts';
import { TokenSource } from '../tokens/token-source.ts';

const CALL: OutboundCall = {
  name: 'Chris',
  toPhoneNumber: '+15055550123',
  fromPhoneNumber: '+15055550100',
  formInfo: [],
};
const TOKEN = new AccessToken('a-token', Date.now() + 3_600_000);
const OK = httpAnswer('200 OK', '{}');
const tls = { cert: ca, key };
const tokens = new TokenSource({
  tokenUrl: 'http://127.0.0.1:9/',
  clientId: 'id',
  clientSecret: 's',
  scope: 'scope',
});
afterAll(() => tokens.close());

let api: RawServer;
let proxy: ConnectProxy;
let onRequest: (socket: Socket) => void;
beforeAll(async () => {
  api = await startRawServer((socket) => onRequest(socket), { tls });
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => {
  onRequest = (socket) => socket.write(OK);
  api.requests.length = 0;
});

async function through(options: Partial<LibbyClientOptions> = {}) {
  const stack = new AsyncDisposableStack();
  proxy = stack.use(await startConnectProxy());
  const client = new LibbyClient({
    apiUrl: api.url,
    tokens,
    ca,
    proxy: proxy.url,
    connectTimeoutMs: 60_000,
    responseTimeoutMs: 60_000,
    ...options,
  });
  stack.use(client);
  return { client, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('a call through a proxy', () => {
  test('goes out once, and the proxy reads none of it; the next takes the same tunnel', async () => {
    await using world = await through({ maxConnections: 1 });
    for (let calls = 1; calls <= 2; calls += 1) {
      expect(verdictOf(await world.client.placeCall(CALL, TOKEN)).delivery).toBe('accepted');
      expect(api.requests).toHaveLength(calls);
    }
    expect(proxy.targets).toEqual([new URL(api.url).host]);
    expect(proxy.carried).not.toMatch(/a-token|5055550123/);
    expect(proxy.carried.length).toBeGreaterThan(0);
  });

  test('shows user and password to the proxy alone', async () => {
    await using other = await startConnectProxy();
    await using world = await through({ proxy: other.url.replace('//', '//ada:p%40ss@') });
    await world.client.placeCall(CALL, TOKEN);
    expect(other.credentials).toEqual([`Basic ${Buffer.from('ada:p@ss').toString('base64')}`]);
    expect(api.requests[0]).not.toMatch(/proxy-authorization/i);
  });

  test('works by a proxy that speaks TLS itself', async () => {
    await using other = await startConnectProxy({ tls });
    await using world = await through({ proxy: other.url });
    expect(verdictOf(await world.client.placeCall(CALL, TOKEN)).delivery).toBe('accepted');
    expect(other.targets).toHaveLength(1);
  });

  test('asks its veto once the connection stands, and then leaves not one byte on it', async () => {
    await using world = await through({ maxConnections: 1 });
    const asked: number[] = [];
    const veto = () => {
      asked.push(proxy.targets.length);
      return 'too late';
    };
    expect(verdictOf(await world.client.placeCall(CALL, TOKEN, { veto }))).toMatchObject({
      delivery: 'not_sent',
    });
    expect([asked, api.requests]).toEqual([[1], []]);
    await world.client.placeCall(CALL, TOKEN);
    expect([api.requests.length, proxy.targets.length]).toEqual([1, 1]);
  });

  test('may wait for its answer longer than a tunnel may take to open', async () => {
    await using world = await through({ connectTimeoutMs: 500 });
    onRequest = (socket) => void setTimeout(() => socket.write(OK), 700);
    // On a busy machine it may open too late, and the call has not been sent.
    let verdict = verdictOf(await world.client.placeCall(CALL, TOKEN));
    while (verdict.delivery === 'not_sent')
      verdict = verdictOf(await world.client.placeCall(CALL, TOKEN));
    expect(verdict.delivery).toBe('accepted');
  });

  test('that it cuts off once the request is out is in doubt, and never sent again', async () => {
    await using world = await through();
    let upstream: Socket | undefined;
    proxy.answer = (_, pass) => {
      upstream = pass();
    };
    onRequest = () => upstream?.destroy();
    expect(verdictOf(await world.client.placeCall(CALL, TOKEN))).toMatchObject({
      delivery: 'unknown',
      code: 'connection_lost',
    });
    expect(api.requests).toHaveLength(1);
  });
});

const refuse = (status: string) => (socket: Socket) =>
  void socket.end(`HTTP/1.1 ${status}\r\n\r\n`);

describe('before a tunnel stands nothing is sent', () => {
  test.each<[string, ConnectProxy['answer'], string]>([
    ['wrong credentials', refuse('407 Proxy Authentication Required'), 'PROXY_AUTHENTICATION'],
    ['a refusal', refuse('403 Forbidden'), 'PROXY_REFUSED'],
    [
      'a refusal that is kept open',
      (socket) => void socket.write('HTTP/1.1 502 No\r\n\r\n'),
      'PROXY_REFUSED',
    ],
    ['a redirect', refuse('302 Found\r\nLocation: http://127.0.0.1/'), 'PROXY_REFUSED'],
    ['a reset', (socket) => void socket.resetAndDestroy(), 'ECONNRESET'],
    ['an end', (socket) => void socket.end(), 'ECONNRESET'],
    ['garbage', (socket) => void socket.end('garbage\r\n\r\n'), 'PROXY_BAD_ANSWER'],
    [
      'a tunnel that ends before the handshake',
      (socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n'),
      'ECONNRESET',
    ],
    [
      'a tunnel to something else',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x\r\n\r\n'),
      'ERR_SSL',
    ],
  ])('%s', async (_, answer, trouble) => {
    await using world = await through();
    proxy.answer = answer;
    let vetoes = 0;
    const seen = await world.client.placeCall(CALL, TOKEN, { veto: () => void (vetoes += 1) });
    expect(seen).toMatchObject({
      kind: 'failed',
      begun: false,
      trouble: expect.stringContaining(trouble),
    });
    expect(verdictOf(seen)).toMatchObject({
      delivery: 'not_sent',
      code: expect.stringMatching(/^(connect|tls)_failed$/),
    });
    expect([vetoes, api.requests, proxy.targets.length]).toEqual([0, [], 1]);
  });

  test('a proxy that says nothing, within the time for connecting', async () => {
    await using world = await through({ connectTimeoutMs: 100 });
    proxy.answer = () => undefined;
    expect(verdictOf(await world.client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'not_sent',
      code: 'connect_failed',
    });
    expect(api.requests).toEqual([]);
  });

  test('no proxy there', async () => {
    const gone = await startConnectProxy();
    await gone[Symbol.asyncDispose]();
    await using world = await through({ proxy: gone.url });
    expect(verdictOf(await world.client.placeCall(CALL, TOKEN)).code).toBe('connect_failed');
  });

  test('an API that shows a certificate of nobody we trust', async () => {
    await using world = await through({ ca: undefined });
    expect(verdictOf(await world.client.placeCall(CALL, TOKEN)).code).toBe('tls_failed');
    expect(api.requests).toEqual([]);
  });
});

test('a token request goes through the proxy too', async () => {
  await using world = await through();
  void world;
  onRequest = (socket) =>
    socket.write(httpAnswer('200 OK', '{"access_token":"t-1","token_type":"bearer"}'));
  const options = { clientId: 'id', clientSecret: 'secret', scope: 'scope', ca };
  await using source = new TokenSource({
    ...options,
    tokenUrl: `${api.url}/oauth2/token`,
    proxy: proxy.url,
  });
  await source.get();
  expect([proxy.targets.length, api.requests.length]).toEqual([1, 1]);
});

test('plain HTTP goes by itself', async () => {
  await using plain = await startRawServer((socket) => socket.write(OK));
  await using world = await through({ apiUrl: plain.url });
  expect(verdictOf(await world.client.placeCall(CALL, TOKEN)).delivery).toBe('accepted');
  expect(proxy.targets).toEqual([]);
});

test.each(['proxy.example.com:3128', 'socks5://ada:canary@h', 'http://ada:canary%@h'])(
  'refuses %s',
  (address) => {
    expect(() => new LibbyClient({ apiUrl: 'https://h', tokens, proxy: address })).toThrow(
      /^(?!.*canary).*proxy/,
    );
  },
);
