import { EventEmitter, once, setMaxListeners } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, LookupFunction, Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { OutboundCall } from './answers/outbound-call.ts';
import { verdictOf } from './answers/verdict.ts';
import { LibbyClient, type LibbyClientOptions } from './libby-client.ts';
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from './testing/localhost-certificate.ts';
import { httpAnswer, type RawServer, startRawServer } from './testing/raw-server.ts';
import { AccessToken } from './tokens/access-token.ts';
import { TokenSource } from './tokens/token-source.ts';

const CALL: OutboundCall = {
  name: 'Chris',
  toPhoneNumber: '+15055550123',
  fromPhoneNumber: '+15055550100',
  formInfo: [{ 'Have you had a photographer before?': 'Yes' }],
};
const TOKEN = new AccessToken('a-token', Date.now() + 3_600_000);
const OK = httpAnswer('200 OK', '{"message":"Outbound call processed"}');
// Closes nothing of what a client does: it is never asked.
const tokens = new TokenSource({
  tokenUrl: 'http://127.0.0.1:9/',
  clientId: 'id',
  clientSecret: 'secret',
  scope: 'scope',
});
afterAll(() => tokens.close());

function clientOf(apiUrl: string, options: Partial<LibbyClientOptions> = {}): LibbyClient {
  return new LibbyClient({
    apiUrl,
    tokens,
    connectTimeoutMs: 60_000,
    responseTimeoutMs: 60_000,
    ...options,
  });
}

/** Every name is this machine's. */
const LOOPBACK: LookupFunction = (_host, options, done) =>
  options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
const UNKNOWN_NAME: LookupFunction = (hostname, _options, done) =>
  done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), '', 4);
const NO_REPLY: LookupFunction = () => undefined;

function throwingVeto(): string {
  throw new RangeError('bug');
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  return Promise.withResolvers<void>();
}

describe('what goes on the wire', () => {
  test.each(['/outbound', '/outbound/', '/base/outbound'])(
    'goes to %s as it is given',
    async (path) => {
      await using server = await startRawServer((socket) => socket.write(OK));
      await using client = clientOf(`${server.url}${path}`);
      await client.placeCall(CALL, TOKEN);
      expect(server.requests[0]).toMatch(new RegExp(`^POST ${path.replace(/\/$/, '')} HTTP`));
    },
  );

  test('is one POST with the call and the token', async () => {
    await using server = await startRawServer((socket) => socket.write(OK));
    await using client = clientOf(`${server.url}/base/`);
    const extra = {
      ...CALL,
      introNotes: 'Ask',
      customRules: ['Be kind'],
      externalId: 'not for the wire',
    };
    expect(await client.placeCall(extra, TOKEN)).toEqual({ kind: 'answered', status: 200 });
    expect(client.url).toBe(`${server.url}/base/outbound`);
    const [head = '', body = ''] = (server.requests[0] ?? '').split('\r\n\r\n');
    expect(head).toMatch(/^POST \/base\/outbound HTTP\/1\.1\r\n/);
    expect(head).toContain('authorization: Bearer a-token');
    expect(head).toContain('content-type: application/json');
    expect(JSON.parse(body)).toEqual({ ...CALL, introNotes: 'Ask', customRules: ['Be kind'] });
  });
});

