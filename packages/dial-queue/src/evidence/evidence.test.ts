import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import type { Claim } from '../gate/claim.ts';
import type { Gate } from '../gate/gate.ts';
import type { ClaimRequest } from '../gate/questions.ts';
import { eachTest, type Fixture, LINE } from '../testing/fixture.ts';
import type { Evidence } from './evidence.ts';

const ELSEWHERE = 'e'.repeat(40);

let fixture: Fixture;
let evidence: Evidence;
// Its own server, for one test makes it forget its scripts.
eachTest(
  (each) => {
    fixture = each;
    evidence = each.queue.evidence;
  },
  { own: true },
);

/** Passes the gate for sure. */
async function claim(gate: Gate, request: Partial<ClaimRequest> = {}): Promise<Claim> {
  const answer = await gate.claim(fixture.request(request));
  if (answer.kind !== 'dial') throw new Error(`the gate answered ${answer.kind}`);
  return answer.claim;
}

const ledger = () => fixture.redis.hgetall(fixture.keys.campaign('spring').ledger);
const nobody: ReadonlyMap<string, number> = new Map();
const thisServer = async () => (await evidence.compare(nobody, true)).server;
/** As if Redis had gone back to before its claims. */
const forgetClaims = (server: string, left = 0) =>
  fixture.redis.hset(fixture.keys.claimCounts, server, left);

/** As if these workers had compared elsewhere, so long before the data came here. */
async function comeFromElsewhere(workers: Readonly<Record<string, number>>): Promise<void> {
  const { now } = await evidence.compare(nobody, true);
  const fields = Object.entries(workers).map(([id, msBefore]) => [
    `worker:${id}`,
    `${now - msBefore} ${ELSEWHERE}`,
  ]);
  await fixture.redis.hset(fixture.keys.claimCounts, {
    ...Object.fromEntries(fields),
    server: ELSEWHERE,
  });
}
const pauseMs = async (worker: string) => {
  const { opensAt } = await evidence.compare(nobody, true, worker);
  return opensAt - Number(await fixture.redis.hget(fixture.keys.claimCounts, 'since'));
};

const call = (owner: string, claimed?: Claim, revision = 1) => ({
  callId: 'call-1',
  owner,
  revision,
  ...(claimed && { claim: claimed }),
});

