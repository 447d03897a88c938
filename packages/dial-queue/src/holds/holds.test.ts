import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Gate } from '../gate/gate.ts';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import type { HoldChange, HoldRequest } from './holds.ts';

const HOLD: HoldRequest = {
  scope: 'all',
  reason: 'doubts',
  firstPauseMs: 60_000,
  maxPauseMs: 600_000,
  retryAfterMs: 0,
};
/** Due at once: the next that comes may probe. */
const DUE: HoldRequest = { ...HOLD, firstPauseMs: 0, maxPauseMs: 0 };

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

describe('a hold and its probes', () => {
  it('is lifted when as many have passed as prove it, and never lets out more than one beyond those', async () => {
    const gate = fixture.gate();
    await fixture.holds.open({ ...DUE, proof: 3 }, 'opener');
    const out: string[] = [];
    const letOut = async (): Promise<number> => {
      for (let tries = 0; tries < 10; tries += 1) {
        const callId = randomUUID();
        const answer = await gate.claim(fixture.request({ callId, owner: callId }));
        if (answer.kind !== 'dial') break;
        out.push(callId);
      }
      return out.length;
    };
    const end = async (verdict: 'close' | 'grow' | 'keep') => {
      const callId = out.shift() ?? '';
      await gate.settle(
        fixture.settling({ callId, owner: callId, probes: [{ scope: 'all', verdict }] }),
      );
    };
    expect(await letOut()).toBe(1);
    await end('close');
    expect(await letOut()).toBe(2);
    await end('close');
    expect(await letOut()).toBe(3);
    await end('keep');
    expect(await letOut()).toBe(3);
    expect(await fixture.holds.list()).toHaveLength(1);
    await end('close');
    expect(await fixture.holds.list()).toEqual([]);
  });

  it('is not opened for what an earlier edition of its campaign lacked', async () => {
    const { id } = await fixture.campaign();
    const edition = await fixture.campaigns.edition(id);
    const hold: HoldRequest = { ...HOLD, scope: `campaign:${id}`, reason: 'campaign_incomplete' };
    await fixture.campaign({ introNotes: 'mended' });
    await fixture.holds.openFor({ campaign: id, edition }, hold, 'opener');
    expect(await fixture.holds.list()).toEqual([]);
    await fixture.holds.openFor(
      { campaign: id, edition: await fixture.campaigns.edition(id) },
      hold,
      'opener',
    );
    expect(await fixture.holds.list()).toMatchObject([{ scope: `campaign:${id}` }]);
  });

  it('takes probes that fail together for one failure, and what passes after it for no proof', async () => {
    const gate = fixture.gate();
    await fixture.holds.open({ ...DUE, maxPauseMs: 600_000, proof: 3 }, 'opener');
    const probe = async (callId: string) => gate.claim(fixture.request({ callId, owner: callId }));
    const end = async (callId: string, verdict: 'close' | 'grow') =>
      gate.settle(fixture.settling({ callId, owner: callId, probes: [{ scope: 'all', verdict }] }));
    await probe('a');
    await end('a', 'close');
    await probe('b');
    await probe('c');
    // The pauses of this hold are made to last from here on.
    await changeHold({ firstPauseMs: 40_000 });
    await end('b', 'grow');
    const grown = await storedHold();
    expect(grown).toMatchObject({ pauses: 2, pauseMs: 80_000, proven: 0 });
    await end('c', 'close');
    expect(await storedHold()).toMatchObject({
      pauses: 2,
      retryAt: grown['retryAt'],
      proven: 0,
      leases: {},
    });
  });

  it('takes a probe for no word on a pause that it went out before, however late it comes back', async () => {
    const gate = fixture.gate();
    await fixture.holds.open({ ...DUE, maxPauseMs: 600_000, proof: 3 }, 'opener');
    const probe = async (callId: string) => gate.claim(fixture.request({ callId, owner: callId }));
    const end = async (callId: string, verdict: 'close' | 'grow') =>
      gate.settle(fixture.settling({ callId, owner: callId, probes: [{ scope: 'all', verdict }] }));
    await probe('a');
    await end('a', 'close');
    await probe('b');
    await end('b', 'close');
    for (const callId of ['c', 'd', 'e']) expect((await probe(callId)).kind).toBe('dial');
    await changeHold({ firstPauseMs: 1 });
    await end('c', 'grow');
    const { retryAt } = await storedHold();
    await expect
      .poll(async () => (await fixture.campaigns.look()).now)
      .toBeGreaterThan(Number(retryAt));
    await end('d', 'grow');
    await end('e', 'close');
    expect(await storedHold()).toMatchObject({ pauses: 2, proven: 0, leases: {} });
    await probe('f');
    await end('f', 'close');
    expect(await storedHold()).toMatchObject({ pauses: 2, proven: 1 });
  });

  it('keeps to a Retry-After that came while its probe was out', async () => {
    const gate = fixture.gate();
    await gate.claim(fixture.request({ callId: 'older', owner: 'older' }));
    await fixture.holds.open(DUE, 'opener');
    await gate.claim(fixture.request());
    const asked = { ...HOLD, retryAfterMs: 90_000 };
    await gate.release(
      fixture.releasing({ callId: 'older', owner: 'older', hold: asked, answered: true }),
    );
    await gate.settle(fixture.settling({ probes: [{ scope: 'all', verdict: 'close' }] }));
    const answer = await gate.claim(fixture.request({ callId: 'call-2' }));
    expect(answer.kind === 'held' && (answer.until ?? 0) - answer.now).toBeGreaterThan(80_000);
  });

  it('is probed by another when its probe has died, whose late word moves nothing', async () => {
    const gate = fixture.gate();
    await fixture.holds.open(DUE, 'opener');
    await gate.claim(fixture.request());
    expect((await gate.claim(fixture.request({ callId: 'call-2', owner: 'owner-2' }))).kind).toBe(
      'held',
    );
    await changeHold({ leases: { 'owner-1': { lentAt: 0, expiresAt: 1 } } });
    expect((await gate.claim(fixture.request({ callId: 'call-2', owner: 'owner-2' }))).kind).toBe(
      'dial',
    );
    await gate.settle(fixture.settling({ probes: [{ scope: 'all', verdict: 'close' }] }));
    expect(Object.keys((await storedHold())['leases'] as object)).toEqual(['owner-2']);
  });

  it('grows for want of what no call can do without, also when its probe has died', async () => {
    await fixture.holds.open(DUE, 'opener');
    await changeHold({
      leases: { dead: { lentAt: 0, expiresAt: 1 } },
      maxPauseMs: 600_000,
      firstPauseMs: 40_000,
    });
    await fixture.holds.open(HOLD, 'call-2');
    expect(await storedHold()).toMatchObject({ pauses: 2, pauseMs: 80_000 });
  });
});

