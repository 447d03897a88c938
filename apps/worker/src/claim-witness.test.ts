import { Evidence, Gate, Keys } from '@libby-dialer/dial-queue';
import { createLogger, systemClock } from '@libby-dialer/runtime';
import { startRedis, uniquePrefix } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { ClaimWitness } from './claim-witness.ts';
import { RedisClock } from './redis-clock.ts';
import { WorkerEvents } from './worker-events.ts';
import { WorkerMetrics } from './worker-metrics.ts';

it('waits for the others also where the data were elsewhere and it never lost its connection', async () => {
  await using server = await startRedis();
  const redis = new Redis(server.url);
  const keys = new Keys(uniquePrefix());
  using witness = new ClaimWitness({
    redis,
    evidence: new Evidence(redis, keys),
    gate: new Gate(redis, keys, { sendWithinMs: 1000, claimMs: 5000 }),
    clock: new RedisClock(systemClock),
    events: new WorkerEvents(createLogger({ level: 'silent', name: 'test' }), new WorkerMetrics()),
  });
  await witness.start();
  expect(witness.msUntilClaims).toBe(0);
  await redis.hset(keys.claimCounts, 'server', 'e'.repeat(40));
  await witness.meet();
  expect(witness.msUntilClaims).toBeGreaterThan(0);
  redis.disconnect();
});
