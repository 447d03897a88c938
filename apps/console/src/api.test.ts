import { userInfo } from 'node:os';
import type { Outcome, ResultRecord } from '@libby-dialer/dialing';
import { eachTest, phone, type TestBench } from '@libby-dialer/operations/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestConsole } from './testing/test-console.ts';

let bench: TestBench;
let api: TestConsole;
eachTest((each) => {
  bench = each;
});
beforeEach(async () => {
  api = await TestConsole.start(bench.environment);
});
afterEach(() => api[Symbol.asyncDispose]());

const FILE = { id: 'spring', fromPhoneNumber: '+15055550100', callingWindow: 'anytime' } as const;
const spring = { params: { id: 'spring' } };

async function loaded(count: number): Promise<string[]> {
  const campaign = await bench.put('spring');
  await bench.load(await bench.list('people.csv', count), campaign);
  return await bench.queued('spring');
}

async function settled(callId: string, outcome: Outcome, more: Partial<ResultRecord> = {}) {
  await bench.claim('spring', callId);
  await bench.settle('spring', callId, outcome, more);
}

const listed = (query: object) => api.ask('GET /campaigns/{id}/calls', { ...spring, query });
const rejectsPage = (cursor?: string) =>
  api.ask('GET /inbox/rejected', { query: { limit: 2, cursor } });
const upload = (content: string, name = 'people.csv') =>
  api.ask('POST /lists', { query: { name }, body: new Blob([content]) });

it('keeps for audit who decided what, and from where', async () => {
  await api.ask('PUT /campaigns/{id}', { ...spring, body: FILE });
  await api.ask('POST /campaigns/{id}/cancel', spring);
  const { entries, nextCursor } = await api.ask('GET /audit', { query: { limit: 1 } });
  const caller = { by: userInfo().username, via: 'api', from: '127.0.0.1' };
  expect(entries).toMatchObject([
    { ...caller, action: 'campaign.cancel', campaign: 'spring', end: { effect: { wentOut: 0 } } },
  ]);
  const older = await api.ask('GET /audit', { query: { cursor: nextCursor ?? '' } });
  expect(older).toMatchObject({ entries: [{ action: 'campaign.put' }], nextCursor: null });
  await expect(api.ask('GET /audit', { query: { cursor: 'x' } })).rejects.toMatchObject({
    code: 'bad_cursor',
  });
});

describe('a call', () => {
  it('is found by number, externalId or id, and given with its timeline', async () => {
    const [callId = ''] = await loaded(2);
    const found = await api.ask('POST /calls/find', {
      body: { number: '(505) 555-0100', country: 'US' },
    });
    expect(found).toMatchObject({ calls: [{ callId, state: 'queued' }], isCut: false });
    expect(await api.ask('POST /calls/find', { body: { callId } })).toEqual(found);
    const body = { externalId: 'none' };
    expect(await api.ask('POST /calls/find', { body })).toMatchObject({ calls: [] });
    const one = await api.ask('GET /calls/{callId}', { params: { callId } });
    expect(one.timeline.map(({ step }) => step)).toEqual(['loaded', 'queued', 'waits']);
  });

  it('that is none, or cannot be meant, is said to be so', async () => {
    const params = { callId: 'cAAAAAAAAAAAAAAAAAAAA' };
    await expect(api.ask('GET /calls/{callId}', { params })).rejects.toMatchObject({
      status: 404,
      code: 'no_such_call',
    });
    await expect(
      api.ask('POST /calls/find', { body: { number: '5055550123' } }),
    ).rejects.toMatchObject({ code: 'invalid_number' });
  });
});

