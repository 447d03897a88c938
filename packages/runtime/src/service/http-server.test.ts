import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type HttpServer, type HttpServerOptions, startHttpServer } from './http-server.ts';

const failures: unknown[] = [];

function start(options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  return startHttpServer({
    host: '127.0.0.1',
    port: 0,
    fallbackToFreePort: false,
    routes: { '/healthz': () => ({ status: 200, contentType: 'text/plain', body: 'fine ✓' }) },
    onError: (error) => failures.push(error),
    ...options,
  });
}

/** Connected, or closed before that. */
function settled(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
}

test('answers GET and HEAD, and nothing else', async () => {
  await using server = await start();
  const get = await fetch(`${server.url}/healthz?verbose`);
  expect([get.status, get.headers.get('content-type'), await get.text()]).toEqual([
    200,
    'text/plain',
    'fine ✓',
  ]);
  const head = await fetch(`${server.url}/healthz`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
    200,
    '8',
    '',
  ]);
  const post = await fetch(`${server.url}/healthz`, { method: 'POST', body: 'x' });
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  for (const path of ['/', '/metrics', '/constructor', '/__proto__', '/healthz/']) {
    expect((await fetch(`${server.url}${path}`)).status).toBe(404);
  }
});

test('a route that throws or hangs is an error told within, not without', async () => {
  const routes = {
    '/throws': () => Promise.reject(new Error('canary')),
    '/hangs': () => Promise.withResolvers<never>().promise,
  };
  await using server = await start({ routes, answerWithinMs: 20 });
  const thrown = await fetch(`${server.url}/throws`);
  expect([thrown.status, await thrown.text()]).toEqual([500, 'internal error\n']);
  expect((await fetch(`${server.url}/hangs`)).status).toBe(503);
  expect(failures.map(String)).toEqual(['Error: canary', 'Error: no answer for /hangs in time']);
});

test('a port that is taken is an error in a sentence, or replaced', async () => {
  await using first = await start();
  await expect(start({ port: first.port })).rejects.toMatchObject({
    code: 'http_listen',
    message: `Cannot listen on 127.0.0.1 port ${first.port}: another process has it; choose another port, or 0 for any free one.`,
  });
  await using second = await start({ port: first.port, fallbackToFreePort: true });
  expect(second.port).not.toBe(first.port);
  expect((await fetch(`${second.url}/healthz`)).status).toBe(200);
});

test('leaves to others what is none of its pages', async () => {
  await using server = await start({
    others: {
      answer: (request, response) => response.end(`other ${request.url}`),
      unreadable: (status) => ({ status, contentType: 'text/plain', body: 'no request' }),
      requestWithinMs: 60_000,
      maxConnections: 10,
    },
  });
  const ask = async (path: string) => await (await fetch(`${server.url}${path}`)).text();
  expect(await ask('/healthz')).toBe('fine ✓');
  expect(await ask('/api/v1/holds?x')).toBe('other /api/v1/holds?x');
});

test('an address that this machine does not have is an error in a sentence', async () => {
  await expect(start({ host: '203.0.113.1', fallbackToFreePort: true })).rejects.toMatchObject({
    code: 'http_listen',
    message: expect.stringContaining('does not have that address'),
  });
});

test('answers a probe, however many connections say nothing or only a part of a request', async () => {
  await using server = await start();
  const slow = Array.from({ length: 200 }, () => connect(server.port, '127.0.0.1'));
  let closed = 0;
  const { promise: enoughClosed, resolve } = Promise.withResolvers<void>();
  for (const [nth, socket] of slow.entries()) {
    socket.on('error', () => undefined).on('close', () => (closed += 1) === 200 - 63 && resolve());
    if (nth % 2 === 0) socket.write('GET /healthz HTTP/1.1\r\nHost: ');
  }
  await Promise.all(
    slow.map(async (socket) => (socket.connecting ? await settled(socket) : undefined)),
  );
  for (let probes = 0; probes < 3; probes += 1) {
    expect(
      (await fetch(`${server.url}/healthz`, { headers: { connection: 'close' } })).status,
    ).toBe(200);
  }
  // Their number is bounded all the same.
  await enoughClosed;
  for (const socket of slow) socket.destroy();
});

test('stops more than once, with a client that says nothing', async () => {
  const server = await start();
  const idle = connect(server.port, '127.0.0.1');
  await once(idle, 'connect');
  const closed = once(idle, 'close');
  await Promise.all([server.stop(), server.stop()]);
  await closed;
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed');
});
