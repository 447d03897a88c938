import { expect, it } from 'vitest';
import { eachTest, type Fixture, PERSON } from '../testing/fixture.ts';
import type { Claim } from './claim.ts';
import type { GateAnswer, Uncompared } from './questions.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

const HOUR_MS = 3_600_000;
const PAYLOAD = JSON.stringify({ to: PERSON, name: 'Ann' });

/** Claimed, and in doubt since, with a redial so long after the deadline. */
async function doubted({
  redialAfterMs = 0,
  claimMs = 1,
}: {
  redialAfterMs?: number;
  claimMs?: number;
} = {}) {
  const gate = fixture.gate({ claimMs });
  const claim = claimOf(await gate.claim(fixture.request()));
  const answer = await gate.settle(
    fixture.settling({ outcome: 'unknown', payload: PAYLOAD, redialAfterMs }),
  );
  return { gate, claim, answer };
}

function claimOf(answer: GateAnswer | Uncompared): Claim {
  if (answer.kind !== 'dial') throw new Error(`the gate says ${answer.kind}`);
  return answer.claim;
}

async function redialed() {
  await doubted();
  const gate = fixture.gate();
  await expect
    .poll(async () => (await gate.claim(fixture.request({ owner: 'owner-2' }))).kind)
    .toBe('dial');
  return gate;
}

async function entryOf(field = 'call-1'): Promise<Record<string, unknown>> {
  return JSON.parse(
    (await fixture.redis.hget(fixture.keys.campaign('spring').ledger, field)) ?? '{}',
  ) as Record<string, unknown>;
}

const redialing = async () =>
  Number(await fixture.redis.hget(fixture.keys.campaign('spring').state, 'redialing'));

it('waits for the claim’s deadline and the time after it', async () => {
  const { gate, claim, answer } = await doubted({ redialAfterMs: HOUR_MS, claimMs: 60_000 });
  const redialAt = claim.deadline + HOUR_MS;
  expect(answer).toEqual({ kind: 'settled', revision: 1, redialAt });
  const asked = await gate.claim(fixture.request({ owner: 'owner-2' }));
  expect(asked).toMatchObject({ kind: 'wait', until: redialAt, waitFor: 'redial' });
  expect(await redialing()).toBe(1);
  // Whoever settles it as well hears the same.
  const again = fixture.settling({ outcome: 'unknown', redialAfterMs: 0 });
  expect(await gate.settle(again)).toEqual({ kind: 'settled', revision: 1, redialAt });
  expect(await gate.settle({ ...again, owner: 'owner-2' })).toEqual({
    kind: 'already',
    outcome: 'unknown',
    redialAt,
  });
});

it('is nothing for the first owner, though it asks to renew its claim', async () => {
  const { gate } = await doubted();
  await expect
    .poll(async () => (await gate.claim(fixture.request({ owner: 'owner-2', ready: false }))).kind)
    .toBe('unready');
  expect(await gate.claim(fixture.request({ renews: 0 }))).toMatchObject({
    kind: 'wait',
    waitFor: 'redial',
  });
  expect(await gate.claim(fixture.request())).toMatchObject({ kind: 'wait', waitFor: 'redial' });
});

it('keeps what the first attempt left, and counts the call as unknown no more', async () => {
  await redialed();
  expect(await entryOf('call-1#1')).toMatchObject({
    state: 'unknown',
    owner: 'owner-1',
    attempts: 1,
    revision: 1,
  });
  expect(await entryOf()).toMatchObject({
    state: 'claimed',
    owner: 'owner-2',
    attempts: 1,
    redials: 1,
    revision: 1,
  });
  expect([await fixture.outcomeCount('unknown'), await redialing()]).toEqual([0, 0]);
});

it('is not granted a second time', async () => {
  const gate = await redialed();
  const settled = await gate.settle(
    fixture.settling({
      owner: 'owner-2',
      outcome: 'unknown',
      redials: 1,
      redialAfterMs: 0,
      payload: PAYLOAD,
    }),
  );
  expect(settled).toEqual({ kind: 'settled', revision: 2 });
  expect(await gate.claim(fixture.request({ owner: 'owner-3' }))).toMatchObject({
    kind: 'done',
    outcome: 'unknown',
  });
  const unknown = fixture.queue.unknownCalls;
  expect(await unknown.redial('spring', 'call-1', 0, { by: 'Ada' })).toMatchObject({
    kind: 'redialed',
  });
  expect([await fixture.outcomeCount('unknown'), await redialing()]).toEqual([1, 0]);
});

it('given back it may be claimed again, and is still the redial', async () => {
  const gate = await redialed();
  expect(await gate.release(fixture.releasing({ owner: 'owner-2' }))).toBe('released');
  expect(claimOf(await gate.claim(fixture.request({ owner: 'owner-3' })))).toMatchObject({
    redials: 1,
  });
});

it('given back and then canceled, the call is unknown again', async () => {
  const gate = await redialed();
  await gate.release(fixture.releasing({ owner: 'owner-2' }));
  await fixture.queue.control.apply('cancel', 'spring');
  const answer = await gate.claim(fixture.request({ owner: 'owner-3' }));
  expect(answer).toMatchObject({ kind: 'skip', outcome: 'unknown', reason: 'campaign_canceled' });
});

it('hears of the first owner no more once it is claimed, but the archive does', async () => {
  const gate = await redialed();
  expect(await gate.settle(fixture.settling({ outcome: 'accepted' }))).toEqual({ kind: 'lost' });
  expect(await entryOf('call-1#1')).toMatchObject({ state: 'unknown', lateOutcome: 'accepted' });
  expect(await fixture.outcomeCount('accepted')).toBe(0);
});