describe('campaigns', () => {
  it('are stored, shown and changed as they were seen', async () => {
    const added = await api.ask('PUT /campaigns/{id}', { ...spring, body: FILE });
    expect(added).toMatchObject({ kind: 'added', changes: [] });
    const shown = await api.ask('GET /campaigns/{id}', spring);
    expect(shown.campaign).toMatchObject({ fromPhoneNumber: ['+15055550100'], dedupeBy: 'phone' });
    expect(shown.etag).toBe(added.etag);
    expect(shown.idleReasons.map(({ code }) => code)).toEqual(['no_calls']);

    const body = { ...FILE, priority: 5 };
    const change = (etag?: string) =>
      api.ask('PUT /campaigns/{id}', { ...spring, body, headers: { 'if-match': etag } });
    await expect(change()).rejects.toMatchObject({ status: 428, code: 'if_match_needed' });
    await expect(change('"other"')).rejects.toMatchObject({
      status: 412,
      code: 'changed_meanwhile',
    });
    const changed = await change(added.etag);
    expect(changed).toMatchObject({
      kind: 'changed',
      changes: [{ key: 'priority', before: 0, after: 5 }],
    });
    await expect(change(added.etag)).rejects.toMatchObject({ status: 412 });
    expect(await change('*')).toMatchObject({ kind: 'unchanged', etag: changed.etag });
  });

  it('that two add at once are added by one of them, as both saw that there was none', async () => {
    const texts = ['Ask for Ada.', 'Ask for Bo.', 'Ask for Cy.', 'Ask for Di.'];
    const adding = texts.map((introNotes) =>
      api.ask('PUT /campaigns/{id}', {
        ...spring,
        body: { ...FILE, introNotes },
        headers: { 'if-match': '"none"' },
      }),
    );
    const ends = await Promise.allSettled(adding);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('say what a change would do, and for how many calls, before it is made', async () => {
    await loaded(3);
    const { campaign, etag } = await api.ask('GET /campaigns/{id}', spring);
    const body = { ...FILE, ...campaign, priority: 5 };
    const preview = (headers = {}, given = body) =>
      api.ask('PUT /campaigns/{id}', {
        ...spring,
        query: { dryRun: 'true' },
        body: given,
        headers,
      });
    const said = { changes: [{ key: 'priority', before: 0, after: 5 }], calls: 3, canary: null };
    expect(await preview()).toMatchObject({ kind: 'changed', ...said, etag });
    expect(await preview({ 'if-match': etag })).toMatchObject({ kind: 'changed', ...said });
    expect(await preview({}, { ...body, priority: 0 })).toMatchObject({ kind: 'unchanged' });
    await expect(preview({ 'if-match': '"other"' })).rejects.toMatchObject({ status: 412 });
    await expect(preview({}, { ...body, dedupeBy: 'row' })).rejects.toMatchObject({
      code: 'dedupe_by',
    });
    expect((await api.ask('GET /campaigns/{id}', spring)).etag).toBe(etag);
    const { entries } = await api.ask('GET /audit', { query: { action: 'campaign.put' } });
    expect(entries).toEqual([]);
  });

  it('that cannot be are refused with each reason', async () => {
    const body = { ...FILE, pacing: { callsPerSecond: 0 }, colour: 'red' };
    await expect(api.ask('PUT /campaigns/{id}', { ...spring, body })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_campaign',
      problems: [
        'pacing.callsPerSecond: must be a number above 0, at most 1000',
        'colour: is not a key of a campaign file',
      ],
    });
  });

  it('come a page at a time, by id', async () => {
    for (const id of ['b', 'c', 'a']) await bench.put(id);
    const first = await api.ask('GET /campaigns', { query: { limit: 2 } });
    expect(first.campaigns.map(({ id }) => id)).toEqual(['a', 'b']);
    const cursor = first.nextCursor ?? '';
    const last = await api.ask('GET /campaigns', { query: { limit: 2, cursor } });
    expect(last.campaigns.map(({ id }) => id)).toEqual(['c']);
    expect(last.nextCursor).toBeNull();
    await bench.queue.control.apply('pause', 'b');
    const paused = await api.ask('GET /campaigns', { query: { state: 'paused' } });
    expect(paused.campaigns.map(({ id }) => id)).toEqual(['b']);
  });

  it('are steered, and say how many calls that concerned', async () => {
    await loaded(3);
    const paused = await api.ask('POST /campaigns/{id}/pause', spring);
    expect(paused).toEqual({ campaign: 'spring', calls: 3, wentOut: 0 });
    expect((await api.ask('GET /campaigns/{id}', spring)).state).toBe('paused');
    await api.ask('POST /campaigns/{id}/resume', spring);
    const all = await api.ask('POST /all-campaigns/cancel');
    expect(all.campaigns).toEqual([{ campaign: 'spring', calls: 3, wentOut: 0 }]);
    await expect(
      api.ask('POST /campaigns/{id}/retry', { ...spring, body: { outcome: 'rejected' } }),
    ).rejects.toMatchObject({ status: 409, code: 'campaign_canceled' });
  });

  it('are queued again, exported and archived', async () => {
    const [callId = ''] = await loaded(1);
    await settled(callId, 'rejected', { reason: 'bad_request' });
    const retry = async (callIds: string[]) =>
      await api.ask('POST /campaigns/{id}/retry', {
        ...spring,
        body: { outcome: 'rejected', callIds },
      });
    expect(await retry(['another'])).toEqual({ campaign: 'spring', calls: 0, wentOut: 0 });
    expect(await retry([callId])).toEqual({ campaign: 'spring', calls: 1, wentOut: 0 });
    await expect(api.ask('POST /campaigns/{id}/archive', spring)).rejects.toMatchObject({
      status: 409,
      code: 'unfinished',
    });
  });

  it('that are none are not found', async () => {
    await expect(api.ask('GET /campaigns/{id}', spring)).rejects.toMatchObject({
      status: 404,
      code: 'no_such_campaign',
    });
  });

  it('tell how fast their calls went out', async () => {
    await bench.put('spring');
    const { placedCalls } = bench.queue;
    const aMinuteAgo = Date.now() - 60_000;
    for (let call = 0; call < 25; call++) placedCalls.count('spring', aMinuteAgo);
    await placedCalls.write();
    const { points } = await api.ask('GET /campaigns/{id}/rates', spring);
    expect(points).toHaveLength(180);
    const fast = points.filter(({ perSecond }) => perSecond > 0);
    expect(fast).toEqual([{ at: expect.any(String), perSecond: 2.5 }]);
    const stepEnd = Date.parse(fast[0]?.at ?? '');
    expect(stepEnd).toBeGreaterThan(aMinuteAgo);
    expect(stepEnd).toBeLessThanOrEqual(aMinuteAgo + 10_000);
    await expect(
      api.ask('GET /campaigns/{id}/rates', { params: { id: 'none' } }),
    ).rejects.toMatchObject({ status: 404, code: 'no_such_campaign' });
  });

  it('tell how what waits will go out', async () => {
    await loaded(2);
    const { zones } = await api.ask('GET /campaigns/{id}/backlog', spring);
    expect(zones.reduce((sum, { calls }) => sum + calls, 0)).toBe(2);
  });
});

describe('calls', () => {
  it('are pushed, one or many, and each gets its fate', async () => {
    await bench.put('spring');
    const record = { toPhoneNumber: phone(1), name: 'Ada' };
    const one = await api.ask('POST /campaigns/{id}/calls', { ...spring, body: record });
    expect(one.calls).toMatchObject([{ status: 'queued' }]);
    const many = await api.ask('POST /campaigns/{id}/calls', {
      ...spring,
      body: [record, { toPhoneNumber: phone(2), name: 'Bo' }, { name: 'Nobody' }],
    });
    expect(many.calls).toMatchObject([
      { status: 'already_queued', callId: one.calls[0]?.callId },
      { status: 'queued' },
      { status: 'rejected', code: 'missing_phone' },
    ]);
  });

  it('are not pushed beyond the most at once', async () => {
    await bench.put('spring');
    const body = Array.from({ length: 1001 }, () => ({ toPhoneNumber: phone(1), name: 'Ada' }));
    await expect(api.ask('POST /campaigns/{id}/calls', { ...spring, body })).rejects.toMatchObject({
      status: 413,
      code: 'too_many_calls',
    });
    expect(await bench.queued('spring')).toEqual([]);
  });

  it('are listed by their state, a page at a time', async () => {
    const [first = '', second = '', third = ''] = await loaded(4);
    await settled(first, 'accepted');
    await settled(second, 'rejected', { reason: 'bad_request' });
    await bench.claim('spring', third);
    const page = await listed({ limit: 1 });
    expect(page.calls).toMatchObject([{ callId: first, outcome: 'accepted', state: 'settled' }]);
    const next = await listed({ limit: 1, cursor: page.nextCursor });
    expect(next.calls).toMatchObject([{ callId: second, outcome: 'rejected' }]);
    expect((await listed({ outcome: 'rejected' })).calls).toHaveLength(1);
    expect((await listed({ state: 'in_flight' })).calls).toMatchObject([
      { callId: third, state: 'in_flight' },
    ]);
    const queued = await listed({ state: 'queued' });
    expect(queued.calls.map(({ row }) => row)).toContain(4);
    await expect(listed({ cursor: 'x' })).rejects.toMatchObject({
      status: 400,
      code: 'bad_cursor',
    });
  });

  it('have results as JSON, CSV and NDJSON', async () => {
    const [callId = ''] = await loaded(1);
    await settled(callId, 'accepted');
    const { results, cursor } = await api.ask('GET /campaigns/{id}/results', spring);
    expect(results).toMatchObject([{ callId, outcome: 'accepted' }]);
    const csv = await api.ask('GET /campaigns/{id}/results.csv', spring);
    expect(csv.headers.get('results-cursor')).toBe(cursor);
    expect((await csv.text()).split('\r\n')[1]).toContain(callId);
    const ndjson = await api.ask('GET /campaigns/{id}/results.ndjson', spring);
    expect(JSON.parse(await ndjson.text())).toMatchObject({ callId });
    // Some of the results are not all: by these nothing may be archived.
    const some = { ...spring, query: { outcome: 'rejected' } } as const;
    const rejected = await api.ask('GET /campaigns/{id}/results.csv', some);
    expect(rejected.headers.get('results-cursor')).toBeNull();
    await rejected.text();
    // Nor by what has not come yet, or never can.
    for (const ahead of ['9999999999999-0', '99999999999999999999-1']) {
      const body = { cursor: ahead };
      await expect(
        api.ask('POST /campaigns/{id}/results/exported', { ...spring, body }),
      ).rejects.toMatchObject({ status: 400, code: 'bad_cursor' });
    }
    await expect(api.ask('POST /campaigns/{id}/archive', spring)).rejects.toMatchObject({
      code: 'not_exported',
    });
    await api.ask('POST /campaigns/{id}/results/exported', {
      ...spring,
      body: { cursor: cursor ?? '' },
    });
    expect(await api.ask('POST /campaigns/{id}/archive', spring)).toMatchObject({ calls: 1 });
    const { campaigns } = await api.ask('GET /archived-campaigns');
    expect(campaigns).toMatchObject([{ id: 'spring' }]);
  });

  it('in doubt are resolved, each by itself', async () => {
    const [callId = ''] = await loaded(1);
    await settled(callId, 'unknown', { reason: 'no_response' });
    expect(await api.ask('GET /in-doubt')).toMatchObject({
      calls: [{ callId, zones: ['America/Denver'], isRedialed: false }],
      counts: [{ campaign: 'spring', inDoubt: 1 }],
    });
    const resolve = async (note: string) =>
      await api.ask('POST /in-doubt/resolve', {
        body: { callIds: [callId, 'another'], as: 'accepted', note },
      });
    expect((await resolve('by mail')).calls).toMatchObject([
      { callId, status: 'accepted', campaign: 'spring' },
      { callId: 'another', status: 'refused', code: 'no_such_call' },
    ]);
    const by = userInfo().username;
    expect((await resolve('again')).calls).toMatchObject([
      { status: 'refused', code: 'not_in_doubt', decided: { as: 'accepted', by, note: 'by mail' } },
      { status: 'refused' },
    ]);
    expect(await api.ask('GET /in-doubt')).toEqual({ calls: [], counts: [], nextCursor: null });
  });
});

describe('lists', () => {
  it('are uploaded, checked and loaded, and give their rejects', async () => {
    await bench.put('spring');
    const { list, name, bytes } = await upload(
      `Name,Phone\nAda,${phone(1)}\nBo,${phone(2)}\nNobody,\n`,
    );
    expect({ name, bytes }).toEqual({ name: 'people.csv', bytes: 52 });
    const params = { list };
    const asked = { params, body: { campaign: 'spring' } };
    const understood = await api.ask('POST /lists/{list}/understand', asked);
    expect(understood).toMatchObject({
      list: 'people.csv',
      columns: [{ field: 'name' }, { field: 'toPhoneNumber', samples: [phone(1), phone(2)] }],
      calls: [{ sheetRow: 2, payload: { name: 'Ada', toPhoneNumber: phone(1) } }, { sheetRow: 3 }],
      rejected: { missing_phone: 1 },
    });
    expect(await api.ask('POST /lists/{list}/understand', { params, body: {} })).toMatchObject({
      columns: understood.columns,
      calls: [],
    });
    const checked = await api.ask('POST /lists/{list}/check', {
      params,
      body: { campaign: 'spring' },
    });
    expect(checked.work).toMatchObject({
      kind: 'check',
      state: 'done',
      rows: 3,
      by: expect.anything(),
      campaign: 'spring',
      result: {
        queued: 2,
        rejected: 1,
        verdicts: { now: 2, at: 0, never: 1 },
        isWhole: true,
        callsAtOnce: 2,
        backlog: { zones: [{ calls: 2 }] },
      },
    });
    const verdicts = await api.ask('GET /lists/{list}/verdicts', {
      params,
      query: { verdict: 'never' },
    });
    expect(verdicts.rows).toMatchObject([{ line: 4, fate: 'rejected', code: 'missing_phone' }]);
    expect(await bench.queued('spring')).toEqual([]);

    const done = await api.ask('POST /lists/{list}/load', { params, body: { campaign: 'spring' } });
    expect(done).toMatchObject({
      hasRejects: true,
      work: { kind: 'load', state: 'done', result: { queued: 2, rejected: 1 } },
    });
    const rejects = await api.ask('GET /lists/{list}/rejects', { params });
    expect(await rejects.text()).toContain('missing_phone');
    const [call] = (
      await api.ask('GET /campaigns/{id}/calls', { ...spring, query: { state: 'queued' } })
    ).calls;
    expect(call).toMatchObject({ list: 'people.csv', sheetRow: 2 });
    await api.ask('DELETE /lists/{list}', { params });
    expect((await api.ask('GET /lists')).lists).toEqual([]);
  });

  it('that cannot be read say why, and change nothing', async () => {
    await bench.put('spring');
    const { list } = await upload('Name,Colour\nAda,red\n');
    const failed = await api.ask('POST /lists/{list}/load', {
      params: { list },
      body: { campaign: 'spring' },
    });
    expect(failed.work).toMatchObject({ state: 'failed', problem: { detail: expect.anything() } });
  });

  it('of a changed campaign want that to be meant', async () => {
    await bench.put('spring');
    const { list } = await upload(`Name,Phone\nAda,${phone(1)}\n`);
    const load = (changesMeant: boolean) =>
      api.ask('POST /lists/{list}/load', {
        params: { list },
        body: { campaign: { ...FILE, priority: 5 }, changesMeant },
      });
    expect((await load(false)).work).toMatchObject({
      state: 'failed',
      problem: { code: 'campaign_changed' },
    });
    expect((await load(true)).work).toMatchObject({ state: 'done' });
  });

  it('put their numbers on the do-not-call list', async () => {
    const { list } = await upload(`Phone\n${phone(1)}\n${phone(2)}\n`, '../../etc/dnc.csv');
    const { work } = await api.ask('POST /lists/{list}/do-not-call', {
      params: { list },
      body: {},
    });
    expect(work).toMatchObject({ kind: 'import', state: 'done', result: { added: 2 } });
    expect(await api.ask('GET /do-not-call')).toMatchObject({ numbers: 2 });
    const { changes } = await api.ask('GET /do-not-call/changes');
    const imported = { action: 'imported', given: 2, changed: 2 };
    expect(changes).toMatchObject([{ ...imported, list: expect.stringContaining('dnc.csv') }]);
  });

  it('are given back with what became of each row', async () => {
    await bench.put('spring');
    const { list } = await upload(`Name,Phone\nAda,${phone(1)}\nBo,${phone(2)}\n`);
    const params = { list };
    const body = { campaign: 'spring' };
    await api.ask('POST /lists/{list}/load', { params, body });
    const [callId = ''] = await bench.queued('spring');
    await settled(callId, 'rejected', { reason: 'bad_request', toPhoneNumber: phone(1) });
    await expect(api.ask('GET /lists/{list}/joined', { params })).rejects.toMatchObject({
      status: 404,
      code: 'not_joined',
    });
    const { work } = await api.ask('POST /lists/{list}/join', { params, body });
    expect(work).toMatchObject({
      kind: 'join',
      state: 'done',
      result: { format: 'csv', rows: 2, outcomes: { rejected: 1 }, bareRows: 0 },
    });
    const joined = await api.ask('GET /lists/{list}/joined', { params });
    expect(joined.headers.get('content-disposition')).toContain('people.results.csv');
    expect((await joined.text()).split(/\r?\n/)[1]).toMatch(/^Ada,.*rejected/);
    await expect(
      api.ask('POST /lists/{list}/join', { params, body: { campaign: 'autumn' } }),
    ).rejects.toMatchObject({ status: 404, code: 'no_such_campaign' });
  });

  it('tell which of their numbers are on the do-not-call list', async () => {
    await api.ask('POST /do-not-call/add', { body: { numbers: [phone(1)] } });
    const { list } = await upload(`Phone\n${phone(1)}\n${phone(2)}\n`);
    const params = { list };
    await expect(api.ask('GET /lists/{list}/do-not-call.csv', { params })).rejects.toMatchObject({
      status: 404,
      code: 'not_checked',
    });
    const asked = { params, body: {} };
    const { work } = await api.ask('POST /lists/{list}/do-not-call/check', asked);
    expect(work).toMatchObject({
      kind: 'check_numbers',
      result: { rows: 2, listed: 1, notListed: 1, rejected: 0 },
    });
    const csv = await api.ask('GET /lists/{list}/do-not-call.csv', { params });
    expect(await csv.text()).toContain(`2,${phone(1)},listed,`);
    expect(await api.ask('GET /do-not-call')).toMatchObject({ numbers: 1 });
  });
});

describe('people', () => {
  it('are called no more, and again', async () => {
    const body = { numbers: [phone(1), phone(2)] };
    expect(await api.ask('POST /do-not-call/add', { body })).toEqual({
      added: 2,
      alreadyListed: 0,
    });
    const check = () => api.ask('POST /do-not-call/check', { body });
    expect((await check()).numbers.map(({ isListed }) => isListed)).toEqual([true, true]);
    const { entries } = await api.ask('POST /audit/find', { body: { number: phone(1) } });
    expect(entries).toMatchObject([{ action: 'do_not_call.add', end: { effect: { added: 2 } } }]);
    const removed = await api.ask('POST /do-not-call/remove', { body: { numbers: [phone(1)] } });
    expect(removed).toEqual({ removed: 1, notListed: 0 });
    expect((await check()).numbers.map(({ isListed }) => isListed)).toEqual([false, true]);
    await expect(
      api.ask('POST /do-not-call/add', { body: { numbers: ['5055550123'] } }),
    ).rejects.toMatchObject({ status: 400, code: 'invalid_number' });
  });

  it('are erased, after a look at what that is', async () => {
    await loaded(1);
    const body = { number: phone(0) };
    expect(await api.ask('POST /erase/preview', { body })).toEqual({
      campaigns: ['spring'],
      calls: 1,
      open: 1,
    });
    expect(await api.ask('POST /erase', { body })).toMatchObject({ calls: 1, ended: 1 });
  });
});

describe('the rest', () => {
  it('a person stops everything, and lets it go on', async () => {
    const body = { scope: 'all', note: 'wrong texts' } as const;
    expect(await api.ask('POST /holds', { body })).toEqual({ scope: 'all', wentOut: 0 });
    expect((await api.ask('GET /holds')).holds).toMatchObject([
      { scope: 'all', reason: 'stopped', until: null, message: 'wrong texts' },
    ]);
    await api.ask('POST /holds/release', { body: { scope: 'all' } });
    expect((await api.ask('GET /holds')).holds).toEqual([]);
  });

  it('holds are shown and released', async () => {
    const hold = { scope: 'all', reason: 'evidence_lost', firstPauseMs: 0, maxPauseMs: 0 } as const;
    await bench.queue.holds.open({ ...hold, retryAfterMs: 0, person: true }, 'x');
    expect((await api.ask('GET /holds')).holds).toMatchObject([{ scope: 'all', until: null }]);
    await api.ask('POST /holds/release', { body: { scope: 'all' } });
    await expect(api.ask('POST /holds/release', { body: { scope: 'all' } })).rejects.toMatchObject({
      status: 404,
      code: 'no_such_hold',
    });
  });

  it('schedules are put, listed, run and removed', async () => {
    await bench.put('nightly');
    const list = await bench.list('people.csv', 2);
    const params = { name: 'nightly' };
    const when = { cron: '0 18 * * *', timezone: 'UTC' };
    const read = { encoding: 'latin1', headerRow: 1, canary: { calls: 10, pass: 0.8 } };
    const body = { ...when, ...read, list, campaign: 'nightly' };
    const put = await api.ask('PUT /schedules/{name}', { params, body });
    expect(put).toMatchObject({
      kind: 'added',
      schedule: { list, encoding: 'windows-1252', headerRow: 1, canary: { calls: 10, needed: 8 } },
    });
    const changed = { ...body, campaign: undefined, waitForListMs: 60_000 };
    const change = (headers: object, dryRun?: 'true') =>
      api.ask('PUT /schedules/{name}', { params, body: changed, headers, query: { dryRun } });
    const changes = [{ key: 'waitForList', before: '0 s', after: '1 min' }];
    expect(await change({}, 'true')).toMatchObject({ kind: 'replaced', changes });
    const { etag } = await api.ask('GET /schedules/{name}', { params });
    await expect(change({ 'if-none-match': '*' })).rejects.toMatchObject({ status: 412 });
    expect(await change({ 'if-match': etag })).toMatchObject({ kind: 'replaced', changes });
    await expect(change({ 'if-match': etag })).rejects.toMatchObject({ status: 412 });
    const [schedule] = (await api.ask('GET /schedules')).schedules;
    const date = schedule?.next[0]?.local;
    const query = { last: 0, next: 5 };
    const inFull = await api.ask('GET /schedules/{name}', { params, query });
    expect(inFull).toMatchObject({ name: 'nightly', last: [], campaign: { id: 'nightly' } });
    expect(inFull.next).toHaveLength(5);
    const plan = (local = '') =>
      api.ask('GET /schedules/{name}/runs/{local}', { params: { ...params, local } });
    expect(await plan(date)).toMatchObject({
      list,
      isEarly: true,
      load: { rows: 2, queued: 2, now: 2, isWhole: true },
    });
    await expect(plan('2020-02-31')).rejects.toMatchObject({ code: 'bad_date' });
    const run = (early: boolean) =>
      api.ask('POST /schedules/{name}/runs', { params, body: { date, early } });
    await expect(run(false)).rejects.toMatchObject({ code: 'run_early' });
    expect(await run(true)).toMatchObject({ isLoadedAlready: false, counts: { queued: 2 } });
    expect(await run(true)).toMatchObject({ isLoadedAlready: true });
    expect(await plan(date)).toMatchObject({ load: null });
    await api.ask('DELETE /schedules/{name}', { params });
    await expect(api.ask('DELETE /schedules/{name}', { params })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('rejects of the inbox come a page at a time, the newest first', async () => {
    for (const entry of ['1-0', '2-0', '3-0'])
      await bench.redis.xadd(bench.keys.inboxRejected, entry, 'entry', entry);
    const first = await rejectsPage();
    expect(first.rejected.map(({ entry }) => entry)).toEqual(['3-0', '2-0']);
    const last = await rejectsPage(first.nextCursor ?? '');
    expect(last).toMatchObject({ rejected: [{ entry: '1-0' }], nextCursor: null });
    await expect(rejectsPage('x')).rejects.toMatchObject({ status: 400, code: 'bad_cursor' });
  });

  it('inbox, forwarders, jobs set aside, workers and the system are shown', async () => {
    await bench.put('spring');
    expect(await api.ask('GET /inbox')).toMatchObject({ waiting: 0, consumers: [] });
    expect(await api.ask('GET /inbox/rejected')).toEqual({ rejected: [], nextCursor: null });
    expect(await api.ask('GET /forwarders')).toEqual({ forwarders: [] });
    const crm = bench.queue.forwardQueue({ name: 'crm', consumer: 'one', blockMs: 1 });
    await crm.open('now');
    const state = { name: 'crm', unread: 0, inHand: 0, dead: 0 };
    const forwarders = async () => (await api.ask('GET /forwarders')).forwarders;
    expect(await forwarders()).toEqual([{ ...state, isRunning: false }]);
    await bench.redis.xgroup('CREATECONSUMER', bench.keys.results, 'forward:crm', 'one');
    expect(await forwarders()).toEqual([{ ...state, isRunning: true }]);
    expect(await api.ask('GET /set-aside')).toEqual({ jobs: [] });
    expect(await api.ask('GET /workers')).toMatchObject({ count: 0, workers: [] });
    const facts = { role: 'master', evictionPolicy: expect.any(String), appendOnly: false };
    expect(await api.ask('GET /redis')).toMatchObject(facts);
    expect(await api.ask('GET /system')).toMatchObject({ isSimulated: false });
    expect(await api.ask('GET /whoami')).toMatchObject({ role: 'admin' });
    const { findings } = await api.ask('GET /doctor');
    expect(findings.map(({ code }) => code)).toContain('redis');
  });
});
