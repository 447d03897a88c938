import { startSimulator } from '@libby-dialer/libby-simulator';
import { programFile, runProcess } from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import {
  EXPIRED_CERTIFICATE,
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
} from '../../../../../packages/libby-client/src/testing/localhost-certificate.ts';
import {
  httpAnswer,
  startRawServer,
} from '../../../../../packages/libby-client/src/testing/raw-server.ts';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

const MAIN = programFile('enqueuer');

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

/** What doctor says of everything but Redis. */
async function findings(env: Readonly<Record<string, string>>): Promise<string[]> {
  const { stdout } = await bench.run(['doctor'], { env });
  return stdout
    .split('\n')
    .filter((line) => /API|LIBBY|credentials|token|clock of this/.test(line));
}

type Simulator = Awaited<ReturnType<typeof startSimulator>>;

function credentialsOf({
  apiUrl,
  tokenUrl,
  clientId,
  clientSecret,
}: Simulator): Record<string, string> {
  return {
    LIBBY_API_URL: apiUrl,
    LIBBY_TOKEN_URL: tokenUrl,
    LIBBY_CLIENT_ID: clientId,
    LIBBY_CLIENT_SECRET: clientSecret,
  };
}

const isOneSentence = (line: string) =>
  /^[✓✗!] [A-Z\d][^]*[^.]\.$/i.test(line) && line.length < 260;

describe('doctor asks the API without placing a call', () => {
  test.each(['', '/outbound'])('and finds it at its address%s', async (path) => {
    await using simulator = await startSimulator();
    const env = { ...credentialsOf(simulator), LIBBY_API_URL: `${simulator.apiUrl}${path}` };
    expect(await findings(env)).toEqual([
      `✓ The credentials are good: ${new URL(simulator.tokenUrl).host} gave a token.`,
      `✓ The API answers at ${simulator.apiUrl}/outbound, and takes nothing without a token.`,
    ]);
    expect(simulator.calls().calls).toEqual([]);
  });

  test('also where its address leads nowhere', async () => {
    await using simulator = await startSimulator();
    const url = `${simulator.apiUrl}/v2`;
    const [, api = ''] = await findings({ ...credentialsOf(simulator), LIBBY_API_URL: url });
    expect(api).toBe(
      `✗ There is no API at ${url}/outbound (404, "Not Found"); correct LIBBY_API_URL: calls go to its /outbound.`,
    );
  });

  test.each([
    [
      '503 Service Unavailable',
      '',
      [],
      '✗ The API at URL is in trouble (503); try again later, or tell the provider.',
    ],
    [
      '403 Forbidden',
      '<html>',
      [],
      '✗ What answers at URL is not the API (403); correct LIBBY_API_URL',
    ],
    [
      '200 OK',
      '{"message":"hi"}',
      [],
      '✗ What answers at URL is not the API (200, "hi"); correct LIBBY_API_URL',
    ],
    [
      '301 Moved Permanently',
      '',
      ['Location: https://phone.example/outbound?key=1'],
      '✗ URL sends on to https://phone.example/outbound (301), where no call may follow; set LIBBY_API_URL',
    ],
    [
      '429 Too Many Requests',
      '',
      [],
      '! The API at URL asks for fewer requests (429); ask again later.',
    ],
  ])('and says what an answer of %s means', async (status, body, headers, expected) => {
    await using simulator = await startSimulator();
    await using api = await startRawServer((socket) =>
      socket.write(httpAnswer(status, body, headers)),
    );
    const [, said = ''] = await findings({ ...credentialsOf(simulator), LIBBY_API_URL: api.url });
    expect(said.replaceAll(`${api.url}/outbound`, 'URL')).toContain(expected);
    expect(said).toSatisfy(isOneSentence);
    const [request = ''] = api.requests;
    expect(request).not.toMatch(/authorization|phone ?number/i);
    expect(api.requests).toHaveLength(1);
  });

  test('and says that the clock of this machine is off', async () => {
    await using simulator = await startSimulator();
    const date = new Date(Date.now() - 3 * 3_600_000).toUTCString();
    await using api = await startRawServer((socket) =>
      socket.write(httpAnswer('403 Forbidden', '{"message":"Forbidden"}', [`Date: ${date}`])),
    );
    const said = await findings({ ...credentialsOf(simulator), LIBBY_API_URL: api.url });
    expect(said.at(-1)).toBe(
      "! The clock of this machine is 3 h ahead of the API's; have it follow a time server (NTP).",
    );
  });
});

