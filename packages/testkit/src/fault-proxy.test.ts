import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { eventually } from '@libby-dialer/embedded';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** Answers every chunk with its capital letters, and remembers what it was sent. */
let target: Server;
let heard: string;
let targetSockets: Set<Socket>;
let proxy: FaultProxy;
let clients: Client[];

beforeEach(async () => {
  heard = '';
  targetSockets = new Set();
  clients = [];
  target = createServer({ allowHalfOpen: false }, (socket) => {
    targetSockets.add(socket);
    socket.on('close', () => targetSockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      socket.write(chunk.toString().toUpperCase());
    });
  });
  await once(target.listen(0, '127.0.0.1'), 'listening');
  const { port } = target.address() as { port: number };
  proxy = await startFaultProxy({ targetPort: port });
});

afterEach(async () => {
  for (const client of clients) client.socket.destroy();
  await proxy.stop();
  for (const socket of targetSockets) socket.destroy();
  await new Promise((resolve) => target.close(resolve));
});

interface Client {
  readonly socket: Socket;
  received: string;
  /** `open`, `end` after an orderly end, or the error's code. */
  state: string;
}

async function newClient(port = proxy.port): Promise<Client> {
  const socket = connect(port, proxy.host);
  const client: Client = { socket, received: '', state: 'open' };
  clients.push(client);
  socket.on('data', (chunk) => {
    client.received += chunk.toString();
  });
  socket.on('end', () => {
    client.state = 'end';
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    client.state = error.code ?? 'error';
  });
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  return client;
}

function say(client: Client, text: string): void {
  client.socket.write(text);
}

async function exchange(client: Client, text: string): Promise<void> {
  const expected = client.received + text.toUpperCase();
  say(client, text);
  await eventually(() => expect(client.received).toBe(expected));
}

/** A client in a thread of its own; it says how its connection ended. */
const WRITES_AND_WAITS = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { port, host, isWritten } = workerData;
  const socket = require('node:net').connect(port, host);
  socket.write('hello', () => {
    Atomics.store(isWritten, 0, 1);
    Atomics.notify(isWritten, 0);
  });
  socket.on('end', () => parentPort.postMessage('end'));
  socket.on('error', ({ code }) => parentPort.postMessage(code));
