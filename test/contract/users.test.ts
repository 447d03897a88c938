import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LockedRedis } from './locked-redis.ts';

let redis: LockedRedis;
beforeAll(async () => {
  redis = await LockedRedis.start();
});
afterAll(() => redis[Symbol.asyncDispose]());

/** What no program may do. */
const DENIED_TO_ALL = [
  'KEYS *',
  'FLUSHALL',
  'FLUSHDB',
  'CONFIG SET appendonly no',
  'CONFIG REWRITE',
  'ACL SETUSER worker +@all',
  'ACL GETUSER worker',
  'SHUTDOWN',
  'DEBUG SLEEP 1',
  'MONITOR',
  'CLIENT LIST',
  'CLIENT KILL ID 1',
  'CLIENT PAUSE 1000',
  'CLIENT TRACKING ON BCAST',
  'REPLICAOF NO ONE',
  'BGREWRITEAOF',
  'SAVE',
  'SCRIPT FLUSH',
  'FUNCTION LOAD x',
  'FCALL f 0',
  'FCALL_RO f 0',
  'MIGRATE 127.0.0.1 6379 {libby}:results 0 0',
  'DUMP {libby}:results',
  'RESTORE {libby}:results 0 x',
  'RENAME {libby}:results other',
  'COPY {libby}:results other',
  'SORT {libby}:results',
  'GET other',
  'SET {other}:inbox x',
  'XADD {other}:inbox * campaign c call {}',
  'XADD inbox * campaign c call {}',
  'EVAL return{} 1 {other}:inbox',
  'PUBLISH other x',
  'PSUBSCRIBE *',
];

const LEDGER = '{libby}:c:spring:ledger';

const RIGHTS: Record<string, { allowed: string[]; denied: string[] }> = {
  producer: {
    allowed: [
      'XADD {libby}:inbox * campaign orders call {}',
      'XLEN {libby}:inbox',
      'PING',
      'CLIENT SETNAME shop',
    ],
    denied: [
      'XRANGE {libby}:inbox - +',
      'XREAD STREAMS {libby}:inbox 0',
      'XDEL {libby}:inbox 1-1',
      'XTRIM {libby}:inbox MAXLEN 0',
      'DEL {libby}:inbox',
      'XGROUP DESTROY {libby}:inbox daemons',
      'XADD {libby}:results * campaign c result {}',
      'XADD {libby}:inbox:rejected * code c',
      'HGET {libby}:inbox:fates:2026-12-01 1-1',
      'XREAD STREAMS {libby}:results 0',
      'GET {libby}:token',
      `HGET ${LEDGER} x`,
      'EVAL return{} 1 {libby}:inbox',
      'EVALSHA x 1 {libby}:inbox',
      'SCAN 0',
      'INFO',
      'CONFIG GET requirepass',
      'PUBLISH {libby}:announcements x',
    ],
  },
  reader: {
    allowed: [
      'XREAD COUNT 10 STREAMS {libby}:results 0',
      'XRANGE {libby}:results - +',
      'XLEN {libby}:results',
      'XGROUP CREATE {libby}:results billing 0 MKSTREAM',
      'XREADGROUP GROUP billing a COUNT 10 STREAMS {libby}:results >',
      'XACK {libby}:results billing 1-1',
      'XAUTOCLAIM {libby}:results billing a 60000 0',
      'XPENDING {libby}:results billing',
      'XINFO GROUPS {libby}:results',
      'HGET {libby}:inbox:fates:2026-12-01 1-1',
      'XRANGE {libby}:inbox:rejected - +',
    ],
    denied: [
      'XADD {libby}:results * campaign c result {}',
      'XDEL {libby}:results 1-1',
      'XTRIM {libby}:results MAXLEN 0',
      'XSETID {libby}:results 0-1',
      'XGROUP DESTROY {libby}:results forward:crm',
      'XGROUP SETID {libby}:results forward:crm $',
      'XGROUP DELCONSUMER {libby}:results forward:crm a',
      'DEL {libby}:results',
      'XADD {libby}:inbox * campaign c call {}',
      'XRANGE {libby}:inbox - +',
      'XDEL {libby}:inbox:rejected 1-1',
      'XGROUP CREATE {libby}:inbox:rejected g 0',
      'HSET {libby}:inbox:fates:2026-12-01 1-1 queued',
      'HGETALL {libby}:inbox:fates:2026-12-01',
      'XRANGE {libby}:audit - +',
      'GET {libby}:token',
      `HGET ${LEDGER} x`,
      'EVAL return{} 1 {libby}:results',
      'EVALSHA x 1 {libby}:results',
      'SCAN 0',
      'INFO',
      'CONFIG GET requirepass',
      'SUBSCRIBE {libby}:announcements',
    ],
  },
  worker: {
    allowed: [
      `EVALSHA x 3 ${LEDGER} {libby}:dnc:0 {libby}:results`,
      `HSET ${LEDGER} x y`,
      'BZPOPMIN {libby}:q:spring:marker 1',
      'XADD {libby}:q:spring:events * a b',
      'XADD {libby}:results * campaign c result {}',
      'GET {libby}:token',
      'SET {libby}:token:lock owner PX 1000 NX',
      'SISMEMBER {libby}:dnc:0 1',
      'HGETALL {libby}:campaigns',
      'SUBSCRIBE {libby}:announcements',
      'CONFIG GET appendonly',
      'INFO',
      'WAIT 1 100',
    ],
    denied: [
      'SADD {libby}:dnc:0 1',
      'SREM {libby}:dnc:0 1',
      'DEL {libby}:dnc:0',
      'HSET {libby}:campaigns spring {}',
      'HDEL {libby}:campaigns spring',
      'XTRIM {libby}:results MAXLEN 0',
      'XDEL {libby}:results 1-1',
      'DEL {libby}:results',
      'XADD {libby}:inbox * campaign c call {}',
      'XRANGE {libby}:inbox - +',
      'HGETALL {libby}:schedules',
      'GET {libby}:forward:crm:cursor',
      'XRANGE {libby}:audit - +',
      'EVAL return{} 1 {libby}:inbox',
      'EVAL return{} 1 {libby}:schedules',
      'SCAN 0',
    ],
  },
  enqueuer: {
    allowed: [
      `EVALSHA x 3 ${LEDGER} {libby}:dnc:0 {libby}:results`,
      'SADD {libby}:dnc:0 1',
      'HSET {libby}:campaigns spring {}',
      'XREADGROUP GROUP daemons d COUNT 10 STREAMS {libby}:inbox >',
      'XACK {libby}:inbox daemons 1-1',
      'XADD {libby}:inbox:rejected * code c',
      'HSET {libby}:inbox:fates:2026-12-01 1-1 queued',
      'XTRIM {libby}:results MINID 1-1',
      'HSET {libby}:schedules nightly {}',
      'BZPOPMIN {libby}:t:schedules:marker 1',
      'SET {libby}:forward:crm:cursor 1-1',
      'XADD {libby}:audit * by ada',
      'PUBLISH {libby}:announcements all',
      'PUBSUB NUMSUB {libby}:announcements',
      'SCAN 0',
      'CONFIG GET appendonly',
    ],
    denied: [
      'GET {libby}:token',
      'SET {libby}:token x',
      'DEL {libby}:token',
      'STRLEN {libby}:token',
      'SET {libby}:token:lock x',
      'EVAL return{} 1 {libby}:token',
      'EVALSHA x 1 {libby}:token',
    ],
  },
};

