import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, test } from 'vitest';
import {
  type CallsReport,
  type Fault,
  type ScriptRule,
  type Simulator,
  startSimulator,
} from './index.ts';
import { call, payloadFor, rawCall, sendRaw, TO, tokenFrom } from './testing/test-caller.ts';

const OTHER = '+15055550124';

function put(simulator: Simulator, script: string): Promise<Response> {
  return fetch(`${simulator.apiUrl}/script`, { method: 'PUT', body: script });
}

/** A simulator whose first call for each number meets the fault. */
function simulatorWith(fault: Fault) {
  return startSimulator({ script: [{ match: { nth: 1 }, do: { fault } }] });
}

/** Whom a simulator calls that fails half of all requests. */
async function numbersTaken(seed?: number): Promise<string[]> {
  const script: ScriptRule[] = [{ match: { rate: 0.5 }, do: { status: 500 } }];
  await using simulator = await startSimulator({ script, ...(seed === undefined ? {} : { seed }) });
  const token = await tokenFrom(simulator);
  for (let i = 0; i < 20; i += 1) await call(simulator, token, `+150555501${10 + i}`);
  return Object.keys(simulator.calls().byNumber);
}

describe('script', () => {
  test('the first rule that matches number and nth decides', async () => {
    await using simulator = await startSimulator({
      script: [
        { match: { toPhoneNumber: TO, nth: 2 }, do: { status: 500 } },
        {
          match: { toPhoneNumber: TO },
          do: { status: 429, headers: { 'Retry-After': '3' }, body: 'later' },
        },
        { match: { nth: 1 }, do: { status: 202, body: { queued: true } } },
      ],
    });
    const token = await tokenFrom(simulator);
    const first = await call(simulator, token);
    const second = await call(simulator, token);
    const other = await call(simulator, token, OTHER);
    const otherAgain = await call(simulator, token, OTHER);

    expect([first.status, first.headers.get('retry-after'), await first.text()]).toEqual([
      429,
      '3',
      'later',
    ]);
    expect([second.status, await second.json()]).toEqual([
      500,
      { message: 'Internal Server Error' },
    ]);
    expect([other.status, await other.json()]).toEqual([202, { queued: true }]);
    expect(otherAgain.status).toBe(200);
    expect(simulator.calls().byNumber).toEqual({ [OTHER]: 2 });
  });

  test.each([
    [{ status: 204 }, 204, '', true],
    [{ status: 302, headers: { location: '/elsewhere' } }, 302, '{"message":"Found"}', true],
    [{ status: 403 }, 403, '{"message":"Forbidden: Incorrect scopes"}', false],
    [{ status: 404 }, 404, '{"message":"Agent not found for this number"}', false],
    [{ status: 404, body: '<h1>no</h1>' }, 404, '<h1>no</h1>', false],
    [{ status: 504, taken: true }, 504, '{"message":"Gateway Timeout"}', true],
    [{ body: 'OK' }, 200, 'OK', true],
    [{}, 200, '{"message":"Outbound call processed"}', true],
  ])('%j', async (action, status, text, taken) => {
    await using simulator = await startSimulator({ script: [{ match: {}, do: action }] });
    const token = await tokenFrom(simulator);
    const response = await fetch(`${simulator.apiUrl}/outbound`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(payloadFor(TO)),
      redirect: 'manual',
    });

    expect([response.status, await response.text()]).toEqual([status, text]);
    expect(simulator.calls().calls).toMatchObject([{ answer: status, taken }]);
  });

  test('never takes a request that its checks refuse, and the nth goes on', async () => {
    await using simulator = await startSimulator({
      script: [{ match: { nth: 1 }, do: { fault: 'reset_after' } }],
    });
    expect((await call(simulator, 'made-up')).status).toBe(403);
    expect((await call(simulator, await tokenFrom(simulator))).status).toBe(200);
    expect(simulator.calls().calls).toMatchObject([
      { nth: 1, answer: 403, taken: false },
      { nth: 2, answer: 200, taken: true },
    ]);
  });

  test('a rate strikes the same calls in every run, and others under another seed', async () => {
    const usual = await numbersTaken();

    expect(usual.length).toBeGreaterThan(0);
    expect(usual.length).toBeLessThan(20);
    expect(await numbersTaken()).toEqual(usual);
    expect(await numbersTaken(2)).not.toEqual(usual);
  });
});