describe('a comparison', () => {
  it('finds nothing lost where nothing is', async () => {
    const gate = fixture.gate();
    await claim(gate);
    await claim(gate, { callId: 'call-2', owner: 'owner-2' });
    expect(await evidence.compare(new Map([[await thisServer(), 2]]), true)).toMatchObject({
      lost: 0,
      opensAt: 0,
    });
    expect(await fixture.holds.list()).toEqual([]);
  });

  it('that finds claims lost holds everything until a person releases it, and says so once', async () => {
    const gate = fixture.gate();
    for (const callId of ['call-1', 'call-2', 'call-3']) await claim(gate, { callId });
    const server = await thisServer();
    await forgetClaims(server, 1);
    expect(await evidence.compare(new Map([[server, 3]]), false)).toMatchObject({ lost: 2 });
    expect(await fixture.holds.list()).toMatchObject([
      { scope: 'all', reason: 'evidence_lost', until: undefined },
    ]);
    const held = await gate.claim(fixture.request({ callId: 'call-4', seen: 3 }));
    expect(held).toMatchObject({
      kind: 'held',
      scope: 'all',
      reason: 'evidence_lost',
      until: undefined,
    });
    await fixture.holds.release('all');
    expect(await evidence.compare(new Map([[server, 3]]), true)).toMatchObject({ lost: 0 });
    expect(await gate.claim(fixture.request({ callId: 'call-4', seen: 3 }))).toMatchObject({
      kind: 'dial',
      sequence: 4,
    });
  });

  it('makes a hold that would lift itself one for a person', async () => {
    const pauses = { firstPauseMs: 0, maxPauseMs: 0, retryAfterMs: 0 };
    await fixture.holds.open({ scope: 'all', reason: 'rate_limited', ...pauses }, 'call-0');
    await evidence.compare(new Map([[ELSEWHERE, 1]]), true);
    expect(await fixture.holds.list()).toMatchObject([
      { reason: 'evidence_lost', until: undefined },
    ]);
  });

  it('is not deceived by what was claimed since on another server', async () => {
    await claim(fixture.gate());
    await fixture.redis.hset(fixture.keys.claimCounts, ELSEWHERE, 4);
    const seen = new Map([
      [ELSEWHERE, 5],
      [await thisServer(), 1],
    ]);
    expect(await evidence.compare(seen, true)).toMatchObject({ lost: 1 });
  });

  it('lets nobody claim on a new server before all have had the time to compare', async () => {
    await fixture.redis.hset(fixture.keys.claimCounts, ELSEWHERE, 5);
    const first = await evidence.compare(new Map([[ELSEWHERE, 5]]), true);
    expect(first.lost).toBe(0);
    expect(first.opensAt).toBeGreaterThan(first.now);
    // Whoever comes later waits no longer than whoever came first.
    expect((await evidence.compare(nobody, true)).opensAt).toBe(first.opensAt);
  });

  describe('on a new server', () => {
    it('waits for longer until all who lived have compared', async () => {
      await comeFromElsewhere({ one: 0, other: 2000, third: 6000 });
      expect(await pauseMs('one')).toBe(40_000);
      expect(await pauseMs('other')).toBe(40_000);
      expect(await pauseMs('third')).toBe(8000);
      expect(await pauseMs('one')).toBe(8000);
    });

    it('waits for none that has left, was dead before, or is new', async () => {
      await comeFromElsewhere({ one: 0, left: 1000, dead: 60_000 });
      await evidence.leave('left');
      expect(await pauseMs('one')).toBe(8000);
      expect(await pauseMs('new')).toBe(8000);
    });

    it('forgets in the end who ended without a word', async () => {
      await comeFromElsewhere({ one: 0, killed: 3_600_001 });
      await pauseMs('one');
      const fields = await fixture.redis.hkeys(fixture.keys.claimCounts);
      expect(fields.filter((field) => field.startsWith('worker:'))).toEqual(['worker:one']);
    });
  });

  it('takes a server for new also when the data have been elsewhere since', async () => {
    await evidence.compare(nobody, true);
    await fixture.redis.hset(fixture.keys.claimCounts, 'server', ELSEWHERE);
    const back = await evidence.compare(nobody, true);
    expect(back.opensAt).toBeGreaterThan(back.now);
  });

  it('on data without any claim lets everybody claim at once', async () => {
    expect((await evidence.compare(nobody, true)).opensAt).toBe(0);
    expect((await evidence.compare(nobody, true)).opensAt).toBe(0);
  });
});

describe('a server that hides its name', () => {
  it('may be another with every connection, and its claims are counted all the same', async () => {
    const { host = '', port = 0 } = fixture.redis.options;
    await fixture.redis.acl('SETUSER', 'modest', 'on', '>modest', '~*', '&*', '+@all', '-info');
    const redis = new Redis({
      host,
      port,
      username: 'modest',
      password: 'modest',
      enableReadyCheck: false,
    });
    const queue = fixture.queueOf(redis);
    const modest = queue.evidence;
    const gate = queue.gate({ sendWithinMs: 1000, claimMs: 5000 });
    try {
      expect(await modest.compare(nobody, true)).toMatchObject({ server: 'unnamed', opensAt: 0 });
      expect(await gate.introduce('unnamed')).toBe(true);
      await claim(gate);
      const reconnected = await modest.compare(new Map([['unnamed', 1]]), true);
      expect(reconnected.opensAt).toBeGreaterThan(reconnected.now);
      expect(await modest.compare(new Map([['unnamed', 1]]), false)).toMatchObject({
        opensAt: 0,
        lost: 0,
      });
      expect(await modest.compare(new Map([['unnamed', 2]]), false)).toMatchObject({ lost: 1 });
    } finally {
      redis.disconnect();
    }
  });
});

