import { expect, test } from 'vitest';
import { liveChildEnvironment, simulatedEnvironment } from './child-environment.ts';

const API = {
  apiUrl: 'http://127.0.0.1:4001',
  tokenUrl: 'http://127.0.0.1:4001/oauth2/token',
  clientId: 'simulated',
  clientSecret: 'simulated-secret',
  scope: 'call.out',
};

test('of the own environment only what concerns the machine comes through', () => {
  const own = {
    PATH: '/bin',
    HOME: '/home/somebody',
    TZ: 'America/Denver',
    LIBBY_API_URL: 'https://phone.example',
    LIBBY_CLIENT_SECRET_FILE: '/run/secrets/libby',
    LIBBY_XSRF_TOKEN: 'real',
    REDIS_URL: 'redis://real.example',
    REDIS_SENTINELS: 'real.example:26379',
    DIALER_PREFIX: '{real}',
    NODE_OPTIONS: '--require ./something.js',
    HTTPS_PROXY: 'http://proxy.example',
  };
  const setting = { redisUrl: 'redis://127.0.0.1:4000', api: API, workerConcurrency: 4 };
  expect(simulatedEnvironment(own, setting)).toEqual({
    PATH: '/bin',
    HOME: '/home/somebody',
    TZ: 'America/Denver',
    REDIS_URL: 'redis://127.0.0.1:4000',
    LIBBY_API_URL: API.apiUrl,
    LIBBY_TOKEN_URL: API.tokenUrl,
    LIBBY_CLIENT_ID: API.clientId,
    LIBBY_CLIENT_SECRET: API.clientSecret,
    LIBBY_SCOPE: API.scope,
    LIBBY_CONNECT_TIMEOUT_MS: '1000',
    LIBBY_RESPONSE_TIMEOUT_MS: '2500',
    WORKER_CONCURRENCY: '4',
    WORKER_SHUTDOWN_GRACE_MS: '5000',
    WORKER_HTTP_PORT: '0',
  });
});

test('live, the own environment is kept, and two workers need two ports', () => {
  const own = { REDIS_URL: 'redis://own.example', WORKER_HTTP_PORT: '9464', UNSET: undefined };
  expect(liveChildEnvironment(own)).toEqual({
    REDIS_URL: 'redis://own.example',
    WORKER_HTTP_PORT: '0',
  });
});
