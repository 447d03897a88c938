import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  LOCALHOST_CERTIFICATE as cert,
  LOCALHOST_KEY as key,
} from '../../../libby-client/src/testing/localhost-certificate.ts';
import { type Environment, loadConfig } from '../config/config.ts';
import { ConfigError } from '../errors.ts';
import { describeRedis, redisConfig } from './redis-config.ts';

const connectionOf = (environment: Environment) => loadConfig(redisConfig, environment).connection;

function problemsOf(environment: Environment): string[] {
  try {
    loadConfig(redisConfig, environment);
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(
      ({ variable, message }) => `${variable}: ${message}`,
    );
  }
}

describe('one server', () => {
  test('with user, password, database and TLS', () => {
    const config = connectionOf({
      REDIS_URL: 'rediss://ada:p%40ss%2Fword@redis.example.com:6380/3',
    });
    expect(config).toMatchObject({
      topology: { kind: 'single', node: { host: 'redis.example.com', port: 6380 } },
      username: 'ada',
      db: 3,
      tls: true,
    });
    expect(config.password?.reveal()).toBe('p@ss/word');
    expect(describeRedis(config)).toBe('redis.example.com:6380/3 (TLS)');
  });

  test('by IPv6 address', () => {
    const config = connectionOf({ REDIS_URL: 'redis://[::1]' });
    expect(config.topology).toEqual({ kind: 'single', node: { host: '::1', port: 6379 } });
    expect(describeRedis(config)).toBe('[::1]:6379');
  });

  test('by a Unix socket', () => {
    const config = connectionOf({
      REDIS_URL: 'unix://ada:p%40ss@localhost/run/my%20redis/redis.sock?db=3',
    });
    expect(config).toMatchObject({
      topology: { kind: 'socket', path: '/run/my redis/redis.sock' },
      username: 'ada',
      db: 3,
      tls: false,
    });
    expect(config.password?.reveal()).toBe('p@ss');
    expect(describeRedis(config)).toBe('/run/my redis/redis.sock db 3');
    expect(connectionOf({ REDIS_URL: 'unix:///run/redis.sock' })).toMatchObject({
      username: undefined,
      db: 0,
    });
  });

  test.each([
    'unix://',
    'unix:///',
    'unix://host/redis.sock',
    'unix:///redis.sock?password=x',
    'unix:///%zz',
    'localhost:6379',
    'redis://',
    'http://h',
    'redis://h/x',
    'redis://h/1?family=6',
    'redis://:a%@h',
    'redis://h,',
    ',',
  ])('refuses %s', (url) =>
    expect(problemsOf({ REDIS_URL: url })).toEqual([
      expect.stringMatching(/^REDIS_URL: must be redis:/),
    ]),
  );
});

describe('a cluster', () => {
  test('is a list of URLs', () => {
    const config = connectionOf({ REDIS_URL: 'redis://u:pw@a:7000, redis://u:pw@b:7001' });
    expect(config.topology).toEqual({
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 7001 },
      ],
    });
    expect(config.password?.reveal()).toBe('pw');
    expect(describeRedis(config)).toBe('cluster a:7000,b:7001');
  });

  test('may have a single endpoint, where REDIS_CLUSTER says so', () => {
    const config = connectionOf({ REDIS_URL: 'rediss://:pw@cfg.example.com', REDIS_CLUSTER: '1' });
    expect(config).toMatchObject({
      topology: { kind: 'cluster', nodes: [{ host: 'cfg.example.com', port: 6379 }] },
      tls: true,
    });
    expect(problemsOf({ REDIS_URL: 'redis://a/1', REDIS_CLUSTER: '1' })).toEqual([
      expect.stringContaining('only database 0'),
    ]);
  });

  test('is not reached by a Unix socket', () => {
    for (const environment of [
      { REDIS_URL: 'unix:///a,unix:///b' },
      { REDIS_URL: 'unix:///a', REDIS_CLUSTER: '1' },
      { REDIS_URL: 'unix:///a', REDIS_SENTINELS: 's1', REDIS_SENTINEL_NAME: 'm' },
    ]) {
      expect(problemsOf(environment)).toEqual([
        expect.stringMatching(/^REDIS_URL: names a Unix socket/),
      ]);
    }
  });

  test('has one database, one user and one protocol', () => {
    expect(problemsOf({ REDIS_URL: 'redis://a/1,redis://b/1' })).toEqual([
      expect.stringContaining('only database 0'),
    ]);
    expect(problemsOf({ REDIS_URL: 'redis://:x@a,redis://:y@b' })).toEqual([
      expect.stringContaining('the same user'),
    ]);
    expect(problemsOf({ REDIS_URL: 'redis://a,rediss://b' })).toEqual([
      expect.stringContaining('the same user'),
    ]);
  });
});

