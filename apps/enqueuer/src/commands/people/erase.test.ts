import { userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type ResultRecord, resultRecordSchema } from '@libby-dialer/dialing';
import { expect, test } from 'vitest';
import { type CommandBench, eachTest, phone } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

const NUMBER = phone(23);
const NAME = 'Zacharias';
const EXTERNAL_ID = 'customer-4711';
/** What must be found nowhere. */
const PERSONAL = [NUMBER, NAME, EXTERNAL_ID];

/**
 * A campaign of two people, of whom the first is the one to be erased; gives the first call's id.
 */
async function loaded(id: string, settings = {}): Promise<string> {
  const rows = [
    { toPhoneNumber: NUMBER, name: NAME, externalId: EXTERNAL_ID },
    { toPhoneNumber: phone(24), name: 'Ben', externalId: 'other' },
  ];
  const list = await bench.file(`${id}.json.list`, JSON.stringify(rows));
  const argv = ['load', list, '--format', 'json', '--campaign', await bench.campaign(id, settings)];
  expect(await bench.run(argv)).toMatchObject({ code: 0 });
  return (await bench.queued(id))[0] ?? '';
}

async function settled(id: string, outcome: 'accepted' | 'unknown' | 'rejected'): Promise<string> {
  const callId = await loaded(id);
  await bench.claim(id, callId);
  const person = { toPhoneNumber: NUMBER, name: NAME, externalId: EXTERNAL_ID };
  const said = outcome === 'accepted' ? {} : { providerMessage: `${NAME} is no name` };
  await bench.settle(id, callId, outcome, {
    reason: outcome === 'accepted' ? 'accepted' : 'no_response',
    ...person,
    ...said,
  });
  return callId;
}

const byField = ([one]: [string, string], [other]: [string, string]) => one.localeCompare(other);

/** Everything that Redis holds under the prefix, as text. */
async function everything(besides: readonly string[] = []): Promise<string> {
  const texts: unknown[] = [];
  for (const key of (await bench.redis.keys(`${bench.keys.prefix}*`)).toSorted()) {
    if (besides.includes(key)) continue;
    const type = await bench.redis.type(key);
    // The order of a hash's fields is nobody's.
    if (type === 'hash')
      texts.push(Object.entries(await bench.redis.hgetall(key)).toSorted(byField));
    else if (type === 'stream') texts.push(await bench.redis.xrange(key, '-', '+'));
    else if (type === 'string') texts.push(await bench.redis.get(key));
    else if (type === 'set') texts.push(await bench.redis.smembers(key));
    else if (type === 'zset') texts.push(await bench.redis.zrange(key, '0', '-1'));
    else texts.push(await bench.redis.lrange(key, 0, -1));
  }
  return JSON.stringify(texts);
}

async function expectNoTrace(): Promise<void> {
  const text = await everything();
  expect(PERSONAL.filter((each) => text.includes(each))).toEqual([]);
}

async function results(id: string): Promise<ResultRecord[]> {
  const { stdout } = await bench.run(['results', id, '--format', 'ndjson']);
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => resultRecordSchema.parse(JSON.parse(line)));
}

const status = (id: string) => bench.json(['status', id, '--json']);
const erase = (...options: string[]) => bench.json(['erase', NUMBER, '--json', ...options]);

test('nor when they were called', async () => {
  await settled('accepted', 'accepted');
  const callsOf = bench.keys.person((await bench.queue.identity()).person(NUMBER));
  await bench.redis.zadd(callsOf, Date.now(), 'worker-1');
  await erase();
  expect(await bench.redis.exists(callsOf)).toBe(0);
});

