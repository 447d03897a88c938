import { expect, it } from 'vitest';
import { CallLoader, type LoadVerdict } from '../calls/call-loader.ts';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import { MortalRedis } from '../testing/mortal-redis.ts';
import type { ArchiveOptions } from './campaign-archive.ts';
import { CampaignArchivedError } from './campaign-closed.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

const archive = () => fixture.queue.archive;
/** Closed, and nothing removed yet. */
async function archiveAndDie(campaign: string, options: ArchiveOptions = {}): Promise<void> {
  await archive().archive('none'); // from now on the server knows the script
  using mortal = await MortalRedis.dyingAfter(1, fixture.redis);
  const dying = fixture.queueOf(mortal.redis).archive.archive(campaign, options);
  await expect(dying).rejects.toThrow('killed');
}

const keysUnder = (prefix: string) => fixture.redis.keys(`${prefix}*`);

/** Loads calls, and ends each with an outcome as a worker does. */
async function dialed(
  campaign: string,
  outcomes: readonly ('accepted' | 'rejected' | 'unknown')[],
): Promise<string[]> {
  await fixture.campaign({ id: campaign });
  await using loader = fixture.loader(campaign);
  const calls = fixture
    .calls(outcomes.length)
    .map(({ call }, index) => ({ callId: `${campaign}-${index}`, call }));
  await loader.fixDedupeBy('phone');
  await loader.add(calls);
  await loader.finish();
  await fixture.campaigns.putListHead(campaign, 'h1', { headings: ['Event'] });
  for (const [index, outcome] of outcomes.entries())
    await settle(campaign, calls[index]?.callId ?? '', outcome);
  return calls.map(({ callId }) => callId);
}

async function settle(
  campaign: string,
  callId: string,
  outcome: 'accepted' | 'rejected' | 'unknown',
): Promise<void> {
  const gate = fixture.gate();
  await gate.claim(fixture.request({ campaign, callId }));
  await gate.settle(fixture.settling({ campaign, callId, outcome }));
  const queue = fixture.queue.bullQueue(campaign);
  await (await queue.getJob(callId))?.remove();
  await queue.close();
}

async function exported(campaign: string): Promise<void> {
  await fixture.results.noteExport(campaign, (await fixture.results.last(campaign)) ?? '');
}

async function results(): Promise<(string | undefined)[]> {
  return (await fixture.redis.xrange(fixture.keys.results, '-', '+')).map(
    ([, fields]) => fields[1],
  );
}

it('removes what a finished campaign no longer needs, and only that', async () => {
  await dialed('spring', ['accepted', 'rejected']);
  await dialed('autumn', ['accepted']);
  await settle('spring', 'late', 'accepted');
  await exported('spring');
  const people = await keysUnder(fixture.keys.people);
  expect(await archive().archive('spring')).toBe('archived');
  const { state, headings } = fixture.keys.campaign('spring');
  expect((await keysUnder(`${fixture.keys.campaignPrefix}spring:`)).toSorted()).toEqual([
    headings,
    state,
  ]);
  expect(await keysUnder(fixture.keys.queue('spring'))).toEqual([]);
  expect(await results()).toEqual(['autumn']);
  expect(people).not.toEqual([]);
  expect(await keysUnder(fixture.keys.people)).toEqual(people);
  expect(await fixture.redis.hlen(fixture.keys.campaign('autumn').ledger)).toBe(1);
  expect(await fixture.redis.exists(fixture.keys.campaignsToRemove)).toBe(0);
  const status = await fixture.queue.status.read('spring');
  expect(status).toMatchObject({
    state: 'archived',
    pending: 0,
    outcomes: { accepted: 2, rejected: 1 },
  });
  expect((await fixture.campaigns.list()).map(({ id }) => id)).toEqual(['autumn']);
  expect((await fixture.campaigns.listArchived()).map(({ id }) => id)).toEqual(['spring']);
});

