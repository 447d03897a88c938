import { startRedis, type TestRedis } from '@libby-dialer/testkit';
import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands, sendProbes, TIMES } from './commands.ts';
import { ModelQueue } from './model-queue.ts';
import { RealQueue } from './real-queue.ts';
import { IS_THOROUGH } from './scopes.ts';

const RUNS = IS_THOROUGH ? 400 : 150;
const COMMANDS = 40;
const EXPIRIES = [Number.POSITIVE_INFINITY, 100];

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

test('the scripts answer and write what the model does', async () => {
  const given = fc.record({
    expiresAt: fc.constantFrom(...EXPIRIES),
    probes: fc.constantFrom(0, 1, 2),
    canary: fc.constantFrom(undefined, undefined, { calls: 1, needed: 1 }),
  });
  const property = fc.asyncProperty(
    given,
    commands(COMMANDS),
    async ({ expiresAt, probes, canary }, list) => {
      const real = await RealQueue.open(redis, TIMES, expiresAt);
      const model = new ModelQueue(TIMES, expiresAt);
      if (probes !== 0) await sendProbes(model, real, probes);
      if (canary !== undefined) for (const queue of [model, real]) await queue.openCanary(canary);
      await fc.asyncModelRun(() => ({ model, real }), list);
    },
  );
  // What fails is told with its seed, and as the shortest list of commands that does.
  await expect(fc.assert(property, { numRuns: RUNS })).resolves.toBeUndefined();
});
