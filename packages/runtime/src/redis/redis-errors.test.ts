import { describe, expect, test } from 'vitest';
import { explainRedisError, isPermanentRedisError, isRedisAway } from './redis-errors.ts';

const withCode = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('explainRedisError', () => {
  test.each<[unknown, RegExp]>([
    [withCode('ECONNREFUSED'), /refuses the connection/],
    [withCode('ENOTFOUND'), /does not resolve/],
    [withCode('ETIMEDOUT'), /does not answer in time/],
    [new Error('Command timed out'), /does not answer in time/],
    [withCode('ECONNRESET'), /closed the connection/],
    [new Error('NOAUTH HELLO must be called'), /asks for a password/],
    [new Error('WRONGPASS invalid username-password pair or user is disabled.'), /does not accept/],
    [new Error("NOPERM this user has no permissions to run the 'eval' command"), /ACL SETUSER/],
    [new Error('LOADING Redis is loading the dataset in memory'), /still loading/],
    [new Error("READONLY You can't write against a read only replica."), /read-only replica/],
    [new Error("OOM command not allowed when used memory > 'maxmemory'."), /out of memory/],
    [new Error('MISCONF Redis is configured to save RDB snapshots, but'), /cannot save to disk/],
    [new Error('MOVED 866 127.0.0.1:7001'), /node of a cluster/],
    [
      new Error('Too many Cluster redirections. Last error: ReplyError: MOVED 866 h:1'),
      /choosing another master/,
    ],
    [new Error("CROSSSLOT Keys in request don't hash to the same slot"), /hash tag/],
    [withCode('ERR_SSL_WRONG_VERSION_NUMBER'), /does not speak TLS/],
    [withCode('DEPTH_ZERO_SELF_SIGNED_CERT'), /REDIS_TLS_CA_FILE/],
    [withCode('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), /asks for a client certificate/],
    [withCode('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), /does not accept the client certificate/],
    [withCode('ENOENT', 'connect ENOENT /run/redis.sock'), /no such socket/],
    [withCode('EACCES', 'connect EACCES /run/redis.sock'), /may not open its socket/],
    [
      new Error("ERR unknown command 'WAITAOF', with args beginning with: '1' '5055550123'"),
      /needed \(WAITAOF\)/,
    ],
    [new Error('ERR unknown command `HELLO`, with args beginning with: `3`, '), /needed \(HELLO\)/],
    [
      new Error("NOPERM User x has no permissions to run the 'config|get' command"),
      /needed \(CONFIG GET\)/,
    ],
    [
      Object.assign(new Error('NOPERM No permissions to access a key'), {
        command: { name: 'hget' },
      }),
      /\(HGET\)/,
    ],
    [new AggregateError([withCode('ECONNREFUSED')], ''), /refuses the connection/],
    [
      new Error('Failed to refresh slots cache.', { cause: withCode('ECONNREFUSED') }),
      /refuses the connection/,
    ],
    [
      Object.assign(new Error('Failed'), { lastNodeError: withCode('ENOTFOUND') }),
      /does not resolve/,
    ],
    [
      new Error('Unknown RESP type 72 "H". Please report this.'),
      /does not answer in the Redis protocol/,
    ],
    [new Error('SOMETHING new'), /failed \(SOMETHING\)/],
    [undefined, /failed \(no reason given\)/],
  ])('%s', (error, sentence) => {
    expect(explainRedisError(error, 'h:1')).toMatch(
      new RegExp(`^Redis at h:1 .*${sentence.source}.*\\.$`),
    );
  });

  test('repeats nothing of what Redis was asked to store', () => {
    const error = new Error("ERR wrong number of arguments, near '+15055550123'");
    expect(explainRedisError(error, 'h:1')).not.toContain('5055550123');
  });

  test('ends with an error that is its own cause', () => {
    const error = new Error('x');
    error.cause = error;
    expect(explainRedisError(error, 'h:1')).toContain('failed');
  });
});

test('what only a person can mend is permanent; what passes is not', () => {
  const permanent = [
    new Error('WRONGPASS x'),
    new Error('NOAUTH x'),
    withCode('ERR_TLS_CERT_ALTNAME_INVALID'),
  ];
  const passing = [
    withCode('ECONNREFUSED'),
    new Error('LOADING x'),
    new Error('OOM x'),
    new Error('READONLY x'),
  ];
  expect([...permanent, ...passing].map(isPermanentRedisError)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('an outage is told from what Redis means, and from mistakes', () => {
  const away = [
    withCode('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'),
    new Error('Connection is closed.'),
    new Error('Too many Cluster redirections. Last error: Error: Connection is closed.'),
    new Error('All sentinels are unreachable. Retrying from scratch after 100ms.'),
  ];
  const others = [
    new Error('ERR no such key'),
    new Error('OOM x'),
    new TypeError('Connection'),
    undefined,
  ];
  expect([...away, ...others].map(isRedisAway)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