it('nobody is rung again: nothing brings the campaign back', async () => {
  const [first = '', second = ''] = await dialed('spring', ['accepted', 'rejected']);
  await exported('spring');
  await archive().archive('spring');
  const control = fixture.queue.control;
  await using loader = fixture.loader();
  await expect(loader.add(fixture.calls(1))).rejects.toBeInstanceOf(CampaignArchivedError);
  await expect(control.apply('resume', 'spring')).rejects.toBeInstanceOf(CampaignArchivedError);
  await expect(fixture.campaign()).rejects.toBeInstanceOf(CampaignArchivedError);
  const { kept, ledger } = fixture.keys.campaign('spring');
  await fixture.redis.hset(kept, second, '{"to":"+15055550123","name":"Ann"}');
  await fixture.redis.hset(ledger, second, '{"state":"rejected","revision":1}');
  expect(await fixture.queue.reopener.reopen('spring', 'rejected')).toBe(0);
  // Nor a worker that tells a Redis what it has lost, nor a job that a loader adds late.
  const remembered = { callId: first, owner: 'owner-1', revision: 1 };
  const evidence = fixture.queue.evidence;
  expect(await evidence.recall('spring', [remembered])).toEqual({ claims: 0, unsettled: [] });
  expect(await fixture.gate().claim(fixture.request({ callId: first }))).toMatchObject({
    kind: 'done',
  });
  expect(await fixture.campaigns.look()).toMatchObject({ open: [] });
});

it('is refused while anything is to come', async () => {
  expect(await archive().archive('spring')).toBe('unknown_campaign');
  await fixture.campaign();
  await using loader = fixture.loader();
  await loader.lookUp(['call-1']);
  expect(await archive().archive('spring')).toBe('unfinished'); // a list is being loaded
  await loader.add(fixture.calls(1));
  await loader.finish();
  expect(await archive().archive('spring')).toBe('unfinished');
  await dialed('autumn', ['rejected']);
  await fixture.queue.reopener.reopen('autumn', 'rejected');
  expect(await archive().archive('autumn')).toBe('unfinished');
  await dialed('winter', ['unknown']);
  await fixture.queue.unknownCalls.redial('winter', 'winter-0', 60_000, { by: 'Ada' });
  expect(await archive().archive('winter', { withDoubts: true })).toBe('unfinished');
  await dialed('summer', []);
  await fixture.gate().claim(fixture.request({ campaign: 'summer' }));
  expect(await archive().archive('summer')).toBe('unfinished'); // in flight, whatever became of its job
});

it('is refused while calls are in doubt, unless they may stay so', async () => {
  await dialed('spring', ['accepted', 'unknown']);
  await exported('spring');
  expect(await archive().archive('spring')).toBe('in_doubt');
  expect(await archive().archive('spring', { withDoubts: true })).toBe('archived');
  expect(await fixture.outcomeCount('unknown')).toBe(1);
});

it('is refused until the last result is in a file', async () => {
  const [first = ''] = await dialed('spring', ['unknown']);
  expect(await archive().archive('spring', { withDoubts: true })).toBe('not_exported');
  await exported('spring');
  await fixture.gate().settle(fixture.settling({ callId: first })); // corrected since
  expect(await archive().archive('spring')).toBe('not_exported');
  expect(await archive().exports('spring')).toEqual({ inFile: false, groupsBehind: [] });
  await exported('spring');
  expect(await archive().archive('spring')).toBe('archived');
});

it('is refused until every consumer group has acknowledged its results', async () => {
  const { redis, keys } = fixture;
  await dialed('spring', ['accepted', 'rejected']);
  await redis.xgroup('CREATE', keys.results, 'billing', '0');
  await redis.xgroup('CREATE', keys.results, 'newcomer', '$');
  expect(await archive().exports('spring')).toEqual({ inFile: false, groupsBehind: ['billing'] });
  await redis.xreadgroup('GROUP', 'billing', 'one', 'COUNT', 10, 'STREAMS', keys.results, '>');
  expect(await archive().archive('spring')).toBe('not_exported');
  await exported('spring'); // a file is no reason to take from a group what it has not had
  expect(await archive().archive('spring')).toBe('not_exported');
  for (const [id] of await redis.xrange(keys.results, '-', '+'))
    await redis.xack(keys.results, 'billing', id);
  await redis.hdel(keys.campaign('spring').state, 'exported');
  expect(await archive().archive('spring')).toBe('archived');
});

it('goes on where it was killed, with whichever campaign comes next', async () => {
  const { redis, keys } = fixture;
  await dialed('spring', ['accepted', 'rejected']);
  await exported('spring');
  await archiveAndDie('spring');
  expect(await results()).toEqual(['spring', 'spring']);
  await dialed('autumn', []);
  expect(await archive().archive('autumn')).toBe('archived');
  expect(await results()).toEqual([]);
  expect(await redis.exists(keys.campaign('spring').ledger)).toBe(0);
  expect(await archive().archive('spring')).toBe('archived');
});

