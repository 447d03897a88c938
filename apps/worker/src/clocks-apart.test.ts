import { findLibfaketime, startRedis } from '@libby-dialer/testkit';
import { expect, test } from 'vitest';
import { DialingWorld, phones } from './testing/dialing-world.ts';
import { eventually, PATIENCE_MS } from './testing/patience.ts';

const HOUR_MS = 3_600_000;

test.skipIf(findLibfaketime() === undefined).for([7, -7])(
  'while Redis’s clock is %d hours off nothing is dialed and nothing ends, and it is said; then dialing goes on (needs libfaketime)',
  { timeout: PATIENCE_MS },
  async (hours) => {
    await using redis = await startRedis({ settableClock: true });
    await using world = await DialingWorld.open(redis);
    // By a clock that is hours ahead they would be expired.
    await world.campaign({ expiresAt: new Date(Date.now() + 2 * HOUR_MS).toISOString() });
    const worker = await world.startWorker();
    const readiness = async () => (await fetch(`${worker.url}/readyz`)).text();
    await redis.setClock(hours * HOUR_MS);
    await eventually(async () => (await readiness()).includes('differ by more than 15 minutes'));
    const numbers = phones(5);
    await world.load(numbers);
    // It has taken a job, and given it back.
    const queue = world.keys.queue('spring');
    await eventually(async () => {
      const started = await Promise.all(
        numbers.map((number) => world.redis.hget(`${queue}${world.callId(number)}`, 'ats')),
      );
      return started.some(Number) && (await world.redis.llen(`${queue}active`)) === 0;
    });
    expect(world.simulator.stats().requests).toBe(0);
    expect(await world.results()).toEqual([]);
    await redis.setClock(0);
    await eventually(async () => (await readiness()) === 'ready\n');
    expect((await world.settled(5)).map(({ outcome }) => outcome)).toEqual(Array(5).fill('accepted'));
    const said = worker.logs.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(said.filter((msg) => msg.includes('nothing is dialed here until they agree'))).toHaveLength(1);
  },
);
