import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/config.ts';
import { createLogger } from '../logs/logger.ts';
import { hasTlsRedis, startTlsRedis, type TlsRedis } from '../testing/tls-redis.ts';
import { redisConfig } from './redis-config.ts';
import { createRedis } from './redis-connection.ts';

const logger = createLogger({ level: 'silent', name: 'test' });

function connectionTo(server: TlsRedis, environment: Record<string, string> = {}) {
  const config = loadConfig(redisConfig, { REDIS_URL: server.url, ...environment });
  return createRedis(config.connection, { role: 'worker', name: 'test', logger });
}

describe.skipIf(!hasTlsRedis)('Redis by TLS', () => {
  let server: TlsRedis;
  beforeAll(async () => {
    server = await startTlsRedis();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('answers whoever trusts its authority', async () => {
    await using redis = connectionTo(server, { REDIS_TLS_CA_FILE: server.certificateFile });
    await redis.connect();
    expect(await redis.client.ping()).toBe('PONG');
  });

  // Vitest fails a run in which anything was uncaught: a connection closed while it shakes hands
  // had a second error.
  test('that is not trusted is one sentence, however often, also beside another connection', async () => {
    for (let round = 0; round < 40; round += 1) {
      await using first = connectionTo(server);
      await using second = connectionTo(server);
      await expect(Promise.all([first.connect(), second.connect()])).rejects.toMatchObject({
        code: 'redis_unavailable',
        message: expect.stringContaining(
          'not trusted here; name its authority in REDIS_TLS_CA_FILE',
        ),
      });
    }
  });
});

test.skipIf(!hasTlsRedis)(
  'a Redis that asks for a certificate is shown one, or the sentence says so',
  async () => {
    await using server = await startTlsRedis({ asksClients: true });
    const trust = { REDIS_TLS_CA_FILE: server.certificateFile };
    const own = { REDIS_TLS_CERT_FILE: server.certificateFile, REDIS_TLS_KEY_FILE: server.keyFile };
    await using redis = connectionTo(server, { ...trust, ...own });
    await redis.connect();
    expect(await redis.client.ping()).toBe('PONG');
    // Whether it is told depends on which comes first at Redis: a command, or its own objection.
    await using stranger = connectionTo(server, trust);
    await expect(stranger.connect()).rejects.toThrow(
      /asks for a client certificate.*REDIS_TLS_CERT_FILE/,
    );
  },
);
