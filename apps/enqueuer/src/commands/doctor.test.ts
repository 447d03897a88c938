import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startConnectProxy } from '../../../../packages/libby-client/src/testing/connect-proxy.ts';
import {
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
} from '../../../../packages/libby-client/src/testing/localhost-certificate.ts';
import {
  httpAnswer,
  startRawServer,
} from '../../../../packages/libby-client/src/testing/raw-server.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis[Symbol.asyncDispose]());

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
    [join(import.meta.dirname, '../main.ts'), 'doctor'],
    {
      env: {
        REDIS_URL: redis.url,
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