describe('what a step does to a hold', () => {
  const times = { sendWithinMs: 60_000, claimMs: 120_000 };
  const watchedGate = () => {
    const changes: HoldChange[] = [];
    const onHoldChange = (change: HoldChange) => changes.push(change);
    return { changes, gate: fixture.queueOf(fixture.redis, { onHoldChange }).gate(times) };
  };
  const failing = {
    name: 'unreachable',
    threshold: 2,
    hold: { ...DUE, reason: 'unreachable' },
  } as const;
  const untrusted = { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', url: 'https://phone.example/outbound' };

  it('is told to whoever took it, once, with its cause, and to nobody else', async () => {
    const [one, other] = [watchedGate(), watchedGate()];
    const release = async ({ gate }: typeof one, callId: string, verdict?: 'grow') => {
      await gate.claim(fixture.request({ callId, owner: callId }));
      const probes = verdict === undefined ? [] : [{ scope: 'all', verdict } as const];
      const releasing = { callId, owner: callId, run: failing, cause: untrusted, probes };
      await gate.release(fixture.releasing(releasing));
      // As if the answer had been lost.
      await gate.release(fixture.releasing(releasing));
    };
    await release(other, 'a');
    expect(other.changes).toEqual([]);
    await release(one, 'b');
    const opened = {
      change: 'opened',
      scope: 'all',
      reason: 'unreachable',
      cause: untrusted,
      heldMs: 0,
      pauseMs: 0,
    };
    expect(one.changes).toEqual([opened]);
    expect(await fixture.holds.list()).toMatchObject([{ cause: untrusted }]);

    await release(other, 'c', 'grow');
    expect(other.changes).toMatchObject([
      { change: 'grown', reason: 'unreachable', cause: untrusted },
    ]);
    await one.gate.claim(fixture.request({ callId: 'd', owner: 'd' }));
    const passed = fixture.settling({
      callId: 'd',
      owner: 'd',
      probes: [{ scope: 'all', verdict: 'close' }],
    });
    await one.gate.settle(passed);
    await one.gate.settle(passed);
    expect(one.changes.map(({ change }) => change)).toEqual(['opened', 'lifted']);
    expect(other.changes).toHaveLength(1);
  });

  it('is told of holds without a claim, and of those that only a Retry-After makes longer', async () => {
    const changes: HoldChange[] = [];
    const onHoldChange = (change: HoldChange) => changes.push(change);
    const { holds } = fixture.queueOf(fixture.redis, { onHoldChange });
    const cause = {
      code: 'invalid_client',
      status: 400,
      message: 'The token endpoint does not know this client.',
    };
    await holds.open(DUE, 'opener', cause);
    await holds.open(DUE, 'opener', cause);
    await holds.open({ ...DUE, reason: 'rate_limited', retryAfterMs: 60_000 }, 'opener', {
      code: 'rate_limited',
    });
    // A moment later another of those in flight is told the same.
    await holds.open({ ...DUE, reason: 'rate_limited', retryAfterMs: 60_500 }, 'opener', {
      code: 'rate_limited',
    });
    expect(changes).toMatchObject([
      { change: 'opened', cause },
      { change: 'grown', cause },
      { change: 'grown', cause: { code: 'rate_limited' }, pauseMs: 60_000 },
    ]);
  });
});

describe('holds that trouble opens', () => {
  let gate: Gate;
  let calls: number;
  beforeEach(() => {
    gate = fixture.gate();
    calls = 0;
  });
  const run = { name: 'doubts', threshold: 3, hold: HOLD };
  const letOut = async () => {
    calls += 1;
    const callId = `trouble-${calls}`;
    expect((await gate.claim(fixture.request({ callId, owner: callId }))).kind).toBe('dial');
    return callId;
  };
  const doubt = async (callId?: string) => {
    const id = callId ?? (await letOut());
    await gate.settle(fixture.settling({ callId: id, owner: id, outcome: 'unknown', run }));
  };
  const pass = async (callId?: string) => {
    const id = callId ?? (await letOut());
    await gate.settle(fixture.settling({ callId: id, owner: id }));
  };

  it('come after a run of it', async () => {
    await doubt();
    await doubt();
    expect(await isHeld()).toBe(false);
    await doubt();
    expect(await fixture.holds.list()).toMatchObject([{ scope: 'all', reason: 'doubts' }]);
  });

  it('come also when more than a fifth of the calls end in doubt', async () => {
    for (let round = 0; round < 12; round += 1) {
      expect(await isHeld()).toBe(false);
      await doubt();
      if (await isHeld()) break;
      for (let passed = 0; passed < 3; passed += 1) await pass();
    }
    expect(await isHeld()).toBe(true);
  });

  it('do not come while four in five pass', async () => {
    for (let round = 0; round < 30; round += 1) {
      await doubt();
      for (let passed = 0; passed < 4; passed += 1) await pass();
    }
    expect(await isHeld()).toBe(false);
    expect(await fixture.redis.hget(fixture.keys.breakers, 'run:doubts')).toBeNull();
  });

  it('are neither lifted by what comes in late nor opened again by it', async () => {
    const inFlight = await Promise.all(Array.from({ length: 9 }, letOut));
    for (let index = 0; index < 7; index += 1) await doubt(inFlight[index]);
    const standing = await storedHold();
    await pass(inFlight[7]);
    await doubt(inFlight[8]);
    expect(await storedHold()).toEqual(standing);
    await fixture.holds.release('all');
    // Nothing was counted while it stood.
    await doubt();
    await doubt();
    expect(await isHeld()).toBe(false);
    await doubt();
    expect(await isHeld()).toBe(true);
  });
});

describe('what a person stops', () => {
  const lost: HoldRequest = { ...HOLD, reason: 'evidence_lost', person: true };
  beforeEach(async () => {
    await fixture.campaign();
  });

  it('takes the place of trouble that is there, and no probe lifts it', async () => {
    const gate = fixture.gate();
    await fixture.holds.open(DUE, 'opener');
    const probe = fixture.request({ callId: 'probe', owner: 'probe' });
    expect(await gate.claim(probe)).toMatchObject({ kind: 'dial' });
    const stopping = fixture.holds.stop('all', 'wrong texts');
    await expect.poll(async () => (await storedHold())['reason']).toBe('stopped');
    const probes = [{ scope: 'all', verdict: 'close' }] as const;
    await gate.settle(fixture.settling({ callId: 'probe', owner: 'probe', probes }));
    await stopping;
    expect(await fixture.holds.list()).toMatchObject([
      { scope: 'all', reason: 'stopped', until: undefined, cause: { message: 'wrong texts' } },
    ]);
    expect(await gate.claim(fixture.request({ callId: 'next', owner: 'next' }))).toMatchObject({
      kind: 'held',
    });
  });

  it('gives way to claims that are lost, and does not hide them', async () => {
    await fixture.holds.stop('all');
    await fixture.holds.open(lost, 'witness');
    await fixture.holds.stop('all');
    expect(await fixture.holds.list()).toMatchObject([{ scope: 'all', reason: 'evidence_lost' }]);
  });

  it('is said once no call that was let out before can begin any more', async () => {
    const gate = fixture.gate();
    const letOut = fixture.request({ callId: 'before', owner: 'before' });
    expect(await gate.claim(letOut)).toMatchObject({ kind: 'dial' });
    let isSaid = false;
    const stopping = fixture.holds.stop('all').finally(() => {
      isSaid = true;
    });
    await expect.poll(() => fixture.holds.list()).toHaveLength(1);
    // Each reply lets it go on by a step: by then it has looked at the claims that stand.
    for (let step = 0; step < 20; step += 1) await fixture.redis.ping();
    expect(isSaid).toBe(false);
    await gate.settle(fixture.settling({ callId: 'before', owner: 'before' }));
    expect(await stopping).toEqual({ wentOut: 1 });
  });

  it('may be one line: the others go on', async () => {
    const gate = fixture.gate();
    await fixture.holds.stop('line:+15055550100');
    const claim = async (line: string) => {
      const callId = randomUUID();
      return (await gate.claim(fixture.request({ callId, owner: callId, lines: [line] }))).kind;
    };
    expect(await claim('+15055550100')).toBe('held');
    expect(await claim('+15055550101')).toBe('dial');
  });
});

async function isHeld(): Promise<boolean> {
  return (await fixture.holds.list()).length > 0;
}

async function storedHold(): Promise<Record<string, unknown>> {
  return JSON.parse((await fixture.redis.hget(fixture.keys.holds, 'all')) ?? '{}') as Record<
    string,
    unknown
  >;
}

async function changeHold(changes: Record<string, unknown>): Promise<void> {
  await fixture.redis.hset(
    fixture.keys.holds,
    'all',
    JSON.stringify({ ...(await storedHold()), ...changes }),
  );
}