describe('doctor says why nothing can be reached', () => {
  test('a port where nobody listens, one without TLS, and one with', async () => {
    await using simulator = await startSimulator();
    const tls = { cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY };
    await using secure = await startRawServer(() => {}, { tls });
    const closed = 'http://127.0.0.1:1';
    const plain = simulator.apiUrl.replace('http:', 'https:');
    const crossed = secure.url.replace('https:', 'http:');
    for (const [url, expected] of [
      [
        closed,
        /Nobody listens at 127\.0\.0\.1:1 \(ECONNREFUSED\); correct the host or the port in/,
      ],
      [plain, /What listens at 127\.0\.0\.1:\d+ does not speak TLS as we do \(ERR_SSL_\w+\)/],
      [crossed, /localhost:\d+ (does not speak HTTP|breaks off) \(\w+\)/],
      [
        secure.url,
        /Nobody trusted here vouches for the certificate of localhost:\d+ \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
      ],
    ] as const) {
      const env = credentialsOf(simulator);
      const [, api = ''] = await findings({ ...env, LIBBY_API_URL: url });
      expect(api).toMatch(expected);
      expect(api).toMatch(/^✗ The API cannot be asked\. .*LIBBY_API_URL/);
      const [token = ''] = await findings({ ...env, LIBBY_TOKEN_URL: `${url}/oauth2/token` });
      expect(token).toMatch(expected);
      expect(token).toMatch(/^✗ No token can be had\. .*LIBBY_TOKEN_URL/);
    }
    expect(secure.requests).toEqual([]);
  });

  test.each([
    ['is for another name', LOCALHOST_CERTIFICATE, '127.0.0.1', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['has run out', EXPIRED_CERTIFICATE, 'localhost', 'CERT_HAS_EXPIRED'],
  ])('a certificate that %s', async (what, cert, host, code) => {
    await using simulator = await startSimulator();
    await using api = await startRawServer(() => {}, { tls: { cert, key: LOCALHOST_KEY } });
    const env = {
      ...credentialsOf(simulator),
      REDIS_URL: 'redis://127.0.0.1:1',
      LIBBY_API_URL: api.url.replace('localhost', host),
      NODE_EXTRA_CA_CERTS: await bench.file('authority.pem', cert),
    };
    const { stdout, code: exitCode } = await runProcess(process.execPath, [MAIN, 'doctor'], {
      env,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      `✗ The API cannot be asked. The certificate of ${host}:${new URL(api.url).port} ${what} (${code})`,
    );
  });
});

describe('doctor says what is wrong with the credentials', () => {
  test.each([
    [
      { LIBBY_CLIENT_SECRET: 'wrong-secret' },
      'does not know this client; check client id and client secret.',
    ],
    [
      { LIBBY_SCOPE: 'external/call.in' },
      'does not grant this scope to this client; check the scope.',
    ],
    [
      { LIBBY_TOKEN_URL: '/oauth/token' },
      'something that is not a token; check the token URL. It answered 404.',
    ],
  ])('%j', async (wrong, expected) => {
    await using simulator = await startSimulator();
    const changed = Object.entries(wrong).map(([name, value]) => [
      name,
      value.startsWith('/') ? `${simulator.apiUrl}${value}` : value,
    ]);
    const [token = ''] = await findings({
      ...credentialsOf(simulator),
      ...Object.fromEntries(changed),
    });
    expect(token).toMatch(/^✗ The token endpoint /);
    expect(token).toContain(expected);
  });

  test('a scope that the provider’s page does not know, though it is granted', async () => {
    await using simulator = await startSimulator({ otherScopes: ['external/call.in'] });
    const said = await findings({ ...credentialsOf(simulator), LIBBY_SCOPE: 'external/call.in' });
    expect(said[1]).toBe(
      '! LIBBY_SCOPE is not external-api-resource-server-1/call.out: the API may refuse the tokens that it gets.',
    );
  });
});
