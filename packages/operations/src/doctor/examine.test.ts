import {
  createLogger,
  createRedis,
  loadConfig,
  redisConfig,
  systemClock,
} from '@libby-dialer/runtime';
import { startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examineClock } from './examine.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis[Symbol.asyncDispose]());

test.each([
  [0, 'good', "Its clock agrees with this machine's."],
  [
    -7200,
    'note',
    "Its clock is 7 s ahead of this machine's; have both follow a time server (NTP).",
  ],
  [
    90_200,
    'note',
    "Its clock is 1 min 30 s behind this machine's; have both follow a time server (NTP).",
  ],
])(
  'says how far the clocks are apart when ours is off by %d ms',
  async (offMs, verdict, sentence) => {
    const logger = createLogger({ level: 'silent', name: 'test' });
    const config = loadConfig({ redis: redisConfig }, { REDIS_URL: redis.url });
    await using connection = createRedis(config.redis.connection, {
      role: 'producer',
      name: 'test',
      logger,
    });
    await connection.connect();
    const clock = {
      now: () => systemClock.now() + offMs,
      monotonic: () => systemClock.monotonic(),
    };
    expect(await examineClock(connection, '{libby}', clock)).toEqual({
      verdict,
      code: 'redis_clock',
      sentence,
    });
  },
);
