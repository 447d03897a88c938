import { describe, expect, it } from 'vitest';
import type { HoldRequest } from '../holds/holds.ts';
import { eachTest, type Fixture, LINE, PERSON } from '../testing/fixture.ts';

const HOLD: HoldRequest = {
  scope: 'all',
  reason: 'rate_limited',
  firstPauseMs: 60_000,
  maxPauseMs: 600_000,
  retryAfterMs: 0,
};
/** Due at once: the next that comes may probe. */
const DUE: HoldRequest = { ...HOLD, firstPauseMs: 0, maxPauseMs: 0 };

let fixture: Fixture;
// Its own server, for one test fills it.
eachTest(
  (each) => {
    fixture = each;
  },
  { own: true },
);

describe('a claim', () => {
  it('lets one owner dial and says until when', async () => {
    const gate = fixture.gate({ sendWithinMs: 1000, claimMs: 5000 });
    const answer = await gate.claim(fixture.request());
    expect(answer).toMatchObject({
      kind: 'dial',
      sequence: 1,
      claim: { owner: 'owner-1', line: LINE, attempts: 0, failures: 0 },
    });
    if (answer.kind !== 'dial') return;
    expect(answer.claim.sendBy - answer.claim.claimedAt).toBe(1000);
    expect(answer.claim.deadline - answer.claim.claimedAt).toBe(5000);
  });

  it('gives the same owner the same answer when the reply was lost', async () => {
    const gate = fixture.gate();
    const first = await gate.claim(fixture.request());
    const again = await gate.claim(fixture.request());
    expect(again).toMatchObject({ kind: 'dial', sequence: 1 });
    expect(
      first.kind === 'dial' &&
        again.kind === 'dial' &&
        again.claim.deadline === first.claim.deadline,
    ).toBe(true);
  });

  it('keeps another owner busy until its deadline, by the claim and not by the observer', async () => {
    const answer = await fixture.gate({ claimMs: 50_000 }).claim(fixture.request());
    const other = await fixture.gate({ claimMs: 1 }).claim(fixture.request({ owner: 'owner-2' }));
    expect(
      answer.kind === 'dial' && other.kind === 'busy' && other.until === answer.claim.deadline,
    ).toBe(true);
  });

  it('is in doubt after its deadline, for everybody but its owner', async () => {
    await fixture.gate({ sendWithinMs: -2, claimMs: -1 }).claim(fixture.request());
    const other = await fixture.gate().claim(fixture.request({ owner: 'owner-2' }));
    expect(other).toMatchObject({
      kind: 'in_doubt',
      lost: { owner: 'owner-1', attempts: 0, line: LINE },
    });
  });

  it('never reaches beyond the end of the recipient’s hours', async () => {
    const soon = Date.now() + 5_000;
    const answer = await fixture
      .gate({ sendWithinMs: 60_000 })
      .claim(fixture.request({ closesAt: soon }));
    expect(answer.kind === 'dial' && answer.claim.sendBy).toBe(soon);
  });

  it('never reaches beyond the call’s expiry, its own or its campaign’s', async () => {
    const soon = Date.now() + 5_000;
    const gate = fixture.gate({ sendWithinMs: 60_000 });
    const own = await gate.claim(fixture.request({ expiresAt: soon }));
    expect(own.kind === 'dial' && own.claim.sendBy).toBe(soon);
    await fixture.redis.hset(fixture.keys.campaign('spring').state, 'expiresAt', soon);
    const ofCampaign = await gate.claim(fixture.request({ callId: 'call-2' }));
    expect(ofCampaign.kind === 'dial' && ofCampaign.claim.sendBy).toBe(soon);
  });

  it('is not given to a caller who could not use it', async () => {
    expect((await fixture.gate().claim(fixture.request({ ready: false }))).kind).toBe('unready');
    expect((await fixture.gate().claim(fixture.request({ owner: 'owner-2' }))).kind).toBe('dial');
  });

  it('is renewed for its owner alone, with everything checked anew', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    const renewed = await gate.claim(fixture.request({ renews: 0 }));
    expect(renewed).toMatchObject({ kind: 'dial', claim: { attempts: 1 } });
    // Its reply was lost: the same answer, and no further attempt.
    expect(await gate.claim(fixture.request({ renews: 0 }))).toMatchObject({
      claim: { attempts: 1 },
    });
    expect((await gate.claim(fixture.request({ owner: 'owner-2', renews: 1 }))).kind).toBe('busy');
    await fixture.queue.doNotCall.add([PERSON]);
    expect(await gate.claim(fixture.request({ renews: 1 }))).toMatchObject({
      kind: 'skip',
      outcome: 'suppressed',
    });
  });
});

