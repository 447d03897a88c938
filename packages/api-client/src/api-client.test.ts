import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';

interface Seen {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers every request with the same, and keeps what was asked. */
async function asking<T>(
  answer: { status: number; type?: string; body?: string },
  ask: (client: ApiClient) => Promise<T>,
): Promise<{ answered: T; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    const reply = async () => {
      seen.push({ line: `${method} ${url}`, headers, body: await text(request) });
      response.writeHead(answer.status, { 'content-type': answer.type ?? 'application/json' });
      response.end(answer.body);
    };
    void reply();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new ApiClient({ origin: `http://127.0.0.1:${port}/`, token: 'a-token' });
  try {
    return { answered: await ask(client), seen };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe('ApiClient', () => {
  it('puts values where the contract says, and gives the answer', async () => {
    const answer = { campaigns: [], nextCursor: null };
    const { answered, seen } = await asking(
      { status: 200, body: JSON.stringify(answer) },
      (client) => client.request('GET /campaigns', { query: { limit: 5, contains: 'a&b' } }),
    );
    expect(answered).toEqual(answer);
    expect(seen[0]?.line).toBe('GET /api/v1/campaigns?limit=5&contains=a%26b');
    expect(seen[0]?.headers.authorization).toBe('Bearer a-token');
  });

  it('sends a body as JSON, and a value in the path as one part of it', async () => {
    const { answered, seen } = await asking(
      { status: 200, body: '{"calls":[{"status":"queued","callId":"a"}]}' },
      (client) =>
        client.request('POST /campaigns/{id}/calls', {
          params: { id: '../x' },
          headers: { 'idempotency-key': 'order-1' },
          body: { toPhoneNumber: '+15055550123', name: 'Ada' },
        }),
    );
    expect(answered.calls[0]?.status).toBe('queued');
    expect(seen[0]).toMatchObject({
      line: 'POST /api/v1/campaigns/..%2Fx/calls',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'order-1' },
      body: '{"toPhoneNumber":"+15055550123","name":"Ada"}',
    });
  });

  it('sends a file as it is', async () => {
    const { seen } = await asking({ status: 201, body: '{}' }, (client) =>
      client.request('POST /lists', {
        query: { name: 'people.csv' },
        body: new Blob(['Name,Phone\n']),
      }),
    );
    expect(seen[0]).toMatchObject({
      line: 'POST /api/v1/lists?name=people.csv',
      headers: { 'content-type': 'application/octet-stream' },
      body: 'Name,Phone\n',
    });
  });

  it('gives what is streamed as a response', async () => {
    const { answered } = await asking(
      { status: 200, type: 'text/csv', body: 'callId\r\n' },
      async (client) => {
        const csv = await client.request('GET /campaigns/{id}/results.csv', {
          params: { id: 'spring' },
        });
        return await csv.text();
      },
    );
    expect(answered).toBe('callId\r\n');
  });

  it('gives nothing where nothing is answered', async () => {
    const { answered } = await asking({ status: 204 }, (client) =>
      client.request('DELETE /schedules/{name}', { params: { name: 'nightly' } }),
    );
    expect(answered).toBeUndefined();
  });

  it('throws a refusal with its code', async () => {
    const problem = {
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      code: 'busy',
      detail: 'Try again.',
      retryAfterSeconds: 2,
    };
    const { answered } = await asking(
      { status: 503, type: 'application/problem+json', body: JSON.stringify(problem) },
      (client) => client.request('GET /holds').catch((error: unknown) => error),
    );
    expect(answered).toBeInstanceOf(ApiError);
    expect(answered).toMatchObject({ code: 'busy', status: 503, retryAfterSeconds: 2 });
  });

  it('says so where something else has answered', async () => {
    const { answered } = await asking(
      { status: 502, type: 'text/html', body: '<h1>Bad Gateway</h1>' },
      (client) => client.request('GET /holds').catch((error: unknown) => error),
    );
    expect(answered).toMatchObject({ code: 'no_api_answer', status: 502 });
  });
});
