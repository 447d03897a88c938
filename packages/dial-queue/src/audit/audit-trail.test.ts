import { expect, it } from 'vitest';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import { type Decision, RedisAuditTrail } from './audit-trail.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

const trail = (most?: number) => new RedisAuditTrail(fixture.redis, fixture.keys, most);

function decision(overrides: Partial<Decision> = {}): Decision {
  return {
    action: 'campaign.pause',
    by: 'Ada',
    via: 'cli',
    from: 'desk',
    campaign: 'spring',
    details: {},
    ...overrides,
  };
}

async function begun(...decisions: Partial<Decision>[]): Promise<string[]> {
  const ids: string[] = [];
  for (const each of decisions) ids.push(await trail().begin(decision(each)));
  return ids;
}

it('has a decision before its end is known, and the end afterwards', async () => {
  const details = { list: 'a "list", 名', rows: [], changes: [{ key: 'pacing' }] };
  const [id = ''] = await begun({ details });
  const { entries, cursor } = await trail().read({ limit: 10 });
  expect(entries).toEqual([{ ...decision({ details }), id, at: expect.any(Number) }]);
  expect(cursor).toBeUndefined();
  await trail().end(id, { failure: 'interrupted', effect: { rows: [], wentOut: 2 } });
  const [entry] = (await trail().read({ limit: 10 })).entries;
  expect(entry?.end).toEqual({
    failure: 'interrupted',
    effect: { rows: [], wentOut: 2 },
    at: expect.any(Number),
  });
  expect(entry?.end?.at).toBeGreaterThanOrEqual(entry?.at ?? Number.NaN);
});

it('keeps so many, the newest, and of the others no end either', async () => {
  const small = trail(2);
  const ids: string[] = [];
  for (const campaign of ['a', 'b', 'c', 'd']) {
    ids.push(await small.begin(decision({ campaign })));
    await small.end(ids.at(-1) ?? '', { effect: {} });
  }
  await small.end(ids[0] ?? '', { effect: {} });
  const { entries } = await small.read({ limit: 10 });
  expect(entries.map(({ campaign }) => campaign)).toEqual(['d', 'c']);
  expect(await fixture.redis.hlen(fixture.keys.auditEnds)).toBe(2);
});

it('is read page by page, and by what a decision is about', async () => {
  const ids = await begun(
    { action: 'person.erase', details: { person: '7' } },
    { by: 'Kim' },
    { action: 'do_not_call.add', details: { people: ['6', '7'] } },
    { campaign: 'autumn' },
  );
  const read = async (query: object) =>
    (await trail().read({ limit: 10, ...query })).entries.map(({ id }) => ids.indexOf(id));
  const first = await trail().read({ limit: 3 });
  expect(first.entries.map(({ id }) => ids.indexOf(id))).toEqual([3, 2, 1]);
  expect(await read({ cursor: first.cursor })).toEqual([0]);
  expect(await read({ by: 'Kim' })).toEqual([1]);
  expect(await read({ action: 'person.erase' })).toEqual([0]);
  expect(await read({ campaign: 'autumn' })).toEqual([3]);
  expect(await read({ person: '7' })).toEqual([2, 0]);
  expect(await read({ since: Date.now() + 3_600_000 })).toEqual([]);
});

it('reads what was kept before there were details', async () => {
  const { redis, keys } = fixture;
  await redis.xadd(keys.audit, '*', 'what', 'hold_released', 'scope', 'all', 'by', 'Kim');
  expect((await trail().read({ limit: 1 })).entries).toMatchObject([
    { action: 'hold_released', by: 'Kim', via: '', from: '', details: { scope: 'all' } },
  ]);
});

it('is kept by a full Redis, which has to be paused as well', async () => {
  await fixture.redis.config('SET', 'maxmemory', '1');
  try {
    const [id = ''] = await begun({});
    await trail().end(id, { effect: {} });
  } finally {
    await fixture.redis.config('SET', 'maxmemory', '0');
  }
  expect((await trail().read({ limit: 1 })).entries[0]?.end).toBeDefined();
});
