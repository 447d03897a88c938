import { eventually, patienceMs, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DialingWorld, phone, phones } from '../testing/dialing-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const NUMBER = phone(0);
const STRANGER = phone(900);

/** A world with these calls in its queue, and no worker yet. */
async function loaded(
  count = 1,
  changes: Parameters<DialingWorld['load']>[2] = {},
): Promise<DialingWorld> {
  const world = await DialingWorld.open(redis);
  await world.campaign();
  await world.load(phones(count), 'spring', changes);
  return world;
}

/** As a person does it who edits a job where queues are shown. */
async function edit(world: DialingWorld, changes: object, to = NUMBER): Promise<void> {
  await world.withQueue('spring', async (queue) => {
    const job = await queue.getJob(world.callId(to));
    await job?.updateData({ ...(job.data as object), ...changes });
  });
}

/** Overwrites the text of a job's data. */
async function corrupt(world: DialingWorld, data: string): Promise<void> {
  await world.redis.hset(`${world.keys.queue('spring')}${world.callId(NUMBER)}`, 'data', data);
}

async function setAside(world: DialingWorld, campaign = 'spring') {
  return Array.fromAsync(world.queue.setAsideJobs.list(campaign));
}

async function isSetAside(world: DialingWorld, campaign = 'spring') {
  await eventually(async () => (await world.status(campaign)).setAside === 1);
}

