import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { DialQueue, type Keys } from '@libby-dialer/dial-queue';
import { createLogger, Redactor, systemClock } from '@libby-dialer/runtime';
import {
  eventually,
  startFaultProxy,
  startRedis,
  type TestRedis,
  uniquePrefix,
} from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Receiver } from '../testing/receiver.ts';
import { ForwardMetrics } from './forward-metrics.ts';
import { Forwarder, type ForwarderEnd, type ForwarderOptions } from './forwarder.ts';
import { Webhook } from './webhook.ts';
import { parseWebhookUrl } from './webhook-url.ts';

const SECRET = 'a secret for tests, and no other';
const NAME = 'crm';

let server: TestRedis;
let redis: Redis;
let queue: DialQueue;
let keys: Keys;
let receiver: Receiver;
let cleanUp: AsyncDisposableStack;
let log: PassThrough;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  cleanUp = new AsyncDisposableStack();
  redis = cleanUp.adopt(new Redis(server.url), (client) => client.disconnect());
  queue = DialQueue.open(redis, uniquePrefix());
  keys = queue.keys;
  receiver = cleanUp.use(await Receiver.start());
  log = new PassThrough();
});
afterEach(() => cleanUp.disposeAsync());

interface Given extends Partial<ForwarderOptions> {
  /** A proxy's before Redis. */
  readonly redisUrl?: string;
  readonly url?: string;
  readonly timeoutMs?: number;
  /**
   * By then what a dead forwarder had in hand is taken over; left out: not in the time of a test.
   */
  readonly claimAfterMs?: number;
  readonly onGone?: (why: ForwarderEnd) => void;
}

let started = 0;

/** A forwarder whose pauses are too short to be noticed. */
async function forwarder({
  redisUrl = server.url,
  url,
  timeoutMs = 5000,
  claimAfterMs,
  onGone,
  ...options
}: Given = {}): Promise<{
  forwarder: Forwarder;
  kill: () => void;
}> {
  started += 1;
  const [own, blocking] = [new Redis(redisUrl), new Redis(redisUrl)];
  for (const client of [own, blocking]) client.on('error', () => {});
  const target = parseWebhookUrl(url ?? receiver.url, { allowInsecureHttp: false });
  const made = new Forwarder({
    queue: DialQueue.open(own, keys.prefix).forwardQueue({
      name: NAME,
      consumer: `forwarder-${started}`,
      claimEveryMs: 20,
      blockMs: 50,
      ...(claimAfterMs === undefined ? {} : { claimAfterMs }),
    }),
    blocking,
    webhook: new Webhook({ target, keys: [Buffer.from(SECRET)], timeoutMs, clock: systemClock }),
    requestWithinMs: timeoutMs,
    options: {
      from: 'beginning',
      batch: undefined,
      concurrency: 8,
      attempts: 12,
      firstPauseMs: 2,
      longestPauseMs: 10,
      ...options,
    },
    metrics: new ForwardMetrics(new Registry(), () => forwarders().read(NAME)),
    logger: createLogger({
      level: 'debug',
      name: 'test',
      redactor: new Redactor(),
      destination: log,
      pretty: false,
    }),
    clock: systemClock,
    random: Math.random,
    onGone: onGone ?? (() => {}),
  });
  let isKilled = false;
  cleanUp.defer(async () => {
    if (!isKilled) await made.stop();
    own.disconnect();
    blocking.disconnect();
  });
  await made.start();
  return {
    forwarder: made,
    kill: () => {
      isKilled = true;
      own.disconnect();
      blocking.disconnect();
      made.stop().catch(() => {}); // its timers end; it can tell Redis nothing
    },
  };
}

const forwarders = () => queue.forwarders;
const phoneOf = (index: number) => `+150555501${String(index % 100).padStart(2, '0')}`;
const recordOf = (index: number) => ({
  callId: `call-${index}`,
  campaign: 'spring',
  toPhoneNumber: phoneOf(index),
});

