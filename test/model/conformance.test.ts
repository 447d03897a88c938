import { startRedis, type TestRedis } from '@libby-dialer/testkit';
import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands, TIMES } from './commands.ts';
import { ModelQueue } from './model-queue.ts';
import { RealQueue } from './real-queue.ts';

const RUNS = 400;
const COMMANDS = 30;
const PATIENCE_MS = 180_000;
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

test('the scripts answer and write what the model does', { timeout: PATIENCE_MS }, async () => {
  const property = fc.asyncProperty(fc.constantFrom(...EXPIRIES), commands(COMMANDS), async (expiresAt, list) => {
    const real = await RealQueue.open(redis, TIMES, expiresAt);
    await fc.asyncModelRun(() => ({ model: new ModelQueue(TIMES, expiresAt), real }), list);
  });
  // What fails is told with its seed, and as the shortest list of commands that does.
  await expect(fc.assert(property, { numRuns: RUNS })).resolves.toBeUndefined();
});
