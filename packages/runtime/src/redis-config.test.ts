import { describe, expect, test } from 'vitest';
import { type Environment, loadConfig } from './config.ts';
import { ConfigError } from './errors.ts';
import { describeRedis, redisConfig } from './redis-config.ts';

const connectionOf = (environment: Environment) => loadConfig(redisConfig, environment).connection;

function problemsOf(environment: Environment): string[] {
  try {
    loadConfig(redisConfig, environment);
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(({ variable, message }) => `${variable}: ${message}`);
  }
}

describe('one server', () => {
  test('with user, password, database and TLS', () => {
    const config = connectionOf({ REDIS_URL: 'rediss://ada:p%40ss%2Fword@redis.example.com:6380/3' });
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

  test.each([
    'localhost:6379',
    'redis://',
    'http://h',
    'redis://h/x',
    'redis://h/1?family=6',
    'redis://:a%@h',
    'redis://h,',
    ',',
  ])('refuses %s', (url) =>
    expect(problemsOf({ REDIS_URL: url })).toEqual([expect.stringMatching(/^REDIS_URL: must be redis:/)]),
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

  test('has one database, one user and one protocol', () => {
    expect(problemsOf({ REDIS_URL: 'redis://a/1,redis://b/1' })).toEqual([expect.stringContaining('only database 0')]);
    expect(problemsOf({ REDIS_URL: 'redis://:x@a,redis://:y@b' })).toEqual([expect.stringContaining('the same user')]);
    expect(problemsOf({ REDIS_URL: 'redis://a,rediss://b' })).toEqual([expect.stringContaining('the same user')]);
  });
});

describe('Sentinel', () => {
  const sentinel = { REDIS_SENTINELS: 's1:26379, s2,[::1]:5', REDIS_SENTINEL_NAME: 'mymaster' };

  test('takes user, password and database from REDIS_URL', () => {
    const config = connectionOf({ ...sentinel, REDIS_URL: 'redis://:pw@ignored/2', REDIS_SENTINEL_PASSWORD: 'spw' });
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

  test('needs both addresses and name', () => {
    expect(problemsOf({ REDIS_SENTINELS: 's1' })).toEqual([expect.stringMatching(/^REDIS_SENTINEL_NAME: is required/)]);
    expect(problemsOf({ REDIS_SENTINEL_NAME: 'm' })).toEqual([expect.stringMatching(/^REDIS_SENTINELS: is required/)]);
    expect(problemsOf({ REDIS_SENTINEL_PASSWORD: 'p' })).toEqual([
      expect.stringMatching(/^REDIS_SENTINELS: is required/),
    ]);
  });

  test.each(['redis://s1:1', 's1:port', 's1,', 'u@s1', 's1:99999'])('refuses the address %s', (address) => {
    expect(problemsOf({ ...sentinel, REDIS_SENTINELS: address })).toEqual([
      expect.stringMatching(/^REDIS_SENTINELS: must be/),
    ]);
  });

  test('and a cluster exclude each other', () => {
    expect(problemsOf({ ...sentinel, REDIS_URL: 'redis://a,redis://b' })).toEqual([
      expect.stringContaining('use one of the two'),
    ]);
  });
});

describe('DIALER_PREFIX', () => {
  test.each(['{libby}', 'eu:{libby}:calls', '{a}{b}'])('accepts %s', (DIALER_PREFIX) => {
    expect(loadConfig(redisConfig, { DIALER_PREFIX }).prefix).toBe(DIALER_PREFIX);
  });

  // In the third and fourth Redis finds an empty tag, or none, and hashes the whole key.
  test.each(['libby', 'libby}', '{}libby', '{}{libby}', '{libby', 'a b{libby}'])('refuses %s', (DIALER_PREFIX) => {
    expect(problemsOf({ DIALER_PREFIX })).toHaveLength(1);
  });
});
