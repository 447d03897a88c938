import { userInfo } from 'node:os';
import { ApiClient } from '@libby-dialer/api-client';
import type { Role } from '@libby-dialer/dialing';
import { type ApiRoute, api, BASE_PATH, mayUse, type Route } from '@libby-dialer/http-api';
import { type AccessRequest, addAccess, removeAccess } from '@libby-dialer/operations';
import { eachTest, phone, type TestBench } from '@libby-dialer/operations/testing';
import { describe, expect, it } from 'vitest';
import { TestConsole } from './testing/test-console.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

async function letIn(request: Partial<AccessRequest> = {}): Promise<string> {
  const { token } = await addAccess(bench.context, { name: 'ada', role: 'operator', ...request });
  return token ?? '';
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const whoami = (console: TestConsole, headers: Record<string, string> = {}) =>
  console.fetch('/api/v1/whoami', { headers });
const logIn = (console: TestConsole, token: string, headers = {}) =>
  console.fetch('/api/v1/session', {
    method: 'POST',
    body: JSON.stringify({ token }),
    headers: { 'content-type': 'application/json', ...headers },
  });
const post = (body: object) => ({ method: 'POST', body: JSON.stringify(body) });
const codeOf = async (response: Response) =>
  [response.status, ((await response.json()) as { code: string }).code] as const;

describe('every request', () => {
  const ROUTES = Object.entries<Route>(api).map(([name, { role }]) => {
    const [method = '', path = ''] = name.split(' ');
    return { name: name as ApiRoute, role, method, path: path.replaceAll(/\{\w+\}/g, 'spring') };
  });

  it('is answered to those of its role, and to no others', async () => {
    const tokens: Record<Role, string> = {
      viewer: await letIn({ name: 'a-viewer', role: 'viewer' }),
      operator: await letIn({ name: 'an-operator', role: 'operator' }),
      admin: await letIn({ name: 'an-admin', role: 'admin' }),
      push: await letIn({ name: 'a-shop', role: 'push', campaigns: ['spring'] }),
    };
    await using console = await TestConsole.start(bench.environment);
    // What is misspelled is refused before anything is done, and after it is known who asks.
    const ask = async ({ method, path }: (typeof ROUTES)[number], headers = {}) =>
      (await console.fetch(`${BASE_PATH}${path}?misspelled=1`, { method, headers })).status;
    for (const route of ROUTES) {
      const refused = route.role === 'nobody' ? 400 : 401;
      const asked: [who: string, status: Promise<number>, expected: number][] = [
        ['nobody', ask(route), refused],
        ['a wrong token', ask(route, bearer('libby_x')), refused],
        ...(Object.entries(tokens) as [Role, string][]).map(
          ([role, token]): [string, Promise<number>, number] => [
            role,
            ask(route, bearer(token)),
            mayUse(role, route.role) ? 400 : 403,
          ],
        ),
      ];
      for (const [who, status, expected] of asked)
        expect([route.name, who, await status]).toEqual([route.name, who, expected]);
    }
  });
});

describe('a token', () => {
  it('to push is for its campaigns alone', async () => {
    await bench.put('spring');
    await using console = await TestConsole.start(bench.environment);
    const token = await letIn({ name: 'shop', role: 'push', campaigns: ['spring'] });
    const client = new ApiClient({ origin: console.url, token });
    const push = (id: string) =>
      client.request('POST /campaigns/{id}/calls', {
        params: { id },
        body: { toPhoneNumber: '+15055550123', name: 'Ada' },
      });
    expect((await push('spring')).calls).toMatchObject([{ status: 'queued' }]);
    await expect(push('autumn')).rejects.toMatchObject({ status: 403, code: 'forbidden' });
    expect(await codeOf(await logIn(console, token))).toEqual([403, 'forbidden']);
  });

  it('counts no longer once it is removed, and is in no address', async () => {
    const token = await letIn();
    await using console = await TestConsole.start(bench.environment);
    expect(await (await whoami(console, bearer(token))).json()).toEqual({
      name: 'ada',
      role: 'operator',
      by: 'token',
    });
    const inAddress = await console.fetch(`/api/v1/whoami?token=${token}`);
    expect(inAddress.status).toBe(401);
    expect(inAddress.headers.get('www-authenticate')).toBe('Bearer');
    await removeAccess(bench.context, 'ada');
    expect(await codeOf(await whoami(console, bearer(token)))).toEqual([401, 'unknown_caller']);
  });

  it('is made and taken away over HTTP as well, and kept for audit under the name', async () => {
    const token = await letIn({ name: 'root', role: 'admin' });
    await using console = await TestConsole.start(bench.environment);
    const client = new ApiClient({ origin: console.url, token });
    const body = { name: 'bo', role: 'viewer' } as const;
    const added = await client.request('POST /access', { body });
    expect(await (await whoami(console, bearer(added.token ?? ''))).json()).toMatchObject(body);
    expect((await client.request('GET /access')).access).toMatchObject([
      { name: 'bo' },
      { name: 'root' },
    ]);
    expect(JSON.stringify(await client.request('GET /access'))).not.toContain('digest');
    await client.request('DELETE /access/{name}', { params: { name: 'bo' } });
    expect((await bench.decisions()).slice(-2)).toMatchObject([
      { action: 'access.add', by: 'root', via: 'api', from: '127.0.0.1' },
      { action: 'access.remove', by: 'root', details: { access: 'bo' } },
    ]);
  });
});

describe('a viewer', () => {
  it('sees of calls neither number nor name, however they ask', async () => {
    const campaign = await bench.put('spring');
    await bench.load(await bench.list('people.csv', 4, 20), campaign);
    const [settled = '', doubt = '', inFlight = ''] = await bench.queued('spring');
    for (const callId of [settled, doubt, inFlight]) await bench.claim('spring', callId);
    const person = { toPhoneNumber: phone(20), name: 'Person 20' };
    await bench.settle('spring', settled, 'accepted', person);
    await bench.settle('spring', doubt, 'unknown', { ...person, reason: 'no_response' });

    const viewer = await letIn({ name: 'a-viewer', role: 'viewer' });
    const operator = await letIn({ name: 'an-operator' });
    await using console = await TestConsole.start(bench.environment);
    const asked: (readonly [path: string, init?: RequestInit])[] = [
      ['campaigns/spring/calls'],
      ['campaigns/spring/calls?state=queued'],
      ['campaigns/spring/calls?state=in_flight'],
      ['campaigns/spring/results'],
      ['campaigns/spring/results.csv'],
      ['campaigns/spring/results.ndjson'],
      ['in-doubt'],
      ['do-not-call/check', post({ numbers: [phone(20)] })],
      ['calls/find', post({ callId: settled })],
      [`calls/${settled}?campaign=spring`],
    ];
    for (const [path, init] of asked) {
      const textFor = async (token: string) => {
        const headers = { 'content-type': 'application/json', ...bearer(token) };
        const response = await console.fetch(`${BASE_PATH}/${path}`, { ...init, headers });
        expect(response.status).toBe(200);
        return await response.text();
      };
      const tells = /Person \d|55501[2-9]\d/;
      expect({ [path]: await textFor(operator) }).toEqual({ [path]: expect.stringMatching(tells) });
      expect({ [path]: await textFor(viewer) }).toEqual({
        [path]: expect.not.stringMatching(tells),
      });
    }
  });
});

describe('a browser', () => {
  it('logs in by a token, acts from the page under that name, and logs out', async () => {
    const token = await letIn();
    await using console = await TestConsole.start(bench.environment);
    const entered = await logIn(console, token, { origin: console.url });
    expect(entered.status).toBe(201);
    expect(entered.headers.get('cache-control')).toBe('no-store');
    const [cookie = '', ...attributes] = entered.headers.getSetCookie()[0]?.split('; ') ?? [];
    expect(attributes.toSorted()).toEqual([
      'HttpOnly',
      'Max-Age=43200',
      'Path=/',
      'SameSite=Strict',
    ]);
    expect(cookie).not.toContain(token);
    expect(await (await whoami(console, { cookie })).json()).toMatchObject({ by: 'session' });

    const headers = { cookie, 'sec-fetch-site': 'same-origin' };
    await bench.put('spring');
    await console.fetch('/api/v1/campaigns/spring/pause', { method: 'POST', headers });
    expect((await bench.decisions('campaign.pause'))[0]).toMatchObject({ by: 'ada', via: 'page' });

    const left = await console.fetch('/api/v1/session', { method: 'DELETE', headers });
    expect(left.status).toBe(204);
    expect(left.headers.getSetCookie().every((each) => each.includes('Max-Age=0'))).toBe(true);
    expect((await whoami(console, { cookie })).status).toBe(401);
  });

  it('gets a cookie for HTTPS alone where its page came by that', async () => {
    const token = await letIn();
    await using console = await TestConsole.start(bench.environment);
    const headers = { origin: console.url.replace('http:', 'https:') };
    const [cookie = ''] = (await logIn(console, token, headers)).headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-libby-session=.*; Secure/);
    const [session = ''] = cookie.split(';', 1);
    expect((await whoami(console, { cookie: session })).status).toBe(200);
  });

  it('that tries too many tokens is told to wait, by all processes', async () => {
    const token = await letIn();
    await using one = await TestConsole.start(bench.environment);
    await using other = await TestConsole.start(bench.environment);
    for (let count = 0; count < 10; count += 1)
      expect(await codeOf(await logIn(one, 'libby_guess'))).toEqual([401, 'wrong_token']);
    const refused = await logIn(other, token);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await codeOf(refused)).toEqual([429, 'too_many_log_ins']);
    // Who has a token already is not kept out by that.
    expect((await whoami(one, bearer(token))).status).toBe(200);
  });
});

