import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '@libby-dialer/libby-simulator';
import { programFile, runProcess, startRedis } from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import { startConnectProxy } from '../../../../../packages/libby-client/src/testing/connect-proxy.ts';
import {
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
} from '../../../../../packages/libby-client/src/testing/localhost-certificate.ts';
import {
  httpAnswer,
  startRawServer,
} from '../../../../../packages/libby-client/src/testing/raw-server.ts';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

test('gets its token through the proxy, and says that there is one without its password', async () => {
  await using endpoint = await startRawServer(
    (socket) => socket.write(httpAnswer('200 OK', '{"access_token":"t-1","token_type":"bearer"}')),
    { tls: { cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY } },
  );
  await using proxy = await startConnectProxy();
  await using folder = await mkdtempDisposable(join(tmpdir(), 'doctor-'));
  const authorities = join(folder.path, 'authorities.pem');
  await writeFile(authorities, LOCALHOST_CERTIFICATE);
  const { stdout, stderr } = await runProcess(
    process.execPath,
    [programFile('enqueuer'), 'doctor'],
    {
      env: {
        ...bench.environment,
        LIBBY_API_URL: endpoint.url,
        LIBBY_TOKEN_URL: `${endpoint.url}/oauth2/token`,
        LIBBY_CLIENT_ID: 'id',
        LIBBY_CLIENT_SECRET: 'secret-for-tests',
        HTTPS_PROXY: proxy.url.replace('//', '//ada:hidden-password@'),
        https_proxy: undefined,
        NO_PROXY: undefined,
        no_proxy: undefined,
        NODE_EXTRA_CA_CERTS: authorities,
      },
      cwd: folder.path,
    },
  );
  expect(stdout).toContain('The credentials are good');
  expect(stdout).toContain(`through the proxy at ${new URL(proxy.url).host}`);
  expect(new Set(proxy.targets)).toEqual(new Set([new URL(endpoint.url).host]));
  expect(stdout + stderr).not.toContain('hidden-password');
});

describe('doctor', () => {
  test('says what to mend, and ends with 1', async () => {
    const { code, stdout } = await bench.run(['doctor'], {
      env: { DIALER_ALLOW_VOLATILE_REDIS: undefined },
    });
    expect(code).toBe(1);
    expect(stdout).toContain('✓ Its version is 7.0 or later.\n');
    expect(stdout).toContain(
      '✗ Redis forgets calls when it stops (appendonly no); run CONFIG SET appendonly yes.\n',
    );
    expect(stdout).toContain('! LIBBY_CLIENT_ID and LIBBY_CLIENT_SECRET are not set here');
  });

  test('finds everything in order with a lasting Redis and good credentials', async () => {
    await using lasting = await startRedis({ appendonly: true, appendfsync: 'always' });
    await using simulator = await startSimulator();
    const env = {
      REDIS_URL: lasting.url,
      LIBBY_TOKEN_URL: simulator.tokenUrl,
      LIBBY_API_URL: simulator.apiUrl,
      LIBBY_CLIENT_ID: simulator.clientId,
      LIBBY_CLIENT_SECRET: simulator.clientSecret,
      DIALER_ALLOW_VOLATILE_REDIS: undefined,
    };
    const good = await bench.run(['doctor'], { env });
    expect(
      good.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line[0]),
    ).toEqual(Array.from({ length: 8 }, () => '✓'));
    expect(good.code).toBe(0);
    const bad = await bench.run(['doctor'], {
      env: { ...env, LIBBY_CLIENT_SECRET: 'wrong-secret' },
    });
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain(
      '✗ The token endpoint does not know this client; check client id and client secret.',
    );
    expect(bad.stdout + bad.stderr).not.toContain('wrong-secret');
  });

  test('goes on without Redis, and reports a configuration that cannot be used', async () => {
    const { code, stdout } = await bench.run(['doctor'], {
      env: { REDIS_URL: 'redis://127.0.0.1:1', LIBBY_CLIENT_ID: 'me' },
    });
    expect(code).toBe(1);
    expect(stdout).toBe(
      '✗ Redis at 127.0.0.1:1 refuses the connection; start it, or correct REDIS_URL.\n✗ LIBBY_CLIENT_SECRET is not set, but LIBBY_CLIENT_ID is; set it too.\n',
    );
    const bad = await bench.run(['doctor'], { env: { REDIS_URL: 'http://x', LIBBY_API_URL: 'x' } });
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(
      bad.stderr
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(['REDIS_URL', 'LIBBY_API_URL']);
  });
});