describe('the gate', () => {
  it('claims on no server but the one it was introduced to', async () => {
    const gate = fixture.gate();
    expect(await gate.introduce(ELSEWHERE)).toBe(false);
    await gate.introduce(await thisServer());
    expect(await gate.introduce(ELSEWHERE)).toBe(false);
    await claim(gate);
  });

  it('refuses, and writes nothing, on a server process that does not know it', async () => {
    const gate = fixture.gate();
    await gate.introduce(await thisServer());
    await fixture.redis.script('FLUSH');
    expect(await gate.claim(fixture.request())).toEqual({ kind: 'uncompared' });
    expect(await ledger()).toEqual({});
    await gate.introduce(await thisServer());
    await claim(gate);
  });

  it('writes nothing where the asker has seen more claims than there are', async () => {
    const gate = fixture.gate();
    await claim(gate, { seen: 0 });
    expect(await gate.claim(fixture.request({ callId: 'call-2', seen: 2 }))).toEqual({
      kind: 'uncompared',
    });
    expect(Object.keys(await ledger())).toEqual(['call-1']);
    // And asking does not make up for what is missing.
    expect(await gate.claim(fixture.request({ callId: 'call-2', seen: 2 }))).toEqual({
      kind: 'uncompared',
    });
    expect(await fixture.redis.hget(fixture.keys.claimCounts, await thisServer())).toBe('1');
  });

  it('refuses on a server whose data have been elsewhere, until somebody has compared there again', async () => {
    const gate = fixture.gate();
    await claim(gate);
    await fixture.redis.hset(fixture.keys.claimCounts, 'server', ELSEWHERE);
    expect(await gate.claim(fixture.request({ callId: 'call-2' }))).toEqual({ kind: 'uncompared' });
    expect(Object.keys(await ledger())).toEqual(['call-1']);
    await thisServer();
    await claim(gate, { callId: 'call-2' });
  });

  it('gives no claim that too few replicas have', async () => {
    const times = { sendWithinMs: 1000, claimMs: 5000 };
    const gate = fixture.queue.gate(times, { replicas: 1, timeoutMs: 1 });
    const answer = await gate.claim(fixture.request());
    expect(answer).toMatchObject({ kind: 'unfenced', claim: { owner: 'owner-1' } });
    expect(await gate.release(fixture.releasing({ attempts: 0 }))).toBe('released');
    expect(await gate.claim(fixture.request({ owner: 'owner-2', ready: false }))).toMatchObject({
      kind: 'unready',
    });
  });
});

describe('replicas that must have a claim', () => {
  it('are waited for once for all claims that are made meanwhile', async () => {
    const times = { sendWithinMs: 1000, claimMs: 5000 };
    const gate = fixture.queue.gate(times, { replicas: 1, timeoutMs: 20 });
    await gate.introduce(await thisServer());
    await fixture.redis.config('RESETSTAT');
    const asked = Array.from({ length: 20 }, (_, index) =>
      gate.claim(fixture.request({ callId: `call-${index}` })),
    );
    expect(new Set((await Promise.all(asked)).map(({ kind }) => kind))).toEqual(
      new Set(['unfenced']),
    );
    const waits = /cmdstat_wait:calls=(\d+)/.exec(await fixture.redis.info('commandstats'))?.[1];
    expect(Number(waits)).toBeLessThan(5);
  });
});

