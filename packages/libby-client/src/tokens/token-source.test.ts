import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { answerJson, startTokenServer, type TokenServer } from '../testing/token-server.ts';
import { AccessToken } from './access-token.ts';
import { MemoryTokenCache, type TokenCache } from './token-cache.ts';
import { type TokenEvent, TokenSource, type TokenSourceOptions } from './token-source.ts';

const HOUR = 3_600_000;

class Clock {
  ms = Date.UTC(2026, 11, 1);
  readonly now = (): number => this.ms;
}

function sourceOf(
  server: TokenServer | string,
  options: Partial<TokenSourceOptions> = {},
): TokenSource {
  const tokenUrl = typeof server === 'string' ? server : server.url;
  return new TokenSource({
    tokenUrl,
    clientId: 'id',
    clientSecret: 'secret',
    scope: 'call.out',
    random: () => 0.5,
    ...options,
  });
}

/** Collects events, and lets a test wait for the next of a kind instead of for time. */
function recorder() {
  const events: TokenEvent[] = [];
  const waiting: { type: string; resolve: () => void }[] = [];
  return {
    events,
    types: () => events.map((event) => event.type),
    onEvent: (event: TokenEvent): void => {
      events.push(event);
      for (const waiter of waiting) if (waiter.type === event.type) waiter.resolve();
    },
    next: (type: TokenEvent['type']) =>
      new Promise<void>((resolve) => waiting.push({ type, resolve })),
  };
}

describe('the request', () => {
  test('carries the credentials in its form, and nothing else does', async () => {
    await using server = await startTokenServer();
    await using source = sourceOf(server, { xsrfToken: '0d12bcfe-f40f' });
    expect((await source.get()).reveal()).toBe('token-1');
    const [request] = server.requests;
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      client_id: 'id',
      client_secret: 'secret',
      scope: 'call.out',
    });
    expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(request?.headers.cookie).toBe('XSRF-TOKEN=0d12bcfe-f40f');
    expect(request?.headers.authorization).toBeUndefined();
  });

  test('has no cookie unless there is one to send', async () => {
    await using server = await startTokenServer();
    await using source = sourceOf(server);
    await source.get();
    expect(server.requests[0]?.headers.cookie).toBeUndefined();
  });
});

describe('one process', () => {
  test('asks once for a hundred who wait', async () => {
    await using server = await startTokenServer();
    await using source = sourceOf(server);
    const tokens = await Promise.all(Array.from({ length: 100 }, () => source.get()));
    expect(new Set(tokens.map((token) => token.reveal()))).toEqual(new Set(['token-1']));
    expect(server.requests).toHaveLength(1);
  });

  test('has the token at hand without waiting once it has one', async () => {
    await using server = await startTokenServer();
    await using source = sourceOf(server);
    expect(source.peek()).toBeUndefined();
    const token = await source.get();
    expect(source.peek()).toBe(token);
  });

  test('ends one caller’s wait and not the others’', async () => {
    await using server = await startTokenServer();
    await using source = sourceOf(server);
    const abort = new AbortController();
    const given = source.get(abort.signal);
    const kept = source.get();
    abort.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    await expect(source.get(abort.signal)).rejects.toThrow('enough');
    expect((await kept).reveal()).toBe('token-1');
    expect(server.requests).toHaveLength(1);
  });

  test('closing ends every wait', async () => {
    await using server = await startTokenServer();
    const arrived = Promise.withResolvers<void>();
    server.answer = () => arrived.resolve();
    const source = sourceOf(server);
    const waiting = source.get().catch((error: unknown) => error);
    await arrived.promise;
    await source.close();
    await source.close();
    expect(await waiting).toMatchObject({ code: 'token_source_closed' });
    await expect(source.get()).rejects.toMatchObject({ code: 'token_source_closed' });
  });
});

