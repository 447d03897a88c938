import { ConfigError, loadConfig } from '@libby-dialer/runtime';
import { expect, test } from 'vitest';
import { workerConfig } from './config.ts';

const CREDENTIALS = { LIBBY_CLIENT_ID: 'a-client', LIBBY_CLIENT_SECRET: 'a-secret' };

function problemsOf(environment: Record<string, string>): string[] {
  try {
    loadConfig(workerConfig, environment);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ variable }) => variable).toSorted();
    throw error;
  }
  return [];
}

test('needs nothing but the credentials; all else has the published defaults', () => {
  const config = loadConfig(workerConfig, CREDENTIALS);
  expect(config).toMatchObject({
    redis: { prefix: '{libby}', allowVolatile: false },
    libby: {
      apiUrl: 'https://phone.mylibby.ai',
      tokenUrl: 'https://libby.auth.us-east-1.amazoncognito.com/oauth2/token',
      scope: 'external-api-resource-server-1/call.out',
      connectTimeoutMs: 5000,
      responseTimeoutMs: 30_000,
    },
    allowInsecureHttp: false,
    concurrency: 50,
    shutdownGraceMs: 45_000,
    http: { port: undefined, host: '127.0.0.1' },
    log: { level: 'info' },
    fence: undefined,
  });
  expect(JSON.stringify(config)).not.toContain('a-secret');
});

test('tells every problem at once', () => {
  const environment = {
    WORKER_CONCURRENCY: '0',
    WORKER_HTTP_PORT: '70000',
    DIALER_PREFIX: 'libby',
  };
  expect(problemsOf(environment)).toEqual([
    'DIALER_PREFIX',
    'LIBBY_CLIENT_ID',
    'LIBBY_CLIENT_SECRET',
    'WORKER_CONCURRENCY',
    'WORKER_HTTP_PORT',
  ]);
});

test('the grace must exceed the longest call', () => {
  const timeouts = {
    ...CREDENTIALS,
    LIBBY_CONNECT_TIMEOUT_MS: '200',
    LIBBY_RESPONSE_TIMEOUT_MS: '800',
  };
  expect(problemsOf({ ...timeouts, WORKER_SHUTDOWN_GRACE_MS: '1000' })).toEqual([
    'WORKER_SHUTDOWN_GRACE_MS',
  ]);
  expect(problemsOf({ ...timeouts, WORKER_SHUTDOWN_GRACE_MS: '1001' })).toEqual([]);
  // Also where the timeouts are raised and the default grace is too short for them.
  expect(problemsOf({ ...CREDENTIALS, LIBBY_RESPONSE_TIMEOUT_MS: '40000' })).toEqual([
    'WORKER_SHUTDOWN_GRACE_MS',
  ]);
});

test('replicas are waited for only if some are asked for', () => {
  const timeout = { ...CREDENTIALS, REDIS_WAIT_TIMEOUT_MS: '200' };
  expect(loadConfig(workerConfig, timeout).fence).toBeUndefined();
  expect(loadConfig(workerConfig, { ...CREDENTIALS, REDIS_WAIT_REPLICAS: '2' }).fence).toEqual({
    replicas: 2,
    timeoutMs: 500,
  });
});

test('secrets go to hosts over TLS, to this machine, or insecurely by express wish', () => {
  const plain = {
    ...CREDENTIALS,
    LIBBY_API_URL: 'http://phone.example.com',
    LIBBY_TOKEN_URL: 'http://127.0.0.1:1/t',
  };
  expect(problemsOf(plain)).toEqual(['LIBBY_API_URL']);
  expect(problemsOf({ ...plain, LIBBY_ALLOW_INSECURE_HTTP: '1' })).toEqual([]);
});