`;

describe('without a fault', () => {
  test('passes everything on and counts it', async () => {
    const client = await newClient();
    await exchange(client, 'hello');
    await exchange(client, 'again');
    expect(heard).toBe('helloagain');
    const bytes = { bytesToTarget: 10, bytesToClient: 10, bytesSwallowed: 0 };
    expect(proxy.counts()).toEqual({
      accepted: 1,
      open: 1,
      unanswered: 0,
      closedIdle: 0,
      ...bytes,
    });
    client.socket.end();
    await eventually(() =>
      expect([client.state, proxy.counts().open, targetSockets.size]).toEqual(['end', 0, 0]),
    );
    // So soon after the answer that it may not have been read.
    expect(proxy.counts().unanswered).toBe(1);
  });

  test('a client that leaves when it has long been answered is owed nothing', async () => {
    const client = await newClient();
    await exchange(client, 'hello');
    // Longer than any doubt that it has read the answer.
    await delay(300);
    client.socket.end();
    await eventually(() => expect(proxy.counts()).toMatchObject({ open: 0, unanswered: 0 }));
  });

  test('a client that leaves before its answer has none, though it comes', async () => {
    const client = await newClient();
    await proxy.inflict({ kind: 'stall' });
    say(client, 'hello');
    client.socket.end();
    await proxy.heal();
    await eventually(() =>
      expect(proxy.counts()).toMatchObject({ open: 0, unanswered: 1, bytesToTarget: 5 }),
    );
  });

  test('passes on more than the buffers hold', async () => {
    const client = await newClient();
    const bytes = 4 * 1024 * 1024;
    await exchange(client, 'x'.repeat(bytes));
    expect(proxy.counts()).toMatchObject({ bytesToTarget: bytes, bytesToClient: bytes });
  });

  test('passes on that the target is gone', async () => {
    const ended = await newClient();
    await exchange(ended, 'a');
    for (const socket of targetSockets) socket.end();
    await eventually(() => expect(ended.state).toBe('end'));
    const reset = await newClient();
    await exchange(reset, 'a');
    for (const socket of targetSockets) socket.resetAndDestroy();
    await eventually(() => expect(reset.state).toBe('ECONNRESET'));
    await new Promise((resolve) => target.close(resolve));
    const refused = await newClient();
    await eventually(() => expect(refused.state).toBe('ECONNRESET'));
  });
});

describe('faults', () => {
  test('refuse: new connections only, and the same port afterwards', async () => {
    const open = await newClient();
    await exchange(open, 'a');
    const { port } = proxy;
    await proxy.inflict({ kind: 'refuse' });
    expect((await newClient()).state).toBe('ECONNREFUSED');
    await exchange(open, 'b');
    await proxy.heal();
    expect(proxy.port).toBe(port);
    await exchange(await newClient(), 'c');
    await exchange(open, 'd');
  });

  test('refuse: what waits to be accepted is reset, and nobody has seen it', async () => {
    const isWritten = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { port: proxy.port, host: proxy.host, isWritten };
    const client = new Worker(WRITES_AND_WAITS, { eval: true, workerData });
    const ended = once(client, 'message');
    // This thread accepts nothing meanwhile.
    Atomics.wait(isWritten, 0, 0);
    await proxy.inflict({ kind: 'refuse' });
    expect(await ended).toEqual(['ECONNRESET']);
    expect(proxy.counts().accepted).toBe(0);
    expect(heard).toBe('');
  });

  test.each([
    ['to_target', 0, '', ''],
    ['to_target', 3, 'hel', ''],
    ['to_client', 0, 'hello', ''],
    ['to_client', 3, 'hello', 'HEL'],
  ] as const)('reset %s after %i bytes', async (direction, afterBytes, sent, received) => {
    const client = await newClient();
    await proxy.inflict({ kind: 'reset', direction, afterBytes });
    say(client, 'hello');
    await eventually(() => expect(client.state).toBe('ECONNRESET'));
    await eventually(() => expect(targetSockets.size).toBe(0));
    expect([heard, client.received]).toEqual([sent, received]);
    const bytes = { bytesToTarget: sent.length, bytesToClient: received.length };
    expect(proxy.counts()).toMatchObject({ open: 0, unanswered: 1, ...bytes });
  });

  test('reset counts over several chunks, from when it began, each connection on its own', async () => {
    const client = await newClient();
    await exchange(client, 'before');
    await proxy.inflict({ kind: 'reset', direction: 'to_target', afterBytes: 4 });
    await exchange(client, 'abc');
    const other = await newClient();
    await exchange(other, 'xyz');
    say(client, 'def');
    await eventually(() => expect(client.state).toBe('ECONNRESET'));
    expect(heard).toBe('beforeabcxyzd');
    expect(other.state).toBe('open');
  });

  test('hang: nothing arrives either way; healed, the connection is reset', async () => {
    const client = await newClient();
    await exchange(client, 'a');
    await proxy.inflict({ kind: 'hang' });
    say(client, 'lost');
    for (const socket of targetSockets) socket.end('lost too');
    const other = await newClient();
    await eventually(() => expect(proxy.counts()).toMatchObject({ open: 2, bytesSwallowed: 12 }));
    await proxy.heal();
    await eventually(() => expect(client.state).toBe('ECONNRESET'));
    expect([heard, client.received]).toEqual(['a', 'A']);
    await exchange(other, 'b');
  });

  test('stall: what was sent arrives later', async () => {
    const client = await newClient();
    await exchange(client, 'a');
    await proxy.inflict({ kind: 'stall' });
    say(client, 'late');
    // What takes the direct way meanwhile would come after it.
    const { port } = target.address() as { port: number };
    const direct = await newClient(port);
    for (const word of ['one', 'two', 'three']) await exchange(direct, word);
    expect(heard).toBe('aonetwothree');
    await proxy.heal();
    await eventually(() => expect(client.received).toBe('ALATE'));
  });

  test('slow: what is said, and that no more comes, arrives later, in order', async () => {
    const client = await newClient();
    await proxy.inflict({ kind: 'slow', latencyMs: 20 });
    await exchange(client, 'a');
    await proxy.inflict({ kind: 'slow', latencyMs: 3_600_000 });
    say(client, 'late');
    say(client, 'later');
    client.socket.end();
    const { port } = target.address() as { port: number };
    await exchange(await newClient(port), 'direct');
    expect(heard).toBe('adirect');
    await proxy.heal();
    await eventually(() => expect([client.received, client.state]).toEqual(['ALATELATER', 'end']));
  });

  test('slow: what is on its way is lost with the connection', async () => {
    const client = await newClient();
    await proxy.inflict({ kind: 'slow', latencyMs: 3_600_000 });
    say(client, 'late');
    client.socket.resetAndDestroy();
    await eventually(() => expect(proxy.counts().open).toBe(0));
    await proxy.heal();
    await exchange(await newClient(), 'next');
    expect(heard).toBe('next');
  });

  test('drop_replies: the target hears, the client does not', async () => {
    const client = await newClient();
    await proxy.inflict({ kind: 'drop_replies' });
    say(client, 'hello');
    await eventually(() => expect(heard).toBe('hello'));
    await eventually(() =>
      expect(proxy.counts()).toMatchObject({
        bytesToTarget: 5,
        bytesToClient: 0,
        bytesSwallowed: 5,
      }),
    );
    expect([client.state, client.received]).toEqual(['open', '']);
    await proxy.heal();
    await eventually(() => expect(client.state).toBe('ECONNRESET'));
  });

  test('half_open: the target is gone, the client is not told', async () => {
    const client = await newClient();
    await exchange(client, 'a');
    await proxy.inflict({ kind: 'half_open' });
    const other = await newClient();
    await eventually(() => expect(targetSockets.size).toBe(0));
    say(client, 'into the void');
    say(other, 'into the void');
    await eventually(() =>
      expect(proxy.counts()).toMatchObject({ open: 2, bytesToTarget: 1, bytesSwallowed: 26 }),
    );
    expect([client.state, other.state]).toEqual(['open', 'open']);
    client.socket.destroy();
    await eventually(() => expect(proxy.counts().open).toBe(1));
    await proxy.heal();
    await eventually(() => expect(other.state).toBe('ECONNRESET'));
    expect(proxy.counts().closedIdle).toBe(0);
  });

  test('half_open: counts whom it resets unasked, who may just be asking', async () => {
    const client = await newClient();
    await exchange(client, 'a');
    await proxy.inflict({ kind: 'half_open' });
    await proxy.heal();
    await eventually(() => expect(client.state).toBe('ECONNRESET'));
    await eventually(() => expect(proxy.counts().closedIdle).toBe(1));
  });

  test('drip: ends with the client that leaves in the middle', async () => {
    const client = await newClient();
    await exchange(client, 'abc');
    await proxy.inflict({ kind: 'drip', bytesPerSecond: 50 });
    say(client, 'slowly');
    await eventually(() => expect(client.received).toBe('ABCS'));
    client.socket.resetAndDestroy();
    await eventually(() => expect(proxy.counts()).toMatchObject({ open: 0, unanswered: 1 }));
    await proxy.heal();
    await exchange(await newClient(), 'next');
  });

  test('drip: byte by byte, in order, and the rest at once when healed', async () => {
    const client = await newClient();
    const pieces: string[] = [];
    client.socket.on('data', (chunk) => pieces.push(chunk.toString()));
    await proxy.inflict({ kind: 'drip', bytesPerSecond: 100 });
    await exchange(client, 'abc');
    expect(pieces.join('')).toBe('ABC');
    await proxy.inflict({ kind: 'drip', bytesPerSecond: 0.001 });
    say(client, 'slowly');
    await eventually(() => expect(heard).toBe('abcs'));
    say(client, ', and more');
    await proxy.inflict({ kind: 'stall' });
    say(client, ', and yet more');
    await proxy.heal();
    await eventually(() => expect(client.received).toBe('ABCSLOWLY, AND MORE, AND YET MORE'));
  });
});

describe('cutting connections off', () => {
  test('resetAll resets what is open', async () => {
    const both = [await newClient(), await newClient()];
    for (const client of both) await exchange(client, 'a');
    expect(proxy.resetAll()).toBe(2);
    await eventually(() =>
      expect(both.map(({ state }) => state)).toEqual(['ECONNRESET', 'ECONNRESET']),
    );
    await eventually(() => expect(targetSockets.size).toBe(0));
    await exchange(await newClient(), 'b');
  });

  test('closeIdle spares who waits for an answer', async () => {
    const idle = await newClient();
    await exchange(idle, 'a');
    const waiting = await newClient();
    await exchange(waiting, 'a');
    for (const socket of targetSockets) socket.removeAllListeners('data').resume();
    say(waiting, 'b');
    await eventually(() => expect(proxy.counts().bytesToTarget).toBe(3));
    expect(proxy.closeIdle()).toBe(1);
    await eventually(() => expect(idle.state).toBe('end'));
    expect(waiting.state).toBe('open');
  });

  test('stops with connections open, and twice', async () => {
    const client = await newClient();
    await exchange(client, 'a');
    await proxy.stop();
    await proxy.stop();
    await eventually(() => expect(client.state).toBe('ECONNRESET'));
  });
});
