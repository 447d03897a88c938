import { describe, expect, it } from 'vitest';
import { eachTest, type Fixture, LINE } from '../testing/fixture.ts';
import type { Claim } from './claim.ts';
import type { ClaimRequest, GateAnswer, Limits, Uncompared } from './questions.ts';

const OTHER_LINE = '+15055550101';
const CONVERSATION_MS = 120_000;

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

const limited = (limits: Partial<Limits>): Limits => ({
  conversationMs: CONVERSATION_MS,
  ...limits,
});

/** The nth call, to a person of its own. */
function nth(index: number, overrides: Partial<ClaimRequest> = {}): ClaimRequest {
  const to = `+1505555${String(1000 + index)}`;
  const own = {
    callId: `call-${index}`,
    owner: `owner-${index}`,
    person: fixture.identity.person(to),
  };
  return fixture.request({ ...own, ...overrides });
}

function claimOf(answer: GateAnswer | Uncompared): Claim {
  if (answer.kind !== 'dial') throw new Error(`the gate answered ${answer.kind}`);
  return answer.claim;
}

function waitOf(answer: GateAnswer | Uncompared) {
  if (answer.kind !== 'wait') throw new Error(`the gate answered ${answer.kind}`);
  return { waitFor: answer.waitFor, inMs: answer.until - answer.now };
}

async function claim(index: number, overrides: Partial<ClaimRequest> = {}): Promise<Claim> {
  return claimOf(await fixture.gate().claim(nth(index, overrides)));
}

async function waiting(index: number, overrides: Partial<ClaimRequest> = {}) {
  return waitOf(await fixture.gate().claim(nth(index, overrides)));
}

const settle = (index: number, outcome: 'accepted' | 'rejected' | 'unknown') =>
  fixture
    .gate()
    .settle(fixture.settling({ callId: `call-${index}`, owner: `owner-${index}`, outcome }));
const release = (index: number) =>
  fixture.gate().release(fixture.releasing({ callId: `call-${index}`, owner: `owner-${index}` }));

describe('a pace', () => {
  it('gives each claim a slot, none nearer to the one before than the pace allows', async () => {
    const limits = limited({ intervalMs: 40 });
    const slots: number[] = [];
    for (let index = 0; slots.length < 12; index += 1) {
      const answer = await fixture.gate().claim(nth(index, { limits }));
      if (answer.kind === 'dial') slots.push(answer.claim.sendFrom ?? 0);
    }
    const gaps = slots.slice(1).map((slot, index) => slot - (slots[index] ?? 0));
    // The slots are told to a tenth of a millisecond.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(39.8);
  });

  it('is kept to between the slot and a moment later, or not at all', async () => {
    const {
      sendFrom = 0,
      slotEnds = 0,
      sendBy,
      claimedAt,
    } = await claim(1, { limits: limited({ intervalMs: 100 }) });
    expect(sendFrom).toBeGreaterThan(claimedAt);
    expect(slotEnds - sendFrom).toBeGreaterThan(50);
    expect(slotEnds - sendFrom).toBeLessThanOrEqual(64.1);
    // Its owner may be behind this clock by as long as an answer takes.
    expect(sendBy - slotEnds).toBeCloseTo(50, 0);
  });

  it('gives each asker slots so far ahead that the answer arrives before them, within bounds', async () => {
    const limits = limited({ intervalMs: 1 });
    const leads = [undefined, 10, 300, 60_000];
    const aheads: number[] = [];
    for (const [index, leadMs] of leads.entries()) {
      const { sendFrom = 0, sendBy, claimedAt } = await claim(index, { limits, leadMs });
      aheads.push(sendFrom - claimedAt);
      expect(sendBy).toBeGreaterThan(sendFrom);
    }
    const [usual = 0, quick = 0, slow = 0, hopeless = 0] = aheads;
    expect(Math.min(usual, quick)).toBeGreaterThanOrEqual(49);
    expect(slow).toBeGreaterThanOrEqual(299);
    expect(hopeless).toBeGreaterThanOrEqual(999);
    expect(hopeless).toBeLessThan(2200);
  });

  it('stands still for a moment only when the clock was set back', async () => {
    const limits = limited({ intervalMs: 10 });
    const { sendFrom = 0 } = await claim(1, { limits });
    const { state } = fixture.keys.campaign('spring');
    await fixture.redis.hset(state, 'lastSlot', sendFrom + 5 * 3_600_000);
    expect((await waiting(2, { limits })).inMs).toBeLessThan(1000);
    const lastSlot = Number(await fixture.redis.hget(state, 'lastSlot'));
    expect(lastSlot - sendFrom).toBeLessThan(60_000);
  });

  it('lets nobody wait for a slot in hand that is far off', async () => {
    const limits = limited({ intervalMs: 10_000 });
    await claim(1, { limits });
    const { waitFor, inMs } = await waiting(2, { limits });
    expect(waitFor).toBe('pace');
    expect(inMs).toBeGreaterThan(5000);
    expect(inMs).toBeLessThan(10_000);
    // The next in line comes after it.
    expect((await waiting(3, { limits })).inMs).toBeGreaterThan(inMs + 5000);
  });

  it('spends no slot on a call that is not sent', async () => {
    const limits = limited({ intervalMs: 10_000 });
    await fixture.campaign();
    expect((await fixture.gate().claim(nth(1, { limits, ready: false }))).kind).toBe('unready');
    expect((await fixture.gate().claim(nth(2, { limits, expiresAt: 1 }))).kind).toBe('skip');
    expect((await claim(3, { limits })).sendFrom).toBeDefined();
  });

  it('gives a call that missed its slot another, and nothing is spent', async () => {
    const limits = limited({ intervalMs: 40 });
    const first = await claim(1, { limits });
    const again = await claim(1, { limits, renews: first.attempts, isUnsent: true });
    expect(again).toMatchObject({ owner: first.owner, attempts: 0 });
    expect((again.sendFrom ?? 0) - (first.sendFrom ?? 0)).toBeGreaterThanOrEqual(39.8);
    await settle(1, 'accepted');
    expect(await fixture.redis.zcard(`${fixture.keys.lines}:${LINE}`)).toBe(1);
  });

  it('takes effect at once when it is changed', async () => {
    await claim(1, { limits: limited({ intervalMs: 3_600_000 }) });
    expect((await waiting(2, { limits: limited({ intervalMs: 3_600_000 }) })).waitFor).toBe('pace');
    expect((await claim(3, { limits: limited({ intervalMs: 1 }) })).sendFrom).toBeDefined();
  });

  it('is each campaign’s own', async () => {
    const limits = limited({ intervalMs: 10_000 });
    await claim(1, { limits });
    expect((await claim(2, { limits, campaign: 'autumn' })).sendFrom).toBeDefined();
  });
});