describe('faults', () => {
  test.each([
    ['reset_before', false],
    ['reset_after', true],
  ] as const)('%s resets the connection', async (fault, taken) => {
    await using simulator = await simulatorWith(fault);
    const { bytes, endedBy } = await rawCall(simulator, await tokenFrom(simulator));

    expect([bytes, endedBy]).toEqual(['', 'ECONNRESET']);
    expect(simulator.calls()).toMatchObject({
      calls: [{ answer: fault, taken }],
      byNumber: taken ? { [TO]: 1 } : {},
    });
  });

  test('garbage is not HTTP', async () => {
    await using simulator = await simulatorWith('garbage');
    const { bytes, endedBy } = await rawCall(simulator, await tokenFrom(simulator));

    expect(endedBy).toBeNull();
    expect(bytes).not.toBe('');
    expect(bytes).not.toMatch(/^HTTP/);
    expect(simulator.calls()).toMatchObject({
      calls: [{ answer: 'garbage', taken: true }],
      byNumber: { [TO]: 1 },
    });
  });

  test('truncate promises more than comes', async () => {
    await using simulator = await simulatorWith('truncate');
    const { bytes, endedBy } = await rawCall(simulator, await tokenFrom(simulator));
    const [head = '', body = ''] = bytes.split('\r\n\r\n');

    expect(endedBy).toBeNull();
    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(Number(/content-length: (\d+)/i.exec(head)?.[1])).toBeGreaterThan(body.length);
    expect(body).toBe('{"message":"Outbound call processed"}');
    expect(simulator.calls()).toMatchObject({
      calls: [{ answer: 'truncate', taken: true }],
      byNumber: { [TO]: 1 },
    });
  });

  test('hang reads the request, answers nothing, and lets go when the client does', async () => {
    await using simulator = await simulatorWith('hang');
    const token = await tokenFrom(simulator);
    const socket = sendRaw(simulator, token);
    await expect
      .poll(() => simulator.calls().calls)
      .toMatchObject([{ answer: 'hang', taken: false }]);
    expect(simulator.stats().inFlight).toBe(1);
    // A call begun later is answered before the one that hangs.
    expect((await call(simulator, token)).status).toBe(200);
    expect(socket.bytesRead).toBe(0);
    socket.destroy();
    await expect.poll(() => simulator.stats().inFlight).toBe(0);
  });

  test('hang and reset_before come before the checks', async () => {
    await using simulator = await simulatorWith('reset_before');
    expect((await rawCall(simulator, 'made-up')).endedBy).toBe('ECONNRESET');
  });
});

describe('latency', () => {
  test('a call is taken on arrival, answered after', async () => {
    await using simulator = await startSimulator({
      latencyMs: 60_000,
      script: [{ match: { endpoint: 'token' }, do: { latencyMs: 0 } }],
    });
    const socket = sendRaw(simulator, await tokenFrom(simulator));
    await expect.poll(() => simulator.calls().byNumber).toEqual({ [TO]: 1 });
    expect(simulator.stats()).toMatchObject({ inFlight: 1, maxInFlight: 1 });
    socket.destroy();
    await expect.poll(() => simulator.stats().inFlight).toBe(0);
    expect(simulator.calls().byNumber).toEqual({ [TO]: 1 });
  });

  test("a rule's own replaces it, either way", async () => {
    await using simulator = await startSimulator({
      latencyMs: 60_000,
      script: [
        { match: { toPhoneNumber: TO, nth: 1 }, do: { latencyMs: 1 } },
        { match: { endpoint: 'token' }, do: { latencyMs: 0 } },
      ],
    });
    const token = await tokenFrom(simulator);

    expect((await call(simulator, token)).status).toBe(200);
  });
});

