import { DialQueue } from '@libby-dialer/dial-queue';
import { startRedis, type TestRedis, uniquePrefix } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { CallProducer } from './call-producer.ts';
import type { ProducerError } from './producer-error.ts';

const RECORD = { toPhoneNumber: '+15055550123', name: 'Ada' };

let server: TestRedis;
let redis: Redis;
let prefix: string;
beforeAll(async () => {
  server = await startRedis({ own: true });
});
afterAll(() => server.stop());
beforeEach(() => {
  redis = new Redis(server.url);
  prefix = uniquePrefix();
});
afterEach(() => redis.disconnect());

const inbox = () => DialQueue.open(redis, prefix).keys.inbox;
const failure = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error('it went through');
    },
    (error: unknown) => error as ProducerError,
  );

it('pushes a record as it was given, where the daemons look for it', async () => {
  const producer = new CallProducer({ redis, prefix });
  const record = { ...RECORD, formInfo: [{ Event: 'Wedding', Guests: 80 }], externalId: 'order-1' };
  const id = await producer.add('orders', record);
  expect(await redis.xrange(inbox(), '-', '+')).toEqual([
    [id, ['campaign', 'orders', 'call', JSON.stringify(record)]],
  ]);
});

it('pushes many, in their order', async () => {
  const producer = new CallProducer({ redis, prefix });
  const records = Array.from({ length: 1200 }, (_, index) => ({
    ...RECORD,
    externalId: `order-${index}`,
  }));
  const ids = await producer.addMany('orders', records);
  const entries = await redis.xrange(inbox(), '-', '+');
  expect(entries.map(([id]) => id)).toEqual(ids);
  expect(entries.map(([, fields]) => JSON.parse(fields[3] ?? '{}'))).toEqual(records);
  expect(await producer.addMany('orders', [])).toEqual([]);
});

it.each([
  [{ ...RECORD, surprise: 1 }, 'record 1: surprise: not a field of a record'],
  [{ ...RECORD, formInfo: [{ Event: { deep: 1 } }] }, 'record 1: formInfo.0.Event: '],
  [{ ...RECORD, timezone: 'Mars/Olympus' }, 'record 1: timezone: must be an IANA time zone'],
  [
    { ...RECORD, customRules: Array.from({ length: 150 }, () => 'x'.repeat(9000)) },
    'record 1: is larger than 1 MB',
  ],
  [undefined, 'record 1: '],
])('sends nothing of several records of which one is none: %#', async (record, message) => {
  const producer = new CallProducer({ redis, prefix });
  const error = await failure(producer.addMany('orders', [RECORD, record as never]));
  expect(error).toMatchObject({ code: 'invalid_record', index: 1, pushed: [] });
  expect(error.message).toContain(message);
  expect(await redis.exists(inbox())).toBe(0);
});

it('refuses while too much waits, says what it has pushed before, and goes on when there is room', async () => {
  const producer = new CallProducer({ redis, prefix, mostWaiting: 500 });
  const records = Array.from({ length: 1200 }, () => RECORD);
  const error = await failure(producer.addMany('orders', records));
  expect(error).toMatchObject({ code: 'inbox_full', waiting: 500 });
  expect(error.pushed).toEqual((await redis.xrange(inbox(), '-', '+')).map(([id]) => id));
  expect(await failure(producer.add('orders', RECORD))).toMatchObject({
    code: 'inbox_full',
    pushed: [],
  });
  await redis.xtrim(inbox(), 'MAXLEN', 499);
  await producer.add('orders', RECORD);
  // Another's entries count from the first push on.
  const newcomer = new CallProducer({ redis, prefix, mostWaiting: 500 });
  expect(await failure(newcomer.add('orders', RECORD))).toMatchObject({ code: 'inbox_full' });
});

it('needs rights to nothing but XADD and XLEN on the inbox', async () => {
  await redis.call(
    'ACL',
    'SETUSER',
    'shop',
    'reset',
    'on',
    '>secret',
    `~${inbox()}`,
    '+xadd',
    '+xlen',
  );
  const { host } = new URL(server.url);
  await using producer = new CallProducer({ redis: `redis://shop:secret@${host}`, prefix });
  expect(await producer.add('orders', RECORD)).toMatch(/^\d+-\d+$/);
  await using stranger = new CallProducer({
    redis: `redis://shop:secret@${host}`,
    prefix: `${prefix}:other`,
  });
  const error = await failure(stranger.add('orders', RECORD));
  expect(error).toMatchObject({
    code: 'inbox_unavailable',
    cause: { message: expect.stringMatching(/^NOPERM/) },
  });
});

it('fails at once while Redis is away, and leaves the client it was given alone', async () => {
  await using away = new CallProducer({ redis: 'redis://127.0.0.1:1', prefix });
  expect(await failure(away.add('orders', RECORD))).toMatchObject({
    code: 'inbox_unavailable',
    pushed: [],
  });
  const producer = new CallProducer({ redis, prefix });
  await producer[Symbol.asyncDispose]();
  expect(await redis.ping()).toBe('PONG');
});

it('says what a full Redis has taken before it was full', async () => {
  const producer = new CallProducer({ redis, prefix });
  await producer.add('orders', RECORD);
  await redis.config('SET', 'maxmemory', '1');
  const error = await failure(producer.add('orders', RECORD));
  await redis.config('SET', 'maxmemory', '0');
  expect(error).toMatchObject({
    code: 'inbox_unavailable',
    pushed: [],
    cause: { message: expect.stringMatching(/^OOM/) },
  });
});
