import { DialQueue, type Identity, type Keys } from '@libby-dialer/dial-queue';
import { createLogger, systemClock } from '@libby-dialer/runtime';
import { startRedis, type TestRedis, uniquePrefix } from '@libby-dialer/testkit';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { WorkerEvents } from '../worker-events.ts';
import { WorkerMetrics } from '../worker-metrics.ts';
import { ClaimWitness } from './claim-witness.ts';
import { RedisClock } from './redis-clock.ts';
import { RedisRefusals, type RedisRefusalsParts } from './redis-refusals.ts';

let server: TestRedis;
let redis: Redis;
let keys: Keys;
let identity: Identity;
let witness: ClaimWitness;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  redis = new Redis(server.url);
  const queue = DialQueue.open(redis, uniquePrefix());
  keys = queue.keys;
  identity = await queue.identity();
  witness = new ClaimWitness({
    redis,
    keys,
    identity,
    evidence: queue.evidence,
    gate: queue.gate({ sendWithinMs: 1000, claimMs: 5000 }),
    clock: new RedisClock(systemClock),
    events: new WorkerEvents(
      createLogger({ level: 'silent', name: 'test' }),
      new WorkerMetrics(),
      new RedisRefusals({} as RedisRefusalsParts),
    ),
    workerId: 'worker-1',
  });
  await witness.start();
});
afterEach(async () => {
  await witness[Symbol.asyncDispose]();
  redis.disconnect();
});

it('waits for the others also where the data were elsewhere and it never lost its connection', async () => {
  expect(witness.msUntilClaims).toBe(0);
  await redis.hset(keys.claimCounts, 'server', 'e'.repeat(40));
  await witness.meet();
  expect(witness.msUntilClaims).toBeGreaterThan(0);
});

it('waits for a worker that lived no longer than until that has compared too', async () => {
  const { evidence } = DialQueue.open(redis, keys.prefix);
  const elsewhere = 'e'.repeat(40);
  await redis.hset(keys.claimCounts, 'server', elsewhere);
  await redis.hset(keys.claimCounts, 'worker:other', `${Date.now()} ${elsewhere}`);
  await witness.meet();
  const missingMs = witness.msUntilClaims;
  await evidence.compare(new Map(), true, 'other');
  await witness.meet();
  expect(witness.msUntilClaims).toBeLessThan(missingMs - 20_000);
});

it('writes a lost claim again however many calls have gone out since', async () => {
  const claim = {
    owner: 'slow',
    line: '',
    person: '0',
    conversationMs: 1,
    doNotCall: 0,
    claimedAt: 0,
    sendBy: 0,
    deadline: 1,
    attempts: 0,
    failures: 0,
    revision: 0,
  };
  witness.claimed('spring', 'call-1', claim);
  const settled = {
    callId: 'call-2',
    campaign: 'spring',
    outcome: 'accepted',
    attempts: 1,
    payload: '',
  } as const;
  for (let index = 0; index < 10_001; index += 1) {
    const owner = `quick-${index}`;
    witness.claimed('spring', 'call-2', { ...claim, owner });
    witness.settled(
      { ...settled, owner, resultHead: '{"callId":"call-2"', answered: true, probes: [] },
      1,
    );
  }
  // As when another worker has found that claims are lost.
  await redis.hset(keys.claimCounts, 'lost', 1);
  await witness.compare();
  expect(await redis.hkeys(keys.campaign('spring').ledger)).toEqual(
    expect.arrayContaining(['call-1', 'call-2']),
  );
});

it('writes an outcome again, and takes no job with it that nobody here would run', async () => {
  const { host = '', port = 0 } = redis.options;
  const options = {
    connection: { host, port, maxRetriesPerRequest: null },
    prefix: keys.queues,
  };
  const queue = new Queue('spring', options);
  await queue.add('call', {}, { jobId: 'call-1' });
  await queue.add('call', {}, { jobId: 'call-2' });
  const worker = new Worker('spring', undefined, { ...options, autorun: false });
  const job = await worker.getNextJob('token', { block: false });
  expect(job?.id).toBe('call-1');

  const claimed = { line: '', person: '0', conversationMs: 1, claimedAt: 0, deadline: 1 };
  const sent = { callId: 'call-1', owner: 'owner', campaign: 'spring', attempts: 1, payload: '' };
  const times = { sendBy: 0, attempts: 0, failures: 0, revision: 0 };
  witness.claimed('spring', 'call-1', { ...claimed, ...times, owner: 'owner', doNotCall: 0 });
  const seen = { outcome: 'accepted', resultHead: '{"callId":"call-1"', answered: true } as const;
  const inHand = { token: 'token', lockMs: 10_000, at: Date.now(), takesNext: true };
  witness.settled({ ...sent, ...seen, claimed, probes: [], job: inHand }, 1);
  await redis.hset(keys.claimCounts, 'lost', 1);
  await witness.compare();

  expect(await redis.xlen(keys.results)).toBe(1);
  expect(await redis.lrange(`${keys.queue('spring')}wait`, 0, -1)).toEqual(['call-2']);
  await worker.close(true);
  await queue.close();
});

it('writes an outcome again without the person who was erased meanwhile', async () => {
  const { member: person } = identity.person('+15055550123');
  for (const [callId, whose] of Object.entries({ ann: person, ben: '0' })) {
    const claimed = { line: '', person: whose, conversationMs: 1, claimedAt: 0, deadline: 1 };
    const claim = {
      ...claimed,
      owner: callId,
      doNotCall: 0,
      sendBy: 0,
      attempts: 0,
      failures: 0,
      revision: 0,
    };
    witness.claimed('spring', callId, claim);
    const record = {
      callId,
      externalId: `key of ${callId}`,
      toPhoneNumber: '+15055550123',
      name: callId.toUpperCase(),
    };
    const resultHead = JSON.stringify(record).slice(0, -1);
    const request = {
      callId,
      owner: callId,
      campaign: 'spring',
      resultHead,
      payload: JSON.stringify({ to: record.name }),
    };
    witness.settled(
      { ...request, outcome: 'rejected', attempts: 1, claimed, answered: true, probes: [] },
      1,
    );
  }
  witness.erased(person);
  await redis.hset(keys.claimCounts, 'lost', 1);
  await witness.compare();
  const results = (await redis.xrange(keys.results, '-', '+')).map(
    ([, fields]) => JSON.parse(String(fields[3])) as object,
  );
  expect(results).toEqual([
    { callId: 'ann', toPhoneNumber: 'erased', name: 'erased', revision: 1 },
    {
      callId: 'ben',
      externalId: 'key of ben',
      toPhoneNumber: '+15055550123',
      name: 'BEN',
      revision: 1,
    },
  ]);
  expect(await redis.hkeys(keys.campaign('spring').kept)).toEqual(['ben']);
});

it('knows people by the key that Redis has now, or it would look past a do-not-call list begun anew', async () => {
  const before = identity.person('+15055550123');
  await redis.del(keys.identityKey);
  const others = await DialQueue.open(redis, keys.prefix).identity();
  expect(others.person('+15055550123')).not.toEqual(before);
  await witness.compare();
  expect(identity.person('+15055550123')).toEqual(others.person('+15055550123'));
});
