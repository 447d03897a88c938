import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { OutboundCall } from './answers/outbound-call.ts';
import { LibbyClient } from './libby-client.ts';
import { startRawServer } from './testing/raw-server.ts';
import { answerJson, startTokenServer } from './testing/token-server.ts';
import { AccessToken } from './tokens/access-token.ts';
import { MemoryTokenCache } from './tokens/token-cache.ts';
import { type TokenEvent, TokenSource } from './tokens/token-source.ts';

const CANARIES = {
  clientSecret: 'canary secret/1+',
  xsrfToken: 'canary-xsrf-2',
  token: 'canary-token-3',
  number: '+15055550123',
};
const CALL: OutboundCall = {
  name: 'canary name 4',
  toPhoneNumber: CANARIES.number,
  fromPhoneNumber: '+15055550100',
  formInfo: [],
};

/** In every form it could slip out in. */
function formsOf(canary: string): string[] {
  return [
    canary,
    encodeURIComponent(canary),
    new URLSearchParams({ x: canary }).toString().slice(2),
    // Base64 at each of the three alignments, without the ends that depend on the neighbours.
    ...[0, 1, 2].map((shift) =>
      Buffer.from('x'.repeat(shift) + canary)
        .toString('base64')
        .slice(shift === 0 ? 0 : 4, -4),
    ),
    Buffer.from(canary).toString('hex'),
  ];
}

function printed(value: unknown): string {
  const ways = [
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    inspect(value, { depth: 20, showHidden: true, customInspect: false }),
    JSON.stringify(value) ?? '',
    String(value),
    value instanceof Error ? `${value.stack}\n${printed(value.cause)}` : '',
  ];
  return ways.join('\n');
}

function shownBy(value: unknown): string[] {
  const text = printed(value);
  return [...Object.values(CANARIES), CALL.name]
    .flatMap(formsOf)
    .filter((form) => text.includes(form));
}

function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
}

const secrets = {
  clientId: 'id',
  clientSecret: CANARIES.clientSecret,
  xsrfToken: CANARIES.xsrfToken,
  scope: 'call.out',
};

test('the check itself finds what is shown', () => {
  expect(shownBy({ deep: [{ token: CANARIES.token }] })).not.toEqual([]);
  expect(shownBy(new Error('x', { cause: new Error(CANARIES.number) }))).not.toEqual([]);
  expect(
    shownBy({ header: Buffer.from(`id:${CANARIES.clientSecret}`).toString('base64') }),
  ).not.toEqual([]);
});

test('what holds secrets shows none', async () => {
  await using server = await startTokenServer();
  server.answer = (response) =>
    answerJson(response, 200, {
      access_token: CANARIES.token,
      token_type: 'Bearer',
      expires_in: 60,
    });
  const events: TokenEvent[] = [];
  const cache = new MemoryTokenCache();
  const onEvent = (event: TokenEvent): number => events.push(event);
  await using tokens = new TokenSource({ ...secrets, tokenUrl: server.url, cache, onEvent });
  await using client = new LibbyClient({ apiUrl: 'http://127.0.0.1:9', tokens });
  const token = await tokens.get();
  expect(token.reveal()).toBe(CANARIES.token);
  expect(server.requests[0]?.form.get('client_secret')).toBe(CANARIES.clientSecret);
  for (const value of [
    token,
    tokens,
    client,
    cache,
    await cache.read(),
    events,
    { token, tokens },
  ]) {
    expect(shownBy(value)).toEqual([]);
  }
});

test.each<[string, number, (said: string) => unknown]>([
  [
    'an OAuth error that says it all back',
    400,
    (said) => ({ error: 'invalid_client', error_description: said }),
  ],
  ['an error nobody knows', 400, (said) => ({ error: said })],
  ['a fault', 500, (said) => said],
  [
    'a token in the wrong shape',
    200,
    (said) => ({ access_token: { said, token: CANARIES.token }, token_type: 'Bearer' }),
  ],
  [
    'a token no header can hold',
    200,
    () => ({ access_token: `${CANARIES.token} \n`, token_type: 'Bearer', expires_in: 60 }),
  ],
  [
    'a token of another kind',
    200,
    () => ({ access_token: CANARIES.token, token_type: CANARIES.clientSecret }),
  ],
  ['no JSON', 200, (said) => `{${said}`],
])('nor does the error after %s', async (_, status, body) => {
  await using server = await startTokenServer();
  const events: TokenEvent[] = [];
  await using tokens = new TokenSource({
    ...secrets,
    tokenUrl: server.url,
    onEvent: (event) => events.push(event),
  });
  server.answer = (response) => {
    const [request] = server.requests;
    answerJson(
      response,
      status,
      body(`${String(request?.form)} ${request?.headers.cookie} ${CANARIES.clientSecret}`),
    );
  };
  await using client = new LibbyClient({ apiUrl: 'http://127.0.0.1:9', tokens });
  expect(shownBy(await thrownBy(client.call(CALL)))).toEqual([]);
  expect(shownBy(events)).toEqual([]);
});

test('nor does a garbled echo from the token endpoint', async () => {
  await using server = await startRawServer((socket) => socket.end(server.received));
  await using tokens = new TokenSource({ ...secrets, tokenUrl: server.url });
  const error = await thrownBy(tokens.get());
  expect(server.received).toContain('client_secret=canary');
  expect(error).toMatchObject({ code: 'token_bad_response' });
  expect(shownBy(error)).toEqual([]);
});

test.each<[string, (received: string) => string]>([
  ['a garbled echo', (received) => received],
  ['an echo in a header line', (received) => `HTTP/1.1 200 OK\r\n${received}`],
  [
    'a refusal that says it all back',
    (received) => {
      const body = JSON.stringify({ message: received });
      return `HTTP/1.1 400 Bad Request\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    },
  ],
])('nor does the answer to a call after %s', async (what, answer) => {
  await using server = await startRawServer((socket) => socket.end(answer(server.received)));
  await using tokens = new TokenSource({ ...secrets, tokenUrl: 'http://127.0.0.1:9' });
  await using client = new LibbyClient({ apiUrl: server.url, tokens });
  // A server that repeats the whole request repeats the name as well; only what is secret or a
  // number is blanked.
  const call = what.startsWith('a refusal') ? { ...CALL, name: 'Chris' } : CALL;
  const seen = await client.placeCall(call, new AccessToken(CANARIES.token, Date.now() + 60_000));
  expect(server.received).toContain(CANARIES.token);
  expect(shownBy(seen)).toEqual([]);
});

test.each<[string, object]>([
  ['a URL with a password', { tokenUrl: `https://u:${CANARIES.token}@auth.invalid/` }],
  ['a URL that is none', { tokenUrl: CANARIES.token }],
  ['a cookie that would be two', { xsrfToken: `${CANARIES.xsrfToken};` }],
  ['a secret of the wrong type', { clientSecret: { value: CANARIES.clientSecret } }],
])('nor does the refusal of %s', async (_, options) => {
  const refused = new Promise((resolve) => {
    resolve(new TokenSource({ ...secrets, tokenUrl: 'https://auth.invalid/', ...options }));
  });
  const error = await thrownBy(refused);
  expect(error).toMatchObject({ code: 'invalid_option' });
  expect(shownBy(error)).toEqual([]);
});
