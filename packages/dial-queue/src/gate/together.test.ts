import * as fc from 'fast-check';
import { ReplyError } from 'ioredis';
import { describe, expect, it } from 'vitest';
import type { HoldRequest } from '../holds/holds.ts';
import { eachTest, type Fixture, LINE } from '../testing/fixture.ts';
import type { Claim } from './claim.ts';
import type { Gate } from './gate.ts';
import type { ClaimRequest, ProbeResult, TroubleRun } from './questions.ts';

const OTHER_LINE = '+15055550101';
const HOLD: HoldRequest = {
  scope: 'all',
  reason: 'unreachable',
  firstPauseMs: 0,
  maxPauseMs: 0,
  retryAfterMs: 0,
};
const DOUBTS: TroubleRun = { name: 'doubts', threshold: 2, hold: { ...HOLD, person: true } };
const CALLS = 12;
const CONVERSATION = { conversationMs: 120_000 };
/** Nothing here lasts so long that time decides. */
const CAMPAIGNS = {
  spring: {
    lines: [LINE, OTHER_LINE],
    limits: { ...CONVERSATION, maxPerLine: 2, maxInFlight: 3 },
  },
  autumn: { lines: [LINE], limits: { ...CONVERSATION, caps: [{ calls: 1, hours: 24 }] } },
  winter: { lines: [OTHER_LINE], limits: { ...CONVERSATION, intervalMs: 3_600_000 } },
};
const IDS = Object.keys(CAMPAIGNS) as (keyof typeof CAMPAIGNS)[];

let fixture: Fixture;
// Its own server, for one test fills it.
eachTest(
  (each) => {
    fixture = each;
  },
  { own: true },
);

/** The nth call; each person is called by every campaign. */
function nth(index: number, overrides: Partial<ClaimRequest> = {}): ClaimRequest {
  const person = `+1505555${1000 + Math.floor(index / IDS.length)}`;
  return fixture.request({
    callId: `call-${index}`,
    owner: `owner-${index}`,
    person: fixture.identity.person(person),
    ...overrides,
  });
}

function ofCampaign(index: number, overrides: Partial<ClaimRequest> = {}): ClaimRequest {
  const campaign = IDS[index % IDS.length] ?? 'spring';
  return nth(index, { campaign, ...CAMPAIGNS[campaign], ...overrides });
}

function claimsOf(answers: readonly object[]): (Claim | undefined)[] {
  return answers.map((answer) => ('claim' in answer ? (answer.claim as Claim) : undefined));
}

/** How often Redis was asked by a script. */
async function scripts(): Promise<number> {
  const stats = await fixture.redis.info('commandstats');
  return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}

async function scriptsOf(work: () => Promise<unknown>): Promise<number> {
  const before = await scripts();
  await work();
  return (await scripts()) - before;
}

const claimAll = (gate: Gate, requests: readonly ClaimRequest[]) =>
  Promise.all(requests.map((request) => gate.claim(request)));