test('nothing that Redis holds tells of the person any more, whatever had become of the calls', async () => {
  const waiting = await loaded('waiting', { dedupeBy: 'externalId' });
  const accepted = await settled('accepted', 'accepted');
  const doubtful = await settled('doubtful', 'unknown');
  const rejected = await settled('rejected', 'rejected');
  const erased = {
    calls: 4,
    ended: 1,
    jobs: 1,
    keptPayloads: 2,
    results: 3,
    inboxEntries: 0,
    deadLetters: 0,
    abandonedEntries: 0,
    beingLoaded: [],
    slowLog: 'clean',
    isSuppressed: false,
  };
  expect(await erase('--by', 'Ada')).toEqual(erased);
  await expectNoTrace();
  const row = { toPhoneNumber: 'erased', name: 'erased', row: 1 };
  expect(await results('waiting')).toMatchObject([
    { ...row, callId: waiting, outcome: 'canceled', reason: 'resolved_by_person', revision: 1 },
  ]);
  expect(await results('accepted')).toMatchObject([
    { ...row, callId: accepted, outcome: 'accepted', revision: 2 },
  ]);
  expect(await results('doubtful')).toMatchObject([
    { ...row, callId: doubtful, outcome: 'unknown', revision: 2 },
  ]);
  expect(await results('rejected')).toMatchObject([
    { ...row, callId: rejected, outcome: 'rejected', revision: 2 },
  ]);
  expect(await status('waiting')).toMatchObject({ pending: 1, outcomes: { canceled: 1 } });
  expect(await status('doubtful')).toMatchObject({ pending: 1, outcomes: { unknown: 1 } });
  const { member: person } = (await bench.queue.identity()).person(NUMBER);
  const counts = { calls: 4, ended: 1, jobs: 1, keptPayloads: 2, results: 3, inboxEntries: 0 };
  expect(await bench.decisions('person.erase')).toMatchObject([
    { by: 'Ada', details: { person }, end: { effect: counts } },
  ]);
  // The owner of the doubt, late but alive, would bring the data back.
  await bench.settle('doubtful', doubtful, 'accepted', { toPhoneNumber: NUMBER, name: NAME });
  await expectNoTrace();
  // Other people are still there, and a repeat of the list rings nobody again.
  expect(await everything()).toContain(phone(24));
  await loaded('accepted');
  expect(await status('accepted')).toMatchObject({ pending: 1, outcomes: { accepted: 1 } });
});

test('a second time there is nothing left, and it says so', async () => {
  await settled('spring', 'accepted');
  const { stdout } = await bench.run(['erase', NUMBER]);
  expect(stdout).toContain('1 call erased: 0 queued payloads, 0 kept payloads, 1 result.');
  expect((await bench.run(['erase', NUMBER])).stdout).toMatch(
    /^Nothing was found of this number\.\n/,
  );
  // That it was asked for is kept both times: the first may have been killed before it came to its
  // end.
  expect((await bench.decisions('person.erase')).map(({ by }) => by)).toEqual([
    userInfo().username,
    userInfo().username,
  ]);
});

test('on a terminal it says what it will erase, and asks', async () => {
  await settled('autumn', 'accepted');
  await loaded('spring');
  const before = await everything();
  const no = await bench.run(['erase', NUMBER], { isTerminal: true, stdin: 'no\n' });
  expect(no).toMatchObject({ code: 1, stdout: '' });
  expect(no.stderr).toContain(
    'number, name and payload of 2 calls in 2 campaigns (spring, autumn)',
  );
  expect(no.stderr).toContain(
    '1 call of these had no outcome yet and will not be dialed. This cannot be undone. Erase? [y/N]',
  );
  expect(no.stderr).toContain('Nothing was erased.');
  expect((await bench.run(['erase', NUMBER], { isTerminal: true })).stdout).toBe('');
  expect(await everything()).toBe(before);
  const { code, stderr } = await bench.run(['erase', NUMBER, '--yes'], { isTerminal: true });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  await expectNoTrace();
  const yes = await bench.run(['erase', NUMBER], { isTerminal: true, stdin: 'y\n' });
  expect(yes).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('No call to this number was found.'),
  });
});

test('Redis’s slow log keeps no argument that names the person', async () => {
  await bench.redis.config('SET', 'slowlog-log-slower-than', 0);
  try {
    await settled('autumn', 'rejected');
    expect(JSON.stringify(await bench.redis.slowlog('GET', 1000))).toContain(NUMBER);
    await bench.redis.call(
      'ACL',
      'SETUSER',
      'other',
      'on',
      '>secret',
      '~*',
      '&*',
      '+@all',
      '-slowlog',
    );
    const REDIS_URL = new URL(bench.environment['REDIS_URL'] ?? '');
    Object.assign(REDIS_URL, { username: 'other', password: 'secret' });
    const denied = await bench.run(['erase', NUMBER], { env: { REDIS_URL: REDIS_URL.href } });
    expect(denied.stdout).toContain(
      'Redis’s slow log cannot be looked at by this user and may name the person',
    );
    await bench.redis.config('SET', 'slowlog-log-slower-than', -1);
    expect((await bench.run(['erase', NUMBER])).stdout).toContain(
      'Redis’s slow log, which keeps arguments of commands, was emptied.',
    );
    expect(JSON.stringify(await bench.redis.slowlog('GET', 1000))).not.toContain(NUMBER);
    expect(await erase()).toMatchObject({ slowLog: 'clean' });
  } finally {
    await bench.redis.config('SET', 'slowlog-log-slower-than', 10_000);
  }
});

