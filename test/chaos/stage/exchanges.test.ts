import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { startSimulator } from '@libby-dialer/libby-simulator';
import {
  eventually,
  type LinkObserver,
  type NetworkFault,
  startFaultProxy,
} from '@libby-dialer/testkit';
import { expect, test } from 'vitest';
import { Exchanges } from './exchanges.ts';

const NUMBER = '+12015550100';

async function openApi(onAnswer = () => {}) {
  await using parts = new AsyncDisposableStack();
  const simulator = parts.use(await startSimulator());
  const exchanges = new Exchanges();
  const targetPort = Number(new URL(simulator.apiUrl).port);
  const proxy = parts.use(
    await startFaultProxy({ targetPort, observe: () => telling(onAnswer, exchanges.observe()) }),
  );
  const owned = parts.move();
  return { simulator, exchanges, proxy, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** For longer than a time after an answer in which a client that leaves may not have read it. */
function stall(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
}

function telling(onAnswer: () => void, observer: LinkObserver): LinkObserver {
  const received = (chunk: Buffer) => {
    onAnswer();
    observer.received(chunk);
  };
  return { ...observer, received };
}

/** Asks without a token: the provider says 403, if it is asked. */
function ask(port: number): ClientRequest {
  const asked = request({
    port,
    path: '/outbound',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  asked.on('error', () => {});
  asked.on('response', (response) => response.resume());
  asked.end(JSON.stringify({ toPhoneNumber: NUMBER, introNotes: 'Ask Ann about Row 7' }));
  return asked;
}

test('each request on a connection is told with what came back', async () => {
  await using api = await openApi();
  // A connection is free for the next request once the one before is closed.
  await once(ask(api.proxy.port), 'close');
  await once(ask(api.proxy.port), 'close');
  expect(api.proxy.counts().accepted).toBe(1);
  const told = { toPhoneNumber: NUMBER, row: 7, answer: 403, isCutShort: false };
  expect(api.exchanges.all).toMatchObject([told, told]);
  const times = api.exchanges.all.flatMap(({ sentAtMs, answeredAtMs }) => [sentAtMs, answeredAtMs]);
  expect(times).toEqual(times.toSorted((one = 0, other = 0) => one - other));
});

test.each<[string, NetworkFault, number]>([
  ['that is lost on its way', { kind: 'hang' }, 0],
  ['that is cut off on its way', { kind: 'reset', direction: 'to_target', afterBytes: 20 }, 0],
  ['whose refusal is lost', { kind: 'drop_replies' }, 1],
  ['whose refusal is cut off', { kind: 'reset', direction: 'to_client', afterBytes: 20 }, 1],
])('a request %s has no answer', async (_, fault, requests) => {
  await using api = await openApi();
  await api.proxy.inflict(fault);
  const asked = ask(api.proxy.port);
  await eventually(
    () => api.exchanges.all.length === 1 && api.simulator.stats().requests === requests,
  );
  if (requests > 0)
    await eventually(() => api.proxy.counts().bytesSwallowed > 0 || asked.destroyed);
  expect(api.exchanges.all).toMatchObject([{ toPhoneNumber: NUMBER, answer: undefined }]);
  expect(api.exchanges.all[0]?.answeredAtMs).toBeUndefined();
  asked.destroy();
});

test('a sender that leaves right after its answer may not have seen it', async () => {
  await using api = await openApi();
  const asked = ask(api.proxy.port);
  await eventually(() => api.exchanges.all.some(({ answer }) => answer === 403));
  asked.socket?.destroy();
  await eventually(() =>
    expect(api.exchanges.all).toMatchObject([{ answer: 403, isCutShort: true }]),
  );
});

test('a sender that left before its answer came has not seen it, however late that is noticed', async () => {
  let asked: ClientRequest | undefined;
  await using api = await openApi(() => {
    asked?.socket?.destroy();
    setImmediate(stall);
  });
  asked = ask(api.proxy.port);
  await eventually(() => api.proxy.counts().accepted === 1 && api.proxy.counts().open === 0);
  expect(api.exchanges.all).toMatchObject([{ answer: 403, isCutShort: true }]);
});

test('a sender whose connection is reset may not have seen its answer, however long ago that came', async () => {
  await using api = await openApi();
  const asked = ask(api.proxy.port);
  await eventually(() => api.exchanges.all.some(({ answer }) => answer === 403));
  // It stands still: what has arrived is lost with the connection.
  asked.socket?.pause();
  await delay(300);
  api.proxy.resetAll();
  await eventually(() =>
    expect(api.exchanges.all).toMatchObject([{ answer: 403, isCutShort: true }]),
  );
});

test('a sender that has read its answer and leaves has seen it', async () => {
  await using api = await openApi();
  const asked = ask(api.proxy.port);
  await once(asked, 'close');
  await delay(300);
  asked.socket?.end();
  await eventually(() => api.proxy.counts().open === 0);
  expect(api.exchanges.all).toMatchObject([{ answer: 403, isCutShort: false }]);
});