describe('renewal', () => {
  test('comes late in the token’s life, behind the back of those it serves', async () => {
    const clock = new Clock();
    const { next, onEvent } = recorder();
    await using server = await startTokenServer();
    await using source = sourceOf(server, { now: clock.now, onEvent });
    await source.get();
    clock.ms += 0.77 * HOUR;
    expect(source.peek()?.reveal()).toBe('token-1');
    clock.ms += 0.01 * HOUR;
    const granted = next('granted');
    expect(source.peek()?.reveal()).toBe('token-1');
    await granted;
    expect(source.peek()?.reveal()).toBe('token-2');
    expect(server.requests).toHaveLength(2);
  });

  test('that fails leaves the old token serving until it ends, and tries again only after a pause', async () => {
    const clock = new Clock();
    const { events, next, onEvent } = recorder();
    await using server = await startTokenServer();
    await using source = sourceOf(server, { now: clock.now, onEvent });
    await source.get();
    const granting = server.answer;
    server.answer = (response) => answerJson(response, 503, {});
    clock.ms += 0.8 * HOUR;
    const failed = next('refresh_failed');
    expect(source.peek()?.reveal()).toBe('token-1');
    await failed;
    expect(events.at(-1)).toMatchObject({
      servingOld: true,
      nextTryInMs: 750,
      error: { code: 'token_server_error' },
    });
    expect(source.peek()?.reveal()).toBe('token-1');
    expect((await source.get()).reveal()).toBe('token-1');
    expect(server.requests).toHaveLength(2);

    clock.ms += 750;
    server.answer = granting;
    const granted = next('granted');
    source.peek();
    await granted;
    expect(source.peek()?.reveal()).toBe('token-3');
  });

  test('that fails for too long leaves nothing, and says when to come back', async () => {
    const clock = new Clock();
    await using server = await startTokenServer();
    await using source = sourceOf(server, { now: clock.now });
    await source.get();
    server.answer = (response) => answerJson(response, 400, { error: 'invalid_client' });
    clock.ms += HOUR - 15_000;
    await expect(source.get()).rejects.toMatchObject({ code: 'invalid_client', status: 400 });
    await expect(source.get()).rejects.toMatchObject({ code: 'invalid_client', retryAfterMs: 750 });
    expect(server.requests).toHaveLength(2);
  });

  test('pauses no longer when the clock is put back meanwhile', async () => {
    const clock = new Clock();
    await using server = await startTokenServer();
    await using source = sourceOf(server, { now: clock.now });
    server.answer = (response) => answerJson(response, 500, {});
    await expect(source.get()).rejects.toMatchObject({ code: 'token_server_error', status: 500 });
    clock.ms -= HOUR;
    await expect(source.get()).rejects.toMatchObject({ code: 'token_server_error', status: 500 });
    expect(server.requests).toHaveLength(2);
    await expect(source.get()).rejects.toMatchObject({ retryAfterMs: 1500 });
  });

  test('pauses grow, and are never shorter than the endpoint asks', async () => {
    const clock = new Clock();
    const { events, onEvent } = recorder();
    await using server = await startTokenServer();
    await using source = sourceOf(server, { now: clock.now, onEvent });
    server.answer = (response) => answerJson(response, 500, {});
    for (let i = 0; i < 6; i++) {
      await expect(source.get()).rejects.toMatchObject({ code: 'token_server_error' });
      clock.ms += 60_000;
    }
    expect(events.map((event) => event.type === 'refresh_failed' && event.nextTryInMs)).toEqual([
      750, 1500, 3000, 6000, 11_250, 11_250,
    ]);
    server.answer = (response) => answerJson(response, 429, {}, { 'retry-after': '90' });
    await expect(source.get()).rejects.toMatchObject({
      code: 'token_rate_limited',
      retryAfterMs: 90_000,
    });
    expect(events.at(-1)).toMatchObject({ nextTryInMs: 90_000 });
  });

  test.each([[10], [1], [0.5]])('works with tokens that live %d s', async (seconds) => {
    const clock = new Clock();
    await using server = await startTokenServer(seconds);
    await using source = sourceOf(server, { now: clock.now });
    expect((await source.get()).reveal()).toBe('token-1');
    clock.ms += seconds * 700;
    expect(source.peek()?.reveal()).toBe('token-1');
    clock.ms += seconds * 210;
    expect(source.peek()).toBeUndefined();
    expect((await source.get()).reveal()).toBe('token-2');
  });

  test('does not trust a token of unknown life for long', async () => {
    const clock = new Clock();
    await using server = await startTokenServer();
    server.answer = (response, nth) =>
      answerJson(response, 200, { access_token: `token-${nth}`, token_type: 'bearer' });
    await using source = sourceOf(server, { now: clock.now });
    expect((await source.get()).expiresAt).toBe(clock.ms + 300_000);
  });
});