describe('without anybody let in by name', () => {
  it('loopback is the local user, until somebody is', async () => {
    await using console = await TestConsole.start(bench.environment);
    expect(await (await whoami(console)).json()).toEqual({
      name: userInfo().username,
      role: 'admin',
      by: 'machine',
    });
    await letIn();
    expect((await whoami(console)).status).toBe(401);
    // It does not open again by itself, whoever removes it.
    await removeAccess(bench.context, 'ada');
    expect((await whoami(console)).status).toBe(401);
  });

  it('whoever comes through a proxy is nobody of this machine', async () => {
    await using console = await TestConsole.start(bench.environment);
    const forwarded = await whoami(console, { 'x-forwarded-for': '203.0.113.7' });
    expect(await codeOf(forwarded)).toEqual([403, 'access_undefined']);
  });

  it.each([
    { CONSOLE_HTTP_HOST: '0.0.0.0' },
    { CONSOLE_HTTP_HOST: '::' },
    { CONSOLE_PROXY_ADDRESSES: '127.0.0.1' },
  ])('nothing starts with %j', async (settings) => {
    const environment = { ...bench.environment, ...settings };
    await expect(TestConsole.start(environment)).rejects.toMatchObject({
      code: 'access_undefined',
    });
    const token = await letIn();
    await using console = await TestConsole.start(environment);
    const url = console.url.replace('0.0.0.0', '127.0.0.1').replace('[::]', '127.0.0.1');
    const ask = (headers = {}) => fetch(`${url}/api/v1/whoami`, { headers });
    expect((await ask()).status).toBe(401);
    expect((await ask(bearer(token))).status).toBe(200);
  });
});