describe('calls in flight', () => {
  it('are never more than allowed, until one is settled or given back', async () => {
    const limits = limited({ maxInFlight: 2 });
    await claim(1, { limits });
    await claim(2, { limits });
    expect((await waiting(3, { limits })).waitFor).toBe('in_flight');
    await settle(1, 'accepted');
    await claim(3, { limits });
    expect((await waiting(4, { limits })).waitFor).toBe('in_flight');
    await release(2);
    await claim(4, { limits });
  });

  it('are as many as before when one is sent a second time', async () => {
    const limits = limited({ maxInFlight: 1 });
    const { attempts } = await claim(1, { limits });
    expect(await claim(1, { limits, renews: attempts })).toMatchObject({ attempts: 1 });
  });
});

describe('a line', () => {
  const limits = limited({ maxPerLine: 2 });

  it('is full when so many calls are taken to be on it, over all campaigns', async () => {
    await claim(1, { campaign: 'autumn' });
    await claim(2, { limits });
    const { waitFor, inMs } = await waiting(3, { limits });
    expect(waitFor).toBe('line');
    expect(inMs).toBeGreaterThan(CONVERSATION_MS - 10_000);
    expect(inMs).toBeLessThanOrEqual(CONVERSATION_MS);
  });

  it('stays occupied by a call that was taken or may have been, and not by one that was not', async () => {
    await claim(1, { limits });
    await claim(2, { limits });
    await settle(1, 'accepted');
    await settle(2, 'unknown');
    expect((await waiting(3, { limits })).waitFor).toBe('line');
    const other = { limits, lines: [OTHER_LINE] };
    await claim(4, other);
    await claim(5, other);
    await settle(4, 'rejected');
    await claim(6, other);
    await release(5);
    await claim(7, other);
    expect((await waiting(8, other)).waitFor).toBe('line');
  });

  it('is free again when the conversation is over', async () => {
    const brief = { limits: { conversationMs: 1, maxPerLine: 1 } };
    const gate = fixture.gate({ claimMs: 0 });
    await gate.claim(nth(1, brief));
    await settle(1, 'accepted');
    const { redis, keys } = fixture;
    const till = Number(await redis.zscore(`${keys.lines}:${LINE}`, 'owner-1'));
    const [seconds, micros] = await redis.time();
    expect(till).toBeLessThanOrEqual(Number(seconds) * 1000 + Number(micros) / 1000 + 1);
    await redis.zadd(`${keys.lines}:${LINE}`, till - 10, 'owner-1');
    await claim(2, brief);
  });

  it('with the fewest calls goes first', async () => {
    const lines = [LINE, OTHER_LINE];
    const used: string[] = [];
    for (let index = 0; index < 4; index += 1)
      used.push((await claim(index, { lines, limits })).line);
    expect(used).toEqual([LINE, OTHER_LINE, LINE, OTHER_LINE]);
    expect((await waiting(5, { lines, limits })).waitFor).toBe('line');
    await settle(1, 'rejected');
    expect((await claim(5, { lines, limits })).line).toBe(OTHER_LINE);
  });

  it('that is held leaves the calls to the others', async () => {
    const hold = {
      scope: `line:${LINE}`,
      reason: 'agent_not_found',
      firstPauseMs: 60_000,
      maxPauseMs: 60_000,
    } as const;
    await fixture.holds.open({ ...hold, retryAfterMs: 0 }, 'opener');
    expect((await claim(1, { lines: [LINE, OTHER_LINE], limits })).line).toBe(OTHER_LINE);
  });

  it('sends a call that names it to the end of its queue, each a place further back', async () => {
    const own = { limits: limited({ maxPerLine: 1 }), isOwnLine: true };
    await claim(1, own);
    const turns: number[] = [];
    for (let index = 2; index < 102; index += 1) turns.push((await waiting(index, own)).inMs);
    const gaps = turns.slice(1).map((turn, index) => turn - (turns[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(CONVERSATION_MS);
    expect(Math.max(...gaps)).toBeLessThan(CONVERSATION_MS + 2000);
  });

  it('takes as many calls that name it at once as it has places', async () => {
    const own = { limits: limited({ maxPerLine: 3 }), isOwnLine: true };
    for (const index of [0, 1, 2]) await claim(index, own);
    const turns: number[] = [];
    for (let index = 3; index < 12; index += 1) turns.push((await waiting(index, own)).inMs);
    const rounds = turns.map((turn) => Math.floor(turn / CONVERSATION_MS));
    expect(rounds).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });

  it('keeps the slot of a call that is sent a second time', async () => {
    const single = { limits: limited({ maxPerLine: 1 }) };
    const { attempts } = await claim(1, single);
    expect((await claim(1, { ...single, renews: attempts })).line).toBe(LINE);
    expect((await waiting(2, single)).waitFor).toBe('line');
  });

  it('is freed by nobody but who occupies it', async () => {
    const single = { limits: limited({ maxPerLine: 1 }) };
    await claim(1, single);
    await fixture.gate().release(fixture.releasing({ callId: 'call-1', owner: 'zombie' }));
    expect((await waiting(2, single)).waitFor).toBe('line');
  });
});

/** Calls on the line whose conversations end one after the other, in ms from now. */
async function occupied(...endsInMs: readonly number[]): Promise<void> {
  const [seconds] = await fixture.redis.time();
  const members = endsInMs.flatMap((inMs, index) => [
    Number(seconds) * 1000 + inMs,
    `other-${index}`,
  ]);
  await fixture.redis.zadd(`${fixture.keys.lines}:${LINE}`, ...members);
}

describe('a turn', () => {
  const limits = limited({ maxPerLine: 3 });

  /** When the nth call of a campaign worker is told to come back, in whole tens of seconds. */
  async function turnOf(worker: string, index: number): Promise<number> {
    const { inMs } = await waiting(index, { limits, owner: `${worker}.${index}` });
    return Math.round(inMs / 10_000);
  }

  it('is the instant at which there will be room, for each campaign worker another', async () => {
    await occupied(10_000, 20_000, 40_000);
    const turns = [
      await turnOf('a', 1),
      await turnOf('b', 2),
      await turnOf('c', 3),
      await turnOf('d', 4),
    ];
    expect(turns).toEqual([1, 2, 4, 13]);
  });

  it('is a campaign worker’s own: whichever of its calls asks, and however often, it keeps it', async () => {
    await occupied(10_000, 20_000, 40_000);
    await turnOf('a', 1);
    await turnOf('b', 2);
    expect([await turnOf('a', 3), await turnOf('b', 4), await turnOf('a', 1)]).toEqual([1, 2, 1]);
    expect(await turnOf('c', 5)).toBe(4);
  });

  it('is the first that nobody else comes for', async () => {
    await occupied(10_000, 20_000, 40_000);
    await turnOf('a', 1);
    await turnOf('b', 2);
    // The place of a went to another, and a asks again after its turn: it does not go behind b, who
    // waits for the next one.
    await fixture.redis.zadd(`${fixture.keys.campaign('spring').turns}:line`, 1, 'a');
    expect([await turnOf('a', 3), await turnOf('c', 4)]).toEqual([1, 4]);
  });

  it('ends when its campaign worker has what it waited for, be it early', async () => {
    const paced = { limits: limited({ intervalMs: 10_000 }) };
    await claim(1, { ...paced, owner: 'a.1' });
    const { inMs } = await waiting(2, { ...paced, owner: 'b.2' });
    await fixture.redis.hdel(fixture.keys.campaign('spring').state, 'lastSlot');
    await claim(3, { ...paced, owner: 'b.3' });
    expect((await waiting(4, { ...paced, owner: 'c.4' })).inMs).toBeLessThan(inMs + 5000);
  });

  it('that is over is nobody’s: who comes next has the first place', async () => {
    await occupied(10_000, 20_000, 40_000);
    await turnOf('a', 1);
    await fixture.redis.zadd(`${fixture.keys.campaign('spring').turns}:line`, 1, 'a');
    expect(await turnOf('b', 2)).toBe(1);
  });
});

describe('a cap', () => {
  const limits = limited({ caps: [{ calls: 2, hours: 24 }] });
  const samePerson = (index: number, overrides: Partial<ClaimRequest> = {}) =>
    nth(index, { person: fixture.identity.person('+15055550123'), limits, ...overrides });
  const capped = { kind: 'skip', outcome: 'suppressed', reason: 'frequency_cap' };

  /** Lets a call out that is then taken. */
  async function taken(index: number, overrides: Partial<ClaimRequest> = {}): Promise<Claim> {
    const claimed = claimOf(await fixture.gate().claim(samePerson(index, overrides)));
    const { campaign = 'spring' } = overrides;
    await fixture
      .gate()
      .settle(fixture.settling({ callId: `call-${index}`, owner: `owner-${index}`, campaign }));
    return claimed;
  }

  it('ends a call to a person who has had so many, over all campaigns', async () => {
    const gate = fixture.gate();
    expect((await taken(1)).placed).toEqual([0]);
    expect((await taken(2, { campaign: 'autumn' })).placed).toEqual([1]);
    expect(await gate.claim(samePerson(3, { campaign: 'winter' }))).toMatchObject(capped);
    // Somebody else is no concern of it.
    await claim(4, { limits });
  });

  it('counts what no campaign with a cap has placed', async () => {
    const gate = fixture.gate();
    const uncapped = { limits: limited({}) };
    await taken(1, uncapped);
    await taken(2, uncapped);
    expect(await gate.claim(samePerson(3))).toMatchObject(capped);
  });

  it('does not count what provably did not ring', async () => {
    const gate = fixture.gate();
    await gate.claim(samePerson(1));
    await settle(1, 'rejected');
    await gate.claim(samePerson(2));
    await release(2);
    await gate.claim(samePerson(3));
    await settle(3, 'unknown');
    await taken(4);
    expect(await gate.claim(samePerson(5))).toMatchObject(capped);
  });

  it('does not count the call itself when it is sent a second time', async () => {
    const gate = fixture.gate();
    const one = { limits: limited({ caps: [{ calls: 1, hours: 24 }] }) };
    const { attempts } = claimOf(await gate.claim(samePerson(1, one)));
    expect(claimOf(await gate.claim(samePerson(1, { ...one, renews: attempts }))).placed).toEqual([
      0,
    ]);
    await settle(1, 'accepted');
    expect(await gate.claim(samePerson(2, one))).toMatchObject(capped);
  });

  it('looks back no longer than it says, the strictest of several first', async () => {
    const gate = fixture.gate();
    await taken(1);
    const key = fixture.keys.person(fixture.identity.person('+15055550123'));
    await fixture.redis.zadd(key, Date.now() - 25 * 3_600_000, 'owner-1');
    expect((await taken(2)).placed).toEqual([0]);
    const both = [
      { calls: 2, hours: 24 },
      { calls: 2, hours: 48 },
    ];
    expect(await gate.claim(samePerson(3, { limits: limited({ caps: both }) }))).toMatchObject(
      capped,
    );
    expect(await fixture.redis.pttl(key)).toBeGreaterThan(29 * 86_400_000);
  });

  it('does not end a call whose hour comes when it has room again', async () => {
    const gate = fixture.gate();
    const one = { limits: limited({ caps: [{ calls: 1, hours: 1 }] }) };
    await taken(1);
    const [soon, late] = [Date.now() + 1_800_000, Date.now() + 3_700_000];
    const waits = { kind: 'wait', until: late };
    expect(
      await gate.claim(samePerson(2, { ...one, opensAt: late, closesAt: late + 1000 })),
    ).toMatchObject(waits);
    expect(await gate.claim(samePerson(3, { ...one, startsAt: late }))).toMatchObject(waits);
    expect(
      await gate.claim(samePerson(4, { ...one, opensAt: soon, closesAt: late })),
    ).toMatchObject(capped);
    expect(await gate.claim(samePerson(5, one))).toMatchObject(capped);
  });

  it('lets only one of two through that come at the same instant', async () => {
    const one = { limits: limited({ caps: [{ calls: 1, hours: 1 }] }) };
    const gate = fixture.gate();
    const answers = await Promise.all(
      ['spring', 'autumn', 'winter'].map((campaign, index) =>
        gate.claim(samePerson(index, { ...one, campaign })),
      ),
    );
    expect(answers.filter(({ kind }) => kind === 'dial')).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind === 'wait')).toHaveLength(2);
  });

  describe('reached only by a call in flight', () => {
    const one = { limits: limited({ caps: [{ calls: 1, hours: 24 }] }) };
    const waits = { kind: 'wait', waitFor: 'cap' };

    it.each(['accepted', 'unknown', 'rejected'] as const)(
      'waits for its answer: %s',
      async (outcome) => {
        const gate = fixture.gate();
        await gate.claim(samePerson(1, one));
        expect(await gate.claim(samePerson(2, one))).toMatchObject(waits);
        await settle(1, outcome);
        const afterwards = outcome === 'rejected' ? { kind: 'dial' } : capped;
        expect(await gate.claim(samePerson(2, one))).toMatchObject(afterwards);
      },
    );

    it('waits until it is given back', async () => {
      const gate = fixture.gate();
      await gate.claim(samePerson(1, one));
      expect(await gate.claim(samePerson(2, one))).toMatchObject(waits);
      await release(1);
      expect(await gate.claim(samePerson(2, one))).toMatchObject({ kind: 'dial' });
    });

    it('waits no longer than its claim lasts: past its deadline it may have rung', async () => {
      await fixture.gate({ claimMs: 1 }).claim(samePerson(1, one));
      // Also where both are asked in the same ms.
      const gate = fixture.gate({ claimMs: -1 });
      expect(await gate.claim(samePerson(2, one))).toMatchObject(capped);
    });

    it('waits for what it would wait for anyway', async () => {
      const gate = fixture.gate();
      await gate.claim(samePerson(1, one));
      const later = { ...one, opensAt: Date.now() + 60_000 };
      expect(await gate.claim(samePerson(2, later))).toMatchObject({
        kind: 'wait',
        waitFor: 'calling_window',
      });
      await fixture.redis.hset(fixture.keys.campaign('spring').state, 'paused', 1);
      expect(await gate.claim(samePerson(3, one))).toMatchObject({ kind: 'paused' });
    });
  });
});

describe('calls that wait for the same hour', () => {
  const HOUR_MS = 3_600_000;
  const opensAt = Date.now() + HOUR_MS;
  const closesAt = opensAt + 13 * HOUR_MS;
  const wanted = { opensAt, closesAt, isOwnTime: true };

  /** When the nth call comes back, in ms after the opening. */
  async function comesBack(index: number, overrides: Partial<ClaimRequest> = {}): Promise<number> {
    const answer = await fixture.gate().claim(nth(index, { ...wanted, ...overrides }));
    return (answer.kind === 'wait' ? answer.until : 0) - opensAt;
  }

  async function comeBack(count: number, overrides: Partial<ClaimRequest> = {}): Promise<number[]> {
    const inMs: number[] = [];
    for (let index = 0; index < count; index += 1) inMs.push(await comesBack(index, overrides));
    return inMs;
  }

  it('come back one after the other, no faster than they can be placed', async () => {
    expect(await comeBack(5)).toEqual([0, 2, 4, 6, 8]);
    const paced = { campaign: 'autumn', limits: limited({ intervalMs: 1000 }) };
    expect(await comeBack(3, paced)).toEqual([0, 1000, 2000]);
    const onTwoLines = {
      campaign: 'winter',
      lines: [LINE, OTHER_LINE],
      limits: limited({ maxPerLine: 2 }),
    };
    expect(await comeBack(3, onTwoLines)).toEqual([0, 30_250, 60_500]);
  });

  it('come back within a quarter of their hours', async () => {
    const limits = limited({ intervalMs: HOUR_MS });
    expect((await comeBack(5, { limits })).map((inMs) => inMs / HOUR_MS)).toEqual([
      0, 1, 2, 3, 0.75,
    ]);
  });

  it('leave those alone that wait for another one', async () => {
    await comeBack(3);
    const later = { startsAt: opensAt + HOUR_MS, opensAt: 0, closesAt: opensAt };
    expect(await comesBack(3, later)).toBe(HOUR_MS);
    expect(await comesBack(4, later)).toBe(HOUR_MS + 2);
  });

  it('and for one line come back as many at a time as it has places', async () => {
    const own = { limits: limited({ maxPerLine: 2 }), isOwnLine: true };
    const round = CONVERSATION_MS + 1000;
    expect(await comeBack(5, own)).toEqual([0, 0, round, round, 2 * round]);
    expect(await comesBack(5, { ...own, lines: [OTHER_LINE] })).toBe(0);
  });

  it('do not keep others off their line until then', async () => {
    const own = { limits: limited({ maxPerLine: 1 }), isOwnLine: true };
    await comesBack(0, { ...own, opensAt: 0, startsAt: closesAt });
    expect(await comesBack(1, own)).toBe(0);
    await claim(2, own);
    const { waitFor, inMs } = await waiting(3, own);
    expect(waitFor).toBe('own_line');
    expect(inMs).toBeLessThanOrEqual(CONVERSATION_MS + 1000);
  });

  it('begin anew when the turns of their campaign are taken away, and are counted no longer than until then', async () => {
    await comeBack(3);
    const { turns } = fixture.keys.campaign('spring');
    const [counted = ''] = await fixture.redis.keys(`${turns}:at:*`);
    expect(await fixture.redis.pexpiretime(counted)).toBe(
      (Math.floor(opensAt / 60_000) + 1) * 60_000,
    );
    await fixture.queue.parkedCalls.unpark('spring');
    expect(await comeBack(2)).toEqual([0, 2]);
  });

  it('come back at the hour itself where it is everybody’s', async () => {
    expect([
      await comesBack(0, { isOwnTime: false }),
      await comesBack(1, { isOwnTime: false }),
    ]).toEqual([0, 0]);
  });
});

it('stand on every line only while they count, whichever is used when, and on none for ever', async () => {
  const { redis, keys } = fixture;
  const gate = fixture.gate({ claimMs: 0 });
  const brief = { lines: [LINE, OTHER_LINE], limits: { conversationMs: 1 } };
  for (let index = 0; index < 120; index += 1) {
    await gate.claim(
      nth(index, { ...brief, lines: brief.lines.slice(index % 2, (index % 2) + 1) }),
    );
    await settle(index, 'accepted');
  }
  for (const line of brief.lines) {
    expect(await redis.zcard(`${keys.lines}:${line}`)).toBeLessThanOrEqual(51);
    expect(await redis.pttl(`${keys.lines}:${line}`)).toBeGreaterThan(0);
  }
});

it('are tidied up now and then: what counts no more is taken out', async () => {
  const { redis, keys } = fixture;
  const person = fixture.identity.person('+15055550123');
  await redis.zadd(`${keys.lines}:${LINE}`, Date.now() - 1, 'over');
  await redis.zadd(keys.person(person), Date.now() - 31 * 86_400_000, 'long ago');
  for (let index = 0; index < 50; index += 1) await claim(index, { person });
  expect(await redis.zscore(`${keys.lines}:${LINE}`, 'over')).toBeNull();
  expect(await redis.zscore(keys.person(person), 'long ago')).toBeNull();
  expect(await redis.zcard(`${keys.lines}:${LINE}`)).toBe(50);
});
