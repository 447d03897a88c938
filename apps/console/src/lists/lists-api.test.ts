import { eachTest, phone, type TestBench } from '@libby-dialer/operations/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestConsole } from '../testing/test-console.ts';

let bench: TestBench;
let api: TestConsole;
eachTest((each) => {
  bench = each;
});
beforeEach(async () => {
  api = await TestConsole.start(bench.environment);
});
afterEach(() => api[Symbol.asyncDispose]());

const upload = (content: string, name = 'people.csv') =>
  api.ask('POST /lists', { query: { name }, body: new Blob([content]) });

test('no more calls go at once than their canary has places', async () => {
  await bench.put('spring');
  const { list } = await upload(`Name,Phone\nAda,${phone(1)}\nBo,${phone(2)}\n`);
  const params = { list };
  const body = { campaign: 'spring', canary: { calls: 1, pass: 1 } };
  const { work } = await api.ask('POST /lists/{list}/check', { params, body });
  expect(work).toMatchObject({ result: { queued: 2, callsAtOnce: 1 } });
  await api.ask('POST /lists/{list}/load', { params, body });
  expect((await api.ask('GET /holds')).holds).toMatchObject([
    { scope: 'campaign:spring', reason: 'canary', canary: { calls: 1, needed: 1 } },
  ]);
});

test('a list is read in its encoding, from the row of its headings on', async () => {
  const { list } = await upload(`Guests of May\nName,Phone\nZoë,${phone(1)}\n`);
  const ask = (body: object) =>
    api.ask('POST /lists/{list}/understand', { params: { list }, body });
  expect(await ask({})).toMatchObject({ problem: { code: 'list_header_row' } });
  expect(await ask({ headerRow: 2, encoding: 'latin1' })).toMatchObject({
    encoding: 'windows-1252',
    headingsRow: 2,
    columns: [{ samples: ['ZoÃ«'] }, { field: 'toPhoneNumber' }],
  });
  await expect(ask({ encoding: 'klingon' })).rejects.toMatchObject({
    status: 400,
    code: 'encoding',
  });
});

test('a check for a campaign that cannot be says what is wrong with it', async () => {
  const { list } = await upload(`Name,Phone\nAda,${phone(1)}\n`);
  const body = {
    campaign: { id: 'spring', fromPhoneNumber: '+15055550100', pacing: { callsPerSecond: 0 } },
  };
  await expect(
    api.ask('POST /lists/{list}/check', { params: { list }, body }),
  ).rejects.toMatchObject({
    status: 400,
    problems: ['campaign.pacing.callsPerSecond: must be a number above 0, at most 1000'],
  });
});

test('an upload that breaks off is gone on with, and then is a list', async () => {
  const content = Buffer.from(`Name,Phone\nAda,${phone(1)}\nBo,${phone(2)}\n`);
  const body = { name: 'people.csv', bytes: content.length };
  const { list, received } = await api.ask('POST /uploads', { body });
  expect(received).toBe(0);
  const params = { list };
  const put = (from: number, piece: Uint8Array) =>
    api.ask('PUT /uploads/{list}', { params, query: { from }, body: new Blob([piece]) });
  await expect(put(9, content.subarray(9))).rejects.toMatchObject({ code: 'other_place' });

  const breaking = new AbortController();
  const half = new ReadableStream({
    start: (stream) => stream.enqueue(content.subarray(0, 20)),
  });
  const broken = api.client.request('PUT /uploads/{list}', {
    params,
    query: { from: 0 },
    body: half,
    signal: breaking.signal,
  });
  const come = async () => (await api.ask('GET /uploads/{list}', { params })).received;
  await expect.poll(come).toBe(20);
  breaking.abort();
  await expect(broken).rejects.toMatchObject({ name: 'AbortError' });
  await expect(api.ask('GET /lists/{list}', { params })).rejects.toMatchObject({ status: 404 });
  expect((await api.ask('GET /lists')).lists).toEqual([]);

  expect(await put(20, content.subarray(20))).toMatchObject({ received: content.length });
  expect(await come()).toBe(content.length);
  await expect(put(0, Buffer.from('x'))).rejects.toMatchObject({ code: 'other_place' });
  expect(await api.ask('POST /lists/{list}/understand', { params, body: {} })).toMatchObject({
    list: 'people.csv',
    rows: 2,
    isWhole: true,
  });
});

test('no more of an upload is taken than was said', async () => {
  const { list } = await api.ask('POST /uploads', { body: { name: 'a.csv', bytes: 4 } });
  const piece = { params: { list }, query: { from: 0 }, body: new Blob(['12345']) };
  await expect(api.ask('PUT /uploads/{list}', piece)).rejects.toMatchObject({ status: 413 });
  const most = { name: 'a.csv', bytes: 2 ** 40 };
  await expect(api.ask('POST /uploads', { body: most })).rejects.toMatchObject({
    code: 'too_large',
  });
});

test('work that Redis breaks off says why, and is gone on with', async () => {
  await bench.put('spring');
  const { list } = await upload(`Name,Phone\nAda,${phone(1)}\n`);
  const load = async () =>
    (await api.ask('POST /lists/{list}/load', { params: { list }, body: { campaign: 'spring' } }))
      .work;
  await bench.redis.set(bench.keys.audit, 'no stream');
  expect(await load()).toMatchObject({ state: 'failed', problem: { code: 'redis_failed' } });
  await bench.redis.del(bench.keys.audit);
  expect(await load()).toMatchObject({ state: 'done', result: { queued: 1 } });
});

test('columns are told before there is a campaign', async () => {
  const { list } = await upload(`Who,Phone\nAda,${phone(1)}\n`);
  const body = { columns: { name: 'Who' } };
  expect(await api.ask('POST /lists/{list}/understand', { params: { list }, body })).toMatchObject({
    columns: [{ heading: 'Who', field: 'name' }, { field: 'toPhoneNumber' }],
  });
});