describe('processes that share a cache', () => {
  test('share one grant', async () => {
    await using server = await startTokenServer();
    const cache = new MemoryTokenCache();
    const sources = Array.from({ length: 5 }, () => sourceOf(server, { cache }));
    const tokens = await Promise.all(sources.map((source) => source.get()));
    expect(new Set(tokens.map((token) => token.reveal()))).toEqual(new Set(['token-1']));
    expect(server.requests).toHaveLength(1);
    await Promise.all(sources.map((source) => source.close()));
  });

  test('share one renewal', async () => {
    const clock = new Clock();
    const cache = new MemoryTokenCache(clock.now);
    await using server = await startTokenServer();
    const [a, b] = [recorder(), recorder()];
    await using first = sourceOf(server, { cache, now: clock.now, onEvent: a.onEvent });
    await using second = sourceOf(server, { cache, now: clock.now, onEvent: b.onEvent });
    await first.get();
    await second.get();
    expect([...a.types(), ...b.types()]).toEqual(['granted', 'adopted']);
    clock.ms += 0.8 * HOUR;
    const settled = Promise.all([a.next('granted'), b.next('adopted')]);
    first.peek();
    second.peek();
    await settled;
    expect([first.peek()?.reveal(), second.peek()?.reveal()]).toEqual(['token-2', 'token-2']);
    expect(server.requests).toHaveLength(2);
  });

  test('look again once they hold the lock: its last holder may just have written', async () => {
    await using server = await startTokenServer();
    const cache = new MemoryTokenCache();
    await using first = sourceOf(server, { cache });
    const acquireLock = cache.acquireLock.bind(cache);
    const late: TokenCache = Object.assign(cache, {
      acquireLock: async (owner: string, ttlMs: number) => {
        cache.acquireLock = acquireLock;
        await first.get();
        return acquireLock(owner, ttlMs);
      },
    });
    await using second = sourceOf(server, { cache: late });
    expect((await second.get()).reveal()).toBe('token-1');
    expect(server.requests).toHaveLength(1);
  });

  test('outlive a lock holder that died', async () => {
    await using server = await startTokenServer();
    const cache = new MemoryTokenCache();
    await cache.acquireLock('a process that was killed', 200);
    await using source = sourceOf(server, { cache });
    expect((await source.get()).reveal()).toBe('token-1');
    expect(await cache.acquireLock('anyone', 1000)).toBe(true);
  });

  test('give up on a lock that is never freed, within bounds', async () => {
    await using server = await startTokenServer();
    const held: TokenCache = Object.assign(new MemoryTokenCache(), {
      acquireLock: () => Promise.resolve(false),
    });
    await using source = sourceOf(server, {
      cache: held,
      connectTimeoutMs: 1,
      responseTimeoutMs: 1,
    });
    await expect(source.get()).rejects.toMatchObject({ code: 'token_endpoint_timeout' });
    expect(server.requests).toEqual([]);
  });

  test.each(['another secret', 'another client', 'another scope', 'another name'])(
    'keep apart from %s',
    async (what) => {
      await using server = await startTokenServer();
      const cache = Object.assign(new MemoryTokenCache(), { name: 'libby:token' });
      await using ours = sourceOf(server, { cache });
      await ours.get();
      const sealed = (await cache.read()) ?? '';
      const copy = Object.assign(new MemoryTokenCache(), {
        name: what === 'another name' ? 'copy' : 'libby:token',
      });
      await copy.write(sealed, HOUR);
      await using theirs = sourceOf(server, {
        cache: copy,
        clientId: what === 'another client' ? 'id2' : 'id',
        clientSecret: what === 'another secret' ? 'secret2' : 'secret',
        scope: what === 'another scope' ? 'scope2' : 'call.out',
      });
      expect((await theirs.get()).reveal()).toBe('token-2');
    },
  );

  test('read an entry whose writer’s clock is ahead for no longer than a token lives', async () => {
    const [writer, reader] = [new Clock(), new Clock()];
    writer.ms += 5 * HOUR;
    const cache = new MemoryTokenCache();
    await using server = await startTokenServer();
    await using first = sourceOf(server, { cache, now: writer.now });
    await using second = sourceOf(server, { cache, now: reader.now });
    await first.get();
    expect((await second.get()).expiresAt).toBe(reader.ms + HOUR);
    expect(server.requests).toHaveLength(1);
  });

  test.each(['read', 'write', 'acquireLock', 'releaseLock'] as const)(
    'do without a cache whose %s fails',
    async (operation) => {
      await using server = await startTokenServer();
      const { events, onEvent } = recorder();
      const broken = Object.assign(new MemoryTokenCache(), {
        [operation]: () => Promise.reject(new Error('gone')),
      });
      await using source = sourceOf(server, { cache: broken, onEvent });
      expect((await source.get()).reveal()).toBe('token-1');
      expect(events).toContainEqual({ type: 'cache_failed', operation, error: new Error('gone') });
    },
  );

  test('do without a cache that hangs', async () => {
    await using server = await startTokenServer();
    const hanging = Object.assign(new MemoryTokenCache(), {
      read: () => new Promise<never>(() => undefined),
    });
    await using source = sourceOf(server, { cache: hanging });
    expect((await source.get()).reveal()).toBe('token-1');
  });

  test.each(['', 'rubbish', '1.1.1.AAAA', '1.9999999999999.3600000.'])(
    'take %j in the cache for nothing',
    async (rubbish) => {
      await using server = await startTokenServer();
      const cache = new MemoryTokenCache();
      await cache.write(rubbish, HOUR);
      await using source = sourceOf(server, { cache });
      expect((await source.get()).reveal()).toBe('token-1');
    },
  );
});

