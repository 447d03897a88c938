import { type Job, type Queue, Worker } from 'bullmq';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobInHand } from '../jobs/job-completion.ts';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import type { SettleAnswer, SettleRequest } from './questions.ts';

const LOCK_MS = 30_000;
const TOKEN = 'token';
const CAMPAIGNS = ['spring', 'bulk'] as const;
type Campaign = (typeof CAMPAIGNS)[number];

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

/** Opened first: it says how long the queue's stream of events may be. */
const queues: Queue[] = [];
const workers = new Map<string, Worker>();
beforeEach(async () => {
  for (const campaign of CAMPAIGNS) {
    await fixture.campaign({ id: campaign });
    queues.push(fixture.queue.bullQueue(campaign));
    workers.set(campaign, workerOf(campaign));
  }
  await Promise.all(queues.map((queue) => queue.waitUntilReady()));
});
afterEach(async () => {
  await Promise.all([...workers.values()].map((worker) => worker.close(true)));
  await Promise.all(queues.splice(0).map((queue) => queue.close()));
});

/** It takes no job by itself. */
function workerOf(campaign: string): Worker {
  const { redis, keys } = fixture;
  const { host = '', port = 0 } = redis.options;
  const worker = new Worker(campaign, undefined, {
    connection: { host, port, maxRetriesPerRequest: null },
    prefix: keys.queues,
    lockDuration: LOCK_MS,
    removeOnComplete: { count: 0 },
    autorun: false,
  });
  worker.on('error', () => {});
  return worker;
}

/** Queues calls and takes the first. Events tell only of what follows. */
async function takeFirstOf(campaign: Campaign, count: number): Promise<Job> {
  await fixture.loader(campaign).add(fixture.calls(count));
  const job = await workers.get(campaign)?.getNextJob(TOKEN, { block: false });
  if (job === undefined) throw new Error('there was no job');
  await fixture.redis.xtrim(`${fixture.keys.queue(campaign)}events`, 'MAXLEN', 0);
  return job;
}

function inHand(overrides: Partial<JobInHand> = {}): JobInHand {
  return { token: TOKEN, lockMs: LOCK_MS, at: Date.now(), takesNext: true, ...overrides };
}

async function settle(job: Job, overrides: Partial<SettleRequest> = {}): Promise<SettleAnswer> {
  const gate = fixture.gate();
  const call = { callId: job.id ?? '', campaign: job.queueName, owner: 'owner-1' };
  await gate.claim(fixture.request(call));
  return gate.settle(fixture.settling({ ...call, job: inHand(), ...overrides }));
}

/** All that stands in a campaign's queue, but for instants and how long is left of them. */
async function queueOf(campaign: Campaign) {
  const { redis, keys } = fixture;
  const prefix = keys.queue(campaign);
  const names = (await redis.keys(`${prefix}*`)).map((key) => key.slice(prefix.length));
  const active = await redis.lrange(`${prefix}active`, 0, -1);
  const jobs = await Promise.all(
    active.map(async (id) => {
      const { processedOn, timestamp, name, ...job } = await redis.hgetall(`${prefix}${id}`);
      const isLocked = (await redis.pttl(`${prefix}${id}:lock`)) > LOCK_MS / 2;
      const isTimed = Number(processedOn) > 0 && Number(timestamp) > 0 && name !== undefined;
      return { ...job, isTimed, isLocked, lock: await redis.get(`${prefix}${id}:lock`) };
    }),
  );
  const events = await redis.xrange(`${prefix}events`, '-', '+');
  return {
    names: names.toSorted(),
    wait: await redis.lrange(`${prefix}wait`, 0, -1),
    active,
    jobs,
    events: events.map(([, fields]) => fields),
    marker: await redis.zrange(`${prefix}marker`, '0', '-1', 'WITHSCORES'),
  };
}

const isInQueue = async (job: Job) =>
  (await fixture.redis.exists(`${fixture.keys.queue(job.queueName)}${job.id}`)) === 1;

describe('a job that is settled with its call', () => {
  it.each([
    { calls: 3, takesNext: true },
    { calls: 3, takesNext: false },
    { calls: 1, takesNext: true },
    { calls: 1, takesNext: false },
  ])('leaves what BullMQ would leave, of $calls with the next: $takesNext', async (given) => {
    const ours = await takeFirstOf('spring', given.calls);
    const theirs = await takeFirstOf('bulk', given.calls);
    const answer = await settle(ours, { job: inHand({ takesNext: given.takesNext }) });
    const next = await theirs.moveToCompleted(null, TOKEN, given.takesNext);
    expect(await queueOf('spring')).toEqual(await queueOf('bulk'));
    if (answer.kind !== 'settled') throw new Error('it was not settled');
    const { completed } = answer;
    const nextId = completed === 0 ? undefined : completed?.[1];
    expect(nextId || undefined).toEqual((next as unknown[] | undefined)?.[1] || undefined);
    expect(nextId !== undefined && nextId !== '').toBe(given.takesNext && given.calls > 1);
  });

  it('goes also where the call has its outcome already', async () => {
    const job = await takeFirstOf('spring', 2);
    await settle(job, { job: undefined });
    expect(await isInQueue(job)).toBe(true);
    const again = await settle(job, { owner: 'owner-2', outcome: 'exhausted' });
    expect(again).toMatchObject({ kind: 'already', completed: expect.any(Array) as unknown });
    expect(await isInQueue(job)).toBe(false);
  });

  it('stays where the call is another owner’s', async () => {
    const job = await takeFirstOf('spring', 2);
    expect(await settle(job, { owner: 'owner-2' })).toEqual({ kind: 'lost' });
    expect(await isInQueue(job)).toBe(true);
  });

  it('stays for a call that is to be dialed once more', async () => {
    const job = await takeFirstOf('spring', 2);
    const doubt = { outcome: 'unknown', redialAfterMs: 1000 } as const;
    const answer = await settle(job, doubt);
    expect(answer).toMatchObject({ kind: 'settled', redialAt: expect.any(Number) as unknown });
    expect(answer).not.toHaveProperty('completed');
    expect(await isInQueue(job)).toBe(true);
  });

  it.each(['another’s', 'over'])(
    'stays while its lock is %s; the call is settled',
    async (lock) => {
      const job = await takeFirstOf('spring', 2);
      const key = `${fixture.keys.queue('spring')}${job.id}:lock`;
      await (lock === 'over' ? fixture.redis.del(key) : fixture.redis.set(key, 'another token'));
      expect(await settle(job)).toEqual({ kind: 'settled', revision: 1 });
      expect(await isInQueue(job)).toBe(true);
      expect(await fixture.outcomeCount('accepted')).toBe(1);
    },
  );

  it('stays where its queue cannot be read; the call is settled', async () => {
    const job = await takeFirstOf('spring', 3);
    await fixture.redis.set(`${fixture.keys.queue('spring')}stalled`, 'no set');
    expect(await settle(job)).toEqual({ kind: 'settled', revision: 1 });
    expect(await fixture.outcomeCount('accepted')).toBe(1);
  });

  it('is completed once, however often that is said', async () => {
    const job = await takeFirstOf('spring', 3);
    expect(await settle(job)).toMatchObject({ completed: expect.any(Array) as unknown });
    expect(await settle(job)).toEqual({ kind: 'settled', revision: 1 });
    expect(await fixture.redis.lrange(`${fixture.keys.queue('spring')}active`, 0, -1)).toHaveLength(
      1,
    );
  });
});
