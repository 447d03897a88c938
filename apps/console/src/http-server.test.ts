import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '@libby-dialer/http-api';
import { eachTest, phone, type TestBench } from '@libby-dialer/operations/testing';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { servePage } from './http/page-files.ts';
import { TestConsole } from './testing/test-console.ts';

let bench: TestBench;
let api: TestConsole;
eachTest((each) => {
  bench = each;
});
beforeEach(async () => {
  api = await TestConsole.start(bench.environment);
});
afterEach(() => api[Symbol.asyncDispose]());

const post = (body: string, type = 'application/json') => ({
  method: 'POST',
  body,
  headers: { 'content-type': type },
});
const codeOf = async (response: Response) =>
  [response.status, ((await response.json()) as { code: string }).code] as const;

describe('a request', () => {
  it('that cannot be read is refused with what is wrong', async () => {
    const check = (init: RequestInit) => api.fetch('/api/v1/do-not-call/check', init);
    const unread = await check(post('{"numbers":[],"colour":1}'));
    expect(unread.headers.get('content-type')).toBe('application/problem+json');
    expect(await unread.json()).toMatchObject({
      status: 400,
      code: 'invalid_request',
      problems: [expect.stringContaining('numbers'), expect.stringContaining('colour')],
    });
    expect(await codeOf(await check(post('{')))).toEqual([400, 'not_json']);
    expect(await codeOf(await check(post('numbers=1', 'text/plain')))).toEqual([415, 'not_json']);
    expect(await codeOf(await api.fetch('/api/v1/campaigns?stat=paused'))).toEqual([
      400,
      'invalid_request',
    ]);
    expect(await codeOf(await api.fetch('/api/v1/campaigns?limit=1&limit=2'))).toEqual([
      400,
      'invalid_request',
    ]);
    const notUtf8 = { ...post(''), body: new Uint8Array([0x22, 0xff, 0x22]) };
    expect(await codeOf(await check(notUtf8))).toEqual([400, 'not_json']);
    expect(await (await check(post('{}'))).json()).toMatchObject({
      problems: ['numbers: is missing'],
    });
    expect(await codeOf(await api.fetch('/api/v1/campaign'))).toEqual([404, 'no_such_address']);
  });

  it('by a method that an address does not have is told which there are', async () => {
    const refused = await api.fetch('/api/v1/campaigns/spring', { method: 'DELETE' });
    expect(refused.headers.get('allow')).toBe('GET, PUT');
    expect(await codeOf(refused)).toEqual([405, 'no_such_method']);
  });

  it.each([
    ['GET /api/v1/campaigns HTTP/1.1\r\n\r\n', 400, 'unreadable_request'],
    ['NONSENSE\r\n\r\n', 400, 'unreadable_request'],
    [`GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(9000)}\r\n\r\n`, 431, 'headers_too_large'],
  ])('that is none of HTTP is refused as all others: %.20j', async (text, status, code) => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.end(text);
    const answer = (await Array.fromAsync(socket)).join('');
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toContain('application/problem+json');
    expect(body).toContain(`"code":"${code}"`);
  });

  it('of another site changes nothing', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' };
    const asked = { method: 'POST', body: '{"scope":"all"}', headers };
    expect(await codeOf(await api.fetch('/api/v1/holds/release', asked))).toEqual([
      403,
      'cross_site',
    ]);
  });

  it('by a name that somebody has made lead here is not answered', async () => {
    const asked = httpRequest(`${api.url}/api/v1/whoami`, { headers: { host: 'evil.example' } });
    asked.end();
    const [{ statusCode }] = (await once(asked, 'response')) as [{ statusCode: number }];
    expect(statusCode).toBe(421);
  });

  it('to log in is short, for anybody may send it', async () => {
    const long = await api.fetch('/api/v1/session', post(`{"token":"${'x'.repeat(20_000)}"}`));
    expect(await codeOf(long)).toEqual([413, 'too_large']);
  });

  it('for the head of a stream ends at once, and leaves nothing that looks on', async () => {
    await headOfEvents();
    const before = runningTimers();
    for (let count = 0; count < 30; count += 1) await headOfEvents();
    await expect.poll(runningTimers).toBeLessThan(before + 20);
  });

  it('is answered so that nothing is kept, and nothing foreign runs', async () => {
    const { headers } = await api.fetch('/api/v1/holds');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is refused while Redis is away, with when to ask again', async () => {
    await bench.put('spring');
    await bench.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const record = `{"toPhoneNumber":"${phone(1)}","name":"Ada"}`;
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => api.fetch('/api/v1/campaigns/spring/calls', post(record))),
    );
    // One of them may have been taken before; none is lost without a word.
    const said = answers.map(({ status, headers }) => `${status} ${headers.get('retry-after')}`);
    expect(['200 null', '503 1']).toEqual(expect.arrayContaining(said));
  });
});

