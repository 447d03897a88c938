import { describe, expect, it } from 'vitest';
import { eachTest, type Fixture, PERSON } from '../testing/fixture.ts';
import { jobOf } from './call-job.ts';
import type { SetAsideJob, SetAsideJobs } from './set-aside-jobs.ts';

let fixture: Fixture;
let jobs: SetAsideJobs;
eachTest((each) => {
  fixture = each;
  jobs = fixture.queue.setAsideJobs;
});

const WORKER = 'worker-1';
const AT = 1_000;

function callId(dedupeKey = `phone:${PERSON}`): string {
  return fixture.identity.callId('spring', dedupeKey);
}

function altered(changes: Partial<SetAsideJob> = {}): SetAsideJob {
  const call = { to: PERSON, name: 'Ann', row: 1 };
  return { callId: callId(), name: 'x', data: call, queuedAt: 0, refusal: 'altered', ...changes };
}

const add = (job: SetAsideJob) => jobs.add('spring', job, WORKER, Date.now());
/** The same of a job that is still in the queue. */
async function addQueued(job: SetAsideJob) {
  await fixture.redis.hset(
    `${fixture.keys.queue('spring')}${job.callId}`,
    'data',
    JSON.stringify(job.data),
  );
  return add(job);
}
const listed = () => Array.fromAsync(jobs.list('spring'));

async function results() {
  return (await Array.fromAsync(fixture.results.read('spring'))).map(
    ({ outcome, reason, revision }) => ({
      outcome,
      reason,
      revision,
    }),
  );
}

describe('a copy that an erasure takes out of the queue', () => {
  it.each([
    ['is blanked there while a run holds its lock', true],
    ['goes, also where that run has lost its lock', false],
  ])('%s, and is not set aside by that run', async (_, isLocked) => {
    await fixture.campaign();
    const copy = altered({ callId: '7' });
    const key = `${fixture.keys.queue('spring')}7`;
    await fixture.redis.hset(key, 'data', JSON.stringify(copy.data), 'timestamp', '1');
    if (isLocked) await fixture.redis.set(`${key}:lock`, 'token');
    await fixture.queue.eraser.erase(PERSON, { at: AT });
    expect(await fixture.redis.exists(key)).toBe(isLocked ? 1 : 0);
    expect(await add(copy)).toEqual({ kind: 'over' });
    expect(await listed()).toEqual([]);
  });

  it('stays set aside where it was, however often that is said', async () => {
    await fixture.campaign();
    const copy = altered({ callId: '7' });
    expect([await addQueued(copy), await add(copy)]).toEqual([
      { kind: 'set_aside' },
      { kind: 'known' },
    ]);
    expect(await listed()).toHaveLength(1);
  });
});

describe('what the ledger says of such a job comes first', () => {
  it('a call that is settled needs it no more', async () => {
    await fixture.campaign();
    await fixture.gate().claim(fixture.request({ callId: callId() }));
    await fixture.gate().settle(fixture.settling({ callId: callId() }));
    expect(await add(altered())).toEqual({ kind: 'over' });
    expect(await listed()).toEqual([]);
  });

  it('a call in flight keeps it until its claim is over', async () => {
    await fixture.campaign();
    const answer = await fixture.gate().claim(fixture.request({ callId: callId() }));
    const until = answer.kind === 'dial' ? answer.claim.deadline : 0;
    expect(await add(altered())).toEqual({ kind: 'busy', until });
    expect(await listed()).toEqual([]);
  });

  it('a claim whose owner never spoke is written off, and its late owner may correct that', async () => {
    await fixture.campaign();
    const gate = fixture.gate({ sendWithinMs: 1, claimMs: -1 });
    await gate.claim(fixture.request({ callId: callId() }));
    await add(altered());
    expect(await listed()).toEqual([]);
    expect(await results()).toEqual([{ outcome: 'unknown', reason: 'worker_lost', revision: 1 }]);
    expect(await gate.settle(fixture.settling({ callId: callId() }))).toEqual({
      kind: 'settled',
      revision: 2,
    });
    expect(await fixture.outcomeCount('unknown')).toBe(0);
  });

  it('a call that waits for its redial stays in doubt, and is not dialed again', async () => {
    await fixture.campaign();
    await fixture.gate().claim(fixture.request({ callId: callId() }));
    await fixture
      .gate()
      .settle(fixture.settling({ callId: callId(), outcome: 'unknown', redialAfterMs: 0 }));
    expect(await add(altered())).toEqual({ kind: 'over' });
    expect(await fixture.redis.hget(fixture.keys.campaign('spring').state, 'redialing')).toBe('0');
    expect(
      await fixture.gate().claim(fixture.request({ callId: callId(), owner: 'owner-2' })),
    ).toMatchObject({
      kind: 'done',
      outcome: 'unknown',
    });
  });
});