describe('a veto', () => {
  test('is asked only when a connection is there, and leaves not one byte on it', async () => {
    await using server = await startRawServer((socket) => socket.write(OK));
    await using client = clientOf(server.url, { maxConnections: 1 });
    const vetoed = await client.placeCall(CALL, TOKEN, { veto: () => 'too late' });
    expect(vetoed).toMatchObject({ kind: 'failed', begun: false, vetoed: 'too late' });
    expect(verdictOf(vetoed)).toEqual({ delivery: 'not_sent', code: 'not_sent' });
    // The same connection, in order: had anything been written before, it would stand before this
    // request.
    expect(verdictOf(await client.placeCall(CALL, TOKEN, { veto: () => undefined })).delivery).toBe(
      'accepted',
    );
    expect(server.connections).toBe(1);
    expect(server.received).toBe(server.requests[0]);
  });

  test('leaves not one byte on a connection used before, and leaves it usable', async () => {
    await using server = await startRawServer((socket) => socket.write(OK));
    await using client = clientOf(server.url, { maxConnections: 1 });
    for (const vetoed of [false, true, false, true, true, false]) {
      const answer = await client.placeCall(CALL, TOKEN, {
        veto: () => (vetoed ? 'no' : undefined),
      });
      expect(verdictOf(answer).delivery).toBe(vetoed ? 'not_sent' : 'accepted');
    }
    expect(server.connections).toBe(1);
    expect(server.requests).toHaveLength(3);
    expect(server.received).toBe(server.requests.join(''));
  });

  test('of one call is no other call’s, though they share a connection', async () => {
    await using server = await startRawServer((socket) => socket.write(OK));
    await using client = clientOf(server.url, { maxConnections: 1 });
    const deliveries = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const answer = await client.placeCall(CALL, TOKEN, {
          veto: () => (i % 3 === 0 ? 'no' : undefined),
        });
        return verdictOf(answer).delivery;
      }),
    );
    expect(deliveries).toEqual(deliveries.map((_, i) => (i % 3 === 0 ? 'not_sent' : 'accepted')));
    expect(server.received).toBe(server.requests.join(''));
    expect(server.requests).toHaveLength(13);
  });

  test('that throws sends nothing either', async () => {
    await using server = await startRawServer((socket) => socket.write(OK));
    await using client = clientOf(server.url);
    const answer = await client.placeCall(CALL, TOKEN, { veto: throwingVeto });
    expect(answer).toMatchObject({ begun: false, trouble: 'RangeError' });
    expect(verdictOf(answer).delivery).toBe('not_sent');
    expect(server.received).toBe('');
  });
});