/** Writes results as settling does; resolves to their stream ids. */
async function settled(count: number, from = 0): Promise<string[]> {
  const ids: string[] = [];
  for (let index = from; index < from + count; index += 1) {
    const result = JSON.stringify(recordOf(index));
    ids.push((await redis.xadd(keys.results, '*', 'campaign', 'spring', 'result', result)) ?? '');
  }
  return ids;
}

/** Nothing waits and nothing is in hand. */
async function done(): Promise<void> {
  await eventually(async () =>
    expect(await forwarders().read(NAME)).toMatchObject({ unread: 0, inHand: 0 }),
  );
}

const callsOf = (body: string) =>
  (JSON.parse(body) as { results: { callId: string }[] }).results.map((r) => r.callId);

test('delivers each result as it stands in the stream, signed by the rules', async () => {
  const ids = await settled(3);
  await forwarder();
  await done();
  expect(receiver.ids.toSorted()).toEqual(ids);
  for (const { id, body, headers } of receiver.received) {
    expect(JSON.parse(body)).toEqual(recordOf(ids.indexOf(id)));
    const timestamp = String(headers['webhook-timestamp']);
    const mac = createHmac('sha256', SECRET)
      .update([id, timestamp, body].join('.'))
      .digest('base64');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-signature': `v1,${mac}`,
    });
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(300);
  }
  await settled(1, 3);
  await done();
  expect(receiver.received).toHaveLength(4);
});

test('begins with what comes from now on where that is asked for', async () => {
  await settled(2);
  await forwarder({ from: 'now' });
  const [later] = await settled(1, 2);
  await eventually(async () => expect(receiver.ids).toEqual([later]));
});

test('fails a few times, is tried again under the same id, and is delivered once', async () => {
  receiver.react = ({ id }) => (receiver.ids.filter((each) => each === id).length < 3 ? 500 : 200);
  const ids = await settled(2);
  await forwarder();
  await done();
  expect(ids.map((id) => receiver.ids.filter((each) => each === id).length)).toEqual([3, 3]);
  expect(await redis.exists(keys.forward(NAME).attempts)).toBe(0);
});

test('killed between the answer and the acknowledgement, it is delivered again under the same id', async () => {
  let first: Awaited<ReturnType<typeof forwarder>> | undefined;
  receiver.react = () => {
    if (receiver.received.length === 1) first?.kill();
    return 200;
  };
  first = await forwarder();
  const [id = ''] = await settled(1);
  await eventually(async () => expect(receiver.ids).toEqual([id]));
  await forwarder({ claimAfterMs: 20 });
  await done();
  expect(receiver.ids).toEqual([id, id]);
});

test('what is refused for good becomes a dead letter while others pass; sent again by hand, it is delivered', async () => {
  const [good, bad, other] = await settled(3);
  let isMended = false;
  receiver.react = ({ id }) => (id === bad && !isMended ? 422 : 200);
  await forwarder({ attempts: 4 });
  await done();
  expect(receiver.ids.filter((id) => id === bad)).toHaveLength(4);
  const letters = await Array.fromAsync(forwarders().deadLetters(NAME));
  expect(letters).toMatchObject([
    { id: bad, campaign: 'spring', reason: 'http_422', attempts: 4, result: recordOf(1) },
  ]);
  isMended = true;
  receiver.received.length = 0;
  expect(await forwarders().retry(NAME)).toBe(1);
  await eventually(async () => expect(receiver.ids).toEqual([bad]));
  await done();
  expect(await forwarders().read(NAME)).toEqual({ name: NAME, unread: 0, inHand: 0, dead: 0 });
  expect([good, other]).not.toContain(bad);
  expect(await redis.xlen(keys.forward(NAME).again)).toBe(0);
});

test('a receiver that is down for long costs few requests, no attempt and no memory, and is found again', async () => {
  receiver.react = () => 503;
  const ids = await settled(200);
  const { forwarder: running } = await forwarder({ attempts: 2, concurrency: 8 });
  // More failed requests than all results in hand have attempts.
  await eventually(async () => expect(receiver.received.length).toBeGreaterThan(64));
  expect(running.trouble()).toBe('the receiver takes nothing at the moment');
  const state = await forwarders().read(NAME);
  expect(state?.inHand).toBeLessThanOrEqual(32);
  expect(state?.dead).toBe(0);
  expect(new Set(receiver.ids.slice(16)).size).toBeGreaterThan(1); // they take turns
  receiver.react = () => 204;
  await done();
  expect(running.trouble()).toBeUndefined();
  expect(new Set(receiver.ids)).toEqual(new Set(ids));
  expect((await forwarders().read(NAME))?.dead).toBe(0);
});