test('it says what may come in after it: lists that are being loaded, and a daemon that stands still', async () => {
  await bench.run(['campaign', 'put', await bench.campaign('orders')]);
  await using loader = bench.queue.loader('orders');
  await loader.lookUp(['any']);
  const daemon = bench.queue.inboxConsumer(bench.redis, 'daemon');
  await daemon.join();
  const call = JSON.stringify({ toPhoneNumber: NUMBER, name: NAME });
  await bench.redis.xadd(bench.keys.inbox, '*', 'campaign', 'orders', 'call', call);
  const [entry] = await daemon.read();
  await bench.redis.xclaim(
    bench.keys.inbox,
    'daemons',
    'daemon',
    0,
    entry?.id ?? '',
    'IDLE',
    60_000,
    'JUSTID',
  );
  const { stdout } = await bench.run(['erase', NUMBER]);
  expect(stdout).toContain(
    'A list is being loaded into orders: if the number stands in it, erase it again',
  );
  expect(stdout).toContain('1 inbox entry was taken from a daemon that stands still');
  expect(stdout).toContain('Out of reach: ');
  // It goes on after all: it asks what it still has in hand.
  expect(await daemon.hold([{ id: entry?.id ?? '' }])).toEqual([]);
});

test('what waits in the inbox or was rejected there is removed, whatever form the number has', async () => {
  await bench.run(['campaign', 'put', await bench.campaign('orders', { defaultCountry: 'US' })]);
  const push = async (call: string, campaign = 'orders', stream = bench.keys.inbox) =>
    (await bench.redis.xadd(stream, '*', 'call', call, 'campaign', campaign)) ?? '';
  const record = (toPhoneNumber: string) => JSON.stringify({ toPhoneNumber, name: NAME });
  const gone = [
    await push(record(NUMBER)),
    await push(record('(505) 555-0123')),
    await push(record('505 555 0123'), 'nobody-knows'),
    await push(`{"name": "${NAME}", "toPhoneNumber": "${NUMBER}`),
  ];
  const others = [await push(record(phone(24))), await push('not JSON')];
  await push(`${record(NUMBER).slice(0, -1)}, "surprise": 1}`, 'orders', bench.keys.inboxRejected);
  await push(record(phone(24)), 'orders', bench.keys.inboxRejected);
  const { stdout } = await bench.run(['erase', NUMBER]);
  expect(stdout).toMatch(/^5 inbox entries erased\.\n/);
  expect((await bench.redis.xrange(bench.keys.inbox, '-', '+')).map(([id]) => id)).toEqual(others);
  expect(await bench.redis.xlen(bench.keys.inboxRejected)).toBe(1);
  expect(await everything()).not.toMatch(/5550123|555-0123|555 0123/);
  for (const id of gone)
    expect(await bench.json(['inbox', 'show', id, '--json'])).toEqual({
      entry: id,
      fate: 'erased',
    });
  expect((await bench.decisions()).at(-1)).toMatchObject({
    action: 'person.erase',
    end: { effect: { inboxEntries: 5 } },
  });
});

test('what a daemon has in hand is waited for, and then erased from the queue', async () => {
  await bench.run(['campaign', 'put', await bench.campaign('orders')]);
  const daemon = bench.queue.inboxConsumer(bench.redis, 'daemon');
  await daemon.join();
  const call = JSON.stringify({ toPhoneNumber: NUMBER, name: NAME });
  await bench.redis.xadd(bench.keys.inbox, '*', 'campaign', 'orders', 'call', call);
  const [entry] = await daemon.read();
  const erasing = erase();
  const isErased = erasing.then(() => true);
  expect(await Promise.race([isErased, delay(300, false)])).toBe(false);
  const callId = await bench.callId('orders', `phone:${NUMBER}`);
  await using loader = bench.queue.loader('orders');
  await loader.feed([{ callId, call: { to: NUMBER, name: NAME } }]);
  await daemon.finish([
    { id: entry?.id ?? '', status: { kind: 'queued', campaign: 'orders', callId } },
  ]);
  expect(await erasing).toMatchObject({ calls: 1, ended: 1, jobs: 1, inboxEntries: 0 });
  await expectNoTrace();
});