describe('questions of one turn', () => {
  const indexes = Array.from({ length: 20 }, (_, index) => index);

  it('are one script for the claims of a campaign, and one for their outcomes', async () => {
    const gate = fixture.gate();
    await gate.claim(nth(99));
    await gate.settle(fixture.settling({ callId: 'call-99', owner: 'owner-99' }));
    const requests = indexes.map((index) => nth(index));
    expect(await scriptsOf(() => claimAll(gate, requests))).toBe(1);
    const settleAll = () =>
      Promise.all(
        requests.map(({ callId, owner }) => gate.settle(fixture.settling({ callId, owner }))),
      );
    expect(await scriptsOf(settleAll)).toBe(1);
    expect(await fixture.outcomeCount('accepted')).toBe(21);
  });

  it('have each its own claim, of its own number', async () => {
    const answers = await claimAll(
      fixture.gate(),
      indexes.map((index) => nth(index)),
    );
    expect(answers).toMatchObject(
      indexes.map((index) => ({
        kind: 'dial',
        sequence: index + 1,
        claim: { owner: `owner-${index}` },
      })),
    );
  });

  it('let one owner dial, where several ask for the same call', async () => {
    const owners = ['one', 'two', 'two', 'one', 'three'];
    const gate = fixture.gate();
    const requests = owners.map((owner) => nth(1, { owner }));
    const answers = await claimAll(gate, requests);
    expect(answers.map(({ kind }) => kind)).toEqual(['dial', 'busy', 'busy', 'dial', 'busy']);
    const claims = claimsOf(answers);
    expect(claims[3]).toEqual(claims[0]);
    // As a client library does that has lost the reply.
    expect(claimsOf(await claimAll(gate, requests))).toEqual(claims);
    expect(await fixture.redis.zcard(fixture.keys.campaign('spring').claims)).toBe(1);
  });

  it('get the same answers when the reply to all of them was lost', async () => {
    const gate = fixture.gate();
    const requests = indexes.map((index) =>
      nth(index, { limits: { ...CONVERSATION, maxInFlight: 7 } }),
    );
    const first = await claimAll(gate, requests);
    const again = await claimAll(gate, requests);
    expect(claimsOf(again)).toEqual(claimsOf(first));
    expect(claimsOf(first).filter((claim) => claim !== undefined)).toHaveLength(7);
    const settleAll = () =>
      Promise.all(
        requests
          .slice(0, 7)
          .map(({ callId, owner }) => gate.settle(fixture.settling({ callId, owner }))),
      );
    expect(await settleAll()).toEqual(await settleAll());
    expect(await fixture.redis.xlen(fixture.keys.results)).toBe(7);
  });
});

describe('one that fails', () => {
  it('is refused alone, and its neighbours are let out and settled', async () => {
    const { redis, keys } = fixture;
    const gate = fixture.gate();
    const { ledger, claims } = keys.campaign('spring');
    const places = `${keys.lines}:${OTHER_LINE}`;
    await redis.hset(ledger, 'call-1', 'no JSON');
    await redis.set(places, 'no sorted set');
    const requests = [nth(0), nth(1), nth(2, { lines: [OTHER_LINE] }), nth(3)];
    const answers = await Promise.allSettled(requests.map((request) => gate.claim(request)));
    expect(answers).toMatchObject([
      { value: { kind: 'dial', claim: { owner: 'owner-0' } } },
      { reason: { message: expect.stringMatching(/^ERR .*Expected value/) } },
      { reason: { message: expect.stringMatching(/^WRONGTYPE /) } },
      { value: { kind: 'dial', claim: { owner: 'owner-3' } } },
    ]);
    expect(answers[1]).toMatchObject({ reason: expect.any(ReplyError) });
    expect(await redis.zrange(claims, '0', '-1')).toEqual(['call-0', 'call-3']);

    const settled = await Promise.allSettled(
      [0, 1, 3].map((index) =>
        gate.settle(fixture.settling({ callId: `call-${index}`, owner: `owner-${index}` })),
      ),
    );
    expect(settled).toMatchObject([
      { value: { kind: 'settled' } },
      { status: 'rejected' },
      { value: { kind: 'settled' } },
    ]);
    expect(await fixture.outcomeCount('accepted')).toBe(2);

    await redis.del(places);
    expect(await gate.withdraw(nth(2))).toBe(false);
    expect((await gate.claim(nth(2, { lines: [OTHER_LINE] }))).kind).toBe('dial');
  });

  it('is all of them on a Redis that is full, and nothing is claimed; outcomes are written', async () => {
    const { redis, keys } = fixture;
    const gate = fixture.gate();
    const requests = [0, 1, 2].map((index) => nth(index));
    await claimAll(gate, requests);
    await redis.config('SET', 'maxmemory', '1');
    try {
      const more = await Promise.allSettled([3, 4, 5].map((index) => gate.claim(nth(index))));
      expect(more).toMatchObject(
        Array.from({ length: 3 }, () => ({
          reason: { message: expect.stringMatching(/^OOM /) },
        })),
      );
      expect(await redis.hlen(keys.campaign('spring').ledger)).toBe(3);
      const settled = requests.map(({ callId, owner }) =>
        gate.settle(fixture.settling({ callId, owner })),
      );
      expect((await Promise.all(settled)).map(({ kind }) => kind)).toEqual(
        Array.from({ length: 3 }, () => 'settled'),
      );
    } finally {
      await redis.config('SET', 'maxmemory', '0');
    }
  });
});

