import { startRedis } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { measureClockSkew } from './clock-skew.ts';
import { checkRedisDurability } from './redis-durability.ts';

const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always'];

async function check(
  args: readonly string[],
  allowVolatile = false,
  setUp?: (client: Redis) => Promise<unknown>,
) {
  await using server = await startRedis({ own: true, args });
  const client = new Redis(server.url);
  try {
    await setUp?.(client);
    const { problems, warnings } = await checkRedisDurability(client, { allowVolatile });
    return {
      problems: problems.map(({ code }) => code),
      warnings: warnings.map(({ code }) => code),
      all: [...problems, ...warnings],
    };
  } finally {
    client.disconnect();
  }
}

const forbid = (client: Redis) => client.acl('SETUSER', 'default', '-config');

describe('durability', () => {
  test('of a Redis that keeps every write is beyond doubt', async () => {
    expect(await check(DURABLE)).toMatchObject({ problems: [], warnings: [] });
  });

  test('of a default Redis is a problem, with its remedy', async () => {
    const { problems, all } = await check([]);
    expect(problems).toEqual(['append_only', 'append_fsync']);
    expect(all.map(({ message }) => message).join(' ')).toMatch(
      /CONFIG SET appendonly yes.*CONFIG SET appendfsync always/,
    );
  });

  test('is lost with an eviction policy', async () => {
    const { problems, all } = await check([...DURABLE, '--maxmemory-policy', 'allkeys-lru']);
    expect(problems).toEqual(['eviction']);
    expect(all[0]?.message).toContain('CONFIG SET maxmemory-policy noeviction');
  });

  test('may be done without by express wish', async () => {
    const result = await check(['--maxmemory-policy', 'volatile-ttl'], true);
    expect(result).toMatchObject({
      problems: [],
      warnings: ['eviction', 'append_only', 'append_fsync'],
    });
  });

  test('of a replica is a problem whatever one wishes', async () => {
    const { problems } = await check([...DURABLE, '--replicaof', '127.0.0.1', '1'], true);
    expect(problems).toEqual(['read_only']);
  });

  test('of a full Redis is a problem whatever one wishes', async () => {
    const { problems } = await check([...DURABLE, '--maxmemory', '1'], true);
    expect(problems).toEqual(['full']);
  });

  test.each([
    ['renamed', [...DURABLE, '--rename-command', 'CONFIG', '']],
    ['renamed, without appendonly', ['--rename-command', 'CONFIG', '']],
  ])('of a service that hides its configuration (%s) is a warning', async (_how, args) => {
    expect(await check(args)).toMatchObject({ problems: [], warnings: ['hidden'] });
  });

  test('of a service that forbids CONFIG is a warning, but eviction shows', async () => {
    const result = await check([...DURABLE, '--maxmemory-policy', 'allkeys-random'], false, forbid);
    expect(result).toMatchObject({ problems: ['eviction'], warnings: ['hidden'] });
  });

  test.each([
    ['6.2.14', ['version']],
    ['7.0.0', []],
    ['10.1.0', []],
  ])('needs Redis 7 (%s)', async (version, problems) => {
    const settings = new Map([
      ['maxmemory-policy', 'noeviction'],
      ['appendonly', 'yes'],
      ['appendfsync', 'always'],
    ]);
    const server = {
      info: async () => `# Server\r\nredis_version:${version}\r\nrole:master\r\n`,
      config: async (_get: string, name: string) => [name, settings.get(name)],
    } as unknown as Redis;
    const found = await checkRedisDurability(server, { allowVolatile: true });
    expect(found.problems.map(({ code }) => code)).toEqual(problems);
  });
});

describe('clock skew', () => {
  test.each([0, 5000, -5000])('is measured when our clock is off by %d ms', async (offMs) => {
    await using server = await startRedis();
    const client = new Redis(server.url);
    const clock = {
      now: () => systemClock.now() + offMs,
      monotonic: () => systemClock.monotonic(),
    };
    const skew = await measureClockSkew(client, { key: '{libby}', clock });
    client.disconnect();
    // Date.now() counts whole milliseconds only.
    expect(Math.abs(skew.offsetMs + offMs)).toBeLessThanOrEqual(skew.uncertaintyMs + 2);
    expect(skew.uncertaintyMs).toBeGreaterThan(0);
  });
});
