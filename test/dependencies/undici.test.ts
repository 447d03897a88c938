import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { constants, createSecureServer, type ServerHttp2Stream } from 'node:http2';
import {
  type AddressInfo,
  connect,
  createServer,
  type LookupFunction,
  type Socket,
} from 'node:net';
import { buildConnector, type Dispatcher, Pool, request } from 'undici';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  LOCALHOST_CERTIFICATE as cert,
  LOCALHOST_KEY as key,
} from '../../packages/libby-client/src/testing/localhost-certificate.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
const LOOPBACK: LookupFunction = (_host, options, done) =>
  options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
const NO_REPLY: LookupFunction = () => undefined;

const leftOpen: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of leftOpen.splice(0).toReversed()) await close();
});

/** Answers each request, known by its end, as it is told. */
async function serve(answer: (socket: Socket, nth: number) => void) {
  const seen = { requests: 0, connections: 0, bytes: 0 };
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    seen.connections += 1;
    let text = '';
    socket.on('data', (chunk) => {
      seen.bytes += chunk.length;
      text += chunk.toString();
      if (!text.endsWith('\r\n\r\nbody')) return;
      text = '';
      seen.requests += 1;
      answer(socket, seen.requests);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  leftOpen.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The pool as `libby-client` sets it up, with what a test changes. */
function poolOf(url: string, options: Pool.Options = {}): Pool {
  const ours = { allowH2: false, pipelining: 1, connections: 1, headersTimeout: 0, bodyTimeout: 0 };
  const pool = new Pool(url, { ...ours, ...options });
  leftOpen.push(() => pool.destroy());
  return pool;
}

/** Keeps hold of the sockets that undici opens. */
function watchedConnector(sockets: Socket[]): buildConnector.connector {
  const connect = buildConnector({});
  return (options, callback) =>
    connect(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
      if (error !== null) return callback(error, null);
      sockets.push(socket);
      return callback(null, socket);
    });
}

interface End {
  starts: number;
  statuses: number[];
  error?: Error & { code?: string; data?: unknown };
}

/** One POST by a handler of our own. Resolves however it ends. */
function post(pool: Pool, onStart?: () => void, onStatus?: (status: number) => void): Promise<End> {
  const end: End = { starts: 0, statuses: [] };
  return new Promise((resolve) => {
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {
        end.starts += 1;
        onStart?.();
      },
      onResponseStart(_, status) {
        end.statuses.push(status);
        onStatus?.(status);
      },
      onResponseData: () => undefined,
      onResponseEnd: () => resolve(end),
      onResponseError: (_, error) => resolve({ ...end, error }),
    };
    pool.dispatch({ method: 'POST', path: '/', body: 'body' }, handler);
  });
}

describe('onRequestStart', () => {
  test('is called before the first byte is written, on a new connection and on a used one', async () => {
    const { seen, url } = await serve((socket) => socket.write(OK));
    const sockets: Socket[] = [];
    const pool = poolOf(url, { connect: watchedConnector(sockets) });
    for (let nth = 0; nth < 3; nth += 1) {
      const before = sockets[0]?.bytesWritten ?? 0;
      let atStart: number | undefined;
      await post(pool, () => {
        atStart = sockets[0]?.bytesWritten;
      });
      expect(atStart).toBe(before);
      expect(sockets[0]?.bytesWritten).toBeGreaterThan(before);
    }
    expect(seen).toMatchObject({ requests: 3, connections: 1 });
  });

  test('is followed by the write in the same turn: nothing of ours can come between', async () => {
    const { url } = await serve((socket) => socket.write(OK));
    const sockets: Socket[] = [];
    const pool = poolOf(url, { connect: watchedConnector(sockets) });
    let soonAfter: number | undefined;
    await post(pool, () => {
      queueMicrotask(() => {
        soonAfter = sockets[0]?.bytesWritten;
      });
    });
    expect(soonAfter).toBeGreaterThan(0);
  });

  test('that throws leaves not one byte on the wire, and the connection to others', async () => {
    const { seen, url } = await serve((socket) => socket.write(OK));
    const sockets: Socket[] = [];
    const pool = poolOf(url, { connect: watchedConnector(sockets) });
    const veto = new Error('veto');
    const vetoed = post(pool, () => {
      throw veto;
    });
    const next = post(pool);
    expect(await vetoed).toMatchObject({ error: veto, statuses: [] });
    expect(await next).toMatchObject({ statuses: [200] });
    expect(seen).toMatchObject({ requests: 1, connections: 1, bytes: sockets[0]?.bytesWritten });
  });

  test('is called once per request, however it ends', async () => {
    const endings: ((socket: Socket) => unknown)[] = [
      (socket) => socket.write(OK),
      (socket) => socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${OK}`),
      (socket) => socket.end('HTTP/1.1 503 No\r\nContent-Length: 0\r\nRetry-After: 0\r\n\r\n'),
      (socket) => socket.end('HTTP/1.1 307 No\r\nContent-Length: 0\r\nLocation: /\r\n\r\n'),
      (socket) => socket.resetAndDestroy(),
      (socket) => socket.end(),
      (socket) => socket.end('garbage'),
    ];
    const { seen, url } = await serve((socket, nth) => endings[nth - 1]?.(socket));
    const pool = poolOf(url);
    for (let nth = 1; nth <= endings.length; nth += 1) {
      expect(await post(pool)).toMatchObject({ starts: 1 });
      expect(seen.requests).toBe(nth);
    }
  });

  test('is never called where there is no connection', async () => {
    const { url } = await serve(() => undefined);
    const refusing = new URL(url);
    for (const close of leftOpen.splice(0)) await close();
    expect(await post(poolOf(refusing.origin))).toMatchObject({
      starts: 0,
      error: { code: 'ECONNREFUSED' },
    });
    const slow = poolOf('http://phone.invalid', {
      connectTimeout: 20,
      connect: { lookup: NO_REPLY },
    });
    expect(await post(slow)).toMatchObject({
      starts: 0,
      error: { code: 'UND_ERR_CONNECT_TIMEOUT' },
    });
  });
});

/** A TLS server that offers HTTP/2 first, and HTTP/1.1. */
async function serveHttp2(onStream: (stream: ServerHttp2Stream, nth: number) => void) {
  const seen = { streams: 0, versions: [] as string[] };
  const server = createSecureServer({ allowHTTP1: true, cert, key });
  server.on('stream', (stream) => {
    seen.streams += 1;
    stream.on('error', () => undefined).resume();
    onStream(stream, seen.streams);
  });
  server.on('request', (request, response) => {
    seen.versions.push(request.httpVersion);
    if (request.httpVersion === '1.1') response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  leftOpen.push(() => server.close());
  return { seen, url: `https://localhost:${(server.address() as AddressInfo).port}` };
}

describe('a connector of our own, as a proxy needs it', () => {
  test('that fails fails each request that waits for it, with none begun and one attempt each at most', async () => {
    let attempts = 0;
    const refusal = Object.assign(new Error('no way'), { code: 'PROXY_REFUSED' });
    const pool = poolOf('https://phone.invalid', {
      connect: (_, callback) => {
        attempts += 1;
        setImmediate(() => callback(refusal, null));
      },
    });
    const ends = await Promise.all([post(pool), post(pool)]);
    expect(ends).toEqual([
      { starts: 0, statuses: [], error: refusal },
      { starts: 0, statuses: [], error: refusal },
    ]);
    expect(attempts).toBeLessThanOrEqual(2);
  });

  test('may shake hands over a connection that it has: HTTP/1.1, and nothing written before the start', async () => {
    const { seen, url } = await serveHttp2(() => undefined);
    const shakeHands = buildConnector({ allowH2: false, ca: cert });
    const sockets: Socket[] = [];
    const pool = poolOf(url, {
      connect: (target, callback) => {
        const httpSocket = connect(Number(target.port), '127.0.0.1', () =>
          shakeHands(
            { ...target, httpSocket },
            (...[error, socket]: Parameters<buildConnector.Callback>) => {
              if (error !== null) return callback(error, null);
              sockets.push(socket);
              return callback(null, socket);
            },
          ),
        );
      },
    });
    let atStart: number | undefined;
    await post(pool, () => (atStart = sockets[0]?.bytesWritten));
    expect(atStart).toBe(0);
    expect(sockets[0]?.bytesWritten).toBeGreaterThan(0);
    expect(seen).toEqual({ streams: 0, versions: ['1.1'] });
  });
});

describe('HTTP/2', () => {
  const connect = { ca: cert, lookup: LOOPBACK };

  test('is not spoken with allowH2: false, though the server offers it', async () => {
    const { seen, url } = await serveHttp2(() => undefined);
    expect(await post(poolOf(url, { connect }))).toMatchObject({ statuses: [200] });
    expect(seen.versions).toEqual(['1.1']);
  });

  test('would send a POST again by itself after REFUSED_STREAM: why it is not spoken', async () => {
    const { seen, url } = await serveHttp2((stream, nth) => {
      if (nth === 1) stream.close(constants.NGHTTP2_REFUSED_STREAM);
      else stream.respond({ ':status': 200 }, { endStream: true });
    });
    expect(await post(poolOf(url, { connect, allowH2: true }))).toMatchObject({ statuses: [200] });
    expect(seen.streams).toBe(2);
  });
});

describe('a POST over HTTP/1.1', () => {
  test('is not sent again when its kept connection is closed under it', async () => {
    const { seen, url } = await serve((socket, nth) =>
      nth === 1 ? socket.write(OK) : socket.destroy(),
    );
    const pool = poolOf(url);
    await post(pool);
    expect(await post(pool)).toMatchObject({ starts: 1, error: { code: 'UND_ERR_SOCKET' } });
    expect(await post(poolOf(url))).toMatchObject({ starts: 1 });
    expect(seen).toMatchObject({ requests: 3, connections: 2 });
  });

  test('goes out on its own connection while another waits for its answer: no pipelining', async () => {
    let most = 0;
    let open = 0;
    const { seen, url } = await serve((socket) => {
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        socket.write(OK);
      });
    });
    const pool = poolOf(url);
    await Promise.all([post(pool), post(pool), post(pool)]);
    expect({ most, ...seen }).toMatchObject({ most: 1, requests: 3, connections: 1 });
  });
});

describe('keep-alive', () => {
  const options = {
    keepAliveTimeout: 2000,
    keepAliveMaxTimeout: 2000,
    keepAliveTimeoutThreshold: 1000,
  };

  test.each([
    ['shorter than our threshold: a new connection', 1, 2],
    ['longer: the same one', 5, 1],
  ])('follows the server’s hint, %s', async (_, timeout, connections) => {
    const answer = `HTTP/1.1 200 OK\r\nKeep-Alive: timeout=${timeout}\r\nContent-Length: 0\r\n\r\n`;
    const { seen, url } = await serve((socket) => socket.write(answer));
    const pool = poolOf(url, options);
    await post(pool);
    await post(pool);
    expect(seen).toMatchObject({ requests: 2, connections });
  });
});

describe('an abort', () => {
  test('while connecting settles nothing before the connection is there, and then sends nothing', async () => {
    const { seen, url } = await serve((socket) => socket.write(OK));
    const looking = Promise.withResolvers<() => void>();
    const lookup: LookupFunction = (host, options, done) =>
      looking.resolve(() => LOOPBACK(host, options, done));
    const origin = url.replace('127.0.0.1', 'localhost');
    const pool = poolOf(origin, { connect: { lookup } });
    const abort = new AbortController();
    const ends: string[] = [];
    const aborted = request(origin, {
      dispatcher: pool,
      method: 'POST',
      body: 'body',
      signal: abort.signal,
    })
      .then(() => ends.push('answered'))
      .catch((error: Error) => ends.push(error.name));
    const resolveName = await looking.promise;
    abort.abort();
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    expect(ends).toEqual([]);
    resolveName();
    await aborted;
    expect(ends).toEqual(['AbortError']);
    expect(seen.bytes).toBe(0);
  });
});

describe('headersTimeout', () => {
  const TIMERS = { toFake: ['setTimeout', 'clearTimeout'] as ('setTimeout' | 'clearTimeout')[] };

  test('ends a wait without an answer', async () => {
    const arrived = Promise.withResolvers<void>();
    const { url } = await serve(() => arrived.resolve());
    vi.useFakeTimers(TIMERS);
    const ended = post(poolOf(url, { headersTimeout: 500 }));
    await arrived.promise;
    vi.advanceTimersByTime(501);
    expect(await ended).toMatchObject({ statuses: [], error: { code: 'UND_ERR_HEADERS_TIMEOUT' } });
  });

  test('begins anew with every informational answer: why the only timer is ours', async () => {
    const arrived = Promise.withResolvers<Socket>();
    const { url } = await serve((socket) => arrived.resolve(socket));
    vi.useFakeTimers(TIMERS);
    let seen = Promise.withResolvers<void>();
    const ended = post(poolOf(url, { headersTimeout: 500 }), undefined, () => seen.resolve());
    const socket = await arrived.promise;
    for (let hints = 0; hints < 4; hints += 1) {
      seen = Promise.withResolvers();
      vi.advanceTimersByTime(400);
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
      await seen.promise;
    }
    socket.write(OK);
    expect(await ended).toMatchObject({ statuses: [103, 103, 103, 103, 200] });
  });
});

describe('an answer that is none', () => {
  test('is an HTTPParserError that carries what the server sent: it must not get into a log', async () => {
    const { url } = await serve((socket) => socket.end('HTTP/1.1 2zz +15055550123\r\n\r\n'));
    const { error } = await post(poolOf(url));
    // Its `code` is HPE_… or undefined.
    expect(error?.name).toBe('HTTPParserError');
    expect(error?.data).toContain('+15055550123');
  });

  test('whose headers are too large has a code of its own', async () => {
    const { url } = await serve((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
    );
    expect(await post(poolOf(url, { maxHeaderSize: 16_384 }))).toMatchObject({
      statuses: [],
      error: { code: 'UND_ERR_HEADERS_OVERFLOW' },
    });
  });

  test('in its body is told after its status', async () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { url } = await serve((socket) => socket.end(`${head}zz`));
    expect(await post(poolOf(url))).toMatchObject({
      statuses: [200],
      error: { name: 'HTTPParserError' },
    });
  });
});

test('a pool that is closed tells the handler, and does not throw', async () => {
  const pool = new Pool('http://127.0.0.1:9');
  await pool.close();
  expect(await post(pool)).toMatchObject({ starts: 0, error: { code: 'UND_ERR_DESTROYED' } });
});

test('fetch would send a POST again after a 307: why it is not used', async () => {
  const { fetch, Agent } = await import('undici');
  const methods: (string | undefined)[] = [];
  const server = createHttpServer((incoming, response) => {
    methods.push(incoming.method);
    response.writeHead(incoming.url === '/' ? 307 : 200, { location: '/there' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dispatcher = new Agent();
  leftOpen.push(
    () => server.close(),
    () => dispatcher.destroy(),
  );
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
    method: 'POST',
    body: 'x',
    dispatcher,
  });
  expect(methods).toEqual(['POST', 'POST']);
});
