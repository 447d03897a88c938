import { checkSchedule, parseCampaign, type Schedule } from '@libby-dialer/dialing';
import { beforeEach, describe, expect, test } from 'vitest';
import { eachTest, type Fixture } from '../testing/fixture.ts';
import type { ScheduleStore } from './schedule-store.ts';

const DUE = Date.parse('2026-12-02T01:00Z');
const HOUR_MS = 3_600_000;
const RUN = '2026-12-01T18:00';
const A = { owner: 'a', leaseMs: 60_000 };
const B = { owner: 'b', leaseMs: 60_000 };

let fixture: Fixture;
let store: ScheduleStore;
eachTest((each) => {
  fixture = each;
});
beforeEach(() => {
  store = fixture.queue.schedules;
});

function nightly(settings: Partial<Schedule> = {}): Schedule {
  const verdict = parseCampaign({ id: 'template', fromPhoneNumber: '+15055550100' });
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  const all = {
    name: 'nightly',
    cron: '0 18 * * *',
    timezone: 'America/Denver',
    list: '{{date}}.csv',
    campaign: verdict.campaign,
    waitForListMs: 0,
    ...settings,
  };
  return checkSchedule(all, settings.addedAt ?? DUE - HOUR_MS);
}

/** A run that is due. */
async function due(): Promise<void> {
  await store.put(nightly());
  expect(await store.noteDue(nightly(), DUE)).toEqual({ due: 1, missed: [] });
}

describe('a run that is due', () => {
  test('is noted once, however many look at once', async () => {
    await store.put(nightly());
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => store.noteDue(nightly(), DUE)),
    );
    expect(answers.map((answer) => answer.due).filter((count) => count > 0)).toEqual([1]);
    expect(await store.openRuns('nightly', DUE)).toEqual([
      { local: RUN, state: 'due', campaign: 'nightly-2026-12-01', dueAt: DUE },
    ]);
  });

  test('is not one of before the schedule was added', async () => {
    await store.put(nightly({ addedAt: DUE }));
    expect(await store.noteDue(nightly({ addedAt: DUE }), DUE + HOUR_MS)).toEqual({
      due: 0,
      missed: [],
    });
  });

  test('is not noted by whoever has not heard of the new definition', async () => {
    await store.put(nightly());
    await store.put(nightly({ cron: '0 20 * * *' }));
    expect(await store.noteDue(nightly(), DUE + HOUR_MS / 2)).toEqual({ due: 0, missed: [] });
    expect(await store.runs('nightly')).toEqual([]);
  });
});

describe('a lease', () => {
  test('lets one owner have the run', async () => {
    await due();
    const takes = await Promise.all([store.take('nightly', RUN, A), store.take('nightly', RUN, B)]);
    expect(takes.map(({ kind }) => kind)).toEqual(['yours', 'taken']);
    expect(await store.keep('nightly', RUN, B, { state: 'loading' })).toBe(false);
    expect(await store.giveBack('nightly', RUN, A)).toBe(true);
    expect((await store.take('nightly', RUN, B)).kind).toBe('yours');
  });

  test('that ran out lets another have it, and its owner of before change nothing', async () => {
    await due();
    await store.take('nightly', RUN, { ...A, leaseMs: 0 });
    expect(await store.keep('nightly', RUN, { ...A, leaseMs: 0 }, { state: 'loading' })).toBe(true);
    expect(await store.take('nightly', RUN, B)).toMatchObject({
      kind: 'yours',
      run: { state: 'loading', owner: 'b' },
    });
    expect(await store.keep('nightly', RUN, A)).toBe(false);
    expect(await store.giveBack('nightly', RUN, A, { state: 'loaded' })).toBe(false);
    expect(await store.run('nightly', RUN)).toMatchObject({ state: 'loading', owner: 'b' });
  });

  test('ends with the run', async () => {
    await due();
    await store.take('nightly', RUN, A);
    await store.giveBack('nightly', RUN, A, {
      state: 'failed',
      reason: 'list_missing',
      message: 'why',
    });
    expect(await store.openRuns('nightly', DUE)).toEqual([]);
    expect((await store.take('nightly', RUN, B)).kind).toBe('finished');
    expect((await store.take('nightly', RUN, B, { again: true })).kind).toBe('yours');
    await store.keep('nightly', RUN, B, { state: 'loading', reason: null, message: null });
    expect(await store.openRuns('nightly', DUE)).toEqual([
      expect.not.objectContaining({ reason: expect.anything() as unknown }),
    ]);
    await store.giveBack('nightly', RUN, B, { state: 'loaded' });
    expect((await store.take('nightly', RUN, A, { again: true })).kind).toBe('finished');
  });
});

test('a run that a person wants is refused once nobody knows whether it was loaded', async () => {
  await store.put(nightly());
  const wanted = { local: '2026-11-01T18:00', dueAt: DUE - 30 * 24 * HOUR_MS };
  expect(await store.noteWanted(nightly(), wanted)).toMatchObject({
    state: 'due',
    campaign: 'nightly-2026-11-01',
  });
  await fixture.redis.hdel(fixture.keys.schedule('nightly').runs, wanted.local);
  await fixture.redis.hset(fixture.keys.schedule('nightly').state, 'forgotten', wanted.dueAt);
  expect(await store.noteWanted(nightly(), wanted)).toBeUndefined();
});

test('triggers follow the schedules, and what has not changed is left alone', async () => {
  await using triggers = fixture.queue.scheduleTriggers();
  const key = `${fixture.keys.triggers}:schedules:repeat:nightly`;
  await triggers.match([nightly(), nightly({ name: 'other' })]);
  expect(await fixture.redis.hmget(key, 'pattern', 'tz')).toEqual(['0 18 * * *', 'America/Denver']);
  await fixture.redis.hset(key, 'untouched', 'yes');
  await triggers.match([nightly()]);
  expect(await fixture.redis.hget(key, 'untouched')).toBe('yes');
  expect(await fixture.redis.exists(`${fixture.keys.triggers}:schedules:repeat:other`)).toBe(0);
  await triggers.match([nightly({ cron: '0 19 * * *' })]);
  expect(await fixture.redis.hget(key, 'pattern')).toBe('0 19 * * *');
});