describe('an abort', () => {
  test('beforehand asks for no connection', async () => {
    await using server = await startRawServer((socket) => socket.write(OK));
    await using client = clientOf(server.url);
    const answer = await client.placeCall(CALL, TOKEN, { signal: AbortSignal.abort() });
    expect(verdictOf(answer)).toEqual({ delivery: 'not_sent', code: 'not_sent' });
    expect(server.connections).toBe(0);
  });

  test('while connecting returns at once, and the connection that comes later does not send it', async () => {
    await using server = await startRawServer((socket) => socket.write(OK));
    const looking = deferred();
    const resolveName = new EventEmitter();
    const lookup: LookupFunction = (host, options, done) => {
      looking.resolve();
      resolveName.once('resolve', () => LOOPBACK(host, options, done));
    };
    await using client = clientOf(server.url.replace('127.0.0.1', 'localhost'), {
      lookup,
      maxConnections: 1,
    });
    const abort = new AbortController();
    const placed = client.placeCall(CALL, TOKEN, { signal: abort.signal });
    await looking.promise;
    abort.abort();
    expect(verdictOf(await placed)).toEqual({ delivery: 'not_sent', code: 'not_sent' });
    resolveName.emit('resolve');
    const next = await client.placeCall({ ...CALL, name: 'Next' }, TOKEN);
    expect(verdictOf(next).delivery).toBe('accepted');
    expect(server.connections).toBe(1);
    expect(server.received).toBe(server.requests[0]);
    expect(server.received).toContain('"name":"Next"');
  });

  test('inside the veto sends nothing', async () => {
    await using server = await startRawServer((socket) => socket.write(OK));
    await using client = clientOf(server.url);
    const abort = new AbortController();
    const veto = (): undefined => {
      abort.abort();
    };
    const answer = await client.placeCall(CALL, TOKEN, { signal: abort.signal, veto });
    expect(verdictOf(answer)).toEqual({ delivery: 'not_sent', code: 'not_sent' });
    expect(verdictOf(await client.placeCall(CALL, TOKEN)).delivery).toBe('accepted');
    expect(server.received).toBe(server.requests.join(''));
    expect(server.requests).toHaveLength(1);
  });

  test('after the request has begun leaves the call in doubt', async () => {
    const abort = new AbortController();
    await using server = await startRawServer(() => abort.abort());
    await using client = clientOf(server.url);
    const answer = await client.placeCall(CALL, TOKEN, { signal: abort.signal });
    expect(verdictOf(answer)).toEqual({ delivery: 'unknown', code: 'no_response' });
  });

  test('after a refusal’s status line does not undo the refusal', async () => {
    const abort = new AbortController();
    await using server = await startRawServer((socket) => {
      socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 1000\r\n\r\n{', () =>
        setTimeout(() => abort.abort(), 50),
      );
    });
    await using client = clientOf(server.url);
    const answer = await client.placeCall(CALL, TOKEN, { signal: abort.signal });
    expect(['bad_request', 'no_response']).toContain(verdictOf(answer).code);
  });

  test('signal shared by many calls gathers no listeners', async () => {
    await using server = await startRawServer((socket) => socket.write(OK));
    await using client = clientOf(server.url);
    const abort = new AbortController();
    setMaxListeners(1, abort.signal);
    const warnings: Error[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning);
    process.on('warning', onWarning);
    for (let i = 0; i < 5; i++) await client.placeCall(CALL, TOKEN, { signal: abort.signal });
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

describe('nothing was sent when', () => {
  test('the connection is refused', async () => {
    const server = await startRawServer(() => undefined);
    await server[Symbol.asyncDispose]();
    await using client = clientOf(server.url);
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'not_sent',
      code: 'connect_failed',
    });
  });

  test('the name is unknown', async () => {
    await using client = clientOf('https://phone.invalid', { lookup: UNKNOWN_NAME });
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'not_sent',
      code: 'dns_failed',
    });
  });

  test('connecting takes too long', async () => {
    const client = clientOf('https://phone.invalid', { lookup: NO_REPLY, connectTimeoutMs: 30 });
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'not_sent',
      code: 'connect_failed',
    });
  });

  test('the TLS handshake gets no answer', async () => {
    await using server = await startRawServer(() => undefined);
    await using client = clientOf(server.url.replace('http:', 'https:'), { connectTimeoutMs: 100 });
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'not_sent',
      code: 'connect_failed',
    });
    expect(server.requests).toEqual([]);
  });

  test('the other side does not speak TLS', async () => {
    await using server = await startRawServer(() => undefined, {
      onConnection: (socket) => socket.end('HTTP/1.1 400 \r\n\r\n'),
    });
    await using client = clientOf(server.url.replace('http:', 'https:'));
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'not_sent',
      code: 'tls_failed',
    });
  });

  test('no connection falls free in time', async () => {
    await using server = await startRawServer(() => undefined);
    const client = clientOf(server.url, {
      maxConnections: 1,
      connectTimeoutMs: 100,
      responseTimeoutMs: 300,
    });
    const verdicts = await Promise.all([
      client.placeCall(CALL, TOKEN),
      client.placeCall(CALL, TOKEN),
    ]);
    expect(verdicts.map(verdictOf)).toEqual([
      { delivery: 'unknown', code: 'no_response' },
      { delivery: 'not_sent', code: 'connect_failed' },
    ]);
    await client.close();
    expect(server.requests).toHaveLength(1);
  });

  test('the client is closed', async () => {
    const client = clientOf('http://127.0.0.1:9');
    await client.close();
    await client.close();
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'not_sent',
      code: 'not_sent',
    });
  });
});

function startTls(): Promise<RawServer> {
  const tls = { cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY };
  return startRawServer((socket) => socket.write(OK), { tls });
}

describe('over TLS', () => {
  test('a certificate nobody vouches for gets nothing', async () => {
    await using server = await startTls();
    await using client = clientOf(server.url, { lookup: LOOPBACK });
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'not_sent',
      code: 'tls_failed',
    });
    expect(server.received).toBe('');
  });

  test('nor does one for another name', async () => {
    await using server = await startTls();
    const url = server.url.replace('localhost', 'phone.invalid');
    await using client = clientOf(url, { ca: LOCALHOST_CERTIFICATE, lookup: LOOPBACK });
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'not_sent',
      code: 'tls_failed',
    });
    expect(server.received).toBe('');
  });

  test('a trusted one gets the call', async () => {
    await using server = await startTls();
    await using client = clientOf(server.url, { ca: LOCALHOST_CERTIFICATE, lookup: LOOPBACK });
    expect(verdictOf(await client.placeCall(CALL, TOKEN)).delivery).toBe('accepted');
    expect(server.requests).toHaveLength(1);
  });
});