test('a receiver that cannot be reached at all is the same', async () => {
  const { port } = receiver;
  await receiver[Symbol.asyncDispose]();
  const ids = await settled(20);
  const { forwarder: running } = await forwarder({
    url: `http://127.0.0.1:${port}/libby`,
    attempts: 6,
  });
  await eventually(async () => expect(running.trouble()).toBeDefined());
  const back = cleanUp.use(await Receiver.start(port));
  await done();
  expect(new Set(back.ids)).toEqual(new Set(ids));
});

test('one bad result among none but good ones to come stands in nobody’s way', async () => {
  const [bad] = await settled(1);
  receiver.react = ({ id }) => (id === bad ? 500 : 200);
  const { forwarder: running } = await forwarder({ attempts: 1000 });
  await eventually(async () => expect(running.trouble()).toBeDefined());
  const ids = await settled(10, 1);
  await eventually(async () => expect(receiver.ids).toEqual(expect.arrayContaining(ids)));
});

test('asked to wait, it leaves the receiver alone', async () => {
  receiver.react = () => (response) => response.writeHead(429, { 'retry-after': '3600' }).end();
  await settled(20);
  const { forwarder: running } = await forwarder({ concurrency: 1 });
  await eventually(async () => expect(running.trouble()).toBeDefined());
  await running.stop();
  expect(receiver.received).toHaveLength(1);
});

test('no more requests are under way than allowed', async () => {
  let held: ServerResponse[] = [];
  receiver.react = () => (response) => {
    held.push(response);
    if (held.length < 3) return;
    // A fourth has time to come.
    setTimeout(() => {
      for (const each of held) each.writeHead(200).end();
      held = [];
    }, 10);
  };
  await settled(30);
  await forwarder({ concurrency: 3 });
  await done();
  expect(receiver.most).toBe(3);
});

test('two share the work, and what one leaves behind when it stops goes to the other at once', async () => {
  receiver.react = ({ id }) => (id === stuck ? 500 : 200);
  const [stuck] = await settled(1);
  const one = await forwarder({ firstPauseMs: 60_000, longestPauseMs: 60_000 });
  await eventually(async () => expect(receiver.ids).toEqual([stuck]));
  const two = await forwarder();
  const ids = await settled(200, 1);
  await eventually(async () => expect(receiver.ids).toEqual(expect.arrayContaining(ids)));
  expect(new Set(receiver.ids).size).toBe(receiver.ids.length);
  await eventually(async () => {
    const inHand = (await redis.xpending(
      keys.results,
      `forward:${NAME}`,
      '-',
      '+',
      10,
    )) as string[][];
    expect(inHand.map(([id]) => id)).toEqual([stuck]);
  });
  receiver.react = () => 200;
  await one.forwarder.stop();
  await done();
  expect(receiver.ids.filter((id) => id === stuck)).toHaveLength(2);
  await two.forwarder.stop();
  expect(await redis.xinfo('CONSUMERS', keys.results, `forward:${NAME}`)).toHaveLength(1); // `released`
});

test('stops while Redis says nothing, and what could not be noted is delivered again', async () => {
  await using proxy = await startFaultProxy({ targetPort: server.port });
  receiver.react = () => {
    void proxy.inflict({ kind: 'hang' });
    return 200;
  };
  const cutOff = await forwarder({
    redisUrl: `redis://127.0.0.1:${proxy.port}`,
    timeoutMs: 500,
  });
  const ids = await settled(1);
  await eventually(() => receiver.ids.length === 1);
  await cutOff.forwarder.stop();
  receiver.react = () => 200;
  await forwarder({ claimAfterMs: 20 });
  await done();
  expect(receiver.ids).toEqual([...ids, ...ids]);
});