it('a late word changes nothing: no count, no result, no ledger', async () => {
  const [doubtful = ''] = await dialed('spring', ['unknown', 'accepted']);
  await exported('spring');
  await archive().archive('spring', { withDoubts: true });
  const { state, headings } = fixture.keys.campaign('spring');
  const before = await fixture.redis.hgetall(state);
  const gate = fixture.gate();
  // The owner of the doubt, late but alive, and one whose claim was written off long ago.
  const late = fixture.settling({
    callId: doubtful,
    resultHead: '{"name":"Ann"',
    payload: '{"name":"Ann"}',
  });
  expect(await gate.settle(late)).toEqual({ kind: 'already', outcome: 'canceled' });
  expect(await gate.settle({ ...late, outcome: 'unknown', owner: 'owner-2' })).toMatchObject({
    kind: 'already',
  });
  expect(await gate.release(fixture.releasing({ callId: doubtful }))).toBe('lost');
  expect(await results()).toEqual([]);
  expect(await fixture.redis.hgetall(state)).toEqual(before);
  expect((await keysUnder(`${fixture.keys.campaignPrefix}spring:`)).toSorted()).toEqual([
    headings,
    state,
  ]);
});

it('the same while its ledger is not removed yet', async () => {
  const [doubtful = ''] = await dialed('spring', ['unknown']);
  await exported('spring');
  await archiveAndDie('spring', { withDoubts: true });
  expect(await fixture.gate().settle(fixture.settling({ callId: doubtful }))).toEqual({
    kind: 'already',
    outcome: 'unknown',
  });
  const unknown = fixture.queue.unknownCalls;
  expect(await unknown.accept('spring', doubtful, 0, { by: 'Ada' })).toMatchObject({
    kind: 'not_in_doubt',
  });
  expect(await results()).toEqual(['spring']);
  expect([await fixture.outcomeCount('unknown'), await fixture.outcomeCount('accepted')]).toEqual([
    1, 0,
  ]);
});

it('a job that comes in late ends, and is counted nowhere', async () => {
  await dialed('spring', ['accepted']);
  await exported('spring');
  await archive().archive('spring');
  const queue = fixture.queue.bullQueue('spring');
  const job = await queue.add('call', { to: '+15055550123', name: 'Ann' }, { jobId: 'late' });
  expect(await archive().archive('spring')).toBe('unfinished');
  expect((await fixture.campaigns.look()).open).toEqual(['spring']);
  expect((await fixture.campaigns.get('spring'))?.id).toBe('spring');
  expect(await fixture.gate().claim(fixture.request({ callId: 'late' }))).toMatchObject({
    kind: 'done',
    outcome: 'canceled',
  });
  await job.remove();
  await queue.close();
  expect(await archive().archive('spring')).toBe('archived');
  expect(await results()).toEqual([]);
  expect(await fixture.outcomeCount('canceled')).toBe(0);
});

it('a loader that stood still while the campaign was archived is told, and leaves no job', async () => {
  const { redis, keys } = fixture;
  await dialed('spring', ['accepted']);
  await exported('spring');
  class SlowLoader extends CallLoader {
    override async lookUp(callIds: readonly string[]): Promise<LoadVerdict[]> {
      const verdicts = await super.lookUp(callIds);
      await redis.hdel(keys.campaign('spring').state, 'loadingUntil'); // its mark has run out
      expect(await archive().archive('spring')).toBe('archived');
      return verdicts;
    }
  }
  await using loader = new SlowLoader(redis, keys, 'spring');
  await expect(loader.add(fixture.calls(2))).rejects.toBeInstanceOf(CampaignArchivedError);
  expect(await archive().archive('spring')).toBe('archived');
});

it('trims a long stream step by step', async () => {
  const { redis, keys } = fixture;
  await fixture.campaign();
  const pipeline = redis.pipeline();
  for (let index = 1; index <= 1200; index += 1) {
    pipeline.xadd(
      keys.results,
      `1-${index}`,
      'campaign',
      index % 3 === 0 ? 'autumn' : 'spring',
      'result',
      '{}',
    );
  }
  pipeline.hset(
    keys.campaign('spring').state,
    'firstResult',
    '1-1',
    'lastResult',
    '1-1199',
    'exported',
    '1-1199',
  );
  await pipeline.exec();
  expect(await archive().archive('spring')).toBe('archived');
  expect(new Set(await results())).toEqual(new Set(['autumn']));
  expect(await redis.xlen(keys.results)).toBe(400);
});