describe('a claim past its deadline', () => {
  it('is not renewed: whoever met it may be writing it off', async () => {
    const late = fixture.gate({ sendWithinMs: -2, claimMs: -1 });
    await late.claim(fixture.request());
    const observed = await late.claim(fixture.request({ owner: 'owner-2' }));
    expect(observed.kind).toBe('in_doubt');
    expect((await fixture.gate().claim(fixture.request({ renews: 0 }))).kind).toBe('busy');
    expect(await fixture.gate().settle(fixture.settling({ outcome: 'unknown' }))).toMatchObject({
      kind: 'settled',
    });
    expect(await fixture.gate().release(fixture.releasing())).toBe('late');
  });
});

const THEIR_OTHER = '+15055550199';

describe('the order of precedence', () => {
  it('holds from the strongest reason to the weakest', async () => {
    const gate = fixture.gate();
    const { keys, redis, holds } = fixture;
    const own = keys.campaign('spring');
    const list = fixture.queue.doNotCall;
    const past = Date.now() - 1000;
    const future = Date.now() + 60_000;
    const ask = () =>
      gate.claim(fixture.request({ expiresAt, startsAt: future, opensAt, edition }));
    let edition = '';
    let expiresAt: number | undefined = past;
    let opensAt = future + 60_000;
    await fixture.campaign();
    await redis.hset(own.state, 'canceled', 1, 'paused', 1);
    await list.add([PERSON]);
    await holds.open(HOLD, 'another call');

    expect(await ask()).toMatchObject({
      kind: 'skip',
      outcome: 'canceled',
      reason: 'campaign_canceled',
    });
    await redis.hdel(own.state, 'canceled');
    expect(await ask()).toMatchObject({ kind: 'skip', outcome: 'expired', reason: 'deadline' });
    expiresAt = undefined;
    expect(await ask()).toMatchObject({
      kind: 'skip',
      outcome: 'suppressed',
      reason: 'do_not_call',
    });
    await list.remove([PERSON]);
    await list.add([THEIR_OTHER]);
    const others = ['+15055550198', THEIR_OTHER].map((number) => fixture.identity.person(number));
    expect(await gate.claim(fixture.request({ others }))).toMatchObject({
      kind: 'skip',
      outcome: 'suppressed',
      reason: 'do_not_call',
    });
    expect((await ask()).kind).toBe('outdated');
    edition = await fixture.campaigns.edition('spring');
    expect((await ask()).kind).toBe('paused');
    await redis.hdel(own.state, 'paused');
    expect(await ask()).toMatchObject({
      kind: 'held',
      scope: 'all',
      reason: 'rate_limited',
      isOpener: false,
    });
    await holds.release('all');
    expect(await ask()).toMatchObject({ kind: 'wait', until: future, waitFor: 'starts_at' });
    expect(await gate.claim(fixture.request({ opensAt }))).toMatchObject({
      kind: 'wait',
      until: opensAt,
      waitFor: 'calling_window',
    });
    opensAt = 0;
    expect((await gate.claim(fixture.request({ opensAt }))).kind).toBe('dial');
  });

  it('puts what is settled and what is claimed before everything', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    await fixture.redis.hset(fixture.keys.campaign('spring').state, 'canceled', 1);
    expect((await gate.claim(fixture.request({ owner: 'owner-2' }))).kind).toBe('busy');
    await gate.settle(fixture.settling());
    expect(await gate.claim(fixture.request({ owner: 'owner-2' }))).toMatchObject({
      kind: 'done',
      outcome: 'accepted',
    });
  });

  it('lets nobody out by a definition that has changed, nor renews a claim by it', async () => {
    await fixture.campaign();
    const gate = fixture.gate();
    const edition = await fixture.campaigns.edition('spring');
    expect((await gate.claim(fixture.request({ edition }))).kind).toBe('dial');
    await fixture.campaign({ priority: 1 });
    expect((await gate.claim(fixture.request({ edition, renews: 0 }))).kind).toBe('outdated');
    const other = { callId: 'call-2', owner: 'owner-2' };
    expect((await gate.claim(fixture.request({ ...other, edition }))).kind).toBe('outdated');
    const newer = { ...other, edition: await fixture.campaigns.edition('spring') };
    expect((await gate.claim(fixture.request(newer))).kind).toBe('dial');
  });

  it('lets a record’s own times win over its campaign’s', async () => {
    const soon = Date.now() + 60_000;
    await fixture.campaign({
      startsAt: new Date(soon).toISOString(),
      expiresAt: new Date(soon + 60_000).toISOString(),
    });
    const gate = fixture.gate();
    expect(await gate.claim(fixture.request())).toMatchObject({ kind: 'wait', until: soon });
    expect((await gate.claim(fixture.request({ startsAt: 1 }))).kind).toBe('dial');
  });

  it('never makes a call wait beyond its expiry', async () => {
    const expiresAt = Date.now() + 30_000;
    const answer = await fixture
      .gate()
      .claim(fixture.request({ opensAt: expiresAt + 60_000, expiresAt }));
    expect(answer).toMatchObject({ kind: 'wait', until: expiresAt });
  });
});