describe('what is remembered', () => {
  it('of a lost claim is written again, and then its call is nobody else’s', async () => {
    const gate = fixture.gate();
    const lost = await claim(gate);
    await fixture.redis.del(
      fixture.keys.campaign('spring').ledger,
      fixture.keys.campaign('spring').claims,
    );
    expect(await evidence.recall('spring', [call('owner-1', lost)])).toEqual({
      claims: 1,
      unsettled: [],
    });
    expect(await gate.claim(fixture.request({ owner: 'owner-2' }))).toMatchObject({
      kind: 'busy',
      until: lost.deadline,
    });
    expect(await fixture.redis.zcard(fixture.keys.campaign('spring').claims)).toBe(1);
    expect(await gate.settle(fixture.settling())).toEqual({ kind: 'settled', revision: 1 });
  });

  it('of a lost claim does not touch what others have made of the call, nor a claim given back', async () => {
    const gate = fixture.gate();
    const own = await claim(gate);
    await gate.release(fixture.releasing());
    expect(await evidence.recall('spring', [call('owner-1', own)])).toMatchObject({ claims: 0 });
    await claim(gate, { owner: 'owner-2' });
    expect(await evidence.recall('spring', [call('owner-1', own)])).toMatchObject({ claims: 0 });
    await gate.settle(fixture.settling({ owner: 'owner-2' }));
    expect(await evidence.recall('spring', [call('owner-1', own)])).toMatchObject({ claims: 0 });
    expect(await gate.claim(fixture.request())).toMatchObject({
      kind: 'done',
      outcome: 'accepted',
    });
  });

  it('of a lost claim is not written again once that was given back', async () => {
    const gate = fixture.gate();
    const lost = await claim(gate);
    await fixture.redis.del(
      fixture.keys.campaign('spring').ledger,
      fixture.keys.campaign('spring').claims,
    );
    const hold = {
      reason: 'rate_limited',
      firstPauseMs: 60_000,
      maxPauseMs: 60_000,
      retryAfterMs: 0,
    } as const;
    expect(
      await gate.release(fixture.releasing({ hold: { scope: `line:${LINE}`, ...hold } })),
    ).toBe('released');
    expect(await evidence.recall('spring', [call('owner-1', lost)])).toMatchObject({ claims: 0 });
    expect(await fixture.holds.list()).toMatchObject([{ reason: 'rate_limited' }]);
    const anew = await gate.claim(fixture.request({ owner: 'owner-2', lines: ['+15055550101'] }));
    expect(anew).toMatchObject({ kind: 'dial', claim: { attempts: 1 } });
  });

  it('of a claim made anew where only an earlier release has survived is written again', async () => {
    const gate = fixture.gate();
    await claim(gate);
    await gate.release(fixture.releasing());
    const before = await ledger();
    const lost = await claim(gate, { owner: 'owner-2' });
    await fixture.redis.hset(fixture.keys.campaign('spring').ledger, before);
    expect(await evidence.recall('spring', [call('owner-2', lost)])).toMatchObject({ claims: 1 });
  });

  it('of an outcome is missing where the call is not settled, or only as lost', async () => {
    const gate = fixture.gate();
    const settled = call('owner-1');
    const missing = async () => (await evidence.recall('spring', [settled])).unsettled;
    expect(await missing()).toEqual([settled]);
    await claim(gate);
    expect(await missing()).toEqual([settled]);
    await gate.settle(fixture.settling());
    expect(await missing()).toEqual([]);
  });

  it('of an outcome is not missing once a person has queued the call again', async () => {
    const gate = fixture.gate();
    await claim(gate);
    await gate.settle(fixture.settling({ outcome: 'exhausted' }));
    await fixture.queue.reopener.reopen('spring', 'exhausted');
    expect(await evidence.recall('spring', [call('owner-1')])).toEqual({
      claims: 0,
      unsettled: [],
    });
  });

  it('of a call that was queued again stands above an outcome from before that', async () => {
    const gate = fixture.gate();
    const reopener = fixture.queue.reopener;
    await gate.settle(fixture.settling({ outcome: 'rejected' }));
    const before = await ledger();
    await reopener.reopen('spring', 'rejected');
    await claim(gate, { owner: 'owner-2' });
    const accepted = fixture.settling({ owner: 'owner-2', resultsBefore: 1 });
    await gate.settle(accepted);
    // Back to before the retry.
    await fixture.redis.hset(fixture.keys.campaign('spring').ledger, before);
    await fixture.redis.hset(
      fixture.keys.campaign('spring').state,
      'outcome:rejected',
      1,
      'outcome:accepted',
      0,
    );
    await fixture.redis.hset(
      fixture.keys.campaign('spring').kept,
      'call-1',
      '{"to":"+15055550123","name":"Ann"}',
    );
    const { unsettled } = await evidence.recall('spring', [
      call('owner-1'),
      call('owner-2', undefined, 2),
    ]);
    expect(unsettled).toEqual([call('owner-2', undefined, 2)]);
    expect(await gate.settle(accepted)).toEqual({ kind: 'settled', revision: 2 });
    expect([
      await fixture.outcomeCount('rejected'),
      await fixture.outcomeCount('accepted'),
    ]).toEqual([0, 1]);
    // The person gives the lost retry once more: nothing rings again.
    expect(await reopener.reopen('spring', 'rejected')).toBe(0);
    expect(await gate.claim(fixture.request({ owner: 'owner-3' }))).toMatchObject({
      kind: 'done',
      outcome: 'accepted',
    });
  });

  it('of both outcomes of such a call ends in the later one', async () => {
    const gate = fixture.gate();
    for (const revision of [1, 2]) {
      const { unsettled } = await evidence.recall('spring', [
        call(`owner-${revision}`, undefined, revision),
      ]);
      expect(unsettled).toHaveLength(1);
      const outcome = revision === 1 ? 'rejected' : 'accepted';
      await gate.settle(
        fixture.settling({ owner: `owner-${revision}`, outcome, resultsBefore: revision - 1 }),
      );
    }
    expect((await evidence.recall('spring', [call('owner-1')])).unsettled).toEqual([]);
    expect(
      await gate.settle(fixture.settling({ outcome: 'rejected', resultsBefore: 0 })),
    ).toMatchObject({
      kind: 'already',
    });
    expect(await gate.claim(fixture.request())).toMatchObject({
      kind: 'done',
      outcome: 'accepted',
    });
  });

  it('of a claim on such a call is written over the outcome, and the retry is done again', async () => {
    const gate = fixture.gate();
    const reopener = fixture.queue.reopener;
    await gate.settle(fixture.settling({ outcome: 'rejected' }));
    const before = await ledger();
    await reopener.reopen('spring', 'rejected');
    const lost = await claim(gate, { owner: 'owner-2' });
    const queue = fixture.queue.bullQueue('spring');
    await (await queue.getJob('call-1'))?.remove();
    await fixture.redis.hset(fixture.keys.campaign('spring').ledger, before);
    await fixture.redis.hset(fixture.keys.campaign('spring').state, 'outcome:rejected', 1);
    await fixture.redis.hset(
      fixture.keys.campaign('spring').kept,
      'call-1',
      '{"to":"+15055550123","name":"Ann"}',
    );
    expect(await evidence.recall('spring', [call('owner-2', lost, 2)])).toEqual({
      claims: 1,
      unsettled: [],
    });
    expect(await gate.claim(fixture.request({ owner: 'owner-3' }))).toMatchObject({ kind: 'busy' });
    expect(await fixture.outcomeCount('rejected')).toBe(0);
    // Whatever becomes of its owner, there is a job by which somebody meets the claim.
    expect(await reopener.restore('spring')).toBe(1);
    expect(await queue.getWaitingCount()).toBe(1);
    await queue.close();
  });

  it('of an outcome that corrects a doubt is missing where only the doubt has survived', async () => {
    const gate = fixture.gate();
    await claim(gate);
    await gate.settle(fixture.settling({ outcome: 'unknown' }));
    const correction = call('owner-1', undefined, 2);
    expect((await evidence.recall('spring', [correction])).unsettled).toEqual([correction]);
    expect((await evidence.recall('spring', [call('owner-1')])).unsettled).toEqual([]);
  });

  it('of a claim does not take back the doubt that its owner has written', async () => {
    const gate = fixture.gate();
    const lost = await claim(gate);
    await gate.settle(fixture.settling({ outcome: 'unknown' }));
    expect(await evidence.recall('spring', [call('owner-1', lost, 2)])).toEqual({
      claims: 0,
      unsettled: [],
    });
  });

  it('settles a call also where its claim is lost', async () => {
    const gate = fixture.gate();
    await claim(gate);
    await fixture.redis.del(fixture.keys.campaign('spring').ledger);
    expect(await gate.settle(fixture.settling())).toEqual({ kind: 'settled', revision: 1 });
    expect(await gate.claim(fixture.request({ owner: 'owner-2' }))).toMatchObject({ kind: 'done' });
  });
});