describe('a proxy', () => {
  const settings = {
    CONSOLE_PROXY_ADDRESSES: '127.0.0.1',
    CONSOLE_PROXY_USER_HEADER: 'X-Forwarded-User',
  };
  const asBo = { 'x-forwarded-user': 'bo', 'x-forwarded-for': '203.0.113.7, 198.51.100.9' };

  it('that is trusted names who asks and from where; it can name nobody who has a token', async () => {
    await letIn({ name: 'bo', sso: true });
    await letIn({ name: 'root', role: 'admin' });
    await bench.put('spring');
    await using console = await TestConsole.start({ ...bench.environment, ...settings });
    expect(await (await whoami(console, asBo)).json()).toMatchObject({ name: 'bo', by: 'proxy' });
    expect((await whoami(console, { 'x-forwarded-user': 'root' })).status).toBe(401);
    expect((await whoami(console)).status).toBe(401);
    await console.fetch('/api/v1/campaigns/spring/pause', { method: 'POST', headers: asBo });
    expect((await bench.decisions('campaign.pause'))[0]).toMatchObject({
      by: 'bo',
      from: '198.51.100.9',
    });
  });

  it('that is not named is not believed', async () => {
    await letIn({ name: 'bo', sso: true });
    const environment = {
      ...bench.environment,
      ...settings,
      CONSOLE_PROXY_ADDRESSES: '192.0.2.0/24',
    };
    await using console = await TestConsole.start(environment);
    expect((await whoami(console, asBo)).status).toBe(401);
  });
});
