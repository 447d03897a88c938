import type { Queue } from 'bullmq';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { jobOf } from '../jobs/call-job.ts';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import { addCalls } from './add-calls.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

/** Opened first: it says how long the queue's stream of events may be. */
const queues: Queue[] = [];
beforeEach(async () => {
  queues.push(fixture.queue.bullQueue('spring'), fixture.queue.bullQueue('bulk'));
  await Promise.all(queues.map((queue) => queue.waitUntilReady()));
});
afterEach(async () => {
  await Promise.all(queues.splice(0).map((queue) => queue.close()));
});

/** All that stands in a campaign's queue, but for when it was put there. */
async function queueOf(campaign: string) {
  const { redis, keys } = fixture;
  const prefix = keys.queue(campaign);
  const ids = await redis.lrange(`${prefix}wait`, 0, -1);
  const jobs = await Promise.all(
    ids.map(async (id) => {
      const { timestamp, opts = '', ...job } = await redis.hgetall(`${prefix}${id}`);
      return { ...job, isTimed: Number(timestamp) > 0, opts: JSON.parse(opts) as unknown };
    }),
  );
  const events = await redis.xrange(`${prefix}events`, '-', '+');
  return {
    ids,
    jobs,
    events: events.map(([, fields]) => fields),
    marker: await redis.zrange(`${prefix}marker`, '0', '-1', 'WITHSCORES'),
    counter: await redis.get(`${prefix}id`),
  };
}

it('leaves in a queue what addBulk would, in the order of the calls', async () => {
  const jobs = fixture.calls(70).map((each) => jobOf(fixture.identity, 'spring', each));
  const calls = jobs.map((job) => ({ ...job, names: '', expiresAt: undefined }));
  expect(await addCalls(fixture.redis, fixture.keys, 'spring', calls)).toBe(true);
  expect(await addCalls(fixture.redis, fixture.keys, 'spring', calls.slice(0, 2))).toBe(true);
  for (const some of [jobs, jobs.slice(0, 2)]) {
    await queues[1]?.addBulk(
      some.map(({ callId, name, data }) => ({
        name,
        data: JSON.parse(data) as unknown,
        opts: { jobId: callId, removeOnComplete: true },
      })),
    );
  }
  const left = await queueOf('spring');
  expect(left).toEqual(await queueOf('bulk'));
  expect(left.ids.toReversed()).toEqual(jobs.map(({ callId }) => callId));
});