/* Whatever is asked together is answered, and written, as if it had been asked one by one. */

interface Setting {
  readonly suppressed: readonly number[];
  readonly corrupt: readonly number[];
  readonly isCanceled: boolean;
  readonly isPaused: boolean;
  readonly isLineHeld: boolean;
  readonly hasProbe: boolean;
  readonly hasCanary: boolean;
}
interface Asked {
  readonly call: number;
  readonly owner: number;
  readonly renews: number | undefined;
  readonly ready: boolean;
}
interface Ended {
  readonly call: number;
  readonly owner: number;
  readonly how: 'accepted' | 'rejected' | 'unknown' | 'release' | 'withdraw';
  readonly verdict: ProbeResult['verdict'] | undefined;
}

const rarely = fc.constantFrom(false, false, false, true);
const call = fc.nat({ max: CALLS - 1 });
const setting: fc.Arbitrary<Setting> = fc.record({
  suppressed: fc.array(call, { maxLength: 2 }),
  corrupt: fc.array(call, { maxLength: 1 }),
  isCanceled: rarely,
  isPaused: rarely,
  isLineHeld: rarely,
  hasProbe: rarely,
  hasCanary: rarely,
});
const asked: fc.Arbitrary<Asked> = fc.record({
  call,
  owner: fc.nat({ max: 1 }),
  renews: fc.constantFrom(undefined, undefined, undefined, 0),
  ready: fc.constantFrom(true, true, true, false),
});
const ended: fc.Arbitrary<Ended> = fc.record({
  call,
  owner: fc.nat({ max: 1 }),
  how: fc.constantFrom('accepted', 'accepted', 'rejected', 'unknown', 'release', 'withdraw'),
  verdict: fc.constantFrom(undefined, 'close', 'grow', 'keep'),
});

const ownerOf = ({ call, owner }: Pick<Asked, 'call' | 'owner'>) => `worker.${call}-${owner}`;

async function setUp(given: Setting): Promise<void> {
  const { redis, queue, keys } = fixture;
  const others = (await redis.keys(`${keys.prefix}*`)).filter((key) => key !== keys.identityKey);
  if (others.length > 0) await redis.del(others);
  for (const index of given.suppressed)
    await redis.sadd(keys.doNotCall(nth(index).person.bucket), nth(index).person.member);
  for (const index of given.corrupt) {
    const { callId, campaign } = ofCampaign(index);
    await redis.hset(keys.campaign(campaign).ledger, callId, '?');
  }
  if (given.isCanceled) await redis.hset(keys.campaign('autumn').state, 'canceled', 1);
  if (given.isPaused) await redis.hset(keys.campaign('winter').state, 'paused', 1);
  if (given.isLineHeld)
    await fixture.holds.open({ ...HOLD, scope: `line:${LINE}`, person: true }, 'x');
  if (given.hasProbe) await fixture.holds.open({ ...HOLD, proof: 2 }, 'x');
  if (!given.hasCanary) return;
  await redis.hset(keys.campaigns, 'spring', JSON.stringify({ id: 'spring' }));
  await queue.canaries.open('spring', { calls: 2, needed: 1 });
}