describe.each(Object.entries(RIGHTS))('%s', (user, { allowed, denied }) => {
  test.each(allowed)('may %s', async (command) => {
    expect(await redis.dryRun(user, command)).toBe('OK');
  });

  test.each([...DENIED_TO_ALL, ...denied])('may not %s', async (command) => {
    expect(await redis.dryRun(user, command)).toMatch(/no permissions/);
  });
});

describe('a script does no more than its user may', () => {
  test.each([
    ['enqueuer', "redis.call('GET', '{libby}:token')"],
    ['worker', "redis.call('SADD', KEYS[2], 1)"],
    ['worker', "redis.call('HDEL', '{libby}:campaigns', 'spring')"],
    ['worker', "redis.call('XTRIM', KEYS[3], 'MAXLEN', 0)"],
    ['worker', "redis.call('FLUSHALL')"],
  ])('%s: %s', async (user, command) => {
    const connection = new Redis(redis.url(user));
    const keys = [LEDGER, '{libby}:dnc:0', '{libby}:results'];
    try {
      expect(await connection.eval('return 1', keys.length, ...keys)).toBe(1);
      await expect(connection.eval(`return ${command}`, keys.length, ...keys)).rejects.toThrow(
        /The user executing the script can't/,
      );
    } finally {
      connection.disconnect();
    }
  });
});

test('nobody comes in without a password', async () => {
  const { host } = new URL(redis.url('admin'));
  const connection = new Redis(`redis://${host}`, { lazyConnect: true, enableReadyCheck: false });
  connection.on('error', () => {});
  try {
    await expect(connection.get('{libby}:token')).rejects.toThrow(/^NOAUTH/);
  } finally {
    connection.disconnect();
  }
});
