import type { EntryStatus } from '@libby-dialer/dial-queue';
import { eachTest, phone, TestBench } from '@libby-dialer/operations/testing';
import { eventually, programFile, spawnProcess, startRedis } from '@libby-dialer/testkit';
import { type ChainableCommander, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { TestDaemon } from '../testing/test-daemon.ts';

const MAIN = programFile('enqueuer');
const GROUP = 'daemons';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

const daemon = (id?: string) =>
  TestDaemon.start(bench.environment['REDIS_URL'] ?? '', bench.keys, id);
const view = () => bench.queue.inbox;
const kindOf = (status: EntryStatus | 'waiting' | undefined) =>
  typeof status === 'object' ? status.kind : status;

const putCampaign = (id: string, settings = {}) => bench.put(id, settings);

async function pushFields(...fields: (string | Buffer)[]): Promise<string> {
  return (await bench.redis.xadd(bench.keys.inbox, '*', ...fields)) ?? '';
}

const person = (index: number, more = {}) => ({
  toPhoneNumber: phone(index),
  name: `Person ${index}`,
  ...more,
});
const push = (campaign: string, record: object) =>
  pushFields('call', JSON.stringify(record), 'campaign', campaign);

/** So many people at once, for the campaign `orders`. */
function pushesOf(count: number): ChainableCommander {
  const pipeline = bench.redis.pipeline();
  for (let index = 0; index < count; index += 1) {
    const record = JSON.stringify(person(index));
    pipeline.xadd(bench.keys.inbox, '*', 'campaign', 'orders', 'call', record);
  }
  return pipeline;
}

async function statusOf(id: string): Promise<EntryStatus> {
  return await eventually(async () => {
    const status = await view().entryStatus(id);
    return typeof status === 'object' && status;
  });
}

async function codeOf(id: string): Promise<string> {
  const status = await statusOf(id);
  return 'code' in status ? status.code : status.kind;
}

/** As it is half a minute after a daemon died. */
async function setIdle(consumer: string, ids: readonly string[]): Promise<void> {
  await bench.redis.call(
    'XCLAIM',
    bench.keys.inbox,
    GROUP,
    consumer,
    0,
    ...ids,
    'IDLE',
    40_000,
    'JUSTID',
  );
}

const memberOf = async (daemon: string) =>
  (await view().status()).consumers.find(({ name }) => name === daemon);

/** Nothing waits, nothing is in anybody's hands. */
const drained = () => eventually(async () => (await bench.redis.xlen(bench.keys.inbox)) === 0);

describe('what is pushed', () => {
  it('is queued, wherever its fields stand and whatever others there are', async () => {
    await putCampaign('orders');
    const early = await push('orders', person(1));
    await using _ = await daemon();
    const late = await pushFields(
      'trace',
      'x',
      'campaign',
      'orders',
      'source',
      'shop',
      'call',
      JSON.stringify(person(2)),
    );
    const statuses = [await statusOf(early), await statusOf(late)];
    expect(statuses).toEqual([
      {
        kind: 'queued',
        campaign: 'orders',
        callId: await bench.callId('orders', `phone:${phone(1)}`),
      },
      {
        kind: 'queued',
        campaign: 'orders',
        callId: await bench.callId('orders', `phone:${phone(2)}`),
      },
    ]);
    await drained();
    expect(await bench.queued('orders')).toEqual(
      statuses.map((status) => 'callId' in status && status.callId),
    );
  });

  it('is one call with the same person of a list, whichever comes first', async () => {
    const campaign = await putCampaign('orders', { defaultCountry: 'US' });
    await using _ = await daemon();
    const before = await push('orders', person(1));
    await statusOf(before);
    const list = await bench.list('list.csv', 2, 1);
    expect((await bench.load(list, campaign)).counts).toMatchObject({
      queued: 1,
      alreadyQueued: 1,
    });
    const after = await push('orders', person(2, { toPhoneNumber: '(505) 555-0102' }));
    expect(await statusOf(after)).toMatchObject({ kind: 'already_queued' });
    expect(await bench.queued('orders')).toHaveLength(2);
  });

  it('is the same call by externalId where the campaign says so, and each entry a call of its own by row', async () => {
    const settings = { dedupeBy: 'externalId' };
    const campaign = await putCampaign('by-id', settings);
    await putCampaign('by-row', { dedupeBy: 'row' });
    await using _ = await daemon();
    const ids = [
      await push('by-id', person(1, { externalId: 'order-1' })),
      await push('by-id', person(1, { externalId: 'order-2' })),
    ];
    const list = await bench.file(
      'list.json',
      JSON.stringify([person(7, { externalId: 'order-2' })]),
    );
    for (const id of ids) expect(await statusOf(id)).toMatchObject({ kind: 'queued' });
    expect((await bench.load(list, campaign)).counts).toMatchObject({ alreadyQueued: 1 });
    expect(await codeOf(await push('by-id', person(1)))).toBe('invalid_field');
    for (const id of [await push('by-row', person(1)), await push('by-row', person(1))]) {
      expect(await statusOf(id)).toMatchObject({ kind: 'queued' });
    }
    expect(await bench.queued('by-row')).toHaveLength(2);
  });

  it('is a duplicate of what is taken with it, and settled where the person was called', async () => {
    await putCampaign('orders');
    // Two batches: the first reads begin with few entries.
    const ids = await Promise.all([9, 8, 8, 1, 1].map((index) => push('orders', person(index))));
    await using _ = await daemon();
    await drained();
    const kinds = await Promise.all(ids.map(async (id) => kindOf(await view().entryStatus(id))));
    expect(kinds.filter((kind) => kind === 'queued')).toHaveLength(3);
    expect(
      kinds.every((kind) => kind === 'queued' || kind === 'duplicate' || kind === 'already_queued'),
    ).toBe(true);
    const callId = await bench.callId('orders', `phone:${phone(1)}`);
    await bench.claim('orders', callId);
    await bench.settle('orders', callId, 'accepted');
    expect(await statusOf(await push('orders', person(1)))).toEqual({
      kind: 'already_settled',
      campaign: 'orders',
      callId,
    });
  });

  it('opens the campaign without taking it for loading', async () => {
    await putCampaign('orders');
    await using _ = await daemon();
    await statusOf(await push('orders', person(1)));
    expect(await bench.context.queue.status.read('orders')).toMatchObject({
      state: 'running',
      pending: 1,
    });
    expect(await bench.redis.smembers(bench.keys.openCampaigns)).toEqual(['orders']);
  });
});

describe('what cannot be called', () => {
  it('is rejected with the codes of a list, and never blocks the others', async () => {
    await putCampaign('orders', {
      callingWindow: { from: '08:00', to: '21:00' },
      introNotes: 'About {{Event}}',
    });
    const text = (...fields: (string | Buffer)[]) =>
      pushFields('campaign', 'orders', 'call', ...fields);
    const fine = person(1, { formInfo: [{ Event: 'Wedding' }] });
    const pushed: [Promise<string>, string][] = [
      [pushFields('campaign', 'orders'), 'bad_json'],
      [pushFields('nothing', 'of it'), 'unknown_campaign'],
      [pushFields('call', JSON.stringify(fine)), 'unknown_campaign'],
      [push('nobody-knows', fine), 'unknown_campaign'],
      [push('x'.repeat(100_000), fine), 'unknown_campaign'],
      [text('not JSON'), 'bad_json'],
      [text('[]'), 'bad_json'],
      [text(''), 'bad_json'],
      [text(Buffer.from([0xff, 0x00, 0xfe])), 'bad_encoding'],
      [text(JSON.stringify({ ...fine, name: 'x'.repeat(1024 * 1024) })), 'row_too_large'],
      [text(`${'['.repeat(500_000)}${']'.repeat(500_000)}`), 'bad_json'],
      [
        text(JSON.stringify({ formInfo: Array.from({ length: 400_000 }, () => 1) })),
        'invalid_field',
      ],
      [push('orders', { ...fine, surprise: 1 }), 'invalid_field'],
      [push('orders', { ...fine, ['surprise'.repeat(100_000)]: 1 }), 'invalid_field'],
      [push('orders', { name: 'Ann' }), 'missing_phone'],
      [push('orders', { ...fine, toPhoneNumber: '(505) 555-0101' }), 'not_e164'],
      [push('orders', { ...fine, toPhoneNumber: '+1505555' }), 'invalid_phone'],
      [push('orders', { ...fine, name: ' ' }), 'missing_name'],
      [push('orders', person(1)), 'missing_variable'],
      [push('orders', { ...fine, toPhoneNumber: '+18005550123' }), 'no_timezone'],
      [push('orders', fine), 'queued'],
    ];
    const ids = await Promise.all(pushed.map(([id]) => id));
    await using _ = await daemon();
    await drained();
    expect(await Promise.all(ids.map((id) => codeOf(id)))).toEqual(pushed.map(([, code]) => code));
    const { entries: rejects } = await view().rejected(100);
    expect(new Set(rejects.map(({ entry }) => entry))).toEqual(new Set(ids.slice(0, -1)));
    const lengths = rejects.flatMap(({ call, campaign, reason }) => [
      call.length,
      campaign.length,
      reason.length,
    ]);
    expect(Math.max(...lengths)).toBe(4001);
    expect(rejects.find(({ entry }) => entry === ids[17])).toMatchObject({
      campaign: 'orders',
      code: 'missing_name',
      call: JSON.stringify({ ...fine, name: ' ' }),
    });
  });

  it('is told of a campaign that is canceled, archived, or changed while the daemon runs', async () => {
    await putCampaign('orders');
    await using _ = await daemon();
    expect(await codeOf(await push('orders', { toPhoneNumber: phone(1) }))).toBe('missing_name');
    expect(await codeOf(await push('later', person(1)))).toBe('unknown_campaign');
    await putCampaign('later');
    await putCampaign('orders', { defaultName: 'there' });
    expect(await codeOf(await push('later', person(1)))).toBe('queued');
    expect(await codeOf(await push('orders', { toPhoneNumber: phone(1) }))).toBe('queued');
    // As a newer version stores it.
    await bench.redis.hset(
      bench.keys.campaigns,
      'later',
      JSON.stringify({ id: 'later', quietDays: [] }),
    );
    await bench.redis.incr(bench.keys.registryVersion);
    expect(await codeOf(await push('later', person(3)))).toBe('campaign_unsupported');
    expect(await codeOf(await push('orders', person(3)))).toBe('queued');
    await bench.context.queue.control.apply('cancel', 'orders');
    expect(await codeOf(await push('orders', person(2)))).toBe('campaign_canceled');
    await bench.redis.hset(bench.keys.campaign('orders').state, 'archived', 1);
    expect(await codeOf(await push('orders', person(2)))).toBe('campaign_archived');
  });
});

describe('several daemons', () => {
  it('give each entry one status and queue it once', async () => {
    await putCampaign('orders');
    const pipeline = pushesOf(1000);
    await using one = await daemon('one');
    await using other = await daemon('other');
    const ids = ((await pipeline.exec()) ?? []).map(([, id]) => String(id));
    await drained();
    const statuses = await Promise.all(ids.map((id) => statusOf(id)));
    expect(statuses.filter(({ kind }) => kind === 'queued')).toHaveLength(1000);
    expect(await bench.queued('orders')).toHaveLength(1000);
    const [{ queued: byOne = 0 }, { queued: byOther = 0 }] = [
      await one.finished(),
      await other.finished(),
    ];
    expect(byOne + byOther).toBe(1000);
  });

  it('take over what a dead one has queued but not finished: one job, one status', async () => {
    const campaign = await putCampaign('orders');
    const ids = [
      await push('orders', person(1)),
      await push('orders', person(2)),
      await pushFields('campaign', 'x'),
    ];
    const dead = bench.queue.inboxConsumer(bench.redis, 'dead');
    await dead.join();
    for (let read = 0; read < ids.length; read += 1) await dead.read();
    const callId = await bench.callId('orders', `phone:${phone(1)}`);
    const list = await bench.list('list.csv', 1, 1);
    await bench.load(list, campaign);
    await setIdle('dead', ids);
    await using taker = await daemon();
    await drained();
    expect(await bench.queued('orders')).toEqual([
      callId,
      await bench.callId('orders', `phone:${phone(2)}`),
    ]);
    expect(await Promise.all(ids.map(async (id) => kindOf(await view().entryStatus(id))))).toEqual([
      'already_queued',
      'queued',
      'rejected',
    ]);
    // The dead one was only slow, and finishes too.
    const late = await dead.finish(ids.map((id) => ({ id, status: { kind: 'erased' } })));
    expect(late.ended.size).toBe(0);
    expect((await view().rejected(10)).entries).toHaveLength(1);
    expect(await taker.finished()).toEqual({ already_queued: 1, queued: 1, rejected: 1 });
    expect(taker.logged()).toContain('took over entries');
  });

  it('lose nothing of one that is killed while it works', async () => {
    await putCampaign('orders');
    await using killed = await spawnProcess(process.execPath, [MAIN, 'serve'], {
      env: { ...bench.environment, ENQUEUER_HTTP_PORT: '0', LOG_LEVEL: 'info' },
    });
    await killed.waitForLine(/the daemon serves/);
    const pushed = pushesOf(1500).exec();
    await eventually(
      async () => (await bench.redis.llen(`${bench.keys.queue('orders')}wait`)) > 0,
      { intervalMs: 1 },
    );
    await killed.stop('SIGKILL');
    const ids = ((await pushed) ?? []).map(([, id]) => String(id));
    expect((await view().status()).waiting).toBeGreaterThan(0);
    const pending = await bench.redis.xpending(bench.keys.inbox, GROUP, '-', '+', 1500);
    const left = pending.map((entry) => String((entry as unknown[])[0]));
    if (left.length > 0) await setIdle('dead', left);
    await using _ = await daemon();
    await drained();
    expect(await bench.queued('orders')).toHaveLength(1500);
    const kinds = new Set(
      await Promise.all(ids.map(async (id) => kindOf(await view().entryStatus(id)))),
    );
    expect([...kinds].filter((kind) => kind !== 'queued' && kind !== 'already_queued')).toEqual([]);
  });

  it('leave living ones alone, and take their name off when they stop', async () => {
    const living = bench.queue.inboxConsumer(bench.redis, 'living');
    await living.join();
    await push('orders', person(1));
    await living.read();
    const other = await daemon('other');
    await codeOf(await push('nobody-knows', person(2)));
    await other[Symbol.asyncDispose]();
    expect(await view().status()).toMatchObject({
      pending: 1,
      consumers: [{ name: 'living', pending: 1 }],
    });
    await living.leave();
    expect((await view().status()).consumers).toHaveLength(1);
  });

  it('are known before the first entry, and show up again where nothing comes', async () => {
    await using _ = await daemon('quiet');
    expect(await eventually(async () => (await memberOf('quiet')) ?? false)).toMatchObject({
      pending: 0,
    });
    const patient = bench.queue.inboxConsumer(bench.redis, 'patient');
    await patient.showUp();
    await eventually(async () => ((await memberOf('patient'))?.idleMs ?? 0) > 100);
    await eventually(async () => {
      await patient.showUp();
      return ((await memberOf('patient'))?.idleMs ?? 100) < 100;
    });
  });
});

describe('trouble', () => {
  it('with a full Redis keeps entries pending, says so once, and goes on when there is room', async () => {
    await using server = await startRedis({ own: true });
    await using own = await TestBench.start(server.url);
    await own.put('orders');
    await using full = await TestDaemon.start(server.url, own.keys);
    const first =
      (await own.redis.xadd(own.keys.inbox, '*', 'campaign', 'orders', 'call', '{}')) ?? '';
    const ownView = own.queue.inbox;
    await eventually(async () => kindOf(await ownView.entryStatus(first)) === 'rejected');
    // In one step, as a push is refused by then.
    const pushed = own.redis.multi();
    for (const index of [1, 2]) {
      pushed.xadd(own.keys.inbox, '*', 'campaign', 'orders', 'call', JSON.stringify(person(index)));
    }
    const [, second] = (await pushed.config('SET', 'maxmemory', '1').exec()) ?? [];
    await eventually(() => full.part.trouble()?.includes('out of memory') === true);
    await eventually(async () => (await ownView.status()).pending === 2);
    expect(await own.queued('orders')).toEqual([]);
    // Meanwhile another has ended one of them: it is not queued after all.
    await own.queue
      .inboxConsumer(own.redis, 'other')
      .finish([{ id: String(second?.[1]), status: { kind: 'erased' } }]);
    await own.redis.config('SET', 'maxmemory', '0');
    await eventually(async () => (await own.redis.xlen(own.keys.inbox)) === 0);
    await eventually(() => full.part.trouble() === undefined);
    expect(await own.queued('orders')).toEqual([await own.callId('orders', `phone:${phone(1)}`)]);
    const lines = full.logged().split('\n');
    expect(lines.filter((line) => line.includes('the inbox waits'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('the inbox goes on'))).toHaveLength(1);
  });

  it('with Redis gone waits for it to come back, and loses nothing', async () => {
    await using server = await startRedis({ own: true, appendonly: true, appendfsync: 'always' });
    await using own = await TestBench.start(server.url);
    await own.put('orders');
    await using _ = await TestDaemon.start(server.url, own.keys);
    await server.kill();
    await server.restart();
    const redis = new Redis(server.url);
    const ids = await Promise.all(
      [1, 2, 3].map((index) =>
        redis.xadd(
          own.keys.inbox,
          '*',
          'campaign',
          'orders',
          'call',
          JSON.stringify(person(index)),
        ),
      ),
    );
    await eventually(async () => (await redis.xlen(own.keys.inbox)) === 0);
    expect(await redis.llen(`${own.keys.queue('orders')}wait`)).toBe(ids.length);
    redis.disconnect();
  });

  it('joins again when somebody has deleted the stream', async () => {
    await putCampaign('orders');
    await using _ = await daemon();
    await statusOf(await push('orders', person(1)));
    await bench.redis.del(bench.keys.inbox);
    expect(await statusOf(await push('orders', person(2)))).toMatchObject({ kind: 'queued' });
  });

  it('stops with what it has in hand finished', async () => {
    await putCampaign('orders');
    const stopped = await daemon();
    const pushed = pushesOf(500).exec();
    await eventually(async () => (await bench.queued('orders')).length > 0, { intervalMs: 1 });
    await stopped[Symbol.asyncDispose]();
    await pushed;
    const { pending, consumers, waiting } = await view().status();
    expect({ pending, consumers }).toEqual({ pending: 0, consumers: [] });
    expect((await bench.queued('orders')).length + waiting).toBe(500);
  });
});
