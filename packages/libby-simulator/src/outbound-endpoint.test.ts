import { describe, expect, test } from 'vitest';
import { startSimulator } from './simulator.ts';
import { call, FROM, payloadFor, post, TO, tokenFrom } from './testing/test-caller.ts';

const FORBIDDEN = { message: 'Forbidden: Incorrect scopes' };

describe('POST /outbound', () => {
  test('takes a call and keeps it as the ground truth', async () => {
    await using simulator = await startSimulator();
    const response = await call(simulator, await tokenFrom(simulator));

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ message: 'Outbound call processed' });
    const { calls, byNumber } = simulator.calls();
    expect(byNumber).toEqual({ [TO]: 1 });
    expect(calls).toEqual([
      {
        at: new Date(calls[0]?.atMs ?? 0).toISOString(),
        atMs: expect.any(Number),
        toPhoneNumber: TO,
        fromPhoneNumber: FROM,
        nth: 1,
        answer: 200,
        taken: true,
        payload: payloadFor(TO),
      },
    ]);
  });

  test('takes every optional field of the page', async () => {
    await using simulator = await startSimulator();
    const optional = {
      introNotes: 'a',
      introMessage: 'b',
      introVoicemail: 'c',
      customQuestions: [],
      customRules: ['d'],
    };
    const response = await post(simulator, await tokenFrom(simulator), {
      ...payloadFor(TO),
      ...optional,
      formInfo: [],
    });

    expect(response.status).toBe(200);
  });

  test.each([
    ['no name', { name: undefined }, /^Invalid request body: name: /],
    ['no number', { toPhoneNumber: undefined }, /toPhoneNumber: must be in E.164 format/],
    ['a local number', { toPhoneNumber: '505-555-0123' }, /toPhoneNumber: must be in E.164 format/],
    ['no from-number', { fromPhoneNumber: undefined }, /fromPhoneNumber: must be in E.164 format/],
    ['no formInfo', { formInfo: undefined }, /formInfo: /],
    ['formInfo as one object', { formInfo: { a: 'b' } }, /formInfo: /],
    [
      'two pairs in one entry',
      { formInfo: [{ a: 'b', c: 'd' }] },
      /formInfo.0: must hold one key-value pair/,
    ],
    ['an empty entry', { formInfo: [{}] }, /formInfo.0: must hold one key-value pair/],
    ['a value that is no string', { formInfo: [{ a: 1 }] }, /formInfo.0.a: /],
    ['a field of a wrong type', { customRules: 'be kind' }, /customRules: /],
    ['an unknown field', { introNote: 'hello' }, /introNote/],
  ])('refuses %s', async (_, changes, message) => {
    await using simulator = await startSimulator();
    const response = await post(simulator, await tokenFrom(simulator), {
      ...payloadFor(TO),
      ...changes,
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ message: expect.stringMatching(message) });
    expect(simulator.calls().byNumber).toEqual({});
  });

  test.each([
    ['not JSON', '{"name":'],
    ['no object', '[]'],
    ['null', 'null'],
    ['nothing', ''],
  ])('refuses a body that is %s', async (_, body) => {
    await using simulator = await startSimulator();
    const response = await post(simulator, await tokenFrom(simulator), body);

    expect(response.status).toBe(400);
    expect(simulator.calls()).toEqual({ calls: [], byNumber: {} });
  });

  test('refuses other types, bytes that are not UTF-8, and more than a mebibyte', async () => {
    await using simulator = await startSimulator();
    const authorization = `Bearer ${await tokenFrom(simulator)}`;
    const send = (contentType: string, body: Uint8Array<ArrayBuffer> | string) =>
      fetch(`${simulator.apiUrl}/outbound`, {
        method: 'POST',
        headers: { authorization, 'content-type': contentType },
        body,
      });
    const latin1 = Uint8Array.from(
      Buffer.from(JSON.stringify({ ...payloadFor(TO), name: 'Zoë' }), 'latin1'),
    );

    expect((await send('text/plain', JSON.stringify(payloadFor(TO)))).status).toBe(415);
    expect((await send('application/json', latin1)).status).toBe(400);
    expect((await send('application/json', 'x'.repeat(1024 * 1024 + 1))).status).toBe(413);
    expect(
      (await send('application/json; charset=utf-8', JSON.stringify(payloadFor(TO)))).status,
    ).toBe(200);
  });

  test('refuses a token that is missing, made up, expired, revoked or of another scope', async () => {
    let nowMs = 1_800_000_000_000;
    await using simulator = await startSimulator({
      tokenLifetimeS: 60,
      otherScopes: ['other/read'],
      now: () => nowMs,
    });
    const refusals: Response[] = [];
    refusals.push(
      await fetch(`${simulator.apiUrl}/outbound`, {
        method: 'POST',
        body: JSON.stringify(payloadFor(TO)),
      }),
    );
    refusals.push(await call(simulator, 'made-up'));
    refusals.push(await call(simulator, await tokenFrom(simulator, 'other/read')));
    const shortLived = await tokenFrom(simulator);
    nowMs += 59_999;
    expect((await call(simulator, shortLived)).status).toBe(200);
    nowMs += 1;
    refusals.push(await call(simulator, shortLived));
    const revoked = await tokenFrom(simulator);
    simulator.revokeTokens();
    refusals.push(await call(simulator, revoked));

    expect(refusals.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(await Promise.all(refusals.map((refusal) => refusal.json()))).toEqual(
      refusals.map(() => FORBIDDEN),
    );
    expect(simulator.calls().byNumber).toEqual({ [TO]: 1 });
    expect(simulator.calls().calls.map(({ answer, taken }) => [answer, taken])).toEqual([
      [403, false],
      [403, false],
      [403, false],
      [200, true],
      [403, false],
      [403, false],
    ]);
  });

  test('has an agent only for the numbers it was given', async () => {
    await using simulator = await startSimulator({ agents: ['+15055550101'] });
    const token = await tokenFrom(simulator);
    const refused = await call(simulator, token);
    const taken = await post(simulator, token, {
      ...payloadFor(TO),
      fromPhoneNumber: '+15055550101',
    });

    expect([refused.status, await refused.json()]).toEqual([
      404,
      { message: 'Agent not found for this number' },
    ]);
    expect(taken.status).toBe(200);
    expect(simulator.calls().byNumber).toEqual({ [TO]: 1 });
  });
});