describe('settling', () => {
  it('records the outcome once, however often the same owner says it', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    expect(await gate.settle(fixture.settling())).toEqual({ kind: 'settled', revision: 1 });
    expect(await gate.settle(fixture.settling())).toEqual({ kind: 'settled', revision: 1 });
    expect(await fixture.outcomeCount('accepted')).toBe(1);
    expect(await fixture.redis.xlen(fixture.keys.results)).toBe(1);
    expect(await fixture.redis.zcard(fixture.keys.campaign('spring').claims)).toBe(0);
  });

  it('is refused to all but the owner of the claim', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    expect(await gate.settle(fixture.settling({ owner: 'owner-2' }))).toEqual({ kind: 'lost' });
    expect(await fixture.redis.xlen(fixture.keys.results)).toBe(0);
  });

  it('overwrites no outcome', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    await gate.settle(fixture.settling());
    const late = fixture.settling({ owner: 'owner-2', outcome: 'canceled' });
    expect(await gate.settle(late)).toEqual({ kind: 'already', outcome: 'accepted' });
    expect(await fixture.outcomeCount('canceled')).toBe(0);
  });

  it('lets the owner, late but alive, say what became of a call taken for unknown', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    await gate.settle(fixture.settling({ outcome: 'unknown' }));
    expect(await fixture.redis.hlen(fixture.keys.campaign('spring').kept)).toBe(1);
    expect(await gate.settle(fixture.settling())).toEqual({ kind: 'settled', revision: 2 });
    expect(await fixture.outcomeCount('unknown')).toBe(0);
    expect(await fixture.outcomeCount('accepted')).toBe(1);
    expect(await fixture.redis.hlen(fixture.keys.campaign('spring').kept)).toBe(0);
    const records = await Array.fromAsync(fixture.results.read('spring'));
    expect(records).toEqual([{ callId: 'call-1', outcome: 'accepted', revision: 2 }]);
  });

  it('records what rang even if the claim was lost', async () => {
    expect(await fixture.gate().settle(fixture.settling())).toEqual({
      kind: 'settled',
      revision: 1,
    });
  });
});

