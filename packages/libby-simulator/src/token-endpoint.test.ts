import { describe, expect, test } from 'vitest';
import { startSimulator } from './simulator.ts';
import { askForToken, call, tokenFrom } from './testing/test-caller.ts';

describe('POST /oauth2/token', () => {
  test('grants a token that places calls', async () => {
    await using simulator = await startSimulator({ tokenLifetimeS: 120 });
    const response = await askForToken(simulator);
    const grant = (await response.json()) as Record<string, unknown>;

    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(grant).toEqual({
      access_token: expect.any(String),
      expires_in: 120,
      token_type: 'Bearer',
    });
    expect((await call(simulator, String(grant['access_token']))).status).toBe(200);
    expect(simulator.stats()).toMatchObject({ tokenRequests: 1, tokenGrants: 1 });
  });

  test.each([
    ['a wrong id', { client_id: 'somebody' }, 'invalid_client'],
    ['a wrong secret', { client_secret: 'guess' }, 'invalid_client'],
    ['no secret', { client_secret: undefined }, 'invalid_client'],
    ['no id', { client_id: undefined }, 'invalid_request'],
    ['no grant type', { grant_type: undefined }, 'invalid_request'],
    ['no scope', { scope: undefined }, 'invalid_request'],
    ['a foreign scope', { scope: 'external-api-resource-server-1/call.in' }, 'invalid_scope'],
    ['a grant of another kind', { grant_type: 'refresh_token' }, 'invalid_grant'],
    ['an unknown grant', { grant_type: 'password' }, 'unsupported_grant_type'],
  ])('refuses %s', async (_, changes, error) => {
    await using simulator = await startSimulator();
    const response = await askForToken(simulator, changes);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error });
    expect(simulator.stats()).toMatchObject({ tokenRequests: 1, tokenGrants: 0 });
  });

  test('refuses a body that is not form-encoded, and a parameter sent twice', async () => {
    await using simulator = await startSimulator();
    const { tokenUrl, clientId, clientSecret, scope } = simulator;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope,
    });
    const send = (body: string, type: string) =>
      fetch(tokenUrl, { method: 'POST', body, headers: { 'content-type': type } });
    const asText = await send(form.toString(), 'text/plain');
    form.append('scope', scope);
    const twice = await send(form.toString(), 'application/x-www-form-urlencoded');

    expect([asText.status, await asText.json()]).toEqual([400, { error: 'invalid_request' }]);
    expect([twice.status, await twice.json()]).toEqual([400, { error: 'invalid_request' }]);
  });

  test('knows POST only', async () => {
    await using simulator = await startSimulator();
    const response = await fetch(simulator.tokenUrl);

    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('follows the script, counting token requests on their own', async () => {
    await using simulator = await startSimulator({
      script: [
        { match: { endpoint: 'token', nth: 1 }, do: { status: 500 } },
        {
          match: { endpoint: 'token', nth: 2 },
          do: { status: 429, headers: { 'Retry-After': '7' }, body: { error: 'slow' } },
        },
        { match: { endpoint: 'token', nth: 3 }, do: { fault: 'reset_after' } },
        { match: {}, do: { status: 503 } },
      ],
    });
    const first = await askForToken(simulator);
    const second = await askForToken(simulator);
    await expect(askForToken(simulator)).rejects.toThrow('fetch failed');
    const token = await tokenFrom(simulator);

    expect(first.status).toBe(500);
    expect([second.status, second.headers.get('retry-after'), await second.json()]).toEqual([
      429,
      '7',
      { error: 'slow' },
    ]);
    expect((await call(simulator, token)).status).toBe(503);
    expect(simulator.stats()).toMatchObject({ tokenRequests: 4, tokenGrants: 2 });
  });
});