describe('a person', () => {
  it.each([
    ['phone', `phone:${PERSON}`, { name: 'call' }, 1],
    ['phone', `phone:${PERSON}`, { data: { to: '+15055550199', name: 'Ann' } }, 0],
    ['phone', `phone:${PERSON}`, { callId: '17' }, 0],
    ['externalId', 'externalId:4711', { data: { to: PERSON, name: 'Ann', externalId: '4711' } }, 1],
    ['externalId', 'externalId:4711', { data: { to: PERSON, name: 'Ann', externalId: '4712' } }, 0],
    ['row', 'row:list:1', {}, 0],
    ['row', 'row:list:1', { data: '{"to":' }, 0],
  ] as const)(
    'queues by %s only what is the row of its id (%#)',
    async (dedupeBy, key, changes, count) => {
      const campaign = await fixture.campaign({ dedupeBy });
      await addQueued(altered({ callId: callId(key), ...changes }));
      expect(await jobs.requeue(campaign, await listed())).toBe(count);
      expect((await fixture.redis.llen(`${fixture.keys.queue('spring')}wait`)) === 1).toBe(
        count === 1,
      );
      expect(await listed()).toHaveLength(1 - count);
    },
  );

  it('queues what is sealed and can be read by now', async () => {
    const campaign = await fixture.campaign({ dedupeBy: 'row' });
    const call = { to: PERSON, name: 'Ann', row: 1 };
    const { name } = jobOf(fixture.identity, 'spring', { callId: callId('row:list:1'), call });
    await add(altered({ callId: callId('row:list:1'), name, refusal: 'unreadable' }));
    expect(await jobs.requeue(campaign, await listed())).toBe(1);
  });

  it('cancels a row, which has its one outcome, and drops a copy, which is none', async () => {
    await fixture.campaign();
    for (const job of [altered(), altered({ callId: '17' })]) await addQueued(job);
    await jobs.cancel('spring', await listed(), AT);
    expect(await results()).toEqual([
      { outcome: 'canceled', reason: 'resolved_by_person', revision: 1 },
    ]);
    expect(await listed()).toEqual([]);
  });

  it('erases whoever is named there', async () => {
    await fixture.campaign();
    for (const job of [
      altered(),
      altered({ callId: '17' }),
      altered({ callId: '18', data: `{"to":"${PERSON}","na` }),
    ]) {
      await addQueued(job);
    }
    const erasure = await fixture.queue.eraser.erase(PERSON, { at: Date.now() });
    expect(erasure).toMatchObject({ calls: 3, ended: 1, jobs: 3 });
    expect(await listed()).toEqual([]);
    expect(await fixture.outcomeCount('canceled')).toBe(1);
  });

  it('whose copy a worker has in hand while it is erased does not come back by being set aside', async () => {
    const { redis, keys } = fixture;
    await fixture.campaign();
    const job = altered({ callId: '17' });
    await redis.hset(
      `${keys.queue('spring')}17`,
      'name',
      job.name,
      'data',
      JSON.stringify(job.data),
    );
    await redis.set(`${keys.queue('spring')}17:lock`, 'a worker');
    await fixture.queue.eraser.erase(PERSON, { at: Date.now() });
    expect(await add(job)).toEqual({ kind: 'over' });
    expect(await listed()).toEqual([]);
  });
});

it('keeps a campaign from being archived', async () => {
  await fixture.campaign();
  await add(altered());
  expect(await fixture.queue.archive.archive('spring')).toBe('unfinished');
});