describe('releasing', () => {
  it('lets another owner claim, with what was spent', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    expect(await gate.release(fixture.releasing({ attempts: 1, failures: 1 }))).toBe('released');
    const next = await gate.claim(fixture.request({ owner: 'owner-2' }));
    expect(next).toMatchObject({ kind: 'dial', claim: { attempts: 1, failures: 1 } });
  });

  it('frees nothing that is not its own', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    expect(await gate.release(fixture.releasing({ owner: 'zombie' }))).toBe('lost');
    expect((await gate.claim(fixture.request({ owner: 'owner-2' }))).kind).toBe('busy');
  });

  it('keeps the call in its place also for one who met the claim before and took it for lost', async () => {
    await fixture.gate({ sendWithinMs: -2, claimMs: -1 }).claim(fixture.request());
    const gate = fixture.gate();
    expect((await gate.claim(fixture.request({ owner: 'owner-2' }))).kind).toBe('in_doubt');
    await gate.release(fixture.releasing({ attempts: 0 }));
    expect(await gate.settle(fixture.settling({ outcome: 'unknown' }))).toEqual({ kind: 'lost' });
    expect((await gate.claim(fixture.request({ owner: 'owner-3' }))).kind).toBe('dial');
  });

  it('says so when the call was taken for unknown meanwhile', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    await gate.settle(fixture.settling({ outcome: 'unknown' }));
    expect(await gate.release(fixture.releasing())).toBe('late');
  });

  it('finds a call at fault that is refused again while others pass', async () => {
    const gate = fixture.gate();
    const refuse = async () => {
      await gate.claim(fixture.request());
      return gate.release(fixture.releasing({ faultAfter: 2, attempts: 1 }));
    };
    expect(await refuse()).toBe('released');
    // Nobody else has passed: it may be all of us.
    expect(await refuse()).toBe('released');
    await gate.claim(fixture.request({ callId: 'call-2', owner: 'owner-2' }));
    await gate.settle(fixture.settling({ callId: 'call-2', owner: 'owner-2' }));
    expect(await refuse()).toBe('at_fault');
    expect(await gate.settle(fixture.settling({ outcome: 'rejected' }))).toEqual({
      kind: 'settled',
      revision: 1,
    });
  });
});

describe('a question whose answer was lost', () => {
  it('is taken back with the claim it may have led to, and nothing is spent', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    await gate.release(fixture.releasing({ attempts: 2, failures: 1 }));
    await gate.claim(fixture.request({ owner: 'owner-2' }));
    expect(await gate.withdraw(fixture.request({ owner: 'owner-2' }))).toBe(true);
    const next = await gate.claim(fixture.request({ owner: 'owner-3' }));
    expect(next).toMatchObject({ kind: 'dial', claim: { attempts: 2, failures: 1 } });
  });

  it('frees the hold that it was to probe', async () => {
    const gate = fixture.gate();
    await fixture.holds.open(DUE, 'opener');
    await gate.claim(fixture.request());
    expect(await gate.withdraw(fixture.request())).toBe(true);
    const next = await gate.claim(fixture.request({ callId: 'call-2', owner: 'owner-2' }));
    expect(next).toMatchObject({ kind: 'dial', claim: { probes: ['all'] } });
  });

  it('leaves alone what it did not claim', async () => {
    const gate = fixture.gate();
    const state = () => fixture.redis.hgetall(fixture.keys.campaign('spring').ledger);
    expect(await gate.withdraw(fixture.request())).toBe(false);
    expect(await state()).toEqual({});
    await gate.claim(fixture.request());
    const claimed = await state();
    expect(await gate.withdraw(fixture.request({ owner: 'owner-2' }))).toBe(false);
    expect(await state()).toEqual(claimed);
    await gate.settle(fixture.settling());
    const settled = await state();
    expect(await gate.withdraw(fixture.request())).toBe(false);
    expect(await state()).toEqual(settled);
  });
});

