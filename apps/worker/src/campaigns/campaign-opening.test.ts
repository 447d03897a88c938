import type { CallLoader } from '@libby-dialer/dial-queue';
import { eventually, startFaultProxy, startRedis } from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import { DialingWorld, phone } from '../testing/dialing-world.ts';

/** A list that comes bit by bit: its campaign stays open, and has nothing to do in between. */
class SlowList implements AsyncDisposable {
  readonly campaign: string;
  readonly #world: DialingWorld;
  readonly #loader: CallLoader;
  #calls = 0;

  constructor(world: DialingWorld, campaign: string) {
    this.campaign = campaign;
    this.#world = world;
    this.#loader = world.queue.loader(campaign);
  }

  async addCall(): Promise<void> {
    const to = phone(this.#calls);
    this.#calls += 1;
    await this.#loader.add([
      {
        callId: this.#world.callId(to, this.campaign),
        call: { to, name: 'Ada', row: this.#calls },
      },
    ]);
  }

  /** Resolves once each call has its outcome. */
  async settled(): Promise<string[]> {
    const results = await this.#world.settled(this.#calls, this.campaign);
    return results.map(({ outcome }) => outcome);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loader.finish();
    await this.#loader[Symbol.asyncDispose]();
  }
}

async function openLists(world: DialingWorld, campaigns: readonly string[]): Promise<SlowList[]> {
  for (const id of campaigns) await world.campaign({ id });
  const lists = campaigns.map((id) => new SlowList(world, id));
  await addCalls(lists);
  return lists;
}

async function addCalls(lists: readonly SlowList[]): Promise<void> {
  await Promise.all(lists.map((list) => list.addCall()));
}

async function outcomes(lists: readonly SlowList[]): Promise<Set<string>> {
  return new Set((await Promise.all(lists.map((list) => list.settled()))).flat());
}

const ALL_ACCEPTED = new Set(['accepted']);

describe('a campaign whose first lists are dialed by a worker', () => {
  test('goes on, though connections are reset while its campaign worker opens', async () => {
    await using redis = await startRedis({ own: true });
    const begun = new Set<string>();
    await using proxy = await startFaultProxy({
      targetPort: redis.port,
      observe: () => ({
        // A campaign worker's own connection says first whose it is.
        sent: (chunk) => {
          const name = /:q:[\w=]+/.exec(chunk.toString('latin1'))?.[0];
          if (name === undefined || !chunk.includes('setname') || begun.has(name)) return;
          begun.add(name);
          proxy.resetAll();
        },
        received: () => {},
        ended: () => {},
      }),
    });
    await using world = await DialingWorld.open(redis);
    await world.startWorker({ redisPort: proxy.port });
    for (let round = 0; round < 5; round += 1) {
      const lists = await openLists(
        world,
        [0, 1, 2, 3].map((nth) => `round-${round}-${nth}`),
      );
      expect(await outcomes(lists)).toEqual(ALL_ACCEPTED);
      await eventually(() => begun.size === (round + 1) * lists.length);
      await addCalls(lists);
      expect(await outcomes(lists)).toEqual(ALL_ACCEPTED);
      for (const list of lists) await list[Symbol.asyncDispose]();
    }
  });

  test('goes on, though Redis had no connection left for its campaign worker', async () => {
    await using redis = await startRedis({ own: true });
    await using world = await DialingWorld.open(redis);
    await world.startWorker();
    // The test's own, and the worker's two.
    await world.redis.config('SET', 'maxclients', 3);
    const lists = await openLists(
      world,
      Array.from({ length: 10 }, (_, nth) => `spring-${nth}`),
    );
    expect(await outcomes(lists)).toEqual(ALL_ACCEPTED);
    await eventually(
      async () => rejectedConnections(await world.redis.info('stats')) >= lists.length,
    );
    await world.redis.config('SET', 'maxclients', 1000);
    await addCalls(lists);
    expect(await outcomes(lists)).toEqual(ALL_ACCEPTED);
    for (const list of lists) await list[Symbol.asyncDispose]();
  });

  test('goes on, though its connection could not be set up: that is told, and it is set up anew', async () => {
    await using redis = await startRedis({ own: true });
    await using world = await DialingWorld.open(redis);
    const worker = await world.startWorker();
    const list = new SlowList(world, 'spring');
    await world.campaign();
    // BullMQ asks each new connection for the version, and keeps the refusal for ever.
    await world.redis.acl('SETUSER', 'default', '-info');
    await list.addCall();
    await worker.counted('libby_dialer_lanes_replaced_total', 2);
    const readiness = await fetch(`${worker.url}/readyz`);
    expect([readiness.status, await readiness.text()]).toEqual([
      503,
      expect.stringContaining('spring: no call is taken'),
    ]);
    expect((await world.status()).stuckWorkers).toBe(1);

    await world.redis.acl('SETUSER', 'default', '+info');
    expect(await list.settled()).toEqual(['accepted']);
    await eventually(async () => (await world.status()).stuckWorkers === 0);
    await eventually(async () => (await fetch(`${worker.url}/readyz`)).status === 200);
    expect(await worker.metric('libby_dialer_campaigns_open')).toBe(1);
    await list[Symbol.asyncDispose]();
  });
});

function rejectedConnections(info: string): number {
  return Number(/rejected_connections:(\d+)/.exec(info)?.[1]);
}