describe('an uploaded list', () => {
  it('is the file itself, and no form', async () => {
    const body = new FormData();
    body.set('file', new Blob(['Name,Phone\n']), 'people.csv');
    const refused = await api.fetch('/api/v1/lists?name=people.csv', { method: 'POST', body });
    expect(await codeOf(refused)).toEqual([415, 'not_a_file']);
  });

  it('that is too large is not kept', async () => {
    await using small = await TestConsole.start({ ...bench.environment, CONSOLE_LIST_MAX_MB: '1' });
    const body = new Blob(['x'.repeat(1024 * 1024 + 1)]);
    const upload = small.ask('POST /lists', { query: { name: 'people.csv' }, body });
    await expect(upload).rejects.toMatchObject({ status: 413, code: 'too_large' });
    expect((await small.ask('GET /lists')).lists).toEqual([]);
  });
});

describe('the limit of requests', () => {
  it('holds for each caller, and says when to ask again', async () => {
    const slow = { ...bench.environment, CONSOLE_REQUESTS_PER_SECOND: '1' };
    await using limited = await TestConsole.start(slow);
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => limited.fetch('/api/v1/whoami')),
    );
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('retry-after')).toBe('1');
  });
});

async function headOfEvents(): Promise<void> {
  const answer = await api.fetch('/api/v1/events', { method: 'HEAD' });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
}

function runningTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

async function* snapshotsOf(response: Response): AsyncGenerator<Snapshot> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data !== undefined) yield JSON.parse(data) as Snapshot;
    }
  }
}

describe('events', () => {
  it('show at once what there is, and then each change, to all who listen', async () => {
    await bench.put('spring');
    await api.ask('POST /campaigns/{id}/calls', {
      params: { id: 'spring' },
      body: { toPhoneNumber: phone(1), name: 'Ada' },
    });
    const listen = async () => {
      const response = await api.client.request('GET /events');
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      return snapshotsOf(response);
    };
    const [one, other] = [await listen(), await listen()];
    const first = (await one.next()).value as Snapshot;
    expect(first).toMatchObject({ campaigns: [{ id: 'spring', pending: 1 }], campaignsInAll: 1 });
    await bench.queue.control.apply('pause', 'spring');
    const seen = new Set<string>();
    for await (const { at, campaigns } of one) {
      seen.add(at);
      if (campaigns[0]?.state === 'paused') break;
    }
    // Both are told of the same looks.
    let last: Snapshot | undefined;
    for await (last of other) if (last.campaigns[0]?.state === 'paused') break;
    expect(seen).toContain(last?.at);
  });

  it('are compressed for those who take that, and the same for those who do not', async () => {
    const leaving = new AbortController();
    const [compressed, plain] = await Promise.all(
      ['br, gzip', 'identity'].map((accepted) =>
        api.fetch('/api/v1/events', {
          headers: { 'accept-encoding': accepted },
          signal: leaving.signal,
        }),
      ),
    );
    expect(compressed?.headers.get('content-encoding')).toBe('gzip');
    expect(plain?.headers.get('content-encoding')).toBeNull();
    for (const response of [compressed, plain]) {
      const { value } = await snapshotsOf(response as Response).next();
      expect(value).toMatchObject({ holds: [] });
    }
    leaving.abort();
  });

  it('end when the console stops', async () => {
    const stopped = await TestConsole.start(bench.environment);
    const events = snapshotsOf(await stopped.client.request('GET /events'));
    await events.next();
    await stopped[Symbol.asyncDispose]();
    let more = 0;
    for await (const _ of events) more += 1;
    expect(more).toBeLessThan(10);
  });
});

describe('the reference', () => {
  it('is a document and a page without scripts', async () => {
    const document = (await (await api.fetch('/api/v1/openapi.json')).json()) as {
      openapi: string;
    };
    expect(document.openapi).toBe('3.1.0');
    const page = await (await api.fetch('/api/v1/reference')).text();
    expect(page).toContain('/campaigns/{id}/calls');
    expect(page).not.toMatch(/<script|style=|https?:/);
    expect((await api.fetch('/api/v1/reference.css')).status).toBe(200);
  });
});

describe('the page', () => {
  it('is served with assets that never change, and at each of its addresses', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'console-page-'));
    try {
      await writeFile(join(folder, 'index.html'), '<!doctype html>page');
      const app = new Hono();
      servePage(app, folder);
      const page = await app.request('/campaigns/spring');
      expect([await page.text(), page.headers.get('cache-control')]).toEqual([
        '<!doctype html>page',
        'no-cache',
      ]);
      expect((await app.request('/api/v1/nothing')).status).toBe(404);
      expect((await app.request('/assets/gone.js')).status).toBe(404);

      await mkdir(join(folder, 'assets'));
      await writeFile(join(folder, 'assets/here.js'), 'as it is');
      await writeFile(join(folder, 'assets/here.js.gz'), 'compressed');
      const headers = { 'accept-encoding': 'gzip, br' };
      const script = await app.request('/assets/here.js', { headers });
      expect([await script.text(), script.headers.get('content-encoding')]).toEqual([
        'compressed',
        'gzip',
      ]);
      expect(script.headers.get('content-type')).toContain('text/javascript');
      expect(script.headers.get('cache-control')).toContain('immutable');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