describe('a refused token', () => {
  test('is thrown away, here and in the cache', async () => {
    await using server = await startTokenServer();
    const cache = new MemoryTokenCache();
    await using source = sourceOf(server, { cache });
    const token = await source.get();
    await source.invalidate(token);
    expect(source.peek()).toBeUndefined();
    expect(await cache.read()).toBeUndefined();
    expect((await source.get()).reveal()).toBe('token-2');
  });

  test('is replaced once, however many calls it was refused to', async () => {
    await using server = await startTokenServer();
    await using source = sourceOf(server);
    const token = await source.get();
    const replacements = await Promise.all(
      Array.from({ length: 50 }, async () => {
        await source.invalidate(token);
        return (await source.get()).reveal();
      }),
    );
    expect(new Set(replacements)).toEqual(new Set(['token-2']));
    expect(server.requests).toHaveLength(2);
  });

  test('that has just taken the place of another is kept for a while: what is refused then is not the token', async () => {
    await using server = await startTokenServer();
    const clock = new Clock();
    await using source = sourceOf(server, { now: clock.now });
    await source.invalidate(await source.get());
    const second = await source.get();
    clock.ms += 4999;
    await source.invalidate(second);
    expect((await source.get()).reveal()).toBe('token-2');
    clock.ms += 1;
    await source.invalidate(second);
    expect((await source.get()).reveal()).toBe('token-3');
    clock.ms -= HOUR;
    await source.invalidate(await source.get());
    expect((await source.get()).reveal()).toBe('token-4');
  });

  test('that is no longer the one in use costs nobody theirs', async () => {
    await using server = await startTokenServer();
    const cache = new MemoryTokenCache();
    await using first = sourceOf(server, { cache });
    await using second = sourceOf(server, { cache });
    const token = await first.get();
    await second.get();
    await first.invalidate(token);
    await first.get();
    await second.invalidate(token);
    expect((await second.get()).reveal()).toBe('token-2');
    await second.invalidate(new AccessToken('of-long-ago', 0));
    expect(second.peek()?.reveal()).toBe('token-2');
    expect(server.requests).toHaveLength(2);
  });

  test('does not come back from the cache while it is being dropped there', async () => {
    await using server = await startTokenServer();
    const dropped = Promise.withResolvers<void>();
    const slow = new MemoryTokenCache();
    const drop = slow.drop.bind(slow);
    slow.drop = (sealed) => dropped.promise.then(() => drop(sealed));
    await using source = sourceOf(server, { cache: slow });
    const token = await source.get();
    const invalidated = source.invalidate(token);
    expect((await source.get()).reveal()).toBe('token-2');
    dropped.resolve();
    await invalidated;
    await using other = sourceOf(server, { cache: slow });
    expect((await other.get()).reveal()).toBe('token-2');
  });
});