describe('Sentinel', () => {
  const sentinel = { REDIS_SENTINELS: 's1:26379, s2,[::1]:5', REDIS_SENTINEL_NAME: 'mymaster' };

  test('takes user, password and database from REDIS_URL', () => {
    const config = connectionOf({
      ...sentinel,
      REDIS_URL: 'redis://:pw@ignored/2',
      REDIS_SENTINEL_PASSWORD: 'spw',
    });
    expect(config).toMatchObject({
      topology: {
        kind: 'sentinel',
        name: 'mymaster',
        sentinels: [
          { host: 's1', port: 26_379 },
          { host: 's2', port: 26_379 },
          { host: '::1', port: 5 },
        ],
      },
      db: 2,
    });
    expect(config.password?.reveal()).toBe('pw');
    expect(describeRedis(config)).toBe('mymaster/2 by Sentinel s1:26379,s2:26379,[::1]:5');
  });

  test('may ask for a user of its own', () => {
    const access = { REDIS_SENTINEL_USERNAME: 'watcher', REDIS_SENTINEL_PASSWORD: 'spw' };
    expect(connectionOf({ ...sentinel, ...access }).topology).toMatchObject({
      username: 'watcher',
    });
    expect(problemsOf({ ...sentinel, REDIS_SENTINEL_USERNAME: 'watcher' })).toEqual([
      expect.stringMatching(/^REDIS_SENTINEL_PASSWORD: is required with REDIS_SENTINEL_USERNAME/),
    ]);
    expect(problemsOf(access)).toEqual([expect.stringMatching(/^REDIS_SENTINELS: is required/)]);
  });

  test('needs both addresses and name', () => {
    expect(problemsOf({ REDIS_SENTINELS: 's1' })).toEqual([
      expect.stringMatching(/^REDIS_SENTINEL_NAME: is required/),
    ]);
    expect(problemsOf({ REDIS_SENTINEL_NAME: 'm' })).toEqual([
      expect.stringMatching(/^REDIS_SENTINELS: is required/),
    ]);
    expect(problemsOf({ REDIS_SENTINEL_PASSWORD: 'p' })).toEqual([
      expect.stringMatching(/^REDIS_SENTINELS: is required/),
    ]);
  });

  test.each(['redis://s1:1', 's1:port', 's1,', 'u@s1', 's1:99999'])(
    'refuses the address %s',
    (address) => {
      expect(problemsOf({ ...sentinel, REDIS_SENTINELS: address })).toEqual([
        expect.stringMatching(/^REDIS_SENTINELS: must be/),
      ]);
    },
  );

  test('and a cluster exclude each other', () => {
    expect(problemsOf({ ...sentinel, REDIS_URL: 'redis://a,redis://b' })).toEqual([
      expect.stringContaining('use one of the two'),
    ]);
  });
});

describe('TLS', () => {
  const tls = { REDIS_URL: 'rediss://h' };
  const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const pem = (options: { cipher?: string; passphrase?: string } = {}) =>
    otherKey.export({ type: 'pkcs8', format: 'pem', ...options }).toString();

  test('takes authorities, and a certificate with its key', () => {
    const { certificates } = connectionOf({
      ...tls,
      REDIS_TLS_CA: `${cert}\n${cert}`,
      REDIS_TLS_CERT: cert,
      REDIS_TLS_KEY: key,
    });
    expect(certificates).toMatchObject({ ca: `${cert}\n${cert}`, cert });
    expect(certificates?.key?.reveal()).toBe(key);
  });

  test.each([
    ['no rediss://', { REDIS_TLS_CA: cert }, /^REDIS_URL: must begin with rediss/],
    ['no key', { ...tls, REDIS_TLS_CERT: cert }, /^REDIS_TLS_KEY: is required/],
    ['no certificate', { ...tls, REDIS_TLS_KEY: key }, /^REDIS_TLS_CERT: is required/],
    [
      'another key',
      { ...tls, REDIS_TLS_CERT: cert, REDIS_TLS_KEY: pem() },
      /^REDIS_TLS_KEY: is not the key/,
    ],
    [
      'a key for an authority',
      { ...tls, REDIS_TLS_CA: key },
      /^REDIS_TLS_CA: must be a certificate in PEM/,
    ],
    [
      'a damaged certificate',
      { ...tls, REDIS_TLS_CA: cert.replace('MIIB', 'MIIC') },
      /^REDIS_TLS_CA: must be/,
    ],
    [
      'no PEM',
      { ...tls, REDIS_TLS_CERT: cert, REDIS_TLS_KEY: 'x' },
      /^REDIS_TLS_KEY: must be a private key/,
    ],
    [
      'a passphrase',
      {
        ...tls,
        REDIS_TLS_CERT: cert,
        REDIS_TLS_KEY: pem({ cipher: 'aes-256-cbc', passphrase: 'canary' }),
      },
      /^REDIS_TLS_KEY: must not need a passphrase/,
    ],
  ])('refuses %s', (_, environment, problem) => {
    expect(problemsOf(environment)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('DIALER_PREFIX', () => {
  test.each(['{libby}', 'eu:{libby}:calls', '{a}{b}'])('accepts %s', (DIALER_PREFIX) => {
    expect(loadConfig(redisConfig, { DIALER_PREFIX }).prefix).toBe(DIALER_PREFIX);
  });

  // In the third and fourth Redis finds an empty tag, or none, and hashes the whole key.
  test.each(['libby', 'libby}', '{}libby', '{}{libby}', '{libby', 'a b{libby}'])(
    'refuses %s',
    (DIALER_PREFIX) => {
      expect(problemsOf({ DIALER_PREFIX })).toHaveLength(1);
    },
  );
});