describe('holds', () => {
  it('let one probe through when they are due, and only one', async () => {
    const gate = fixture.gate();
    await fixture.holds.open(DUE, 'opener');
    expect(await gate.claim(fixture.request())).toMatchObject({
      kind: 'dial',
      claim: { probes: ['all'] },
    });
    expect((await gate.claim(fixture.request({ callId: 'call-2', owner: 'owner-2' }))).kind).toBe(
      'held',
    );
  });

  it('are still the same owner’s to probe when the reply was lost', async () => {
    const gate = fixture.gate();
    await fixture.holds.open(DUE, 'opener');
    const first = await gate.claim(fixture.request());
    const again = await gate.claim(fixture.request());
    expect(again.kind === 'dial' && again.claim).toEqual(first.kind === 'dial' && first.claim);
    expect(again).toMatchObject({ kind: 'dial', claim: { probes: ['all'] } });
  });

  it('are lifted by a probe that passes', async () => {
    const gate = fixture.gate();
    await fixture.holds.open(DUE, 'opener');
    await gate.claim(fixture.request());
    await gate.settle(fixture.settling({ probes: [{ scope: 'all', verdict: 'close' }] }));
    expect(await fixture.holds.list()).toEqual([]);
  });

  it('grow when a probe fails, and free the lease when it showed nothing', async () => {
    const gate = fixture.gate();
    await fixture.holds.open({ ...DUE, maxPauseMs: 600_000, firstPauseMs: 0 }, 'opener');
    await gate.claim(fixture.request());
    await gate.release(fixture.releasing({ probes: [{ scope: 'all', verdict: 'keep' }] }));
    const second = await gate.claim(fixture.request({ owner: 'owner-2' }));
    expect(second.kind).toBe('dial');
    const grow = { scope: 'all', verdict: 'grow' } as const;
    await gate.release(
      fixture.releasing({
        owner: 'owner-2',
        probes: [grow],
        hold: { ...HOLD, retryAfterMs: 90_000 },
      }),
    );
    const third = await gate.claim(fixture.request({ owner: 'owner-3' }));
    expect(
      third.kind === 'held' && third.until !== undefined && third.until - third.now,
    ).toBeGreaterThan(80_000);
  });

  it('cannot be lifted by one that is not their probe', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    await fixture.holds.open(HOLD, 'opener');
    await gate.settle(fixture.settling({ probes: [{ scope: 'all', verdict: 'close' }] }));
    expect(await fixture.holds.list()).toHaveLength(1);
  });

  it('leave the first probe to another call than the one that opened them', async () => {
    const gate = fixture.gate();
    await fixture.holds.open(HOLD, 'call-1');
    const stored = JSON.parse(
      (await fixture.redis.hget(fixture.keys.holds, 'all')) ?? '',
    ) as object;
    await fixture.redis.hset(
      fixture.keys.holds,
      'all',
      JSON.stringify({ ...stored, retryAt: 1, firstPauseMs: 9e12 }),
    );
    expect(await gate.claim(fixture.request())).toMatchObject({ kind: 'held', isOpener: true });
    expect((await gate.claim(fixture.request({ callId: 'call-2' }))).kind).toBe('dial');
  });

  it('of a line leave the others of the pool', async () => {
    const gate = fixture.gate();
    const other = '+15055550101';
    await fixture.holds.open({ ...HOLD, scope: `line:${LINE}` }, 'opener');
    const answer = await gate.claim(fixture.request({ lines: [LINE, other] }));
    expect(answer).toMatchObject({ kind: 'dial', claim: { line: other } });
    const alone = await gate.claim(fixture.request({ callId: 'call-2', owner: 'owner-2' }));
    expect(alone).toMatchObject({ kind: 'held', scope: `line:${LINE}` });
  });

  it('that need a person are lifted by nobody else', async () => {
    const gate = fixture.gate();
    await fixture.holds.open({ ...DUE, person: true }, 'opener');
    const answer = await gate.claim(fixture.request());
    expect(answer).toMatchObject({ kind: 'held', until: undefined });
    expect(await fixture.holds.release('all')).toBe(true);
    expect(await fixture.holds.release('all')).toBe(false);
  });

  it('come to need a person also when they are due', async () => {
    await fixture.holds.open(DUE, 'opener');
    await fixture.holds.open({ ...DUE, person: true }, 'another call');
    expect(await fixture.gate().claim(fixture.request())).toMatchObject({
      kind: 'held',
      until: undefined,
    });
  });

  it('that came to need a person while their probe was out stay', async () => {
    const gate = fixture.gate();
    await fixture.holds.open(DUE, 'opener');
    await gate.claim(fixture.request());
    await fixture.holds.open({ ...DUE, person: true }, 'another call');
    await gate.settle(fixture.settling({ probes: [{ scope: 'all', verdict: 'close' }] }));
    expect(await fixture.holds.list()).toMatchObject([{ scope: 'all', until: undefined }]);
  });
});

describe('a full Redis', () => {
  it('lets nothing out and still records what went out', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request());
    await fixture.redis.config('SET', 'maxmemory', '1');
    try {
      await expect(gate.claim(fixture.request({ callId: 'call-2' }))).rejects.toThrow(/OOM/);
      expect(await gate.settle(fixture.settling())).toEqual({ kind: 'settled', revision: 1 });
    } finally {
      await fixture.redis.config('SET', 'maxmemory', '0');
    }
    expect((await gate.claim(fixture.request({ callId: 'call-2' }))).kind).toBe('dial');
  });
});