test('is refused while a call is in flight, and nothing is touched', async () => {
  const { audit, auditEnds } = bench.keys;
  await settled('autumn', 'accepted');
  const callId = await loaded('spring');
  await bench.claim('spring', callId);
  const before = await everything([audit, auditEnds]);
  const { code, stdout, stderr } = await bench.run(['erase', NUMBER]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^A call to this number is in flight; try again in (\d+ min )?\d+ s\.\n$/);
  expect(await everything([audit, auditEnds])).toBe(before);
});

test('a claim that nobody spoke of again ends in doubt', async () => {
  const callId = await loaded('spring');
  const claim = await bench.claim('spring', callId);
  const { ledger } = bench.keys.campaign('spring');
  await bench.redis.hset(
    ledger,
    callId,
    JSON.stringify({ state: 'claimed', ...claim, deadline: 1 }),
  );
  expect(await erase()).toMatchObject({ ended: 1, jobs: 1 });
  await expectNoTrace();
  expect(await results('spring')).toMatchObject([
    { outcome: 'unknown', reason: 'worker_lost', attempts: 1 },
  ]);
  expect(await status('spring')).toMatchObject({
    pending: 1,
    inFlight: 0,
    outcomes: { unknown: 1 },
  });
  // The owner, late but alive, would bring the data back.
  await bench.settle('spring', callId, 'accepted', { toPhoneNumber: NUMBER, name: NAME });
  await expectNoTrace();
});

test('a job that a worker has in hand names nobody until it goes', async () => {
  const callId = await loaded('spring');
  await bench.redis.set(`${bench.keys.queue('spring')}${callId}:lock`, 'a worker');
  expect(await erase()).toMatchObject({ ended: 1, jobs: 1 });
  await expectNoTrace();
  const queue = bench.queue.bullQueue('spring');
  expect((await queue.getJob(callId))?.data).toEqual({ to: 'erased', name: 'erased' });
  await queue.close();
});

test('a redial that waits is dropped, and can be asked for no more', async () => {
  const callId = await settled('spring', 'unknown');
  const redial = ['in-doubt', 'resolve', callId, '--as', 'redial', '--by', 'Ada'];
  expect(await bench.run(redial)).toMatchObject({ code: 0 });
  expect(await erase()).toMatchObject({ calls: 1, ended: 0, jobs: 1, keptPayloads: 1 });
  await expectNoTrace();
  expect(await status('spring')).toMatchObject({ pending: 1, outcomes: { unknown: 1 } });
  expect(await bench.run(redial)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('its data were erased'),
  });
  expect(await bench.redis.hget(bench.keys.campaign('spring').state, 'redialing')).toBe('0');
});

test('the do-not-call list stays, and a call corrected before is erased in all its revisions', async () => {
  const callId = await settled('spring', 'unknown');
  await bench.run(['in-doubt', 'resolve', callId, '--as', 'accepted', '--by', 'Ada']);
  await bench.run(['suppress', 'add', NUMBER]);
  expect(await erase()).toMatchObject({ results: 2, isSuppressed: true });
  expect(await results('spring')).toMatchObject([
    { outcome: 'accepted', revision: 3, name: 'erased' },
  ]);
  expect((await bench.run(['suppress', 'check', NUMBER])).stdout).toContain('suppressed');
});

test('a number that cannot be read is bad usage, and is not repeated', async () => {
  const { code, stderr } = await bench.run(['erase', '5055550177']);
  expect({ code, isRepeated: stderr.includes('5055550177') }).toEqual({
    code: 2,
    isRepeated: false,
  });
  expect(stderr).toContain('say with --country');
  expect(await bench.run(['erase', '5055550177', '--country', 'XX'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--country'),
  });
  expect((await bench.run(['erase', '5055550177', '--country', 'us'])).code).toBe(0);
});