function ask(gate: Gate, given: Asked): Promise<unknown> {
  const { call, renews, ready } = given;
  return gate.claim(ofCampaign(call, { owner: ownerOf(given), renews, ready }));
}

function end(gate: Gate, given: Ended): Promise<unknown> {
  const { campaign, callId, lines } = ofCampaign(given.call);
  const { how, verdict } = given;
  const of = { campaign, callId, owner: ownerOf(given) };
  const probes = verdict === undefined ? [] : [{ scope: 'all', verdict } as const];
  if (how === 'withdraw') return gate.withdraw(of);
  if (how === 'release') return gate.release(fixture.releasing({ ...of, probes }));
  const { member: person } = ofCampaign(given.call).person;
  const claimed = { line: lines[0] ?? '', person, ...CONVERSATION, claimedAt: 1, deadline: 2 };
  const run = how === 'unknown' ? DOUBTS : undefined;
  return gate.settle(fixture.settling({ ...of, probes, outcome: how, claimed, run }));
}

/** Instants and the ids made of them; the places of a script. */
const UNSTEADY = /\b1\d{12}(?:-\d+|\.\d+)?\b|user_script:\d+/g;

function steady(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(UNSTEADY, 'T').replaceAll(/:T\b/g, ':0'));
}

async function tell(answer: Promise<unknown>): Promise<unknown> {
  try {
    return steady(await answer);
  } catch (error) {
    return steady({ error: String(error) });
  }
}

/** Everything that Redis holds, by key. */
async function standing(): Promise<unknown> {
  const { redis, keys } = fixture;
  const names = (await redis.keys(`${keys.prefix}*`)).toSorted();
  const read = async (key: string) => {
    switch (await redis.type(key)) {
      case 'hash':
        return redis.hgetall(key);
      case 'set':
        return (await redis.smembers(key)).toSorted();
      case 'zset':
        return (await redis.zrange(key, '0', '-1')).toSorted();
      case 'stream':
        return redis.xrange(key, '-', '+');
      default:
        return redis.get(key);
    }
  };
  return steady(await Promise.all(names.map(async (key) => [key, await read(key)])));
}

function campaignOf({ call }: { readonly call: number }): string {
  return ofCampaign(call).campaign;
}

function kindOf({ how }: Ended): string {
  return how === 'release' || how === 'withdraw' ? 'release' : 'settle';
}

/** In which order what is said in one turn is carried out. */
function inOrder<Word>(words: readonly Word[], batchOf: (word: Word) => string): Word[] {
  return [...Map.groupBy(words, batchOf).values()].flat();
}

async function oneByOne<Word>(words: readonly Word[], say: (word: Word) => Promise<unknown>) {
  const answers: unknown[] = [];
  for (const word of words) answers.push(await tell(say(word)));
  return [answers, await standing()];
}

async function together<Word>(words: readonly Word[], say: (word: Word) => Promise<unknown>) {
  return [await Promise.all(words.map((word) => tell(say(word)))), await standing()];
}

describe('many in one turn, of several campaigns', () => {
  it('are answered and written down as if they had come one by one', async () => {
    const gate = fixture.gate();
    // From then on it knows its server.
    await gate.claim(nth(0));
    const property = fc.asyncProperty(
      setting,
      fc.array(asked, { minLength: 2, maxLength: 16 }),
      fc.array(ended, { minLength: 2, maxLength: 12 }),
      async (given, questions, ends) => {
        const first = inOrder(questions, campaignOf);
        const second = inOrder(ends, (one) => `${kindOf(one)} ${campaignOf(one)}`);
        const told = async (in_: typeof oneByOne) => {
          await setUp(given);
          return [
            await in_(first, (word) => ask(gate, word)),
            await in_(second, (word) => end(gate, word)),
          ];
        };
        expect(await told(together)).toEqual(await told(oneByOne));
      },
    );
    await expect(fc.assert(property, { numRuns: 60 })).resolves.toBeUndefined();
  });
});