describe('ground truth over HTTP', () => {
  test('GET /calls says what calls() says', async () => {
    await using simulator = await startSimulator({
      script: [{ match: { nth: 2 }, do: { fault: 'truncate' } }],
    });
    const token = await tokenFrom(simulator);
    await call(simulator, token);
    await rawCall(simulator, token);
    await call(simulator, token, OTHER);
    const get = async (query: string) =>
      (await (await fetch(`${simulator.apiUrl}/calls${query}`)).json()) as CallsReport;
    const whole = await get('');

    expect(whole).toEqual(simulator.calls());
    expect(whole.byNumber).toEqual({ [TO]: 2, [OTHER]: 1 });
    expect(await get('?payloads=false')).toEqual({
      ...whole,
      calls: whole.calls.map((call) => ({ ...call, payload: undefined })),
    });
    expect(await get('?calls=false')).toEqual({ calls: [], byNumber: whole.byNumber });
  });

  test('GET /stats counts', async () => {
    await using simulator = await startSimulator({
      script: [{ match: { nth: 2 }, do: { status: 500 } }],
    });
    const token = await tokenFrom(simulator);
    for (const number of [TO, TO, TO, OTHER]) await call(simulator, token, number);

    expect(await (await fetch(`${simulator.apiUrl}/stats`)).json()).toEqual({
      requests: 4,
      taken: 3,
      numbersTaken: 2,
      numbersTakenAgain: 1,
      answers: { 200: 3, 500: 1 },
      tokenRequests: 1,
      tokenGrants: 1,
      inFlight: 0,
      maxInFlight: 1,
    });
  });

  test('keeps a bounded number of calls and payloads, and counts all', async () => {
    await using simulator = await startSimulator({ keepCalls: 3, keepPayloads: 1 });
    const token = await tokenFrom(simulator);
    for (let i = 0; i < 5; i += 1) await call(simulator, token);
    const { calls, byNumber } = simulator.calls();

    expect(byNumber).toEqual({ [TO]: 5 });
    expect(calls.map(({ nth, payload }) => [nth, payload])).toEqual([
      [3, null],
      [4, null],
      [5, payloadFor(TO)],
    ]);
    expect(await (await fetch(`${simulator.apiUrl}/calls`)).json()).toEqual(simulator.calls());
  });
});

describe('the server', () => {
  test('hints how long it keeps an idle connection', async () => {
    await using simulator = await startSimulator();
    const sent = request(`${simulator.apiUrl}/stats`, {
      headers: { connection: 'keep-alive' },
    }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();

    expect(response.headers).toMatchObject({ connection: 'keep-alive', 'keep-alive': 'timeout=5' });
  });

  test('knows no other path and no other method', async () => {
    await using simulator = await startSimulator();
    const statusOf = async (path: string, method: string) =>
      (await fetch(`${simulator.apiUrl}${path}`, { method })).status;

    expect(await statusOf('/', 'GET')).toBe(404);
    expect(await statusOf('/outbound/', 'POST')).toBe(404);
    expect(await statusOf('/outbound', 'GET')).toBe(405);
    expect(await statusOf('/outbound', 'PUT')).toBe(405);
    expect(await statusOf('/calls', 'POST')).toBe(405);
    expect(await statusOf('/stats', 'DELETE')).toBe(405);
  });

  test('stops at once with calls open, and only once', async () => {
    const simulator = await startSimulator({ script: [{ match: {}, do: { fault: 'hang' } }] });
    const calling = call(simulator, await tokenFrom(simulator));
    await expect.poll(() => simulator.stats().inFlight).toBe(1);
    await Promise.all([simulator.stop(), simulator.stop()]);
    await expect(calling).rejects.toThrow('fetch failed');
    expect(simulator.calls().calls).toHaveLength(1);
  });

  test('says which address is taken', async () => {
    await using first = await startSimulator();
    const port = Number(new URL(first.apiUrl).port);
    await expect(startSimulator({ port })).rejects.toMatchObject({
      code: 'cannot_listen',
      message: expect.stringContaining(String(port)),
    });
  });
});

describe('a change of mind while it runs', () => {
  test('new rules take the place of the old ones', async () => {
    await using simulator = await startSimulator({ script: [{ match: {}, do: { status: 500 } }] });
    const token = await tokenFrom(simulator);
    expect((await call(simulator, token)).status).toBe(500);
    expect((await put(simulator, '[{"match": {}, "do": {"status": 202}}]')).status).toBe(204);
    expect((await call(simulator, token)).status).toBe(202);
    simulator.setScript([]);
    expect((await call(simulator, token)).status).toBe(200);
  });

  test.each([
    ['[{"match": {}, "do": {"fault": "explode"}}]', 'the script is wrong at rule 1, do.fault: '],
    ['[', 'the script is not JSON'],
  ])('rules that are none change nothing: %s', async (body, message) => {
    await using simulator = await startSimulator({ script: [{ match: {}, do: { status: 500 } }] });
    const token = await tokenFrom(simulator);
    const answer = await put(simulator, body);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(message)]);
    expect((await call(simulator, token)).status).toBe(500);
  });

  test('tokens are revoked', async () => {
    await using simulator = await startSimulator();
    const token = await tokenFrom(simulator);
    expect((await fetch(`${simulator.apiUrl}/tokens`, { method: 'DELETE' })).status).toBe(204);
    expect((await call(simulator, token)).status).toBe(403);
  });
});