describe('the call is in doubt when', () => {
  test.each<[string, (socket: Socket) => void, string]>([
    ['the connection is closed after reading', (socket) => socket.end(), 'connection_lost'],
    [
      'the connection is reset after reading',
      (socket) => socket.resetAndDestroy(),
      'connection_lost',
    ],
    ['garbage comes back', (socket) => socket.end('SSH-2.0-OpenSSH\r\n'), 'bad_response'],
    ['the status line is cut off', (socket) => socket.end('HTTP/1.1 2'), 'connection_lost'],
    [
      'the headers are cut off',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
      'connection_lost',
    ],
    [
      'the headers have no end',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`),
      'bad_response',
    ],
    [
      'only 100 Continue comes',
      (socket) => socket.end('HTTP/1.1 100 Continue\r\n\r\n'),
      'connection_lost',
    ],
    [
      'the server switches protocols',
      (socket) =>
        socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      'connection_lost',
    ],
    [
      'the server has a fault',
      (socket) => socket.end(httpAnswer('500 Internal Server Error')),
      'server_error',
    ],
    [
      'a gateway gave up',
      (socket) => socket.end(httpAnswer('504 Gateway Timeout', '<html>')),
      'server_error',
    ],
    [
      'the server gave up waiting',
      (socket) => socket.end(httpAnswer('408 Request Timeout')),
      'no_response',
    ],
  ])('%s', async (_, answer, code) => {
    await using server = await startRawServer(answer);
    await using client = clientOf(server.url);
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({ delivery: 'unknown', code });
    expect(server.requests).toHaveLength(1);
  });

  test('the connection is reset before anything was read', async () => {
    await using server = await startRawServer(() => undefined, {
      onConnection: (socket) => socket.pause().resetAndDestroy(),
    });
    await using client = clientOf(server.url);
    const answer = await client.placeCall(CALL, TOKEN);
    // Seen from here the reset may come before or after the write: the verdict follows the write
    // alone.
    expect(answer.kind).toBe('failed');
    expect(verdictOf(answer).delivery).toBe(
      answer.kind === 'failed' && answer.begun ? 'unknown' : 'not_sent',
    );
  });

  test('no answer comes', async () => {
    await using server = await startRawServer(() => undefined);
    await using client = clientOf(server.url, { responseTimeoutMs: 50 });
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'unknown',
      code: 'no_response',
    });
  });

  test.each<[string, string]>([
    ['headers drip', 'HTTP/1.1 200 OK\r\n'],
    ['informational answers go on for ever', ''],
  ])('%s', async (_, first) => {
    await using server = await startRawServer((socket) => {
      socket.write(first);
      const drip = setInterval(
        () => socket.write(first === '' ? 'HTTP/1.1 103 Early Hints\r\n\r\n' : 'X: y\r\n'),
        20,
      );
      socket.once('close', () => clearInterval(drip));
    });
    await using client = clientOf(server.url, { responseTimeoutMs: 150 });
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'unknown',
      code: 'no_response',
    });
  });

  test('a connection used before is reset under it; it is not sent again', async () => {
    await using server = await startRawServer((socket, nth) => {
      if (nth % 2 === 1) socket.write(OK);
      else socket.resetAndDestroy();
    });
    await using client = clientOf(server.url);
    for (let i = 0; i < 10; i++) {
      const { delivery } = verdictOf(await client.placeCall(CALL, TOKEN));
      expect(delivery).toBe(i % 2 === 0 ? 'accepted' : 'unknown');
      expect(server.requests).toHaveLength(i + 1);
    }
  });

  test('whatever bytes come back, unless they say otherwise, and none is repeated', async () => {
    let bytes = Buffer.alloc(0);
    await using server = await startRawServer((socket) => socket.end(bytes));
    await using client = clientOf(server.url);
    const starts = fc.constantFrom<[string, string[]]>(
      ['', ['accepted', 'refused', 'unknown']],
      ['HTTP/1.1 ', ['accepted', 'refused', 'unknown']],
      ['HTTP/1.1 200 OK\r\n', ['accepted', 'unknown']],
      ['HTTP/1.1 200 OK\r\n\r\n', ['accepted']],
      ['HTTP/1.1 400 No\r\n\r\n', ['refused']],
    );
    await fc.assert(
      fc.asyncProperty(starts, fc.uint8Array({ maxLength: 64 }), async ([head, possible], rest) => {
        bytes = Buffer.concat([Buffer.from(head), rest]);
        const before = server.requests.length;
        const { delivery } = verdictOf(await client.placeCall(CALL, TOKEN));
        expect(server.requests).toHaveLength(before + 1);
        expect(possible).toContain(delivery);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the call is accepted by its status line, though the body', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
  test.each<[string, (socket: Socket) => void]>([
    ['is empty', (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n')],
    ['is not JSON', (socket) => socket.write(httpAnswer('200 OK', '<html>Welcome!</html>', []))],
    ['is cut off', (socket) => socket.end(`${head}Content-Length: 1000\r\n\r\n{"mess`)],
    ['is garbage', (socket) => socket.end(`${head}Transfer-Encoding: chunked\r\n\r\nzzz`)],
    [
      'is reset',
      (socket) => socket.write(`${head}Content-Length: 9\r\n\r\n{`, () => socket.resetAndDestroy()),
    ],
    ['never ends', (socket) => socket.write(`${head}Content-Length: 9\r\n\r\n{`)],
    [
      'is huge',
      (socket) => socket.write(`${head}Content-Length: 9999999\r\n\r\n${'x'.repeat(200_000)}`),
    ],
    [
      'comes after 103 Early Hints',
      (socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n${OK}`),
    ],
  ])('%s', async (_, answer) => {
    await using server = await startRawServer(answer);
    const client = clientOf(server.url);
    expect(verdictOf(await client.placeCall(CALL, TOKEN)).delivery).toBe('accepted');
    await client.close();
    expect(server.requests).toHaveLength(1);
  });

  test('is a page: accepted, and marked as perhaps not the provider’s', async () => {
    await using server = await startRawServer((socket) =>
      socket.write(httpAnswer('200 OK', '<html>', ['Content-Type: text/html'])),
    );
    await using client = clientOf(server.url);
    const answer = await client.placeCall(CALL, TOKEN);
    expect(answer).toEqual({ kind: 'answered', status: 200, foreign: true });
    expect(verdictOf(answer)).toEqual({ delivery: 'accepted', code: 'accepted' });
  });

  test('is huge: the rest is not read', async () => {
    await using server = await startRawServer((socket) => {
      const chunk = Buffer.alloc(16_384, 'x');
      const pour = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.write(`${head}Content-Length: 9999999999\r\n\r\n`);
      socket.on('drain', pour);
      pour();
    });
    await using client = clientOf(server.url);
    expect(verdictOf(await client.placeCall(CALL, TOKEN)).delivery).toBe('accepted');
    await server.closed(1);
  });
});

describe('an event loop that was blocked', () => {
  /** A server in a thread of its own, so that it can answer while this one stands still. */
  const THREAD = `
    const { parentPort, workerData } = require('node:worker_threads');
    const answered = new Int32Array(workerData);
    const server = require('node:http').createServer((request, response) => {
      response.end('{}', () => {
        Atomics.store(answered, 0, 1);
        Atomics.notify(answered, 0);
      });
    });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  `;

  test('still sees the answer that came in time', async () => {
    const answered = new Int32Array(new SharedArrayBuffer(4));
    const thread = new Worker(THREAD, { eval: true, workerData: answered.buffer });
    const [port] = (await once(thread, 'message')) as [number];
    await using client = clientOf(`http://127.0.0.1:${port}`, { responseTimeoutMs: 50 });
    const blockLoop = (): void => {
      Atomics.wait(answered, 0, 0, 5000);
      Atomics.wait(answered, 0, 1, 100);
    };
    const veto = (): undefined => {
      setImmediate(blockLoop);
    };
    expect(verdictOf(await client.placeCall(CALL, TOKEN, { veto })).delivery).toBe('accepted');
    await thread.terminate();
  });
});

describe('a refusal', () => {
  test('carries the provider’s words, without numbers or the token', async () => {
    const said = 'Agent not found for this number: +1 505 555 0123 (Bearer a-token)';
    await using server = await startRawServer((socket) =>
      socket.write(httpAnswer('404 Not Found', JSON.stringify({ message: said }))),
    );
    await using client = clientOf(server.url);
    const answer = await client.placeCall(CALL, TOKEN);
    expect(verdictOf(answer)).toEqual({ delivery: 'refused', code: 'agent_not_found' });
    expect(answer).toMatchObject({
      providerMessage: 'Agent not found for this number: [number] (Bearer [token])',
    });
  });

  test.each([
    '',
    '<html>',
    '[]',
    '{"error":"x"}',
    '{"message":7}',
    'null',
    '{"message":"Not Found"}',
  ])('of 404 with %j is about the endpoint', async (body) => {
    await using server = await startRawServer((socket) =>
      socket.write(httpAnswer('404 Not Found', body)),
    );
    await using client = clientOf(server.url);
    expect(verdictOf(await client.placeCall(CALL, TOKEN)).code).toBe('endpoint');
  });

  test('is not followed elsewhere', async () => {
    await using server = await startRawServer((socket) =>
      socket.write(httpAnswer('307 Temporary Redirect', '', ['Location: /outbound'])),
    );
    await using client = clientOf(server.url);
    expect(verdictOf(await client.placeCall(CALL, TOKEN))).toEqual({
      delivery: 'refused',
      code: 'endpoint',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('of 429 says how long to wait', async () => {
    await using server = await startRawServer((socket) =>
      socket.write(httpAnswer('429 Too Many Requests', '', ['Retry-After: 7'])),
    );
    await using client = clientOf(server.url);
    const verdict = verdictOf(await client.placeCall(CALL, TOKEN));
    expect(verdict).toEqual({ delivery: 'refused', code: 'rate_limited', retryAfterMs: 7000 });
  });

  test('counts by its status line, though its body breaks off or is huge', async () => {
    await using server = await startRawServer((socket, nth) => {
      if (nth === 1) socket.end('HTTP/1.1 422 No\r\nContent-Length: 100\r\n\r\n{');
      else socket.write(`HTTP/1.1 422 No\r\nContent-Length: 9999999\r\n\r\n${'x'.repeat(200_000)}`);
    });
    await using client = clientOf(server.url);
    expect(verdictOf(await client.placeCall(CALL, TOKEN)).code).toBe('unprocessable');
    expect(verdictOf(await client.placeCall(CALL, TOKEN)).code).toBe('unprocessable');
  });
});

describe('keep-alive', () => {
  test('a connection the server is about to close is not used again', async () => {
    const answer = httpAnswer('200 OK', '{}', ['Keep-Alive: timeout=1']);
    await using server = await startRawServer((socket) => socket.write(answer));
    await using client = clientOf(server.url);
    await client.placeCall(CALL, TOKEN);
    await client.placeCall(CALL, TOKEN);
    expect(server.connections).toBe(2);
  });

  test('a connection the server keeps long enough is', async () => {
    const answer = httpAnswer('200 OK', '{}', ['Keep-Alive: timeout=2']);
    await using server = await startRawServer((socket) => socket.write(answer));
    await using client = clientOf(server.url, { maxConnections: 1 });
    await client.placeCall(CALL, TOKEN);
    await client.placeCall(CALL, TOKEN);
    expect(server.connections).toBe(1);
  });

  test('a connection closed without notice costs no call its certainty', async () => {
    await using server = await startRawServer((socket) => socket.end(OK));
    await using client = clientOf(server.url);
    for (let i = 1; i <= 20; i++) {
      const { delivery } = verdictOf(await client.placeCall(CALL, TOKEN));
      expect(['accepted', 'unknown']).toContain(delivery);
      expect(server.requests.length).toBeLessThanOrEqual(i);
      if (delivery === 'accepted') await server.closed(server.connections);
    }
  });
});

async function startLibby(statusOf: (authorization: string) => number) {
  let grants = 0;
  let calls = 0;
  const server = createHttpServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      if (request.url === '/token') {
        grants += 1;
        response.end(
          JSON.stringify({ access_token: `t${grants}`, token_type: 'Bearer', expires_in: 3600 }),
        );
        return;
      }
      calls += 1;
      response.statusCode = statusOf(request.headers.authorization ?? '');
      response.end('{"message":"whatever"}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const own = new TokenSource({
    tokenUrl: `${url}/token`,
    clientId: 'id',
    clientSecret: 'secret',
    scope: 'scope',
  });
  const client = new LibbyClient({ apiUrl: url, tokens: own });
  return {
    client,
    counts: () => ({ grants, calls }),
    async [Symbol.asyncDispose]() {
      await client.close();
      await own.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('call', () => {
  test('gets a token and places it', async () => {
    await using libby = await startLibby(() => 200);
    await libby.client.call(CALL);
    await libby.client.call(CALL);
    expect(libby.counts()).toEqual({ grants: 1, calls: 2 });
  });

  test('replaces a refused token once', async () => {
    await using libby = await startLibby((authorization) =>
      authorization === 'Bearer t1' ? 403 : 200,
    );
    await libby.client.call(CALL);
    expect(libby.counts()).toEqual({ grants: 2, calls: 2 });
  });

  test('gives up when the new token is refused too', async () => {
    await using libby = await startLibby(() => 401);
    await expect(libby.client.call(CALL)).rejects.toMatchObject({
      code: 'forbidden',
      delivery: 'refused',
      status: 401,
    });
    expect(libby.counts()).toEqual({ grants: 2, calls: 2 });
  });

  test('repeats nothing else', async () => {
    await using libby = await startLibby(() => 503);
    await expect(libby.client.call(CALL)).rejects.toMatchObject({
      name: 'LibbyError',
      code: 'server_error',
      delivery: 'unknown',
    });
    expect(libby.counts()).toEqual({ grants: 1, calls: 1 });
  });

  test('sends nothing without a token', async () => {
    await using client = clientOf('http://127.0.0.1:9');
    await expect(client.call(CALL)).rejects.toMatchObject({
      code: 'token_unavailable',
      delivery: 'not_sent',
    });
  });

  test('sends nothing that is no call', async () => {
    await using libby = await startLibby(() => 200);
    await expect(libby.client.call({ ...CALL, toPhoneNumber: '5550123' })).rejects.toThrow('E.164');
    expect(libby.counts()).toEqual({ grants: 0, calls: 0 });
  });
});

describe('options', () => {
  test.each([
    ['http://phone.mylibby.ai', /^apiUrl: http:\/\/ would send secrets in the clear/],
    ['phone.mylibby.ai', /^apiUrl: must be an absolute URL/],
    ['ftp://phone.mylibby.ai', /^apiUrl: must begin with https/],
    ['https://user:pass@phone.mylibby.ai', /^apiUrl: must not hold a user name/],
    ['https://phone.mylibby.ai/?a=b', /^apiUrl: must not hold a query/],
  ])('%s is refused', (apiUrl, message) => {
    expect(() => clientOf(apiUrl)).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        code: 'invalid_option',
        message: expect.stringMatching(message),
      }),
    );
  });

  test.each(['localhost', '127.0.0.2', '[::1]'])(
    'http:// passes to this machine, as %s',
    (host) => {
      expect(() => clientOf(`http://${host}:9`)).not.toThrow();
    },
  );

  test('http:// passes to another where that is allowed', () => {
    expect(() => clientOf('http://phone.invalid', { allowInsecureHttp: true })).not.toThrow();
  });

  test('a timeout that is none is refused by name', () => {
    expect(() => clientOf('https://phone.invalid', { connectTimeoutMs: Number.NaN })).toThrow(
      /^connectTimeoutMs: /,
    );
  });
});
