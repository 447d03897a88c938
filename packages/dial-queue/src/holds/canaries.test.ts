import { beforeEach, describe, expect, it } from 'vitest';
import type { Claim } from '../gate/claim.ts';
import type { Gate } from '../gate/gate.ts';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import type { HoldChange, HoldRequest } from './holds.ts';

const SCOPE = 'campaign:spring';

let fixture: Fixture;
let gate: Gate;
let changes: HoldChange[];
eachTest((each) => {
  fixture = each;
});
beforeEach(async () => {
  changes = [];
  const onHoldChange = (change: HoldChange) => changes.push(change);
  const watched = fixture.queueOf(fixture.redis, { onHoldChange });
  gate = watched.gate({ sendWithinMs: 60_000, claimMs: 120_000 });
  await fixture.campaign();
});

const open = (calls: number, needed?: number) =>
  fixture.queue.canaries.open('spring', { calls, needed });
/** Each call has an owner of the same name. */
const ask = (callId: string) => gate.claim(fixture.request({ callId, owner: callId }));
const settle = (callId: string, outcome: 'accepted' | 'rejected' | 'unknown') =>
  gate.settle(fixture.settling({ callId, owner: callId, outcome }));
const progress = async () => (await fixture.holds.list())[0]?.canary;

async function claimed(callId: string): Promise<Claim> {
  const answer = await ask(callId);
  if (answer.kind !== 'dial') throw new Error(`the gate says ${answer.kind}`);
  return answer.claim;
}

describe('a canary', () => {
  it('lets so many out, and the rest once enough are accepted: told once', async () => {
    expect(await open(2, 2)).toBe('opened');
    await claimed('a');
    await claimed('b');
    const held = { kind: 'held', scope: SCOPE, reason: 'canary', until: undefined };
    expect(await ask('c')).toMatchObject(held);
    await settle('a', 'accepted');
    expect(await progress()).toEqual({ calls: 2, needed: 2, dialed: 2, accepted: 1, inFlight: 1 });
    expect(await ask('c')).toMatchObject(held);
    await settle('b', 'accepted');
    // The reply was lost, and the words are said again.
    await settle('b', 'accepted');
    expect(await fixture.holds.list()).toEqual([]);
    expect(changes).toMatchObject([{ change: 'lifted', scope: SCOPE, reason: 'canary' }]);
    expect((await ask('c')).kind).toBe('dial');
  });

  it('has a place again for one that was given back, and none for one in doubt', async () => {
    await open(1);
    await claimed('a');
    await gate.release(fixture.releasing({ callId: 'a', owner: 'a' }));
    await claimed('b');
    await settle('b', 'unknown');
    expect((await ask('a')).kind).toBe('held');
    expect(await progress()).toMatchObject({ dialed: 1, accepted: 0, inFlight: 0 });
  });

  it('passes when a person knows that a doubt was taken', async () => {
    await open(1, 1);
    await claimed('a');
    await settle('a', 'unknown');
    await fixture.queue.unknownCalls.accept('spring', 'a', 0, { by: 'Ada' });
    expect(await fixture.holds.list()).toEqual([]);
  });

  it('begins anew when the campaign is changed, and only then', async () => {
    await open(1, 1);
    await claimed('a');
    await fixture.campaign();
    expect((await ask('b')).kind).toBe('held');
    await fixture.campaign({ introNotes: 'mended' });
    await claimed('b');
    // By the old text: it shows nothing of the new one.
    await settle('a', 'accepted');
    expect((await ask('c')).kind).toBe('held');
    await settle('b', 'accepted');
    expect((await ask('c')).kind).toBe('dial');
  });

  it('that stands keeps its places when it is asked for again, and takes the new size', async () => {
    await open(2, 2);
    await claimed('a');
    await settle('a', 'accepted');
    expect(await open(2, 2)).toBe('stands');
    expect(await progress()).toMatchObject({ dialed: 1 });
    expect(await open(1)).toBe('stands');
    expect((await ask('b')).kind).toBe('held');
    expect(await open(2, 1)).toBe('lifted');
    expect((await ask('b')).kind).toBe('dial');
  });

  it('takes the place of a hold that would try again by itself', async () => {
    const rejections: HoldRequest = {
      scope: SCOPE,
      reason: 'rejections',
      firstPauseMs: 0,
      maxPauseMs: 0,
      retryAfterMs: 0,
    };
    await fixture.holds.open(rejections, 'opener');
    await open(1);
    await fixture.holds.open(rejections, 'opener');
    await claimed('a');
    expect(await ask('b')).toMatchObject({ reason: 'canary' });
  });

  it('is released by a person, and leaves nothing to the next', async () => {
    await open(1);
    await claimed('a');
    expect(await fixture.holds.release(SCOPE)).toBe(true);
    await claimed('b');
    await open(1);
    await claimed('c');
    expect((await ask('d')).kind).toBe('held');
  });

  it('counts what Redis has lost: claims that are written again, and outcomes', async () => {
    const claim = await claimed('a');
    await claimed('b');
    await open(2);
    await fixture.redis.hdel(fixture.keys.campaign('spring').ledger, 'a', 'b');
    const lost = { callId: 'a', owner: 'a', revision: 1, claim };
    await fixture.queue.evidence.recall('spring', [lost]);
    expect(await progress()).toMatchObject({ dialed: 1, inFlight: 1 });
    await settle('b', 'rejected');
    expect((await ask('c')).kind).toBe('held');
  });
});

async function load(count: number) {
  await using loader = fixture.queue.loader('spring', { calls: 1 });
  await loader.add(fixture.calls(count));
  await loader.finish();
  return await loader.canary();
}

describe('a loader with a canary', () => {
  it('opens it once something is new, and not for what is there', async () => {
    expect(await load(2)).toBe('opened');
    await fixture.holds.release(SCOPE);
    expect(await load(2)).toBeUndefined();
    expect(await fixture.holds.list()).toEqual([]);
    expect(await load(3)).toBe('opened');
  });
});