test('what is in hand for long is not taken over by others', async () => {
  const answers = Promise.withResolvers<void>();
  receiver.react = () => (response) =>
    void answers.promise.then(() => response.writeHead(200).end());
  await settled(1);
  await forwarder({ claimAfterMs: 900 });
  await eventually(async () => expect(receiver.received).toHaveLength(1));
  await forwarder({ claimAfterMs: 900 });
  const { results } = keys;
  const idle = async () =>
    ((await redis.xpending(results, `forward:${NAME}`, '-', '+', 1)) as number[][])[0]?.[2];
  // It has been kept several times over by then.
  let times = 0;
  let last = 0;
  await eventually(async () => {
    const now = (await idle()) ?? 0;
    if (now < last) times += 1;
    last = now;
    expect(times).toBeGreaterThan(2);
  });
  answers.resolve();
  await done();
  expect(receiver.received).toHaveLength(1);
});

test('what an erasure removes is not delivered any more', async () => {
  receiver.react = () => 500;
  const ids = await settled(2);
  await forwarder({ firstPauseMs: 60_000, longestPauseMs: 60_000, claimAfterMs: 60 });
  await eventually(async () => expect(receiver.received).toHaveLength(2));
  await redis.xdel(keys.results, ids[0] ?? '');
  await eventually(async () => expect(await forwarders().read(NAME)).toMatchObject({ inHand: 1 }));
  const inHand = (await redis.xpending(
    keys.results,
    `forward:${NAME}`,
    '-',
    '+',
    10,
  )) as string[][];
  expect(inHand.map(([id]) => id)).toEqual([ids[1]]);
});

test('what is erased between two refusals is not posted again, and becomes no dead letter', async () => {
  const [erased = '', other = ''] = await settled(2);
  receiver.react =
    ({ id }) =>
    async (response) => {
      // By the time it hears of the refusal, one of the two is erased.
      if (id === erased) await redis.xdel(keys.results, erased);
      response.writeHead(400).end();
    };
  await forwarder({ attempts: 3 });
  await done();
  expect(receiver.ids.filter((id) => id === erased)).toHaveLength(1);
  const letters = await Array.fromAsync(forwarders().deadLetters(NAME));
  expect(letters).toMatchObject([{ id: other, attempts: 3 }]);
});

test('what waits its turn while the receiver is down is not posted once it is erased', async () => {
  const ids = await settled(40);
  receiver.react = () => 503;
  await forwarder({ concurrency: 1, firstPauseMs: 50, longestPauseMs: 50 });
  await eventually(() => expect(receiver.received.length).toBeGreaterThan(6));
  await redis.xdel(keys.results, ...ids);
  await eventually(async () => expect(await forwarders().read(NAME)).toMatchObject({ inHand: 0 }));
  receiver.react = () => 204;
  const before = receiver.received.length;
  const [next] = await settled(1, 40);
  await eventually(() => expect(receiver.ids).toContain(next));
  expect(receiver.ids.slice(before)).toEqual([next]);
});

test('a dead letter is what stands in the stream, however old what a forwarder knows of it', async () => {
  const [id = ''] = await settled(1);
  const reader = queue.forwardQueue({ name: NAME, consumer: 'one', blockMs: 50 });
  await reader.open('beginning');
  const [result] = await reader.read(redis, 1);
  if (result === undefined) throw new Error('there is one result');
  await redis.xdel(keys.results, id);
  expect(await reader.spend(result)).toBeUndefined();
  expect(await reader.bury(result, 'http_400', 3, 0)).toBe(false);
  expect(await forwarders().read(NAME)).toMatchObject({ inHand: 0, dead: 0 });
});