describe.concurrent('of jobs that are not as we have made them', () => {
  test('a copy rings nobody, and is set aside', async () => {
    await using world = await loaded();
    await world.withQueue('spring', async (queue) => {
      const job = await queue.getJob(world.callId(NUMBER));
      if (job === undefined) throw new Error('the call is not in the queue');
      const { jobId: _, ...opts } = job.opts;
      await queue.add(job.name, job.data, opts);
    });
    const worker = await world.startWorker();
    await world.settled(1);
    await isSetAside(world);
    expect(world.simulator.calls().byNumber).toEqual({ [NUMBER]: 1 });
    expect(await world.status()).toMatchObject({ state: 'waiting', pending: 0, setAside: 1 });
    expect(await setAside(world)).toMatchObject([{ refusal: 'altered', data: { to: NUMBER } }]);
    expect(await worker.metric('libby_dialer_jobs_set_aside_total', 'reason="altered"')).toBe(1);
    expect(worker.logs.join('')).not.toContain(NUMBER);
    await world.control.apply('cancel', 'spring', AbortSignal.timeout(patienceMs()));
    await eventually(async () => (await world.status()).setAside === 0);
    expect((await world.status()).outcomes).toMatchObject({ accepted: 1, canceled: 0 });
  });

  test('one that comes in once its campaign has no more work is found, and keeps it from being archived', async () => {
    await using world = await loaded();
    await world.startWorker();
    await world.settled(1);
    await eventually(
      async () => (await world.redis.sismember(world.keys.openCampaigns, 'spring')) === 0,
    );
    await world.withQueue('spring', (queue) =>
      queue.add('call', { to: STRANGER, name: 'Ada', row: 2 }),
    );
    await isSetAside(world);
    expect(world.requestsByNumber().has(STRANGER)).toBe(false);
    expect(await world.queue.archive.archive('spring')).toBe('unfinished');
  });

  test('one in another campaign rings nobody', async () => {
    await using world = await loaded();
    await world.campaign({ id: 'autumn' });
    const { name, data } = await world.withQueue('spring', async (queue) => {
      const job = await queue.getJob(world.callId(NUMBER));
      return { name: job?.name ?? '', data: job?.data as object };
    });
    await world.withQueue('autumn', (queue) =>
      queue.add(name, data, { jobId: world.callId(NUMBER) }),
    );
    await world.startWorker();
    await world.settled(1);
    await isSetAside(world, 'autumn');
    expect(world.simulator.calls().byNumber).toEqual({ [NUMBER]: 1 });
  });

  test('an edited number is not called, and the row is loaded again from its list', async () => {
    await using world = await loaded(2);
    await edit(world, { to: STRANGER });
    await world.startWorker();
    await world.settled(1);
    await isSetAside(world);
    expect(world.requestsByNumber().has(STRANGER)).toBe(false);
    await world.load(phones(2));
    await world.settled(2);
    expect(world.simulator.calls().byNumber).toEqual({ [phone(0)]: 1, [phone(1)]: 1 });
    expect(await world.status()).toMatchObject({ state: 'completed', setAside: 0 });
  });

  test('an edited time keeps the row, which ends with its campaign', async () => {
    await using world = await loaded();
    await edit(world, { expiresAt: Date.now() + 3_600_000 });
    await world.startWorker();
    await isSetAside(world);
    await world.control.apply('cancel', 'spring', AbortSignal.timeout(patienceMs()));
    const [result] = await world.settled(1);
    expect(result).toMatchObject({
      toPhoneNumber: NUMBER,
      outcome: 'canceled',
      reason: 'campaign_canceled',
      attempts: 0,
    });
    expect(await world.status()).toMatchObject({
      state: 'canceled',
      setAside: 0,
      outcomes: { canceled: 1 },
    });
    expect(world.requestsByNumber().size).toBe(0);
  });

  test('a row whose own time is over ends as expired, also while its campaign is paused', async () => {
    const expiresAt = Date.now() + 1000;
    await using world = await loaded(1, { expiresAt });
    await world.control.apply('pause', 'spring', AbortSignal.timeout(patienceMs()));
    await edit(world, { to: STRANGER, expiresAt: expiresAt + 3_600_000 });
    await world.startWorker();
    const [result] = await world.settled(1);
    expect(result).toMatchObject({ outcome: 'expired', reason: 'deadline' });
    expect(await world.status()).toMatchObject({
      pending: 0,
      setAside: 0,
      outcomes: { expired: 1 },
    });
  });

  test('one from before there were seals waits for its list, or for a person', async () => {
    await using world = await loaded(0);
    const data = { to: NUMBER, name: 'Ada', row: 2 };
    await world.withQueue('spring', (queue) =>
      queue.add('call', data, { jobId: world.callId(NUMBER) }),
    );
    await world.redis.sadd(world.keys.openCampaigns, 'spring');
    const worker = await world.startWorker();
    await isSetAside(world);
    const jobs = world.queue.setAsideJobs;
    const campaign = await world.campaign();
    expect(await jobs.requeue(campaign, await setAside(world))).toBe(1);
    await world.settled(1);
    expect(world.simulator.calls().byNumber).toEqual({ [NUMBER]: 1 });
    expect(await worker.metric('libby_dialer_unexpected_errors_total')).toBe(0);
  });

  test.each([
    ['no JSON', `{"to":"${NUMBER}","name":"Ada Lovelace`],
    ['of another version', JSON.stringify({ to: NUMBER, name: 'Ada Lovelace', language: 'en' })],
    ['nothing at all', 'null'],
  ])(
    'data that are %s stop no other call, leak nothing, and end with the campaign',
    async (_, data) => {
      await using world = await loaded(3);
      await corrupt(world, data);
      const worker = await world.startWorker();
      await world.settled(2);
      await isSetAside(world);
      expect(await setAside(world)).toMatchObject([
        { callId: world.callId(NUMBER), refusal: 'unreadable' },
      ]);
      await world.control.apply('cancel', 'spring', AbortSignal.timeout(patienceMs()));
      const results = await world.settled(3);
      expect(results.find(({ callId }) => callId === world.callId(NUMBER))).toMatchObject({
        toPhoneNumber: 'unreadable',
        name: 'unreadable',
        outcome: 'canceled',
      });
      expect(worker.logs.join('')).not.toMatch(/Ada|Lovelace/);
      expect(await worker.metric('libby_dialer_unexpected_errors_total')).toBe(0);
      expect(await worker.metric('libby_dialer_queue_troubles_total')).toBe(0);
    },
  );
});