it('loses its wait when the campaign is canceled', async () => {
  const { gate } = await doubted({ redialAfterMs: HOUR_MS });
  await fixture.queue.control.apply('cancel', 'spring');
  expect(await gate.claim(fixture.request({ owner: 'owner-2' }))).toMatchObject({
    kind: 'done',
    outcome: 'unknown',
  });
  await fixture.queue.control.apply('resume', 'spring');
  expect(await gate.claim(fixture.request({ owner: 'owner-2' }))).toMatchObject({
    kind: 'done',
    outcome: 'unknown',
  });
  expect([await fixture.outcomeCount('unknown'), await redialing()]).toEqual([1, 0]);
});

it.each(['unknown', 'claimed', 'open'])(
  'that Redis has lost is written again by whoever made it, over an entry that is %s',
  async (state) => {
    const gate = await redialed();
    const claim = { ...(await entryOf()), state: 'claimed' } as unknown as Claim;
    const own = fixture.keys.campaign('spring');
    // As in a backup from before the redial.
    const before = {
      ...(await entryOf('call-1#1')),
      state,
      ...(state === 'unknown' ? { redialAt: 1 } : {}),
    };
    await fixture.redis.hset(own.ledger, 'call-1', JSON.stringify(before));
    await fixture.redis.hset(own.state, {
      'outcome:unknown': state === 'unknown' ? 1 : 0,
      redialing: state === 'unknown' ? 1 : 0,
    });
    const evidence = fixture.queue.evidence;
    const remembered = { callId: 'call-1', owner: 'owner-2', revision: 2, claim };
    expect(await evidence.recall('spring', [remembered])).toEqual({ claims: 1, unsettled: [] });
    expect(await gate.claim(fixture.request({ owner: 'owner-3' }))).toMatchObject({ kind: 'busy' });
    expect([await fixture.outcomeCount('unknown'), await redialing()]).toEqual([0, 0]);
    expect(await evidence.recall('spring', [remembered])).toEqual({ claims: 0, unsettled: [] });
  },
);

it.each([
  ['waits to be dialed', {}],
  ['is still in the hands of the first owner', { state: 'claimed', redialAt: undefined }],
  ['was given back', { state: 'open', owner: 'owner-0', redialAt: undefined }],
])(
  'whose outcome Redis has lost is settled again by whoever knows it, over a call that %s',
  async (_, changes) => {
    const { gate } = await doubted();
    const own = fixture.keys.campaign('spring');
    if ('state' in changes) {
      await fixture.redis.hset(
        own.ledger,
        'call-1',
        JSON.stringify({ ...(await entryOf()), ...changes }),
      );
      await fixture.redis.hdel(own.state, 'outcome:unknown', 'redialing');
    }
    const remembered = { callId: 'call-1', owner: 'owner-2', revision: 2, redials: 1 };
    const evidence = fixture.queue.evidence;
    expect((await evidence.recall('spring', [remembered])).unsettled).toEqual([remembered]);
    const settled = fixture.settling({ owner: 'owner-2', redials: 1, resultsBefore: 1 });
    expect(await gate.settle(settled)).toEqual({ kind: 'settled', revision: 2 });
    expect(await gate.claim(fixture.request({ owner: 'owner-3' }))).toMatchObject({
      kind: 'done',
      outcome: 'accepted',
    });
    expect([
      await fixture.outcomeCount('unknown'),
      await fixture.outcomeCount('accepted'),
      await redialing(),
    ]).toEqual([0, 1, 0]);
  },
);

it('asked for by a person queues the call again, and its payload stays kept until it is dialed', async () => {
  const own = fixture.keys.campaign('spring');
  const gate = fixture.gate({ claimMs: 1 });
  await gate.claim(fixture.request());
  await gate.settle(fixture.settling({ outcome: 'unknown', payload: PAYLOAD }));
  const unknown = fixture.queue.unknownCalls;
  expect(await unknown.redial('spring', 'call-1', 0, { by: 'Ada' })).toMatchObject({
    kind: 'resolved',
  });
  const queue = fixture.queue.bullQueue('spring');
  expect((await queue.getJob('call-1'))?.data).toEqual(JSON.parse(PAYLOAD));
  await queue.close();
  expect(await fixture.redis.exists(own.reopened)).toBe(0);
  expect(await fixture.redis.hexists(own.kept, 'call-1')).toBe(1);
  expect(await unknown.redial('spring', 'call-1', 0, { by: 'Ada' })).toMatchObject({
    kind: 'waits',
  });
});

it('asked for while a worker still has the old job in hand comes up when that has ended', async () => {
  const own = fixture.keys.campaign('spring');
  const queue = fixture.queue.bullQueue('spring');
  await queue.add('call', JSON.parse(PAYLOAD), { jobId: 'call-1' });
  await fixture.redis.rpoplpush(
    `${fixture.keys.queue('spring')}wait`,
    `${fixture.keys.queue('spring')}active`,
  );
  await fixture.gate().settle(fixture.settling({ outcome: 'unknown', payload: PAYLOAD }));
  const unknown = fixture.queue.unknownCalls;
  await unknown.redial('spring', 'call-1', 0, { by: 'Ada' });
  expect(await fixture.redis.smembers(own.reopened)).toEqual(['call-1']);
  expect((await fixture.campaigns.look()).reopened).toEqual(['spring']);
  await queue.close();
});