test('several in one request; one that is refused is found, and the others are delivered', async () => {
  const ids = await settled(20);
  receiver.react = ({ body }) => (callsOf(body).includes('call-7') ? 400 : 200);
  await forwarder({ batch: 10, concurrency: 1, attempts: 3 });
  await done();
  const taken = receiver.received.filter(({ body }) => !callsOf(body).includes('call-7'));
  expect(taken.flatMap(({ body }) => callsOf(body)).toSorted()).toEqual(
    ids
      .map((_, index) => `call-${index}`)
      .filter((callId) => callId !== 'call-7')
      .toSorted(),
  );
  expect(await Array.fromAsync(forwarders().deadLetters(NAME))).toMatchObject([
    { id: ids[7], attempts: 3 },
  ]);
  expect(taken[0]?.id).toMatch(/^(batch-[0-9a-f]{32}|\d+-\d+)$/);
  expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
});

test('a restart goes on counting attempts', async () => {
  const [bad = ''] = await settled(1);
  receiver.react = () => 500;
  const { forwarder: one } = await forwarder({ firstPauseMs: 60_000, longestPauseMs: 60_000 });
  await eventually(async () =>
    expect(await redis.hget(keys.forward(NAME).attempts, bad)).toBe('1'),
  );
  await one.stop();
  await forwarder({ attempts: 3 });
  await eventually(async () => expect((await forwarders().read(NAME))?.dead).toBe(1));
  expect(receiver.received).toHaveLength(3);
});

test('410 ends it, and what is undelivered waits', async () => {
  receiver.react = () => 410;
  await settled(5);
  const gone = Promise.withResolvers<ForwarderEnd>();
  const { forwarder: running } = await forwarder({ concurrency: 1, onGone: gone.resolve });
  expect(await gone.promise).toBe('refused');
  await running.stop();
  expect(receiver.received).toHaveLength(1);
  const state = await forwarders().read(NAME);
  expect((state?.unread ?? 0) + (state?.inHand ?? 0)).toBe(5);
});

test('removed while it runs it ends, and sends nothing once more', async () => {
  await settled(3);
  const gone = Promise.withResolvers<ForwarderEnd>();
  const { forwarder: running } = await forwarder({ onGone: gone.resolve });
  await eventually(async () =>
    expect(await forwarders().read(NAME)).toMatchObject({ unread: 0, inHand: 0 }),
  );
  await forwarders().remove(NAME);
  expect(await gone.promise).toBe('removed');
  await running.stop();
  expect(receiver.received).toHaveLength(3);
  expect(await forwarders().read(NAME)).toBeUndefined();
});

test('a redirect is not followed, a silent receiver not waited for, a long answer not read', async () => {
  const elsewhere = cleanUp.use(await Receiver.start());
  const reactions = [
    (response: ServerResponse) => response.writeHead(307, { location: elsewhere.url }).end(),
    () => {},
    (response: ServerResponse) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    },
  ];
  receiver.react = () => reactions[Math.min(receiver.received.length, reactions.length) - 1] ?? 500;
  await settled(1);
  await forwarder({ concurrency: 1, timeoutMs: 2000 });
  await done();
  expect(receiver.received).toHaveLength(3);
  expect(elsewhere.received).toEqual([]);
  const lines = String(log.read());
  expect(lines).toContain('http_307');
  expect(lines).toContain('timeout');
  expect(lines).not.toContain('5550100');
  expect(lines).not.toContain('call-0');
});

test('results that were not delivered keep their campaign from being archived; removed, the forwarder does not', async () => {
  const { state } = keys.campaign('spring');
  const [first = '', last = ''] = await settled(2);
  await redis.hset(keys.campaigns, 'spring', '{"id":"spring"}');
  await redis.hset(state, { firstResult: first, lastResult: last });
  receiver.react = () => 500;
  const { forwarder: running } = await forwarder();
  await eventually(async () => expect(receiver.received.length).toBeGreaterThan(1));
  await running.stop();
  const { archive, results } = queue;
  await results.noteExport('spring', last);
  expect(await archive.archive('spring')).toBe('not_exported');
  expect(await archive.exports('spring')).toEqual({
    inFile: true,
    groupsBehind: [`forward:${NAME}`],
  });
  expect(await forwarders().remove(NAME)).toBe(true);
  expect(await archive.archive('spring')).toBe('archived');
  expect(await redis.keys(`${keys.prefix}:forward*`)).toEqual([]);
});