describe('the endpoint', () => {
  test.each<[string, number, unknown, string]>([
    ['does not know the client', 400, { error: 'invalid_client' }, 'invalid_client'],
    ['does not know the client, and says so in the status', 401, 'no', 'invalid_client'],
    ['does not grant the scope', 400, { error: 'invalid_scope' }, 'invalid_scope'],
    ['does not let the client', 400, { error: 'unauthorized_client' }, 'unauthorized_client'],
    ['says something unheard of', 400, { error: 'what?' }, 'token_bad_response'],
    ['has had enough', 429, {}, 'token_rate_limited'],
    ['has a fault', 502, '<html>', 'token_server_error'],
    ['is not there', 404, '<html>', 'token_bad_response'],
    ['is elsewhere', 302, '', 'token_bad_response'],
    ['answers a page', 200, '<html>', 'token_bad_response'],
    ['answers no token', 200, { token_type: 'Bearer', expires_in: 60 }, 'token_bad_response'],
    [
      'answers a token of another kind',
      200,
      { access_token: 'x', token_type: 'mac', expires_in: 60 },
      'token_bad_response',
    ],
    [
      'answers a token no header can hold',
      200,
      { access_token: 'a\r\nb: c', token_type: 'Bearer', expires_in: 60 },
      'token_bad_response',
    ],
    [
      'answers a token that has ended',
      200,
      { access_token: 'x', token_type: 'Bearer', expires_in: 0 },
      'token_bad_response',
    ],
    [
      'answers a life that is none',
      200,
      { access_token: 'x', token_type: 'Bearer', expires_in: 'long' },
      'token_bad_response',
    ],
  ])('%s', async (_, status, body, code) => {
    await using server = await startTokenServer();
    server.answer = (response) => answerJson(response, status, body);
    await using source = sourceOf(server);
    await expect(source.get()).rejects.toMatchObject({ name: 'TokenError', code, status });
    expect(server.requests).toHaveLength(1);
  });

  test('does not answer', async () => {
    await using server = await startTokenServer();
    server.answer = () => undefined;
    await using source = sourceOf(server, { responseTimeoutMs: 50 });
    await expect(source.get()).rejects.toMatchObject({ code: 'token_endpoint_timeout' });
  });

  test('breaks off', async () => {
    await using server = await startTokenServer();
    server.answer = (response) => response.destroy();
    await using source = sourceOf(server);
    await expect(source.get()).rejects.toMatchObject({ code: 'token_endpoint_unreachable' });
  });

  test('cannot be reached', async () => {
    const listener = createServer();
    await new Promise<void>((resolve) => {
      listener.listen(0, '127.0.0.1', resolve);
    });
    const address = listener.address();
    await new Promise((resolve) => {
      listener.close(resolve);
    });
    const port = typeof address === 'object' ? address?.port : undefined;
    await using source = sourceOf(`http://127.0.0.1:${port}/`);
    await expect(source.get()).rejects.toMatchObject({ code: 'token_endpoint_unreachable' });
  });
});

describe('options', () => {
  test('http:// to another machine is refused', () => {
    expect(() => sourceOf('http://auth.invalid/token')).toThrow(
      /^tokenUrl: http:\/\/ would send secrets in the clear/,
    );
  });

  test('a cookie that would be two is refused, without being shown', () => {
    expect(() => sourceOf('https://auth.invalid/', { xsrfToken: 'a; b=c' })).toThrow(
      'xsrfToken: must be fit for a cookie.',
    );
  });
});
