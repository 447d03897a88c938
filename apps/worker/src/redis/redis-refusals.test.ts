import {
  CAN_STOP_SAVING,
  doWithoutSaving,
  eventually,
  startRedis,
  stopSaving,
} from '@libby-dialer/testkit';
import type { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { DialingWorld, phones } from '../testing/dialing-world.ts';

const CALLS = 40;
const LOOKS = 5;

interface Trouble {
  readonly name: string;
  readonly reason: string;
  readonly begin: (redis: Redis) => Promise<unknown>;
  readonly end: (redis: Redis) => Promise<unknown>;
}

const TROUBLES: readonly Trouble[] = [
  {
    name: 'is full',
    reason: 'is out of memory and refuses to write',
    begin: (redis) => redis.config('SET', 'maxmemory', '1'),
    end: (redis) => redis.config('SET', 'maxmemory', '0'),
  },
  {
    name: 'cannot save',
    reason: 'cannot save to disk and refuses to write',
    begin: stopSaving,
    end: doWithoutSaving,
  },
  {
    name: 'denies a right',
    reason: 'does not let this user do what is needed',
    begin: (redis) => redis.acl('SETUSER', 'default', '-@write'),
    end: (redis) => redis.acl('SETUSER', 'default', '+@all'),
  },
];

describe.concurrent('a Redis that', () => {
  test.for(TROUBLES)(
    '$name is asked seldom, told of once, and the worker is not ready until it is over',
    async (trouble) => {
      await using redis = await startRedis({ own: true, args: CAN_STOP_SAVING });
      await using world = await DialingWorld.open(redis, { latencyMs: 50 });
      await world.campaign({ id: 'spring' });
      await world.campaign({ id: 'summer' });
      await world.control.apply('pause', 'summer');
      const worker = await world.startWorker({ concurrency: 5 });
      for (const id of ['spring', 'summer']) await world.load(phones(CALLS), id);
      await world.sleepsOver(worker, 'paused', 'summer');
      await eventually(() => world.simulator.stats().requests >= 5);

      await trouble.begin(world.redis);
      // Its campaign worker comes up, with all of its jobs waiting, when Redis refuses already.
      await world.redis.publish(world.keys.announcements, 'campaign:summer');
      await eventually(async () => (await refusedChecks(world.redis)) >= LOOKS);
      const readiness = await fetch(`${worker.url}/readyz`);
      expect([readiness.status, await readiness.text()]).toEqual([
        503,
        expect.stringContaining(trouble.reason),
      ]);
      expect(await errorReplies(world.redis)).toBeLessThan(50 * LOOKS);

      await trouble.end(world.redis);
      await world.control.apply('resume', 'summer');
      await eventually(async () => (await fetch(`${worker.url}/readyz`)).status === 200);
      await Promise.all(['spring', 'summer'].map((id) => world.settled(CALLS, id)));
      const loud = worker.logs.filter(
        (line) => (JSON.parse(line) as { level: number }).level >= 40,
      );
      expect(loud.filter((line) => line.includes(trouble.reason))).toHaveLength(1);
      expect(loud.filter((line) => !isDurability(line))).toHaveLength(1);
      expect(
        worker.logs.filter((line) => line.includes('takes again what it refused')),
      ).toHaveLength(1);
    },
  );
});

/** At the start, of a Redis for tests. */
function isDurability(line: string): boolean {
  return line.includes('"code":"append_');
}

/** Each look of the worker checks once. */
async function refusedChecks(redis: Redis): Promise<number> {
  const [, rejected = 0, failed = 0] =
    /cmdstat_set:.*rejected_calls=(\d+),failed_calls=(\d+)/.exec(
      await redis.info('commandstats'),
    ) ?? [];
  return Number(rejected) + Number(failed);
}

async function errorReplies(redis: Redis): Promise<number> {
  return Number(/total_error_replies:(\d+)/.exec(await redis.info('stats'))?.[1]);
}
